import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { RepeatableRequest } from "../http/idempotency-key.ts";
import { problem } from "../http/problem.ts";
import { type Kept, once } from "../record/idempotency.ts";
import { deadFromTheStart } from "./key-request.ts";
import { type ApiKey, createKey, type NewApiKey, readKey, type WantedKey } from "./key-store.ts";
import { deriveKey, isKeyOf, makeKey } from "./keys.ts";

const SALT_BYTES = 32;

/**
 * Makes an API key once for each Idempotency-Key, and returns the same answer for a repetition. The text of the key is never
 * stored: it is derived from a salt and the key that the request came with. The salt is kept for as long as the request may
 * be repeated; the other key is known to its holder alone.
 *
 * @param authorization the request's Authorization header
 * @throws ProblemError 422 for a key that has expired already, and as `once` does
 */
export async function createKeyOnce(
  client: pg.PoolClient,
  wanted: WantedKey,
  authorization: string,
  repeatable: RepeatableRequest | undefined,
): Promise<NewApiKey> {
  const salt = randomBytes(SALT_BYTES).toString("base64");
  return await once(client, repeatable, {
    write: async () => {
      const text = repeatable === undefined ? makeKey() : await deriveKey(authorization, salt);
      const made = await createKey(client, wanted, text);
      if (made !== undefined) return made;
      throw problem("invalid-record", deadFromTheStart.message, { errors: [deadFromTheStart] });
    },
    keep: ({ id }) => ({ type: null, id, version: null, as_of: null, told: salt }),
    again: async (kept) => await madeBefore(client, authorization, kept),
  });
}

/** The key as it was first answered: neither used nor revoked yet. */
async function madeBefore(
  client: pg.PoolClient,
  authorization: string,
  { id, told }: Kept,
): Promise<NewApiKey> {
  const found: ApiKey | undefined = await readKey(client, id);
  const { key } = await deriveKey(authorization, told ?? "");
  // Another ADMIN_API_KEY than that of the first request derives another text.
  if (found === undefined || !(await isKeyOf(client, id, key))) {
    const message = `The first request made the key \`${id}\`, which cannot be shown again. Revoke it, and make another with a new Idempotency-Key.`;
    throw problem("gone", message);
  }
  return { ...found, last_used_at: null, revoked_at: null, key };
}
