import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyPatch } from "../../src/record/apply-patch.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/record/json.ts";
import { readPatch } from "../../src/record/json-patch.ts";
import { anyPatch } from "../support/patches.ts";

/** A JSON Patch applied as RFC 6902 and RFC 6901 put it, one copy a step. Undefined: it does not apply. */
function reference(document: Json, patch: readonly JsonObject[]): Json | undefined {
  let at: Json | undefined = document;
  for (const operation of patch) {
    if (at === undefined) return undefined;
    at = step(at, operation);
  }
  return at;
}

function step(document: Json, { op, path, from, value = null }: JsonObject): Json | undefined {
  const to = tokensOf(path);
  if (op === "add") return add(document, to, value);
  if (op === "test") return alike(get(document, to), value) ? document : undefined;
  if (op === "remove") return remove(document, to);
  if (op === "replace") {
    if (to.length === 0) return value;
    const without = remove(document, to);
    return without === undefined ? undefined : add(without, to, value);
  }
  const origin = tokensOf(from);
  const taken = get(document, origin);
  if (taken === undefined) return undefined;
  if (op === "copy") return add(document, to, taken);
  if (path === from) return document;
  if (origin.every((token, place) => to[place] === token)) return undefined;
  const without = remove(document, origin);
  return without === undefined ? undefined : add(without, to, taken);
}

function tokensOf(pointer: Json | undefined): string[] {
  const [, ...steps] = String(pointer).split("/");
  return steps.map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The index that a token is, up to a bound. */
function indexOf(token: string, bound: number): number | undefined {
  return Array.from({ length: bound }, (_, index) => String(index)).includes(token)
    ? Number(token)
    : undefined;
}

function get(value: Json, [token, ...rest]: readonly string[]): Json | undefined {
  if (token === undefined) return value;
  const entries = isList(value) ? Object.entries(value) : isObject(value) ? Object.entries(value) : [];
  const inner = entries.find(([name]) => name === token)?.[1];
  return inner === undefined ? undefined : get(inner, rest);
}

function add(value: Json, [token, ...rest]: readonly string[], added: Json): Json | undefined {
  if (token === undefined) return added;
  if (rest.length > 0) return inside(value, token, (inner) => add(inner, rest, added));
  if (isObject(value)) return Object.fromEntries([...Object.entries(value), [token, added]]);
  if (!isList(value)) return undefined;
  const index = token === "-" ? value.length : indexOf(token, value.length + 1);
  return index === undefined ? undefined : [...value.slice(0, index), added, ...value.slice(index)];
}

function remove(value: Json, [token, ...rest]: readonly string[]): Json | undefined {
  if (token === undefined) return undefined;
  if (rest.length > 0) return inside(value, token, (inner) => remove(inner, rest));
  if (get(value, [token]) === undefined) return undefined;
  if (isList(value)) return value.filter((_, index) => String(index) !== token);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== token))
    : undefined;
}

/** A copy of a value with one member or item changed. */
function inside(value: Json, token: string, change: (inner: Json) => Json | undefined): Json | undefined {
  const inner = get(value, [token]);
  const changed = inner === undefined ? undefined : change(inner);
  if (changed === undefined) return undefined;
  if (isList(value)) return value.map((item, index) => (String(index) === token ? changed : item));
  return isObject(value) ? Object.fromEntries([...Object.entries(value), [token, changed]]) : undefined;
}

function alike(one: Json | undefined, other: Json): boolean {
  return one !== undefined && JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return { members: names.map((name) => [name, sorted(value[name] ?? null)]) };
}

const name = fc.constantFrom("a", "b", "a/b", "~", "", "0", "length", "__proto__", "toString");
const scalar = fc.constantFrom<Json>(null, true, 0, 1, "text", "");
const { document } = fc.letrec<{ document: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("document"), { maxLength: 3 }),
    fc.dictionary(name, tie("document"), { maxKeys: 4 }),
  ),
}));

test("a patch does what the reference does, or names what does not apply; the document stays as it is", () => {
  let applied = 0;
  fc.assert(
    fc.property(
      document.chain((value) => fc.tuple(fc.constant(value), anyPatch(value))),
      ([value, patch]) => {
        const copy = structuredClone(value);
        const read = readPatch(patch);
        if ("faults" in read) throw new Error(JSON.stringify(read));
        const done = applyPatch(value, read.operations);
        const expected = reference(value, patch);
        if ("result" in done) applied += 1;
        if (expected === undefined)
          expect(done).toMatchObject({
            fault: { pointer: expect.stringMatching(/^\/\d+\/(path|from)$/), code: "patch_does_not_apply" },
          });
        else expect(done).toEqual({ result: expected });
        expect(value).toEqual(copy);
      },
    ),
    { numRuns: 5_000 },
  );
  expect(applied).toBeGreaterThan(500);
});
