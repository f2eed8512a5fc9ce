import { readFile } from "node:fs/promises";
import type pg from "pg";
import { allTables } from "../src/record/table.ts";
import { violation } from "../src/record-types/violation.ts";
import type { Runner } from "./rounds.ts";

/** What no two records share: names, instants, and what is drawn or made from these. */
const own = [
  "id",
  "violation_id",
  "created_at",
  "updated_at",
  "recorded_at",
  "author",
  "salt",
  "digest",
  "xid",
  "document",
];

/** Every contender must write the same rows for the same body into every table, or the race says nothing. */
export async function compareRows(client: pg.Client, runners: readonly Runner[]): Promise<void> {
  const written: { readonly name: string; readonly rows: ReadonlyMap<string, string> }[] = [];
  for (const runner of runners)
    written.push({ name: runner.name, rows: await rowsOf(client, await writeOne(runner)) });
  const [first, ...others] = written;
  for (const { name, rows } of others) {
    for (const [table, text] of rows) {
      const expected = first?.rows.get(table);
      if (text !== expected)
        throw new Error(`${name} wrote into ${table} ${text}, ${first?.name} ${expected}.`);
    }
  }
}

/** Sends the first body of a race, and resolves to the id of the record made of it. */
async function writeOne({ name, work }: Runner): Promise<string> {
  const [body] = (await readFile(work.file, "utf8")).split("\n", 1);
  const response = await fetch(`${work.url}${work.path}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(work.key !== undefined && { Authorization: `Bearer ${work.key}` }),
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const [, id] = /"id" ?: ?"([^"]+)"/.exec(text) ?? [];
  if (!response.ok || id === undefined)
    throw new Error(`POST to ${name} was answered ${response.status}: ${text}`);
  return id;
}

/** By table, the rows of a record as text, without what is its own. */
async function rowsOf(client: pg.Client, id: string): Promise<ReadonlyMap<string, string>> {
  const tables = [
    ...allTables(violation.table).map((table) => ({ name: table.name, key: table.keys[0] ?? "id" })),
    { name: "revisions", key: "id" },
  ];
  const found = new Map<string, string>();
  for (const { name, key } of tables) {
    const { rows } = await client.query<{ text: string }>(
      `SELECT coalesce(jsonb_agg(made ORDER BY made), '[]')::text AS text FROM (
        SELECT to_jsonb(t) - $2::text[] || jsonb_build_object('document', (to_jsonb(t)->>'document')::jsonb - $2::text[]) AS made
        FROM ${name} t WHERE ${key} = $1) AS rows`,
      [id, own],
    );
    found.set(name, rows[0]?.text ?? "");
  }
  return found;
}
