import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/record/json.ts";
import {
  at,
  changed,
  claimBody,
  created,
  type Doc,
  docOf,
  expectProblem,
  makeWorld,
  rowCounts,
  violationBody,
  world,
} from "../support/builders.ts";
import { anyPatch } from "../support/patches.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let report: Doc;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

beforeEach(async () => {
  const claims = [claimBody(), claimBody({ accused: [world.army] })];
  report = await created(service, "violation", violationBody({ description: "As reported", claims }));
});

function send(operations: Json, ifMatch?: string) {
  const request = service
    .as("editor")
    .patch(at("violation", report.id))
    .set("Content-Type", "application/json-patch+json");
  return (ifMatch === undefined ? request : request.set("If-Match", ifMatch)).send(
    JSON.stringify(operations),
  );
}

async function stands(): Promise<string> {
  return (await service.as("editor").get(at("violation", report.id))).text;
}

describe("a JSON Patch", () => {
  test.each<[JsonObject, string]>([
    [{ op: "replace", path: "/claims/length", value: 1 }, "/0/path"],
    [{ op: "remove", path: "/claims/length" }, "/0/path"],
    [{ op: "replace", path: "/claims/-", value: claimBody() }, "/0/path"],
    [{ op: "replace", path: "/claims/01", value: claimBody() }, "/0/path"],
    [{ op: "replace", path: "/claims/-1", value: claimBody() }, "/0/path"],
    [{ op: "replace", path: "/claims/1e0", value: claimBody() }, "/0/path"],
    [{ op: "replace", path: "/claims/push", value: claimBody() }, "/0/path"],
    [{ op: "replace", path: "/description/0", value: "x" }, "/0/path"],
    [{ op: "replace", path: "/visibility/length", value: 1 }, "/0/path"],
    [{ op: "add", path: "/description/-", value: "x" }, "/0/path"],
    [{ op: "copy", from: "/toString", path: "/description" }, "/0/from"],
    [{ op: "remove", path: "" }, "/0/path"],
  ])("%j is refused, names its place, and changes nothing", async (operation, place) => {
    const before = await stands();
    const counts = await rowCounts(service);
    const answer = await send([operation], '"1"');
    expectProblem(answer, 422, "invalid-record", [place]);
    expect(answer.body.detail).toBe(answer.body.errors[0].message);
    expect(answer.body.detail).toContain(`Operation 0 (\`${String(operation.op)}\``);
    expect(await stands()).toBe(before);
    expect(await rowCounts(service)).toEqual(counts);
  });

  test.each(["replace", "add"])(
    "changes a record by %s of the whole document, with its id or without",
    async (op) => {
      const { id, version: _version, ...rest } = report;
      const changedTo = { ...rest, description: "Replaced" };
      const one = await send([{ op, path: "", value: { ...changedTo, id } }], '"1"');
      expect([one.status, docOf(one).description]).toEqual([200, "Replaced"]);
      const other = await send([{ op, path: "", value: violationBody({ description: "Again" }) }], '"2"');
      expect([other.status, docOf(other).id, docOf(other).description]).toEqual([200, id, "Again"]);
    },
  );

  test("validates what the whole document is replaced by", async () => {
    expectProblem(await send([{ op: "replace", path: "", value: 5 }], '"1"'), 422, "invalid-record", [""]);
    expectProblem(
      await send([{ op: "replace", path: "", value: { id: "x" } }], '"1"'),
      422,
      "invalid-record",
      ["/id"],
    );
    expectProblem(await send([{ op: "replace", path: "", value: {} }], '"1"'), 422, "invalid-record");
    expectProblem(await send([{ op: "remove", path: "/id" }], '"1"'), 422, "invalid-record", ["/id"]);
  });

  test("tests the whole document", async () => {
    const edit = { op: "replace", path: "/description", value: "Tested" };
    expect((await send([{ op: "test", path: "", value: report }, edit], '"1"')).status).toBe(200);
    expectProblem(await send([{ op: "test", path: "", value: report }, edit], '"2"'), 422, "invalid-record", [
      "/0/path",
    ]);
  });

  test("of more than a thousand operations is refused in one sentence", async () => {
    const value = "y".repeat(20_000);
    await changed(service, "violation", report.id, { description: "x".repeat(20_000) });
    const operations = Array.from({ length: 15_000 }, () => ({
      op: "test",
      path: "/description",
      value: "n",
    }));
    const answer = await send(operations, '"2"');
    expectProblem(answer, 422, "invalid-record", [""]);
    expect(answer.text.length).toBeLessThan(1_000);
    const failing = await send([{ op: "test", path: "/description", value }], '"2"');
    expect(failing.text.length).toBeLessThan(1_000);
  });

  test("made of any pointers is applied or refused with a place, and a refused one changes nothing", async () => {
    let version = 1;
    await fc.assert(
      fc.asyncProperty(anyPatch(report), async (patch) => {
        const before = await stands();
        const answer = await send(patch, `"${version}"`);
        expect([200, 403, 422]).toContain(answer.status);
        if (answer.status === 200) version = docOf(answer).version;
        else {
          expect(answer.body.errors[0].pointer ?? "").toMatch(/^(\/.*)?$/);
          expect(await stands()).toBe(before);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a JSON Patch without If-Match", () => {
  test("may append to lists of the record", async () => {
    const append = { op: "add", path: "/claims/-", value: claimBody() };
    const answer = await send([append, append]);
    expect([answer.status, answer.headers.etag, answer.body.claims.length]).toEqual([200, '"2"', 4]);
  });

  test.each<[string, JsonObject]>([
    ["into an item", { op: "add", path: "/claims/0/accused/-", value: world.army }],
    ["at an index", { op: "add", path: "/claims/2", value: claimBody() }],
    ["of a member", { op: "add", path: "/description", value: "x" }],
    ["into no list", { op: "add", path: "/description/-", value: "x" }],
    ["into an unknown member", { op: "add", path: "/toString/-", value: "x" }],
    ["to the record itself", { op: "add", path: "/-", value: "x" }],
    ["by copying", { op: "copy", from: "/claims/0", path: "/claims/-" }],
    ["by moving", { op: "move", from: "/claims/0", path: "/claims/-" }],
    ["of the whole", { op: "add", path: "", value: {} }],
  ])("is asked for it where it adds %s", async (_where, operation) => {
    const before = await stands();
    const append = { op: "add", path: "/claims/-", value: claimBody() };
    for (const patch of [[operation], [append, operation]])
      expectProblem(await send(patch), 428, "precondition-required", ["If-Match:"]);
    expect(await stands()).toBe(before);
  });

  test("is asked for it where it has no operation", async () => {
    expectProblem(await send([]), 428, "precondition-required");
  });

  test("appends to no item that another writer has removed meanwhile", async () => {
    await changed(service, "violation", report.id, { claims: [claimBody({ accused: [world.army] })] });
    const append = [{ op: "add", path: "/claims/0/accused/-", value: world.other }];
    expectProblem(await send(append), 428, "precondition-required");
    expectProblem(await send(append, '"1"'), 412, "precondition-failed");
  });
});
