import pg from "pg";
import { databaseTrouble } from "../database/errors.ts";
import { startFailure } from "../database/start-failure.ts";
import { restoredTurn } from "../ledger/sequence.ts";
import { sequencerLock } from "../ledger/sequencer.ts";
import { brokenSentence, headText, parseHead, type Verification, verifyLedger } from "../ledger/verify.ts";
import type { JsonObject } from "../record/json.ts";
import { rebuildRecords } from "../record/rebuild.ts";
import type { RecordType } from "../record/record-type.ts";
import { only, type Queryable } from "../record/sql.ts";
import { transaction } from "../record/store.ts";
import {
  type KeptTable,
  keptColumns,
  keptTables,
  ledgerColumns,
  type RowLine,
  type VersionLine,
  versionColumns,
} from "./format.ts";
import type { Backup } from "./read.ts";

/** What is being done, and how far it has come. */
type RestoreProgress = (stage: "versions" | "entries" | "records", done: number, of: number) => void;

export interface RestoreOptions {
  readonly types: readonly RecordType[];
  readonly progress: RestoreProgress;
  /** Aborting it takes everything back; the promise rejects. */
  readonly signal: AbortSignal;
}

/** What stands after a restore. */
export interface Restored {
  readonly versions: number;
  readonly records: number;
  /** As people note it down. */
  readonly head: string;
  /** Versions that the next start chains. */
  readonly unchained: number;
}

/** Rejects with a sentence where the database holds anything of a record. One without tables is as empty as can be. */
export async function refuseNonEmpty(database: Queryable, types: readonly RecordType[]): Promise<void> {
  const held: string[] = [];
  for (const table of ["revisions", "ledger", "same_as", ...types.map(({ collection }) => collection)]) {
    const there = await database.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [
      table,
    ]);
    if (!only(there).there) continue;
    const found = await database.query<{ any: boolean }>(`SELECT EXISTS (SELECT FROM ${table}) AS any`);
    if (only(found).any) held.push(table);
  }
  if (held.length === 0) return;
  throw startFailure(
    `The database is not empty: it holds rows in ${held.join(", ")}. A backup is restored into an empty database only; ` +
      "make one, and name it in DATABASE_URL, or set DATA_DIR to a new folder. Nothing was restored.",
  );
}

/**
 * Restores a backup into a migrated, empty database, in one transaction: all or nothing, whatever happens meanwhile. Versions
 * and entries come back as they were; the records' rows are made again from their last versions. In the end the ledger is
 * walked as it then stands.
 */
export async function restoreBackup(
  pool: pg.Pool,
  backup: Backup,
  options: RestoreOptions,
): Promise<Restored> {
  try {
    return await transaction(pool, (client) => restoreAll(client, backup, options));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || databaseTrouble(error) !== undefined) throw error;
    throw startFailure(
      `The database refused what the backup holds: ${error.message}${error.detail === undefined ? "" : ` (${error.detail})`}. Nothing was restored.`,
      error,
    );
  }
}

async function restoreAll(
  client: pg.ClientBase,
  backup: Backup,
  { types, progress, signal }: RestoreOptions,
): Promise<Restored> {
  await takeForUs(client, types);
  const { versions } = backup.header;
  await load(client, backup, (done) => {
    signal.throwIfAborted();
    progress("versions", done, versions);
  });
  // Made within this transaction, of which no other process knows: without it the server plans for empty tables.
  await client.query("ANALYZE revisions, ledger");
  const { head, tail } = await walked(client, backup, { progress, signal });
  const rebuilding = rebuildRecords(client, types);
  for (;;) {
    const { done, value } = await rebuilding.next();
    signal.throwIfAborted();
    if (done === true) return { versions, records: value.done, head: headText(head), unchained: tail };
    progress("records", value.done, value.of);
  }
}

