import { addAbortSignal, Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { readState } from "../database/migration-state.ts";
import { startFailure } from "../database/start-failure.ts";
import { copyForms } from "../exchange/copy.ts";
import { chainOrder } from "../ledger/sequence.ts";
import { only, stampSql } from "../record/sql.ts";
import { type Check, checker } from "./check.ts";
import {
  type End,
  FORMAT,
  FORMAT_VERSION,
  type Header,
  type KeptTable,
  keptTables,
  versionColumns,
} from "./format.ts";
import { inChunks, linesOf } from "./lines.ts";

/** Hears how many versions are done, of how many. */
type Progress = (done: number, of: number) => void;

/** How a backup is made. */
export interface BackupOptions {
  /** The release that makes it. */
  readonly service_version: string;
  readonly progress: Progress;
  /** Aborting it ends the backup; the promise rejects. */
  readonly signal: AbortSignal;
}

/** What a backup holds. */
export interface Made {
  readonly header: Header;
  readonly end: End;
}

/**
 * Writes a backup of all that the database holds, as of one instant, while others write on. It flows from the server's COPY
 * into the sink as fast as the sink takes it. Ends the sink. Rejects with a sentence where the database holds what could not
 * be restored.
 */
export async function writeBackup(pool: pg.Pool, sink: Writable, options: BackupOptions): Promise<Made> {
  const client = await pool.connect();
  const check = checker((line, what) =>
    startFailure(
      `The database holds what could not be restored: line ${line} of its backup ${what}. ` +
        "`ceasefire verify` tells where its ledger is broken; `pg_dump` takes it as it stands.",
    ),
  );
  try {
    const header = await begin(client, options.service_version);
    const lines = backupLines(client, header, check, options);
    await pipeline(Readable.from(inChunks(lines)), sink, { signal: options.signal });
    await client.query("COMMIT");
    client.release();
    return { header, end: check.end() };
  } catch (error) {
    // A COPY may be under way: the connection ends with it.
    client.release(true);
    throw error;
  }
}

/** Opens the one snapshot, in which values are written as the format wants them whatever the role's own settings. */
async function begin(client: pg.ClientBase, service_version: string): Promise<Header> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query("SET LOCAL bytea_output = hex; SET LOCAL extra_float_digits = 1; SET LOCAL jit = off");
  const { applied } = await readState(client);
  const found = await client.query<{ taken_at: string; head: string | null; versions: number }>(
    `SELECT ${stampSql("now()")} AS taken_at, (SELECT count(*) FROM revisions)::float8 AS versions,
       (SELECT position || ':' || encode(hash, 'hex') FROM ledger ORDER BY ledger.position DESC LIMIT 1) AS head`,
  );
  return {
    line: "header",
    format: FORMAT,
    format_version: FORMAT_VERSION,
    service_version,
    migrations: applied.toSorted(),
    ...only(found),
  };
}

/** The whole backup, line by line, each with its newline, and each checked as it will be when it is read. */
async function* backupLines(
  client: pg.ClientBase,
  header: Header,
  check: Check,
  { progress, signal }: BackupOptions,
): AsyncGenerator<Buffer> {
  let versions = 0;
  const checked = (text: Buffer) => {
    const { line } = check.take(text);
    if (line === "version") {
      versions += 1;
      progress(versions, header.versions);
    }
    return Buffer.concat([text, newline]);
  };
  yield checked(asLine(header));
  // Entry by entry in their order: any other join would sort whole documents on the server's disk first.
  await client.query("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off");
  for await (const text of copied(client, chainedSql, signal)) yield checked(text);
  await client.query("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on");
  for await (const text of copied(client, unchainedSql, signal)) yield checked(text);
  for (const table of keptTables)
    for await (const text of copied(client, rowsSql(table), signal)) yield checked(text);
  yield checked(asLine(check.end()));
}

const newline = Buffer.from("\n");

function asLine(value: Header | End): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function* copied(client: pg.ClientBase, query: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  // The server may be silent for long, while it waits or sorts.
  const rows = addAbortSignal(
    signal,
    client.query(copyTo(`COPY (${query}) TO STDOUT WITH (${copyForms.lines})`)),
  );
  // The connection's end is told to a stream that was destroyed long ago; unheard it would end the process.
  rows.on("error", () => undefined);
  yield* linesOf(rows, () => new Error("A row that the database sent has no end."));
}

/** `revisions r` as a version's row: what JSON would change is text. */
const rowSql = `(SELECT json_strip_nulls(row_to_json(v)) FROM (SELECT ${versionColumns.map(columnSql).join(", ")}) AS v)`;

function columnSql(name: string): string {
  if (name === "recorded_at") return `${stampSql("r.recorded_at")} AS recorded_at`;
  return name === "changes" || name === "search" ? `r.${name}::text` : `r.${name}`;
}

const chainedSql = `SELECT json_build_object('line', 'version', 'entry', (SELECT row_to_json(e) FROM (SELECT l.position, l.hash, l.public_position, l.public_operation, l.public_hash) AS e),
    'row', ${rowSql})::text
  FROM ledger l LEFT JOIN revisions r ON r.type = l.type AND r.id = l.id AND r.version = l.version ORDER BY l.position`;

/** Those that no entry tells of yet, in the order in which the sequencer would take them. */
const unchainedSql = `SELECT json_build_object('line', 'version', 'entry', NULL, 'row', ${rowSql})::text
  FROM (SELECT r.type, r.id, r.version, ${chainOrder.columns("pg_snapshot_xmax(pg_current_snapshot())")} FROM revisions r
      WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.type = r.type AND l.id = r.id AND l.version = r.version)) AS w
    JOIN revisions r ON r.type = w.type AND r.id = w.id AND r.version = w.version ORDER BY ${chainOrder.by("w")}`;

/** An Idempotency-Key that nobody may repeat any more is left behind. */
function rowsSql(table: KeptTable): string {
  const [first, second, where] = {
    same_as: ["t.type", "t.id", "true"],
    api_keys: ["t.created_at", "t.id", "true"],
    // A row of an API key helps to derive the key's text: it is left out, because a backup is kept for longer than a day.
    idempotency_keys: [
      "t.created_at",
      "t.key",
      "t.created_at > now() - interval '24 hours' AND t.type IS NOT NULL",
    ],
  }[table];
  return `SELECT json_build_object('line', 'row', 'table', '${table}', 'row', row_to_json(t))::text FROM ${table} t WHERE ${where} ORDER BY ${first}, ${second}`;
}
