import fc from "fast-check";
import { isList, isObject, type Json, type JsonObject, pointerStep } from "../../src/record/json.ts";

/** Tokens that name no member or item of most values, though careless code finds something under each. */
const strangeTokens = [
  "-",
  "length",
  "01",
  "-1",
  "1e0",
  "push",
  "toString",
  "constructor",
  "__proto__",
  "0",
  "1",
  "7",
  "",
  "~",
  "new",
];

/** Every pointer into a value. */
function pointersInto(value: Json, at = ""): string[] {
  const inner = isList(value) || isObject(value) ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([token, one]) => pointersInto(one, `${at}${pointerStep(token)}`))];
}

/** JSON Pointers into a value, and beyond it. */
function anyPointer(value: Json): fc.Arbitrary<string> {
  const right = fc.constantFrom(...pointersInto(value));
  const wrong = fc
    .tuple(right, fc.array(fc.constantFrom(...strangeTokens), { minLength: 1, maxLength: 2 }))
    .map(([pointer, tokens]) => `${pointer}${tokens.map(pointerStep).join("")}`);
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 2, arbitrary: wrong });
}

/** JSON Patches of a few operations, many of which apply to the value. */
export function anyPatch(value: Json): fc.Arbitrary<JsonObject[]> {
  const pointer = anyPointer(value);
  const given = fc.constantFrom<Json>(null, 1, "text", [], [1, "x"], {}, { a: { b: [] } }, value);
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom("add", "replace", "test"), path: pointer, value: given }),
    fc.record({ op: fc.constantFrom("move", "copy"), from: pointer, path: pointer }),
    fc.record({ op: fc.constant("remove"), path: pointer }),
  );
  return fc.array(operation, { minLength: 1, maxLength: 4 });
}
