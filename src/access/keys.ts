import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { v7 as uuidv7 } from "uuid";
import type { PrismaClient } from "../generated/prisma/client.ts";
import { problem } from "../http/problem.ts";
import type { KeyHolder, Role } from "../http/route.ts";
import type { Queryable } from "../record/sql.ts";

/** How long a key that was looked up is believed, so that a busy desk does not cost a look-up a request. */
const REMEMBERED_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/** The text of an API key, and what is stored of it. */
export interface KeyText {
  readonly key: string;
  readonly sha256: Buffer<ArrayBuffer>;
}

const KEY_BYTES = 32;

/** Keys carry 256 random bits; what is stored of one is its SHA-256. */
export function makeKey(bytes: Buffer = randomBytes(KEY_BYTES)): KeyText {
  const key = `cft_${bytes.toString("base64url")}`;
  return { key, sha256: sha256(key) };
}

/**
 * A new key that is derived from a salt and from the key in an Authorization header. scrypt makes it expensive to find a
 * short ADMIN_API_KEY by trial, for a reader of the database who has the salt and the SHA-256 of the new key.
 */
export async function deriveKey(authorization: string, salt: string): Promise<KeyText> {
  const bytes: unknown = await promisify(scrypt)(bearerOf(authorization) ?? "", salt, KEY_BYTES);
  if (!Buffer.isBuffer(bytes)) throw new Error("scrypt returns a Buffer.");
  return makeKey(bytes);
}

/** Whether this text is the API key with this public id. */
export async function isKeyOf(database: Queryable, id: string, key: string): Promise<boolean> {
  const { rows } = await database.query("SELECT 1 FROM api_keys WHERE id = $1 AND key_sha256 = $2", [
    id,
    sha256(key),
  ]);
  return rows.length > 0;
}

/** The key in an Authorization header. */
function bearerOf(authorization: string): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
}

function sha256(text: string): Buffer<ArrayBuffer> {
  return createHash("sha256").update(text).digest();
}

/**
 * Stores a new admin key, unless a live one exists, and returns it: the only time it is seen. `keep` is given it before it
 * counts, so that no crash leaves a key in force which nobody has.
 */
export async function firstAdminKey(
  prisma: PrismaClient,
  keep: (key: string) => Promise<void>,
): Promise<string | undefined> {
  return await prisma.$transaction(async (transaction) => {
    // Two processes that start at once must not both make one.
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('ceasefire-tracker first admin key', 0))`;
    const live = await transaction.api_keys.count({ where: { role: "admin", revoked_at: null } });
    if (live > 0) return undefined;
    const { key, sha256: key_sha256 } = makeKey();
    await transaction.api_keys.create({ data: { id: uuidv7(), name: "admin", role: "admin", key_sha256 } });
    await keep(key);
    return key;
  });
}

/** The key of the environment stands in no table. */
const givenAdmin: KeyHolder = { key: "ADMIN_API_KEY", name: "admin", role: "admin" };

export interface Keyring {
  /** Finds who holds a key. Throws 401 for a header that is no Bearer key, and for a key that is unknown, expired or revoked. */
  readonly identify: (authorization: string) => Promise<KeyHolder>;
  /** Forgets which keys were lately found alive. */
  readonly forget: () => void;
}

/** Knows whose key is whose. That a key was used is noted beside the requests; `complain` is told where that fails. */
export function keyring(
  database: Queryable,
  adminApiKey: string | undefined,
  complain: (error: unknown) => void,
): Keyring {
  const remembered = new Map<string, { readonly principal: KeyHolder; readonly until_ms: number }>();
  const admin = adminApiKey === undefined ? undefined : sha256(adminApiKey);
  const identify = async (authorization: string): Promise<KeyHolder> => {
    const key = bearerOf(authorization);
    if (key === undefined) throw problem("unauthorized", "Send the key as `Authorization: Bearer <key>`.");
    const digest = sha256(key);
    if (admin !== undefined && timingSafeEqual(digest, admin)) return givenAdmin;
    const name = digest.toString("base64");
    const known = remembered.get(name);
    if (known !== undefined && known.until_ms > Date.now()) return known.principal;
    const principal = await lookUp(database, digest);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, { principal, until_ms: Date.now() + REMEMBERED_MS });
    noteUse(database, digest).catch(complain);
    return principal;
  };
  return { identify, forget: () => remembered.clear() };
}

/** To the minute, so that a busy key costs a write a minute. */
async function noteUse(database: Queryable, key_sha256: Buffer): Promise<void> {
  await database.query({
    name: "note_key_use",
    text: `UPDATE api_keys SET last_used_at = now()
      WHERE key_sha256 = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    values: [key_sha256],
  });
}

async function lookUp(database: Queryable, key_sha256: Buffer): Promise<KeyHolder> {
  const { rows } = await database.query<{ key: string; name: string; role: Exclude<Role, "public"> }>({
    name: "find_key",
    text: `SELECT id AS key, name, role::text AS role FROM api_keys
      WHERE key_sha256 = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    values: [key_sha256],
  });
  const [found] = rows;
  if (found !== undefined) return found;
  throw problem(
    "unauthorized",
    "This key is not known, or has expired or been revoked. Ask an admin for a new one.",
  );
}
