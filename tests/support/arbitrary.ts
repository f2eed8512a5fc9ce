import fc from "fast-check";
import { isObject } from "../../src/record/json.ts";
import { unicodeName } from "./names.ts";

/** JSON values that fit a schema of the API's description, or nearly: some members are left out, some are nonsense. */
export function arbitraryFor(
  schema: unknown,
  schemas: { readonly [name: string]: unknown },
  depth = 0,
): fc.Arbitrary<unknown> {
  if (!isObject(schema) || depth > 7) return nonsense;
  const { $ref: reference } = schema;
  if (typeof reference === "string")
    return arbitraryFor(schemas[reference.split("/").at(-1) ?? ""], schemas, depth + 1);
  const among = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(among)) return fc.oneof(...among.map((one) => arbitraryFor(one, schemas, depth + 1)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  const fitting = ofType(schema, schemas, depth);
  return fc.oneof({ weight: 24, arbitrary: fitting }, { weight: 1, arbitrary: nonsense });
}

function ofType(
  schema: { readonly [member: string]: unknown },
  schemas: { readonly [name: string]: unknown },
  depth: number,
): fc.Arbitrary<unknown> {
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return objectOf(schema, schemas, depth);
    case "array":
      return fc.array(arbitraryFor(schema.items, schemas, depth + 1), {
        maxLength: 3,
        minLength: schema.minItems === 1 ? 1 : 0,
      });
    case "string":
      return text;
    case "integer":
      return fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer());
    case "number":
      return fc.oneof(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      );
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return nonsense;
  }
}

function objectOf(
  schema: { readonly [member: string]: unknown },
  schemas: { readonly [name: string]: unknown },
  depth: number,
): fc.Arbitrary<unknown> {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const members = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const wanted = members.map(([member, inner]) => {
    const value = arbitraryFor(inner, schemas, depth + 1);
    const kept = required.has(member) ? 0.97 : 0.3 / (depth + 1);
    return fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), value)
      .map(([chance, made]) => (chance <= kept ? [[member, made]] : []));
  });
  const odd = fc.oneof(
    { weight: 30, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(text, nonsense).map((pair) => [pair]) },
  );
  return fc
    .tuple(odd, ...wanted)
    .map((lists) =>
      Object.fromEntries(lists.flat().filter((pair): pair is [string, unknown] => Array.isArray(pair))),
    );
}

/** Ids that exist and ids that do not, times in every shape, and texts that break things. */
const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "armenia",
      "azerbaijan",
      "russia",
      "nagorno-karabakh-2020",
      "nagorno-karabakh-2020-10-26",
      "khankendi-stepanakert",
      "nysepost-395326",
      "nagorno-karabakh-2020-v33",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "2020",
      "2020-10",
      "2020-10-26",
      "2020-10-26T08",
      "2020-10-26T08:00",
      "2020-10-26T08:00:30",
      "1994-02-31",
      "9999-12-31T23:59:59",
      "0000",
      "+04:00",
      "Asia/Baku",
      "Europe/Moscow",
      "-12:00",
      "2020-10-26T04:00:00Z",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "https://example.org/a",
      "javascript:alert(1)",
      "",
      " ",
      "=1+1",
      "'",
      "\\",
      "%",
      "null",
      "__proto__",
      "constructor",
      "a".repeat(10_000),
      "Խանքենդի",
      "\ufeff",
      "1e999",
      "-0",
    ),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 2, arbitrary: unicodeName },
);

const nonsense = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  text,
  fc.constant([]),
  fc.constant({}),
  fc.jsonValue({ maxDepth: 2 }),
);

/** What may stand in a path or query where a text is wanted. */
export const anyText = text;
