import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  at,
  claimBody,
  created,
  expectProblem,
  makeWorld,
  rowCounts,
  violationBody,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let before: Awaited<ReturnType<typeof rowCounts>>;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "violation", violationBody({ id: "stands" }));
  before = await rowCounts(service);
});

afterAll(async () => {
  expect(await rowCounts(service)).toEqual(before);
  await service.close();
});

const noon = { local: "2020-10-10T12:00", time_zone: "+04:00" };
const raw = (text: string) =>
  service
    .as("editor")
    .post(at("violation"))
    .set("Content-Type", "application/json")
    .serialize(String)
    .send(text);

describe("text that no database should keep", () => {
  test.each(["\\u0000", "a\\u0000b", "\\ud800", "x\\udfff", "\\udc00\\ud800"])(
    "%s is refused in values and names",
    async (escaped) => {
      const base = JSON.stringify(violationBody({ description: "@" }));
      expectProblem(await raw(base.replace("@", escaped)), 422, "invalid-record", ["/description"]);
      const named = await raw(`{"${escaped}":1,${base.slice(1)}`);
      expect([named.status, named.headers["content-type"]]).toEqual([422, "application/problem+json"]);
    },
  );

  test("NUL in the address or a parameter is refused", async () => {
    expectProblem(await service.as("public").get(`${at("violation")}?q=%00`), 400, "bad-request", ["?q"]);
    expectProblem(await service.as("public").get(`${at("violation")}?q=%ED%A0%80`), 400, "bad-request", [
      "?q",
    ]);
    for (const path of ["/%00", "/v1%00/actors", "/%ff"])
      expectProblem(await service.as("public").get(path), 400, "bad-request", []);
    for (const id of ["%00", "a%00b", "%ED%A0%80", "..%2f", "__proto__", "A", "x".repeat(5_000)]) {
      const answer = await service.as("public").get(at("violation", id));
      expect([id.slice(0, 9), answer.status >= 400 && answer.status < 500]).toEqual([id.slice(0, 9), true]);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
    }
  });

  test.each([
    "",
    "/claims/0",
    "/claims/0/stated",
    "/claims/0/citations/0",
    "/occurred",
    "/expanded",
    "/external_ids/0",
  ])("__proto__ at %s/ is refused by name, in a record and in a patch", async (pointer) => {
    const body = violationBody({
      occurred: { start: noon },
      claims: [claimBody({ stated: noon })],
      expanded: {},
      external_ids: [{ dataset: "p", id: "p" }],
    });
    const mark = (value: unknown, steps: readonly string[]): unknown => {
      const [step, ...rest] = steps;
      if (step === undefined) return { "@@": { polluted: true }, ...Object(value) };
      if (Array.isArray(value))
        return value.map((item, place) => (String(place) === step ? mark(item, rest) : item));
      return { ...Object(value), [step]: mark(Object(value)[step], rest) };
    };
    const text = JSON.stringify(mark(body, pointer.split("/").slice(1))).replace("@@", "__proto__");
    expectProblem(await raw(text), 422, "invalid-record", [`${pointer}/__proto__`]);
    const patch = await service
      .as("editor")
      .patch(at("violation", "stands"))
      .set("If-Match", '"1"')
      .set("Content-Type", "application/merge-patch+json")
      .send(text);
    expectProblem(patch, 422, "invalid-record", [`${pointer}/__proto__`]);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  test("constructor and its like are members that are not known", async () => {
    const answer = await raw(
      JSON.stringify(violationBody({ constructor: { prototype: {} }, toString: 1, hasOwnProperty: null })),
    );
    expectProblem(answer, 422, "invalid-record", ["/constructor", "/toString", "/hasOwnProperty"]);
  });
});

describe("a patch is refused", () => {
  const patch = (operations: object) =>
    service
      .as("editor")
      .patch(at("violation", "stands"))
      .set("If-Match", '"1"')
      .set("Content-Type", "application/json-patch+json")
      .send(JSON.stringify(operations));

  test.each([
    ["that is no list", { op: "add" }, [""]],
    [
      "of operations that are none",
      [1, { op: "put", path: "/a" }, { op: "add", path: "a", value: 1 }],
      ["/0", "/1/op", "/2/path"],
    ],
    [
      "that lacks what it needs",
      [
        { op: "add", path: "/x" },
        { op: "move", path: "/x" },
      ],
      ["/0/value", "/1/from"],
    ],
    [
      "that does not apply",
      [
        { op: "remove", path: "/claims/7" },
        { op: "replace", path: "/claims/x/words", value: 1 },
      ],
      ["/0/path"],
    ],
    [
      "that goes by way of a prototype",
      [
        { op: "add", path: "/__proto__/polluted", value: 1 },
        { op: "copy", from: "/constructor/prototype", path: "/x" },
      ],
      ["/0/path"],
    ],
  ])("%s", async (_how, operations, places) => {
    expectProblem(await patch(operations), 422, "invalid-record", places);
  });

  test("that copies itself larger and larger", async () => {
    const doubling = Array.from({ length: 60 }, (_, place) => ({
      op: "copy",
      from: "/claims",
      path: `/claims/0/x${place}`,
    }));
    const started = Date.now();
    expectProblem(await patch(doubling), 422, "invalid-record");
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test("that is no object, or another's form", async () => {
    const merge = (text: string) =>
      service
        .as("editor")
        .patch(at("violation", "stands"))
        .set("If-Match", '"1"')
        .set("Content-Type", "application/json")
        .send(text);
    expectProblem(await merge("[]"), 422, "invalid-record", [""]);
    expectProblem(await merge("null"), 422, "invalid-record", [""]);
    expectProblem(await merge('{"claims":null,"types":{"0":"X"}}'), 422, "invalid-record", [
      "/claims",
      "/types",
    ]);
  });
});
