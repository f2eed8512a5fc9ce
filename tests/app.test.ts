import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { at, bodies, changed, created, expectProblem, rowCounts } from "./support/builders.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;
let room = true;

beforeAll(async () => {
  service = await testService({ hasDiskRoom: () => room });
});

afterAll(async () => {
  await service.close();
});

test("writes are refused while the disk is nearly full, reads are answered, and both again when there is room", async () => {
  const { id } = await created(service, "actor", bodies.actor("kept"));
  const counts = await rowCounts(service);
  room = false;
  const editor = service.as("editor");
  const refused = [
    await editor.post(at("actor")).send(bodies.actor("refused")),
    await editor.patch(at("actor", id)).set("If-Match", "*").send({ name: "Refused" }),
    await editor.delete(at("actor", id)).set("If-Match", "*"),
  ];
  for (const answer of refused) {
    expectProblem(answer, 503, "service-unavailable");
    expect(answer.body.detail).toContain("no room left. Nothing was written.");
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
  expect((await editor.get(at("actor", id))).status).toBe(200);
  expect((await editor.head(at("actor", id))).status).toBe(200);
  expect(await rowCounts(service)).toEqual(counts);
  room = true;
  await changed(service, "actor", id, { name: "Changed" });
});
