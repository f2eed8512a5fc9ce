import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyPatch } from "../../src/record/apply-patch.ts";
import { isObject, type JsonObject } from "../../src/record/json.ts";
import { readPatch } from "../../src/record/json-patch.ts";
import { changesBetween } from "../../src/record/patch.ts";

const word = fc.constantFrom("a", "b", "a/b", "~", "");
const scalar = fc.oneof(fc.constant(null), fc.boolean(), fc.integer({ min: 0, max: 3 }), word);
const item = fc.record({ name: scalar, list: fc.array(scalar, { maxLength: 3 }) });
const documents = fc.record({
  "name/~": scalar,
  list: fc.array(scalar, { maxLength: 6 }),
  items: fc.oneof(fc.constant(null), fc.array(item, { maxLength: 5 })),
  object: fc.oneof(fc.constant(null), fc.dictionary(word, scalar, { maxKeys: 3 })),
});

function applied(document: JsonObject, operations: readonly JsonObject[]): unknown {
  const patch = operations.flatMap(({ old, ...operation }) =>
    old === undefined ? [operation] : [{ op: "test", path: operation.path ?? "", value: old }, operation],
  );
  const read = readPatch(patch);
  if ("faults" in read) return read.faults;
  const done = applyPatch(document, read.operations);
  return "result" in done ? done.result : done.fault;
}

describe("the changes between two documents", () => {
  test("turn the first into the second, and name what they replace", () => {
    fc.assert(
      fc.property(documents, documents, (before, after) => {
        const copy = structuredClone(before);
        const changes = changesBetween(before, after);
        expect(applied(before, changes)).toEqual(after);
        expect(before).toEqual(copy);
        for (const { op, old } of changes) expect(old === undefined).toBe(op === "add");
      }),
      { numRuns: 500 },
    );
  });

  test("are none between equals", () => {
    fc.assert(
      fc.property(documents, (document) =>
        expect(changesBetween(document, structuredClone(document))).toEqual([]),
      ),
    );
  });

  test("say of one item appended, removed or changed only that", () => {
    const items = ["a", "b", "c"].map((name) => ({ name, words: "long" }));
    const [a, b, c] = items;
    const between = (after: readonly unknown[]) => changesBetween({ items }, asDocument({ items: after }));
    expect(between([...items, { name: "d" }])).toEqual([
      { op: "add", path: "/items/3", value: { name: "d" } },
    ]);
    expect(between([{ name: "d" }, ...items])).toEqual([
      { op: "add", path: "/items/0", value: { name: "d" } },
    ]);
    expect(between([a, c])).toEqual([{ op: "remove", path: "/items/1", old: b }]);
    expect(between([a, { ...b, name: "x" }, c])).toEqual([
      { op: "replace", path: "/items/1/name", value: "x", old: "b" },
    ]);
  });

  test("of long lists of lists are found in a moment", () => {
    const claims = (prefix: string) => ({
      claims: Array.from({ length: 60 }, (_, claim) => ({
        citations: Array.from({ length: 60 }, (_, place) => ({ source: `${prefix}-${claim}-${place}` })),
      })),
    });
    const started = Date.now();
    expect(changesBetween(claims("a"), claims("b"))).toHaveLength(3_600);
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});

function asDocument(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error("A document is an object.");
  return value;
}