/** Keeps every other writer away until the transaction ends, and makes sure that none was here before. */
async function takeForUs(client: pg.ClientBase, types: readonly RecordType[]): Promise<void> {
  const found = await client.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${sequencerLock}) AS taken`,
  );
  if (!only(found).taken)
    throw startFailure(
      "A service, or another restore, is at work on this database. Stop it, then restore. Nothing was restored.",
    );
  await client.query("LOCK TABLE revisions, ledger, same_as IN SHARE ROW EXCLUSIVE MODE");
  await refuseNonEmpty(client, types);
}

async function walked(
  client: pg.ClientBase,
  { header }: Backup,
  { progress, signal }: Pick<RestoreOptions, "progress" | "signal">,
): Promise<Verification> {
  const noted = header.head === null ? undefined : parseHead(header.head);
  const walk = verifyLedger(client, noted === undefined ? [] : [noted], "yet to be made");
  for (;;) {
    const { done, value } = await walk.next();
    signal.throwIfAborted();
    if (done !== true) {
      progress("entries", Number(value.checked), Number(value.of));
      continue;
    }
    if (value.broken !== null) throw startFailure(`${brokenSentence(value.broken)} Nothing was restored.`);
    return value;
  }
}

/** How many lines are written at once, and how much text of theirs is held meanwhile. */
const BATCH = 1_000;
const BATCH_BYTES = 4_000_000;

interface Waiting {
  readonly versions: JsonObject[];
  readonly entries: JsonObject[];
  readonly rows: { readonly [table in KeptTable]: JsonObject[] };
  lines: number;
  size_bytes: number;
}

function noneWaiting(): Waiting {
  return {
    versions: [],
    entries: [],
    rows: { same_as: [], api_keys: [], idempotency_keys: [] },
    lines: 0,
    size_bytes: 0,
  };
}

/** Writes versions, entries and rows as they come. `told` hears after every batch how many versions are written. */
async function load(
  client: pg.ClientBase,
  { lines }: Backup,
  told: (versions: number) => void,
): Promise<void> {
  let waiting = noneWaiting();
  let versions = 0;
  let unchained = 0;
  for await (const line of lines) {
    if (line.line === "row") waiting.rows[line.table].push(line.row);
    else {
      versions += 1;
      if (line.entry === null) unchained += 1;
      addVersion(waiting, line, unchained);
    }
    waiting.lines += 1;
    waiting.size_bytes += sizeOf(line);
    if (waiting.lines < BATCH && waiting.size_bytes < BATCH_BYTES) continue;
    await write(client, waiting);
    told(versions);
    waiting = noneWaiting();
  }
  await write(client, waiting);
  told(versions);
}

function addVersion({ versions, entries }: Waiting, { entry, row }: VersionLine, unchained: number): void {
  // What is chained has its place; what is not keeps its place among those that wait.
  versions.push({ ...row, xid: entry === null ? restoredTurn(unchained) : null });
  if (entry === null) return;
  const { public_hash = null } = entry;
  entries.push({ ...entry, public_hash, type: row.type, id: row.id, version: row.version });
}

function sizeOf(line: VersionLine | RowLine): number {
  return line.line === "row" ? 200 : (line.row.document?.length ?? 0) + line.row.changes.length;
}

async function write(client: pg.ClientBase, { versions, entries, rows }: Waiting): Promise<void> {
  await insert(client, "revisions", [...versionColumns, "xid"], versions);
  await insert(client, "ledger", ledgerColumns, entries);
  for (const table of keptTables) await insert(client, table, keptColumns[table], rows[table]);
}

/** Keys that the database has already, such as the first start's, stay as they are. */
async function insert(
  client: pg.ClientBase,
  table: "revisions" | "ledger" | KeptTable,
  columns: readonly string[],
  rows: readonly JsonObject[],
): Promise<void> {
  if (rows.length === 0) return;
  // The changes came as a text, which holds JSON.
  const values = columns.map((name) => (name === "changes" ? "(x.changes #>> '{}')::json" : `x.${name}`));
  await client.query(
    `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_populate_recordset(NULL::${table}, $1::json) x
     ${table === "api_keys" ? "ON CONFLICT DO NOTHING" : ""}`,
    [JSON.stringify(rows)],
  );
}
