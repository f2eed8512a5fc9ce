import { createRequire } from "node:module";
import { describe, expect, test } from "@jest/globals";
import { applyPatch } from "../../src/record/apply-patch.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/record/json.ts";
import { onlyAppends, readPatch } from "../../src/record/json-patch.ts";

/** The result of a patch, or its faults. */
function patched(document: Json, patch: Json) {
  const read = readPatch(patch);
  if ("faults" in read) return read;
  const applied = applyPatch(document, read.operations);
  return "fault" in applied ? { faults: [applied.fault] } : applied;
}

/** The message of the first fault of a patch, with its pointer before it. */
function refusal(document: Json, ...patch: readonly JsonObject[]): string {
  const done = patched(document, patch);
  if (!("faults" in done)) throw new Error(`The patch applies: ${JSON.stringify(done)}`);
  const [fault] = done.faults;
  return `${fault?.pointer} ${fault?.message}`;
}

const require = createRequire(import.meta.url);

/** The cases that the JSON Patch organisation publishes (https://github.com/json-patch/json-patch-tests), disabled ones left out. */
const published = [
  require("json-patch-test-suite/tests.json"),
  require("json-patch-test-suite/spec_tests.json"),
].flatMap((cases: unknown) => {
  if (!isList(cases)) throw new Error("The published cases are no list.");
  return cases.filter(isObject).filter((one) => one.disabled !== true);
});

describe("the published test suite", () => {
  test("has all its cases", () => {
    expect(published).toHaveLength(91);
  });

  test.each(published.map((one, place) => [place, one.comment ?? JSON.stringify(one.patch), one] as const))(
    "%i %s",
    (_place, _comment, { doc = null, patch = null, expected = doc, error }) => {
      const copy = structuredClone(doc);
      const done = patched(doc, patch);
      if (error === undefined) expect(done).toEqual({ result: expected });
      else expect(done).toMatchObject({ faults: [{ code: expect.any(String) }] });
      expect(doc).toEqual(copy);
    },
  );
});

const record = {
  name: "A",
  kind: "STATE",
  end: null,
  count: 3,
  aliases: ["x", "y"],
  claims: [{ accused: ["a"] }],
};

describe("a list token", () => {
  test.each(["length", "-", "01", "00", "-1", "+1", "1e0", "1.0", " 1", "push", "２", "", "0x0", "2"])(
    "%j names no item of a list of two",
    (token) => {
      for (const op of ["replace", "test"])
        expect(refusal(record, { op, path: `/aliases/${token}`, value: 1 })).toMatch(
          /^\/0\/path Operation 0 /,
        );
      expect(refusal(record, { op: "remove", path: `/aliases/${token}` })).toContain(
        "Use an index from 0 to 1.",
      );
      for (const op of ["move", "copy"])
        expect(refusal(record, { op, from: `/aliases/${token}`, path: "/name" })).toMatch(
          /^\/0\/from Operation 0 /,
        );
    },
  );

  test.each(["length", "01", "3", "-1", "--"])("%j is no place to add at in a list of two", (token) => {
    expect(refusal(record, { op: "add", path: `/aliases/${token}`, value: "z" })).toContain(
      "Use an index from 0 to 2.",
    );
  });

  test.each(["2", "-"])("%j adds after the last of two items", (token) => {
    expect(patched(record, [{ op: "add", path: `/aliases/${token}`, value: "z" }])).toMatchObject({
      result: { aliases: ["x", "y", "z"] },
    });
  });

  test("names an item on the way to another value", () => {
    expect(refusal(record, { op: "add", path: "/claims/-/accused/-", value: "b" })).toContain(
      "`-` is the place after",
    );
    expect(refusal(record, { op: "add", path: "/claims/1/accused/-", value: "b" })).toBe(
      "/0/path Operation 0 (`add`, path `/claims/1/accused/-`): The list at `/claims` has 1 item, so `1` is beyond its end. Use an index from 0 to 0.",
    );
  });
});

