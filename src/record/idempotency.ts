import type pg from "pg";
import type { RepeatableRequest } from "../http/idempotency-key.ts";
import { problem } from "../http/problem.ts";
import type { RecordTypeName } from "./field.ts";
import type { RecordType } from "./record-type.ts";
import { only, type Queryable, stampSql } from "./sql.ts";
import type { Written } from "./write.ts";

/** How long a key is remembered. */
const KEPT = "interval '24 hours'";

/** What is kept of a request with an Idempotency-Key: enough to make its answer again, and no copy of a record's text. */
export interface Kept {
  /** The type of the record that was written; null: an API key. */
  readonly type: RecordTypeName | null;
  readonly id: string;
  /** The version of the record; null: of an API key. */
  readonly version: number | null;
  /** The instant that the first answer was as of; null: not known, or that of the version. */
  readonly as_of: string | null;
  /** What else the first answer is made of. */
  readonly told: string | null;
}

/** A request that is run once for each Idempotency-Key. */
export interface Steps<T> {
  readonly write: () => Promise<T>;
  /** What to keep of it. */
  readonly keep: (done: T) => Kept;
  /** Makes the first result again. */
  readonly again: (kept: Kept) => Promise<T>;
}

/**
 * Runs a write once for all requests with the same key, in the write's own transaction: the key is kept with what was
 * written, or neither is. A crash before the answer is sent therefore leads to the first answer as well. A refused write
 * keeps nothing.
 *
 * @throws ProblemError 409 while the first request runs, 422 where the key came with another request
 */
export async function once<T>(
  client: pg.PoolClient,
  repeatable: RepeatableRequest | undefined,
  { write, keep, again }: Steps<T>,
): Promise<T> {
  if (repeatable === undefined) return await write();
  const { principal, key, request_sha256 } = repeatable;
  const lock = await client.query<{ taken: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(format('idempotency key %s of %s', $1::text, $2::text), 0)) AS taken",
    [key, principal],
  );
  if (!only(lock).taken)
    throw problem("still-running", "The first request with this Idempotency-Key still runs.", {
      headers: { "Retry-After": "1" },
    });
  const { rows } = await client.query<Kept & { readonly request_sha256: Buffer }>(
    `SELECT type, id, version, ${stampSql("as_of")} AS as_of, told, request_sha256 FROM idempotency_keys
     WHERE principal = $1 AND key = $2 AND created_at > now() - ${KEPT}`,
    [principal, key],
  );
  const [first] = rows;
  if (first?.request_sha256.equals(request_sha256) === true) return await again(first);
  if (first !== undefined) throw reused();
  const done = await write();
  const { type, id, version, as_of, told } = keep(done);
  await client.query(
    `INSERT INTO idempotency_keys (principal, key, request_sha256, type, id, version, as_of, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (principal, key) DO UPDATE SET request_sha256 = excluded.request_sha256, type = excluded.type, id = excluded.id,
       version = excluded.version, as_of = excluded.as_of, told = excluded.told, created_at = excluded.created_at`,
    [principal, key, request_sha256, type, id, version, as_of, told],
  );
  return done;
}

function reused() {
  const message =
    "This Idempotency-Key came before with another method, address, body or If-Match. Use a new key for a new request.";
  return problem("idempotency-key-reused", message, {
    errors: [{ header: "Idempotency-Key", code: "reused", message }],
  });
}

/** Runs a write that is answered with the record. */
export async function writeOnce(
  client: pg.PoolClient,
  type: RecordType,
  repeatable: RepeatableRequest | undefined,
  write: () => Promise<Written>,
): Promise<Written> {
  return await once(client, repeatable, {
    write,
    keep: ({ id, version, at }) => ({ type: type.type, id, version, as_of: at, told: null }),
    again: async (kept) => {
      const { document, ...written } = await versionOf(client, kept);
      const { id, version } = written;
      if (document === null)
        throw problem("gone", `What was answered then, version ${version} of \`${id}\`, was redacted since.`);
      return { ...written, document, ...(kept.told !== null && { told: kept.told }) };
    },
  });
}

/** A version that is answered without the record. */
export type WrittenVersion = Pick<Written, "id" | "version" | "at">;

/** Runs a write that is answered with the version alone. */
export async function writeVersionOnce(
  client: pg.PoolClient,
  type: RecordType,
  repeatable: RepeatableRequest | undefined,
  write: () => Promise<WrittenVersion>,
): Promise<WrittenVersion> {
  return await once(client, repeatable, {
    write,
    keep: ({ id, version, at }) => ({ type: type.type, id, version, as_of: at, told: null }),
    again: async (kept) => await versionOf(client, kept),
  });
}

async function versionOf(
  client: pg.PoolClient,
  { type, id, version, as_of }: Kept,
): Promise<WrittenVersion & { readonly document: string | null }> {
  const found = await client.query<{ version: number; document: string | null; at: string }>(
    `SELECT version, document, ${stampSql("recorded_at")} AS at FROM revisions WHERE type = $1 AND id = $2 AND version = $3`,
    [type, id, version],
  );
  const row = only(found);
  return { id, ...row, at: as_of ?? row.at };
}

/**
 * Keeps what the answer to a request that may be repeated names beside the record, as JSON, and resolves to what is to be
 * answered: what was kept before, where another repetition was quicker.
 */
export async function tellOnce(
  database: Queryable,
  { principal, key, request_sha256 }: RepeatableRequest,
  told: string,
): Promise<string> {
  const { rows } = await database.query<{ told: string }>(
    `UPDATE idempotency_keys SET told = coalesce(told, $4) WHERE principal = $1 AND key = $2 AND request_sha256 = $3 RETURNING told`,
    [principal, key, request_sha256, told],
  );
  return rows[0]?.told ?? told;
}

/** How many keys are forgotten by one statement. */
const FORGOTTEN_AT_ONCE = 1_000;

/** Forgets the keys that nobody may repeat any more, a few at a time. */
export async function forgetOldKeys(database: Queryable): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(
      `DELETE FROM idempotency_keys WHERE (principal, key) IN (SELECT principal, key FROM idempotency_keys
         WHERE created_at <= now() - ${KEPT} LIMIT ${FORGOTTEN_AT_ONCE})`,
    );
    if ((rowCount ?? 0) < FORGOTTEN_AT_ONCE) return;
  }
}
