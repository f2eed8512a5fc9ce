import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { at, created, makeWorld, violationBody } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
const open = Array.from({ length: 12 }, (_, place) => `open-${place}`);

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  for (const id of open)
    await created(service, "violation", violationBody({ id, description: `Report ${id}` }));
  await created(service, "violation", violationBody({ id: "hidden", visibility: "RESTRICTED" }));
});

afterAll(async () => {
  await service.close();
});

/** Asks for all of these in one turn, and tells what came for each. */
async function read(role: "public" | "analyst", ids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(ids.map((id) => service.as(role).get(at("violation", id))));
  return answers.map(({ status, body }) => `${status} ${body.id ?? ""}`.trim());
}

test("records asked for at the same time come each to who asked, also twice, missing or hidden", async () => {
  const ids = [...open, "nowhere", ...open.toReversed(), "hidden", "open-3"];
  const [byAll, withKey] = await Promise.all([read("public", ids), read("analyst", ids)]);
  const expected = (hidden: string) =>
    ids.map((id) => (id === "nowhere" ? "404" : id === "hidden" ? hidden : `200 ${id}`));
  expect(byAll).toEqual(expected("404"));
  expect(withKey).toEqual(expected("200 hidden"));
});
