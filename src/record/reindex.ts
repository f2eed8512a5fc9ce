import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Logger } from "pino";
import { parsedDocument, textsAt } from "./document.ts";
import { FOLD_VERSION } from "./fold.ts";
import { type RecordType, sortNameOf } from "./record-type.ts";
import { only } from "./sql.ts";
import { transaction } from "./store.ts";
import { searchVector, wordsOf } from "./words.ts";

/**
 * Makes the search words and sort keys of all versions again that an earlier folding made, as after an upgrade or the
 * restore of an older backup. Documents and digests stay as they are. Until a record has been reached, search finds it by
 * its earlier words, and lists by name put it first.
 */

/** How many versions are made again in one transaction, and how much text of theirs is held meanwhile. */
const BATCH = 200;
const BATCH_BYTES = 4_000_000;
/** How long to wait for records that other writers hold, and for another process that does the same work. */
const RETRY_MS = 1_000;

export interface ReindexOptions {
  readonly types: readonly RecordType[];
  /** Ends the work after the batch under way. */
  readonly signal: AbortSignal;
}

/** Resolves to the number of versions made again, when there are no more or the signal is aborted. */
export async function reindex(pool: pg.Pool, { types, signal }: ReindexOptions): Promise<number> {
  let done = 0;
  for (const type of types) {
    for (let after: Position | undefined = first; after !== undefined && !signal.aborted; ) {
      const started_ms = performance.now();
      const batch: Batch = await transaction(pool, (client) => reindexBatch(client, type, after ?? first));
      done += batch.done;
      after = batch.next;
      if (after === undefined) break;
      // Half of the time is left to requests.
      await pause(after === first ? RETRY_MS : performance.now() - started_ms, signal);
    }
  }
  return done;
}

interface Position {
  readonly id: string;
  readonly version: number;
  /** Whether versions before this one were left out, for others held their records. */
  readonly skipped: boolean;
}

const first: Position = { id: "", version: 0, skipped: false };

interface Batch {
  readonly done: number;
  /** Undefined: there are no more. `first`: some are left to be tried again. */
  readonly next: Position | undefined;
}

/** One process at a time works on it, and never waits for a record that a request holds. */
async function reindexBatch(client: pg.ClientBase, type: RecordType, after: Position): Promise<Batch> {
  const lock = await client.query<{ taken: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('search words and sort keys', 0)) AS taken",
  );
  if (!only(lock).taken) return { done: 0, next: first };
  const stale = await nextStale(client, type, after);
  const last = stale.at(-1);
  if (last === undefined) return { done: 0, next: after.skipped ? first : undefined };
  const held = await heldByOthers(client, type, [...new Set(stale.map(({ id }) => id))]);
  const free = stale.filter(({ id }) => !held.has(id));
  await client.query(updateSql(type), [JSON.stringify(free.map((version) => made(type, version)))]);
  return {
    done: free.length,
    next: { id: last.id, version: last.version, skipped: after.skipped || free.length < stale.length },
  };
}

interface Stale {
  readonly id: string;
  readonly version: number;
  readonly document: string;
}

async function nextStale(client: pg.ClientBase, type: RecordType, after: Position): Promise<Stale[]> {
  const { rows } = await client.query<Stale>(
    `SELECT id, version, document FROM (
       SELECT id, version, document, sum(octet_length(document)) OVER (ORDER BY id, version) AS size
       FROM (SELECT id, version, document FROM revisions
         WHERE type = '${type.type}' AND document IS NOT NULL AND search_version IS DISTINCT FROM ${FOLD_VERSION}
           AND (id, version) > ($1, $2::int) ORDER BY id, version LIMIT ${BATCH}) AS next) AS sized
     WHERE size - octet_length(document) < ${BATCH_BYTES} ORDER BY id, version`,
    [after.id, after.version],
  );
  return rows;
}

/** Locks the records that stand, but for those that others hold, and answers the ids of these. */
async function heldByOthers(
  client: pg.ClientBase,
  type: RecordType,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const locked = await client.query<{ id: string }>(
    `SELECT id FROM ${type.collection} WHERE id = ANY($1::text[]) FOR NO KEY UPDATE SKIP LOCKED`,
    [ids],
  );
  const standing = await client.query<{ id: string }>(
    `SELECT id FROM ${type.collection} WHERE id = ANY($1::text[])`,
    [ids],
  );
  const free = new Set(locked.rows.map(({ id }) => id));
  return new Set(standing.rows.map(({ id }) => id).filter((id) => !free.has(id)));
}

function made(type: RecordType, { id, version, document }: Stale) {
  const members = parsedDocument(document);
  const { words } = wordsOf(type.search.flatMap((path) => textsAt(members, path)));
  return { id, version, search: searchVector(words), ...sortNameOf(type, members) };
}

/** A version that was redacted meanwhile stays empty. */
function updateSql(type: RecordType): string {
  const columns = ["search", ...(type.sortsBy === undefined ? [] : ["sort_name"])];
  const set = columns.map((name) => `${name} = g.${name}`).join(", ");
  return `WITH given AS (SELECT * FROM json_to_recordset($1::json) AS g(id text COLLATE "C", version int, search tsvector, sort_name text)),
    own AS (UPDATE ${type.collection} t SET ${set} FROM given g WHERE t.id = g.id AND t.version = g.version)
  UPDATE revisions r SET ${set}, search_version = ${FOLD_VERSION} FROM given g
  WHERE r.type = '${type.type}' AND r.id = g.id AND r.version = g.version AND r.document IS NOT NULL`;
}

async function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  await sleep(wait_ms, undefined, { signal }).catch(() => undefined);
}

/** How long to wait after a failure of the database. */
const AFTER_FAILURE_MS = 30_000;

/** Runs `reindex` beside the service until it is done. Returns how to stop it, which waits for the batch under way. */
export function startReindexing(
  pool: pg.Pool,
  types: readonly RecordType[],
  log: Pick<Logger, "info" | "warn">,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      try {
        const done = await reindex(pool, { types, signal });
        if (done > 0) log.info(`The search index of ${done} versions was made again.`);
        return;
      } catch (error) {
        log.warn({ err: error }, "The search index could not be made again; the next attempt follows.");
        await pause(AFTER_FAILURE_MS, signal);
      }
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}
