import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import pg from "pg";
import { jsonListSql, jsonMapSql, jsonObjectSql } from "../../src/record/json-sql.ts";
import { cloneDatabase } from "../support/postgres.ts";

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await cloneDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", "\n", " : ", "é", "'", "%s"))
  .filter((value) => !value.includes("\0"));
const rows = fc.array(
  fc.record({
    key: text,
    words: fc.option(text),
    number: fc.option(
      fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    ),
    flag: fc.option(fc.boolean()),
    nested: fc.option(fc.record({ inner: fc.array(text, { maxLength: 3 }) })),
  }),
  { maxLength: 5 },
);

const from = `json_to_recordset($1::json) AS r(key text, words text, number float8, flag boolean, nested json, place int)`;
const own = jsonObjectSql({ words: "words", number: "number", flag: "flag", nested: "nested" });
const theirs = "json_build_object('words', words, 'number', number, 'flag', flag, 'nested', nested)";

test("objects, lists and maps have the values of PostgreSQL's functions, without blanks", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const placed = given.map((row, place) => ({ ...row, place }));
      const distinct = [...new Map(placed.map((row) => [row.key, row])).values()];
      const found = await client.query(
        `SELECT (SELECT ${jsonObjectSql({ all: jsonListSql(own, "place"), none: "NULL::text" })} FROM ${from})::text AS own,
           (SELECT json_build_object('all', coalesce(json_agg(${theirs} ORDER BY place), '[]'::json), 'none', NULL::text) FROM ${from}) AS theirs,
           (SELECT ${jsonMapSql("key", own)} FROM ${from.replace("$1", "$2")})::text AS map,
           (SELECT coalesce(json_object_agg(key, ${theirs} ORDER BY key), '{}'::json) FROM ${from.replace("$1", "$2")}) AS their_map`,
        [JSON.stringify(placed), JSON.stringify(distinct)],
      );
      const [row] = found.rows;
      expect(JSON.parse(row.own)).toEqual(row.theirs);
      expect(JSON.parse(row.map)).toEqual(row.their_map);
      expect(JSON.parse(row.own).all).toHaveLength(given.length);
      expect(outsideStrings(row.own + row.map)).not.toMatch(/\s/);
    }),
    { numRuns: 200 },
  );
});

/** JSON with every string emptied. */
function outsideStrings(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}
