import type pg from "pg";
import { z } from "zod";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { type JsonSchema, type Route, route } from "../http/route.ts";
import { readCursor, writeCursor } from "../record/cursor.ts";
import type { RecordsDeps } from "../record/deps.ts";
import { once } from "../record/idempotency.ts";
import { DEFAULT_PAGE_LIMIT, pageCursorSchema, pageLimitSchema } from "../record/list-query.ts";
import { jsonSchema, listSchema, schemaRef } from "../record/schemas.ts";
import { transaction } from "../record/store.ts";
import { createKeyOnce } from "./key-creation.ts";
import { keyFaults, keyRequest, keyRoles, lastAdminKey } from "./key-request.ts";
import { type ApiKey, listKeys, readKey, revokeKey } from "./key-store.ts";

export interface KeysDeps extends Pick<RecordsDeps, "pool"> {
  /** Whether the environment gives an admin key, so that none has to be left in the database. */
  readonly adminKeyGiven: boolean;
  /** Forgets which keys were lately found alive, so that a revoked one is dead at once. */
  readonly forgetKeys: () => void;
}

const example: ApiKey = {
  id: "0b6f6a1e-6f0e-4e0c-9d3c-2a2f6c0b7c11",
  name: "desk-2",
  role: "analyst",
  created_at: "2026-11-23T14:00:00.123456Z",
  last_used_at: null,
  expires_at: null,
  revoked_at: null,
};

const instant = (description: string): JsonSchema => ({
  type: ["string", "null"],
  format: "date-time",
  description,
});
const described = {
  id: { type: "string", description: "The key's public id." },
  name: { type: "string", description: "The desk it is for." },
  role: { type: "string", enum: keyRoles, description: "What its holder may do." },
  created_at: { type: "string", format: "date-time", description: "When it was made." },
  last_used_at: instant("When it was last used, to the minute; null: never."),
  expires_at: instant("From when on it is dead; null: never."),
  revoked_at: instant("When it was revoked; null: it was not."),
};

/** The schemas that the keys' calls refer to. */
export const keySchemas = {
  ApiKey: {
    type: "object",
    description: "A key, without the key itself.",
    properties: described,
    required: Object.keys(described),
    additionalProperties: false,
  },
  NewApiKey: {
    type: "object",
    description: "A key just made: the only answer with the key itself.",
    properties: { ...described, key: { type: "string", description: "The key. It is not shown again." } },
    required: [...Object.keys(described), "key"],
    additionalProperties: false,
  },
  ApiKeyRequest: jsonSchema(keyRequest, "request"),
  ApiKeyList: listSchema(schemaRef("ApiKey"), "A page of keys."),
};

const path = "/v1/api-keys";
const byId = z.strictObject({ id: z.string().max(200).describe("The key's public id.") });
const nothing = z.strictObject({});

/** The keys that writing needs, for admins. */
export function keyRoutes(deps: KeysDeps): Route[] {
  return [listRoute(deps), createRoute(deps), readRoute(deps), revokeRoute(deps)];
}

function listRoute({ pool }: KeysDeps): Route {
  return route({
    method: "GET",
    path,
    operation: "list_api_keys",
    tag: "keys",
    summary: "List keys",
    description: "Every key by when it was made, revoked and expired ones too, without the keys themselves.",
    role: "admin",
    params: nothing,
    query: z.strictObject({
      limit: pageLimitSchema,
      cursor: pageCursorSchema,
    }),
    answers: {
      200: {
        description: "A page of keys.",
        content: {
          "application/json": {
            schema: schemaRef("ApiKeyList"),
            example: { data: [example], page: { limit: 50, next: null, as_of: example.created_at } },
          },
        },
      },
    },
    async handle({ query }) {
      const { limit = DEFAULT_PAGE_LIMIT } = query;
      const after =
        query.cursor === undefined ? { key: "-infinity", id: "" } : readCursor(query.cursor, path);
      if (after === undefined) {
        const message = "This cursor does not belong here. Take page.next of the page before.";
        throw problem("bad-request", message, {
          errors: [{ parameter: "cursor", code: "foreign_cursor", message }],
        });
      }
      const { keys, as_of } = await listKeys(
        pool,
        { key: after.key ?? "-infinity", id: after.id },
        limit + 1,
      );
      const data = keys.slice(0, limit);
      const last = data.at(-1);
      const next =
        keys.length > limit && last !== undefined
          ? writeCursor({ key: last.created_at, id: last.id }, path)
          : null;
      const body = JSON.stringify({ data, page: { limit, next, as_of } });
      return { status: 200, headers: { "Data-As-Of": as_of }, body };
    },
  });
}

