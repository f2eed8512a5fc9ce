import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { at, changed } from "../support/builders.ts";
import { chainedAll } from "../support/ledger.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService({ seeded: true });
});

afterAll(async () => {
  await service.close();
});

test.each([
  "/v1/violations?format=csv&accused=armenia",
  "/v1/ceasefires?format=ndjson",
  "/v1/violations/casualty_claims",
  "/v1/ceasefires/nagorno-karabakh-2020-10-26/history?format=csv",
  "/v1/ceasefires/nagorno-karabakh-2020-10-26/history",
])("%s tells an address that gives the same for ever, and the ledger's head", async (question) => {
  await chainedAll(service);
  const head = (await service.as("public").get("/v1/ledger/head")).body;
  const first = await service.as("public").get(question).buffer(true);
  expect(first.headers["ledger-head"]).toBe(`${head.position}:${head.hash}`);
  const cited = /^<http:\/\/localhost(.*)>; rel="cite-as"$/.exec(first.headers.link ?? "")?.[1] ?? "";
  expect(cited).toContain(`as_of=${first.headers["data-as-of"]}`);
  await changed(service, "violation", "nagorno-karabakh-2020-v33", {
    description: `Changed after ${question}`,
  });
  const again = await service.as("public").get(cited).buffer(true);
  expect([again.status, again.text]).toEqual([200, first.text]);
  expect((await service.as("public").get(at("violation", "nagorno-karabakh-2020-v33"))).text).toContain(
    question,
  );
});
