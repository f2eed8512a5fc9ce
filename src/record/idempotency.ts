import { createHash } from "node:crypto";
import type pg from "pg";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import type { Call } from "../http/route.ts";
import type { RecordType } from "./record-type.ts";
import { only, type Queryable, stampSql } from "./sql.ts";
import type { Written } from "./write.ts";

/** A POST that may come again: whoever repeats it gets the first answer. */
export interface Repeatable {
  /** The public id of the key it came with: several may share a name. */
  readonly principal: string;
  readonly key: string;
  /** SHA-256 of path and body, which tells a repetition from another request under the same key. */
  readonly request_sha256: Buffer;
}

/** How long a key is remembered. */
const KEPT = "interval '24 hours'";

/**
 * What the request's Idempotency-Key says; undefined where none came. Throws bad-request for one that is not 1 to 255
 * visible ASCII characters, bare or in double quotes.
 */
export function repeatableOf(call: Call<unknown, unknown>): Repeatable | undefined {
  const header = call.header("Idempotency-Key");
  if (header === undefined) return undefined;
  const [, quoted, bare] = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) {
    const message = "An Idempotency-Key has 1 to 255 visible ASCII characters, such as a fresh UUID.";
    throw problem("bad-request", message, {
      errors: [{ header: "Idempotency-Key", code: "invalid_header", message }],
    });
  }
  const [path = ""] = call.url.split("?", 1);
  const request = `${path}\n${JSON.stringify(call.body ?? null)}`;
  return {
    principal: call.principal.key ?? "",
    key,
    request_sha256: createHash("sha256").update(request).digest(),
  };
}

/**
 * Runs a write once for all requests with the same key, in the write's own transaction: the key is kept with what was
 * written, or neither is, so that a crash before the answer still ends in the first answer. A refused write keeps nothing.
 *
 * @throws ProblemError 409 while the first request runs, 422 where the key came with another request
 */
export async function once(
  client: pg.PoolClient,
  type: RecordType,
  repeatable: Repeatable | undefined,
  write: () => Promise<Written>,
): Promise<Written> {
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
  const { rows } = await client.query<First>(
    `SELECT id, version, request_sha256, told FROM idempotency_keys WHERE principal = $1 AND key = $2 AND created_at > now() - ${KEPT}`,
    [principal, key],
  );
  const [first] = rows;
  if (first?.request_sha256.equals(request_sha256) === true) return await writtenThen(client, type, first);
  if (first !== undefined) throw reused();
  const written = await write();
  await client.query(
    `INSERT INTO idempotency_keys (principal, key, request_sha256, type, id, version) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (principal, key) DO UPDATE SET request_sha256 = excluded.request_sha256, type = excluded.type, id = excluded.id,
       version = excluded.version, told = NULL, created_at = excluded.created_at`,
    [principal, key, request_sha256, type.type, written.id, written.version],
  );
  return written;
}

function reused() {
  const message = "This Idempotency-Key came before, with another body or address. Use a fresh one.";
  return problem("idempotency-key-reused", message, {
    errors: [{ header: "Idempotency-Key", code: "reused", message }],
  });
}

/** What is kept of the first request. */
interface First {
  readonly id: string;
  readonly version: number;
  readonly request_sha256: Buffer;
  readonly told: string | null;
}

/**
 * Keeps what the answer to a request that may come again names beside the record, as JSON, and resolves to what is to be
 * answered: what was kept before, where another repetition was quicker.
 */
export async function tellOnce(
  database: Queryable,
  { principal, key, request_sha256 }: Repeatable,
  told: string,
): Promise<string> {
  const { rows } = await database.query<{ told: string }>(
    `UPDATE idempotency_keys SET told = coalesce(told, $4) WHERE principal = $1 AND key = $2 AND request_sha256 = $3 RETURNING told`,
    [principal, key, request_sha256, told],
  );
  return rows[0]?.told ?? told;
}

/** What the first request wrote, as it was answered. */
async function writtenThen(
  client: pg.PoolClient,
  type: RecordType,
  { id, version, told }: First,
): Promise<Written> {
  const found = await client.query<{ document: string | null; at: string }>(
    `SELECT document, ${stampSql("recorded_at")} AS at FROM revisions WHERE type = $1 AND id = $2 AND version = $3`,
    [type.type, id, version],
  );
  const { document, at } = only(found);
  if (document === null)
    throw problem("gone", `What was answered then, version ${version} of ${quoted(id)}, was redacted since.`);
  return { id, version, document, at, ...(told !== null && { told }) };
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