describe("a pointer", () => {
  test.each(["/name/0", "/name/-", "/kind/length", "/count/0", "/end/x", "/name/"])(
    "does not enter %s",
    (path) => {
      for (const op of ["add", "replace", "test"])
        expect(refusal(record, { op, path, value: "x" })).toContain(
          "A pointer enters objects and lists only",
        );
      expect(refusal(record, { op: "remove", path })).toContain("A pointer enters objects and lists only");
      expect(refusal(record, { op: "copy", from: path, path: "/x" })).toMatch(/^\/0\/from /);
    },
  );

  test.each(["toString", "constructor", "__proto__", "hasOwnProperty", "size"])(
    "finds own members only: %s is none",
    (member) => {
      expect(refusal(record, { op: "copy", from: `/${member}`, path: "/name" })).toContain("has no member");
      expect(refusal(record, { op: "replace", path: `/${member}`, value: 1 })).toContain("has no member");
      expect(refusal(record, { op: "add", path: `/${member}/x`, value: 1 })).toContain("has no member");
    },
  );

  test("adds a member named __proto__ as one like any other, and changes no prototype", () => {
    const done = patched(record, [
      { op: "add", path: "/__proto__", value: { polluted: 1 } },
      { op: "add", path: "/__proto__/more", value: 2 },
    ]);
    const result = "result" in done ? done.result : null;
    expect(JSON.stringify(result)).toContain('"__proto__":{"polluted":1,"more":2}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test.each(["a", "a/b", "/a~", "/a~2b", "#/a"])("%j is malformed", (path) => {
    expect(patched(record, [{ op: "remove", path }])).toMatchObject({
      faults: [{ pointer: "/0/path", code: "invalid_pointer" }],
    });
  });
});

describe("the whole document", () => {
  test.each(["add", "replace"])("is replaced by %s", (op) => {
    expect(
      patched(record, [
        { op, path: "", value: { a: [1] } },
        { op: "add", path: "/a/-", value: 2 },
      ]),
    ).toEqual({
      result: { a: [1, 2] },
    });
  });

  test("is tested, copied into itself, and replaced by a part of itself", () => {
    const value = { a: { b: 1 } };
    expect(patched(value, [{ op: "test", path: "", value }])).toEqual({ result: value });
    expect(patched(value, [{ op: "copy", from: "", path: "/c" }])).toEqual({
      result: { ...value, c: value },
    });
    expect(patched(value, [{ op: "move", from: "/a", path: "" }])).toEqual({ result: { b: 1 } });
  });

  test("is not removed, nor moved into itself", () => {
    expect(refusal(record, { op: "remove", path: "" })).toContain("Delete the record with DELETE.");
    expect(refusal(record, { op: "move", from: "", path: "/x" })).toContain("cannot be moved into itself");
  });
});

describe("a move", () => {
  test("into its own child is refused, and to its own place changes nothing", () => {
    expect(refusal(record, { op: "move", from: "/claims", path: "/claims/0" })).toContain(
      "cannot be moved into itself",
    );
    expect(refusal(record, { op: "move", from: "/x", path: "/x" })).toContain("has no member `x`");
    expect(patched(record, [{ op: "move", from: "/claims/0", path: "/claims/0" }])).toEqual({
      result: record,
    });
  });

  test("of an item is removal before addition", () => {
    expect(patched([1, 2, 3], [{ op: "move", from: "/0", path: "/2" }])).toEqual({ result: [2, 3, 1] });
    expect(refusal(record, { op: "move", from: "/aliases/0", path: "/aliases/2" })).toContain(
      "Use an index from 0 to 1.",
    );
  });
});

describe("a test", () => {
  test("compares values whole, members in any order, and repeats no value where they differ", () => {
    const secret = "s".repeat(20_000);
    expect(
      patched({ a: { b: 1, c: [null] } }, [{ op: "test", path: "/a", value: { c: [null], b: 1 } }]),
    ).toHaveProperty("result");
    for (const value of [
      { b: 1 },
      { b: 1, c: [] },
      { b: 1, c: {} },
      { b: 1, d: [null] },
      { b: 1, c: [null], d: 1 },
      [],
      1,
      null,
    ])
      expect(refusal({ a: { b: 1, c: [null] } }, { op: "test", path: "/a", value })).toContain(
        "differs from `value`",
      );
    expect(refusal({ a: secret }, { op: "test", path: "/a", value: `${secret}x` }).length).toBeLessThan(200);
  });
});

describe("a patch", () => {
  test("ends at the first operation that does not apply, and names it", () => {
    const done = patched(record, [
      { op: "add", path: "/aliases/-", value: "z" },
      { op: "remove", path: "/nothing" },
      { op: "remove", path: "/nothing/else" },
    ]);
    expect(done).toMatchObject({ faults: [{ pointer: "/1/path", code: "patch_does_not_apply" }] });
  });

  test("leaves its own values as they are, so that it can be applied again", () => {
    const patch = [
      { op: "add", path: "/list", value: [{ a: 1 }] },
      { op: "add", path: "/list/0/b", value: 2 },
    ];
    expect(patched({}, patch)).toEqual({ result: { list: [{ a: 1, b: 2 }] } });
    expect(patched({}, patch)).toEqual({ result: { list: [{ a: 1, b: 2 }] } });
  });

  test("has a thousand operations at most", () => {
    const operations = (number: number) =>
      Array.from({ length: number }, () => ({ op: "test", path: "/a", value: 1 }));
    expect(patched({ a: 1 }, operations(1_000))).toEqual({ result: { a: 1 } });
    expect(patched({ a: 1 }, operations(1_001))).toMatchObject({
      faults: [{ pointer: "", code: "too_many_operations" }],
    });
  });

  test("repeats at most 100 characters of each pointer and token", () => {
    expect(refusal(record, { op: "remove", path: `/${"x".repeat(50_000)}` }).length).toBeLessThan(400);
    expect(refusal(record, { op: "remove", path: `/claims/${"9".repeat(50_000)}` }).length).toBeLessThan(500);
  });

  test("nests a record no deeper than a request may", () => {
    const deeper = Array.from({ length: 10 }, () => ({ op: "copy", from: "", path: "/a/a" }));
    expect(refusal({ a: { a: 1 } }, ...deeper)).toContain("nested more than 20 levels");
    const nest = [
      { op: "add", path: "/b", value: { c: {} } },
      ...Array.from({ length: 20 }, () => [
        { op: "move", from: "/a", path: "/b/c/d" },
        { op: "move", from: "/b", path: "/a" },
        { op: "add", path: "/b", value: { c: {} } },
      ]).flat(),
    ];
    expect(refusal({ a: {} }, ...nest)).toContain("nested more than 20 levels");
  });

  test("brings in no list that is longer than any of a record", () => {
    const value = Array.from({ length: 10_001 }, () => 0);
    expect(refusal({}, { op: "add", path: "/list", value })).toContain("A list of 10001 items is too long");
  });

  test("copies a bounded amount", () => {
    const doubling = Array.from({ length: 60 }, (_, place) => ({
      op: "copy",
      from: "/a",
      path: `/a/x${place}`,
    }));
    expect(refusal({ a: { text: "long ".repeat(100) } }, ...doubling)).toMatch(/levels|copy more than/);
    const repeated = Array.from({ length: 60 }, () => ({ op: "copy", from: "/list", path: "/all/-" }));
    expect(refusal({ list: ["t".repeat(50_000)], all: [] }, ...repeated)).toContain(
      "copy more than 1000000 characters",
    );
  });

  test("copies at most 25,000 objects and lists, however empty they are", () => {
    const value = Array.from({ length: 9_000 }, () => ({}));
    const add = { op: "add", path: "/x", value };
    const copies = Array.from({ length: 100 }, (_, place) => ({
      op: "copy",
      from: "/x",
      path: `/all/${place}`,
    }));
    expect(refusal({ all: [] }, add, ...copies)).toBe(
      "/2/path Operation 2 (`copy`, path `/all/1`): The record would have 27005 objects and lists; at most 25000 are accepted. Add or copy a smaller value, or remove other values first.",
    );
    const copiesInPlace = copies.map((copy) => ({ ...copy, path: "/y" }));
    expect(refusal({ all: [] }, add, ...copiesInPlace)).toMatch(
      /^\/3\/path Operation 3 \(`copy`, path `\/y`\): .* copy more than 1000000 characters.*Send the values/,
    );
  });

  test("copies at most 125,000 numbers", () => {
    const copies = Array.from({ length: 100 }, () => ({ op: "copy", from: "/x", path: "/all/-" }));
    const x = Array.from({ length: 10_000 }, () => 0);
    expect(refusal({ x, all: [] }, ...copies)).toMatch(/^\/12\/path .* copy more than 1000000 characters/);
  });

  test("is refused when a list that is copied into itself has doubled a few times", () => {
    const doubling = Array.from({ length: 30 }, () => ({
      op: "copy",
      from: "/aliases",
      path: "/aliases/-",
    }));
    expect(refusal(record, ...doubling)).toMatch(/^\/14\/path Operation 14 .* copy more than 1000000/);
  });

  test.each([
    ["put", { op: "add", path: "/list/-", value: 0 }],
    ["put before another", { op: "add", path: "/list/0", value: 0 }],
    ["copied", { op: "copy", from: "/name", path: "/list/-" }],
    ["moved", { op: "move", from: "/name", path: "/list/10000" }],
  ])("lets no list grow beyond 10,000 items by an item that is %s", (_how, operation) => {
    const list = Array.from({ length: 10_000 }, () => 0);
    expect(refusal({ name: "A", list }, operation)).toContain(
      "A list of 10001 items is too long; no list of a record has more than 10000. Add fewer items, or remove others first.",
    );
  });

  test("leaves a record with at most 25,000 objects and lists, and names the operation that exceeds them", () => {
    const objects = (length: number) => Array.from({ length }, () => ({}));
    const big = { a: objects(9_000), b: objects(9_000), c: { d: [] } };
    const tooMany = "objects and lists; at most 25000 are accepted. Add or copy a smaller value, or remove";
    expect(
      refusal(big, { op: "test", path: "/c/d", value: [] }, { op: "copy", from: "/a", path: "/c/d/-" }),
    ).toMatch(/^\/1\/path Operation 1 \(`copy`, path `\/c\/d\/-`\): The record would have 27006 objects/);
    expect(refusal(big, { op: "add", path: "/e", value: objects(8_000) })).toContain(tooMany);
    expect(refusal(big, { op: "replace", path: "/c", value: objects(8_000) })).toContain(tooMany);
  });

  test("counts the objects and lists that an operation takes out of a record", () => {
    const objects = (length: number) => Array.from({ length }, () => ({}));
    const big = { a: objects(9_000), b: objects(9_000), c: [0] };
    for (const patch of [
      [
        { op: "remove", path: "/a" },
        { op: "add", path: "/d", value: objects(9_000) },
      ],
      [{ op: "add", path: "/a", value: objects(9_000) }],
      [{ op: "replace", path: "/a", value: objects(9_000) }],
      [
        { op: "replace", path: "/c/0", value: objects(5_000) },
        { op: "replace", path: "/c/0", value: objects(5_000) },
        { op: "replace", path: "/c/0", value: 1 },
        { op: "add", path: "/c/-", value: objects(5_000) },
      ],
      [{ op: "replace", path: "", value: big }],
      [
        { op: "move", from: "/a", path: "" },
        { op: "add", path: "/-", value: objects(9_000) },
        { op: "move", from: "/9000", path: "/0" },
        { op: "move", from: "/0", path: "/8999/b" },
        { op: "add", path: "/-", value: objects(6_000) },
      ],
    ])
      expect(patched(big, patch)).toHaveProperty("result");
  });

  test("applies to a record that already has more objects and lists, if it adds none", () => {
    const objects = Array.from({ length: 9_000 }, () => ({}));
    const big = { a: objects, b: objects, c: objects };
    expect(patched(big, [{ op: "replace", path: "/a/0", value: {} }])).toHaveProperty("result");
    expect(refusal(big, { op: "add", path: "/d", value: {} })).toContain("27005 objects and lists");
  });
});

describe("a patch only appends", () => {
  const appends = (...paths: readonly string[]) => {
    const read = readPatch(paths.map((path) => ({ op: "add", path, value: 1 })));
    return "operations" in read && onlyAppends(read.operations, ["claims", "a/b"]);
  };

  test.each(["/claims/-", "/a~1b/-"])("with %s", (path) => {
    expect(appends(path)).toBe(true);
  });

  test.each(["/claims/0", "/claims/0/accused/-", "/claims", "/-", "", "/other/-", "/claims/-/accused/-"])(
    "not with %s",
    (path) => {
      expect(appends(path)).toBe(false);
      expect(appends("/claims/-", path)).toBe(false);
    },
  );

  test("not where it has no operation, or another than add", () => {
    expect(appends()).toBe(false);
    const copy = readPatch([{ op: "copy", from: "/claims/0", path: "/claims/-" }]);
    expect("operations" in copy && onlyAppends(copy.operations, ["claims"])).toBe(false);
  });
});
