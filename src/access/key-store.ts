import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Role } from "../http/route.ts";
import { only, type Queryable, stampSql } from "../record/sql.ts";
import { type KeyText, makeKey } from "./keys.ts";

/** A key as it is told of; the key itself is told once, when it is made. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Exclude<Role, "public">;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

const told = ["created_at", "last_used_at", "expires_at", "revoked_at"]
  .map((column) => `${stampSql(column)} AS ${column}`)
  .join(", ");
const columns = `id, name, role::text AS role, ${told}`;

/** Keys by when they were made, from after one of them on. */
export async function listKeys(
  database: Queryable,
  after: { readonly key: string; readonly id: string },
  limit: number,
): Promise<{ readonly keys: readonly ApiKey[]; readonly as_of: string }> {
  const { rows } = await database.query<ApiKey>(
    `SELECT ${columns} FROM api_keys WHERE (created_at, id) > ($1::timestamptz, $2) ORDER BY api_keys.created_at, id LIMIT $3`,
    [after.key, after.id, limit],
  );
  const { as_of } = only(await database.query<{ as_of: string }>(`SELECT ${stampSql("now()")} AS as_of`));
  return { keys: rows, as_of };
}

export async function readKey(database: Queryable, id: string): Promise<ApiKey | undefined> {
  const { rows } = await database.query<ApiKey>(`SELECT ${columns} FROM api_keys WHERE id = $1`, [id]);
  return rows[0];
}

/** A key just made, with the key itself. */
export interface NewApiKey extends ApiKey {
  readonly key: string;
}

/** A key as it is asked for. */
export type WantedKey = Pick<ApiKey, "name" | "role" | "expires_at">;

/** Makes a key; undefined where it would have expired already. */
export async function createKey(
  database: Queryable,
  wanted: WantedKey,
  { key, sha256 }: KeyText = makeKey(),
): Promise<NewApiKey | undefined> {
  const { rows } = await database.query<ApiKey>(
    `INSERT INTO api_keys (id, name, role, key_sha256, expires_at) SELECT $1, $2, $3::role, $4, $5::timestamptz
     WHERE $5::timestamptz IS NULL OR $5::timestamptz > now() RETURNING ${columns}`,
    [randomUUID(), wanted.name, wanted.role, sha256, wanted.expires_at],
  );
  const [made] = rows;
  return made === undefined ? undefined : { ...made, key };
}

/** What became of a revocation: done, or why not. */
export type Revocation = "revoked" | "last admin key" | { readonly already: string } | undefined;

/**
 * Revokes a key for good; undefined where there is none. The last live admin key stays where `keepOne` says that nobody
 * could make another without it.
 */
export async function revokeKey(client: pg.PoolClient, id: string, keepOne: boolean): Promise<Revocation> {
  // One at a time, so that of two admins who revoke one another one is left.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('ceasefire-tracker api keys', 0))");
  const found = await readKey(client, id);
  if (found === undefined) return undefined;
  if (found.revoked_at !== null) return { already: found.revoked_at };
  const live = await client.query(
    "SELECT 1 FROM api_keys WHERE role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AND id <> $1",
    [id],
  );
  if (keepOne && found.role === "admin" && live.rows.length === 0) return "last admin key";
  await client.query("UPDATE api_keys SET revoked_at = now() WHERE id = $1", [id]);
  return "revoked";
}