function createRoute({ pool }: KeysDeps): Route {
  return route({
    method: "POST",
    path,
    operation: "create_api_key",
    tag: "keys",
    summary: "Make a key",
    description:
      "Makes a key of 256 random bits. Only its SHA-256 is kept, so this answer is the only one that shows it. The same request with the same Idempotency-Key gets the same key again for 24 hours, from the same caller.",
    role: "admin",
    params: nothing,
    query: nothing,
    headers: ["Authorization", "Idempotency-Key"],
    body: {
      "application/json": {
        schema: schemaRef("ApiKeyRequest"),
        example: { name: "desk-2", role: "analyst", expires_at: "2030-01-01T00:00:00Z" },
      },
    },
    checkBody: keyFaults,
    answers: {
      201: {
        description: "The key.",
        content: {
          "application/json": {
            schema: schemaRef("NewApiKey"),
            example: { ...example, key: "cft_yUDmXoJqkbVnUcrGmTQ2v3b0n5l1w8s7a6d4f2h9k0E" },
          },
        },
        headers: { Location: "The key's address." },
      },
    },
    problems: [410, 413, 415, 422],
    async handle(call) {
      const { name, role, expires_at = null } = keyRequest.parse(call.body);
      const wanted = { name, role, expires_at };
      const authorization = call.header("Authorization") ?? "";
      const made = await transaction(pool, (client) =>
        createKeyOnce(client, wanted, authorization, call.repeatable),
      );
      const headers = { Location: `${call.baseUrl}${path}/${made.id}`, "Data-As-Of": made.created_at };
      return { status: 201, headers, body: JSON.stringify(made) };
    },
  });
}

function readRoute({ pool }: KeysDeps): Route {
  return route({
    method: "GET",
    path: `${path}/{id}`,
    operation: "read_api_key",
    tag: "keys",
    summary: "Read what is told of a key",
    description: "For whom it was made, what it may do, and whether it is alive. The key itself is not kept.",
    role: "admin",
    params: byId,
    query: nothing,
    answers: {
      200: {
        description: "The key.",
        content: { "application/json": { schema: schemaRef("ApiKey"), example } },
      },
    },
    async handle({ params: { id } }) {
      const { as_of } = await listKeys(pool, { key: "infinity", id: "" }, 0);
      const found = await readKey(pool, id);
      if (found === undefined) throw noKey(id);
      return { status: 200, headers: { "Data-As-Of": as_of }, body: JSON.stringify(found) };
    },
  });
}

function noKey(id: string) {
  return problem("not-found", `There is no key ${quoted(id)}. GET ${path} lists them all.`);
}

function revokeRoute({ pool, adminKeyGiven, forgetKeys }: KeysDeps): Route {
  return route({
    method: "DELETE",
    path: `${path}/{id}`,
    operation: "revoke_api_key",
    tag: "keys",
    summary: "Revoke a key",
    description:
      "The key is dead at once here, and within a second in other processes on the same database. What was written with it stays. The last live admin key is kept, unless the environment gives one.",
    role: "admin",
    params: byId,
    query: nothing,
    headers: ["Idempotency-Key"],
    answers: { 204: { description: "Revoked." } },
    problems: [409, 410],
    async handle({ params: { id }, repeatable }) {
      const write = async (client: pg.PoolClient) => {
        const done = await revokeKey(client, id, !adminKeyGiven);
        if (done === undefined) throw noKey(id);
        if (done === "last admin key") throw problem("last-admin-key", lastAdminKey);
        if (done !== "revoked")
          throw problem("gone", `The key ${quoted(id)} was revoked at ${done.already}.`);
      };
      const keep = () => ({ type: null, id, version: null, as_of: null, told: null });
      await transaction(pool, (client) =>
        once(client, repeatable, { write: () => write(client), keep, again: async () => undefined }),
      );
      forgetKeys();
      return { status: 204 };
    },
  });
}
