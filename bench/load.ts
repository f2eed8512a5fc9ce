import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { allTables } from "../src/record/table.ts";
import { violation } from "../src/record-types/violation.ts";
import { type Choice, choiceOf, sample } from "./records.ts";
import { progress, sleep } from "./room.ts";

/**
 * Writes as many violations as wanted by copying one that the service itself has written: its rows in every table and its
 * revision are read as JSON, and other values put in the place of its own. So the form of all of them is the service's,
 * whatever that may become.
 */

const batch_rows = 50_000;

/** What a copy differs by, in the order of the staging table's columns. */
interface Copied extends Choice {
  readonly id: string;
  /** When it was written, with microseconds, without its `Z`. */
  readonly at: string;
}

const columns = ["id", "at", ...Object.keys(sample)];

/** The copy of a number: its id is shaped like those the service makes. */
export function copiedOf(number: number): Copied {
  const written_us = number * 37_123_457;
  const written_ms = Date.UTC(2024, 0, 1) + Math.floor(written_us / 1000);
  const at = `${new Date(written_ms).toISOString().slice(0, -1)}${String(written_us % 1000).padStart(3, "0")}`;
  const time = written_ms.toString(16).padStart(12, "0");
  const rest = ((number * 2_654_435_761) % 2 ** 48).toString(16).padStart(12, "0");
  return { id: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`, at, ...choiceOf(number) };
}

/** Copies the record `id` until there are `rows` reports; foreign keys are not looked at, for the originals were. */
export async function loadViolations(client: pg.Client, id: string, rows: number): Promise<void> {
  await client.query(
    "SET session_replication_role = replica; SET synchronous_commit = off; SET statement_timeout = 0",
  );
  await client.query("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 1");
  const columnList = columns.map((name) => `${name} text`).join(", ");
  await client.query(
    `CREATE TEMPORARY TABLE copied (${columnList}, salt bytea DEFAULT uuid_send(gen_random_uuid()))`,
  );
  const inserts = await insertStatements(client, id);
  const indexes = await dropIndexes(client);
  for (let done = 0; done < rows; done += batch_rows) {
    const last = Math.min(done + batch_rows, rows);
    await stage(client, done, last);
    for (const statement of inserts) await client.query(statement);
    await client.query("TRUNCATE copied");
    await untilChained(client);
    progress(`${last.toLocaleString("en")} of ${rows.toLocaleString("en")} violations written`);
  }
  for (const [place, definition] of indexes.entries()) {
    await client.query(definition);
    progress(`index ${place + 1} of ${indexes.length} built`);
  }
  await client.query("DROP TABLE copied; RESET session_replication_role");
  await client.query("VACUUM (ANALYZE)");
  await client.query("CHECKPOINT");
}

async function stage(client: pg.Client, first: number, end: number): Promise<void> {
  const lines = function* () {
    for (let number = first; number < end; number += 1)
      yield `${Object.values(copiedOf(number)).join("\t")}\n`;
  };
  const copy = client.query(copyFrom(`COPY copied (${columns.join(", ")}) FROM STDIN`));
  await pipeline(Readable.from(lines()), copy);
  if (!copy.closed) await once(copy, "close");
}

/** One INSERT for each table that holds rows of the record, and one for its revision, whose digest is made anew. */
async function insertStatements(client: pg.Client, id: string): Promise<string[]> {
  const tables = allTables(violation.table).map((table) => ({
    name: table.name,
    key: table.keys[0] ?? "id",
  }));
  const statements: string[] = [];
  const tokens = await tokensOf(client, id);
  for (const { name, key } of [...tables, { name: "revisions", key: "id" }]) {
    const {
      rows: [found],
    } = await client.query<{ rows: string | null; columns: string[] }>(
      `SELECT (SELECT json_agg(t)::text FROM ${name} t WHERE ${key} = $1) AS rows,
        (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute WHERE attrelid = $2::regclass AND attnum > 0 AND NOT attisdropped) AS columns`,
      [id, name],
    );
    if (found === undefined || found.rows === null) continue;
    const values = found.columns.map((column) =>
      name === "revisions" ? revisionValue(column) : `r.${column}`,
    );
    statements.push(`INSERT INTO ${name} (${found.columns.join(", ")}) SELECT ${values.join(", ")}
      FROM copied c, LATERAL json_populate_recordset(NULL::${name}, format(${client.escapeLiteral(formatOf(found.rows, tokens))}, ${columns.map((column) => `c.${column}`).join(", ")})::json) r`);
  }
  return statements;
}

function revisionValue(column: string): string {
  if (column === "salt") return "c.salt";
  if (column === "xid") return "pg_current_xact_id()";
  if (column !== "digest") return `r.${column}`;
  return `revision_digest(c.salt, r.document, r.type, r.id, r.version, r.operation, r.recorded_at, r.author, r.reason, r.import)`;
}

/** Waits until the service has put every version into the ledger, so that it does not do so while it is measured. */
async function untilChained(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ waiting: boolean }>(
      `SELECT EXISTS (SELECT FROM revisions r WHERE r.xid >= (SELECT max(xid) FROM revisions)
        AND NOT EXISTS (SELECT FROM ledger l WHERE l.type = r.type AND l.id = r.id AND l.version = r.version)) AS waiting`,
    );
    if (rows[0]?.waiting !== true) return;
    await sleep(100);
  }
}

interface Token {
  readonly text: string;
  /** The place of its column among the arguments of format(), from 1. */
  readonly place: number;
}

/** Every text of the record that a copy has otherwise; longer ones first, for a day begins an instant. */
async function tokensOf(client: pg.Client, id: string): Promise<Token[]> {
  const { rows } = await client.query<{ document: string; at: string }>(
    "SELECT document, created_at::timestamp::text AS at FROM violations WHERE id = $1",
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`There is no violation ${id}.`);
  const stamp = /"created_at":"([^"]+)Z"/.exec(row.document)?.[1] ?? "";
  const texts: { readonly [column: string]: string } = { id, at: stamp, ...sample };
  const tokens = columns.map((column, place) => ({ text: texts[column] ?? "", place: place + 1 }));
  // Outside the document Postgres leaves out the zeros at a fraction's end.
  tokens.push({ text: row.at.replace(" ", "T"), place: columns.indexOf("at") + 1 });
  return tokens.sort((one, other) => other.text.length - one.text.length);
}

function formatOf(text: string, tokens: readonly Token[]): string {
  return tokens.reduce(
    (made, { text: token, place }) => made.replaceAll(token, `%${place}$s`),
    text.replaceAll("%", "%%"),
  );
}

/**
 * Drops what would be kept up row by row, and returns how it is made again; what holds a constraint stays, and what the
 * service chains versions by.
 */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE NOT indisunique AND indexrelid <> 'revisions_xid_idx'::regclass
        AND (indrelid = 'revisions'::regclass OR indrelid::regclass::text LIKE 'violations%')`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}
