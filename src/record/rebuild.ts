import type pg from "pg";
import { parsedDocument } from "./document.ts";
import type { JsonObject } from "./json.ts";
import type { RecordType } from "./record-type.ts";
import { only, type Queryable } from "./sql.ts";
import { allTables, rowsOf, type Table } from "./table.ts";

/**
 * Makes the rows of all standing records again from the documents of their last versions, as a write makes them: after a
 * restore the versions are all there is. What no document holds (the words of search, computed columns) stands with the
 * version. Runs in the caller's transaction, on tables that are empty.
 */

/** How many records are made at once, and how much text of theirs is held meanwhile. */
const BATCH = 500;
const BATCH_BYTES = 4_000_000;

/** How far the making has come: records. */
export interface Rebuilt {
  readonly done: number;
  readonly of: number;
}

/**
 * Records that others refer to are made first, and each reference is looked at with the statement that writes it; only those
 * that may point to what is made later wait until the last record stands. Yields after every batch.
 *
 * @throws pg.DatabaseError where a record refers to nothing
 */
export async function* rebuildRecords(
  client: pg.ClientBase,
  types: readonly RecordType[],
): AsyncGenerator<Rebuilt, Rebuilt> {
  const { of } = only(await client.query<{ of: number }>(`SELECT count(*)::int AS of FROM ${standingSql}`));
  await deferLookingAhead(client, types);
  let done = 0;
  for (const type of types) {
    for (let after = ""; ; ) {
      const standing = await nextStanding(client, type, after);
      const last = standing.at(-1);
      if (last === undefined) break;
      await writeRows(client, type, standing);
      after = last.id;
      done += standing.length;
      yield { done, of };
    }
  }
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  return { done, of };
}

/** The last versions of the records that stand. A last version is never a redacted one. */
const standingSql = `revisions r WHERE r.document IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions later
    WHERE later.type = r.type AND later.id = r.id AND later.version = r.version + 1)`;

interface Standing {
  readonly id: string;
  readonly document: string;
}

/** The next few records in the order of their ids: as many as fit, one at least. */
async function nextStanding(database: Queryable, type: RecordType, after: string): Promise<Standing[]> {
  const { rows } = await database.query<Standing>(
    `SELECT id, document FROM (SELECT r.id, r.document, sum(octet_length(r.document)) OVER (ORDER BY r.id) AS size FROM ${standingSql}
         AND r.type = $1 AND r.id > $2 ORDER BY r.id LIMIT ${BATCH}) AS next
     WHERE size - octet_length(document) < ${BATCH_BYTES} ORDER BY id`,
    [type.type, after],
  );
  return rows;
}

async function writeRows(
  database: Queryable,
  type: RecordType,
  standing: readonly Standing[],
): Promise<void> {
  const rows = new Map<Table, JsonObject[]>();
  for (const { document } of standing) {
    for (const [table, made] of rowsOf(type.table, parsedDocument(document))) {
      const list = rows.get(table);
      if (list === undefined) rows.set(table, made);
      else list.push(...made);
    }
  }
  for (const table of allTables(type.table)) {
    const list = rows.get(table);
    if (list === undefined) continue;
    const text = table.parent === null ? ownRowsSql(type) : rowsBelowSql(table);
    await database.query(text, [JSON.stringify(list)]);
  }
}

function ownRowsSql({ type, table, computed }: RecordType): string {
  const columns = table.columns.map(({ name }) => name);
  const kept = ["document", "search", ...computed.map(({ name }) => name)];
  const values = [
    "r.document",
    "r.search",
    ...computed.map(({ name, again }) => (again === undefined ? `coalesce(r.${name}, '')` : `r.${name}`)),
  ];
  return `INSERT INTO ${table.name} (${[...columns, ...kept].join(", ")})
    SELECT ${[...columns.map((name) => `x.${name}`), ...values].join(", ")}
    FROM json_populate_recordset(NULL::${table.name}, $1::json) x
    JOIN revisions r ON r.type = '${type}' AND r.id = x.id AND r.version = x.version`;
}

function rowsBelowSql(table: Table): string {
  const columns = [...table.keys, ...table.columns.map(({ name }) => name)].join(", ");
  return `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table.name}, $1::json)`;
}

/** Lets the references wait that may point to a record made later: to one of the same type, or of a type that comes after. */
async function deferLookingAhead(database: Queryable, types: readonly RecordType[]): Promise<void> {
  const places = new Map(types.map(({ type }, place) => [type, place]));
  const ahead = types.flatMap(({ table }, place) =>
    allTables(table).flatMap(({ name, columns }) =>
      columns
        .filter(({ node }) => node.ref !== undefined && (places.get(node.ref) ?? 0) >= place)
        .map((column) => `${name}.${column.name}`),
    ),
  );
  const found = await database.query<{ names: string }>(
    `SELECT string_agg(quote_ident(c.conname), ', ') AS names FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
     WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.connamespace = current_schema()::regnamespace
       AND format('%s.%s', c.conrelid::regclass, a.attname) = ANY($1)`,
    [ahead],
  );
  await database.query(`SET CONSTRAINTS ${only(found).names} DEFERRED`);
}
