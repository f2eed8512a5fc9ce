import { z } from "zod";
import { notModified, tagDescription } from "../http/conditional.ts";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { checkReferences } from "../record/check-conditions.ts";
import { MAX_CURSOR_LENGTH, readCursor, writeCursor } from "../record/cursor.ts";
import type { RecordsDeps } from "../record/deps.ts";
import type { RecordTypeName } from "../record/field.ts";
import { referenceList } from "../record/filter.ts";
import { instantSchema } from "../record/instant.ts";
import { DEFAULT_PAGE_LIMIT, pageLimitSchema } from "../record/list-query.ts";
import { taggedPage } from "../record/page-reply.ts";
import { listSchema, schemaRef } from "../record/schemas.ts";
import { operation } from "../record/shared-codes.ts";
import { standpoint } from "../record/standpoint.ts";
import { changeStream } from "./change-stream.ts";
import { type Feed, feedOf, positionBefore, readChanges, readEnd, type Wanted } from "./changes.ts";
import type { Hub } from "./hub.ts";

export interface ChangesDeps extends RecordsDeps {
  readonly hub: Hub;
  /** How long a stream of changes lasts before its client has to come back. */
  readonly streamLifetime_ms: number;
  readonly heartbeat_ms: number;
}

const example = {
  cursor: "WyJbXCIxMlwiLFwiXCJdIiwiYWJjIl0",
  operation: "create",
  type: "violation",
  id: "nagorno-karabakh-2020-v33",
  version: 1,
  at: "2026-11-23T14:00:00.123456Z",
};

/** The schemas that the feed's calls refer to. */
export const changeSchemas = {
  Change: {
    type: "object",
    description: "One creation, update or deletion.",
    properties: {
      cursor: { type: "string", description: "Where the feed goes on after this change." },
      operation: { type: "string", enum: operation.values, description: operation.description },
      type: { type: "string", description: "What kind of record it is." },
      id: { type: "string", description: "The record's public id." },
      version: { type: "integer", description: "The version that was made." },
      at: { type: "string", format: "date-time", description: "When it was recorded." },
    },
    required: Object.keys(example),
    additionalProperties: false,
  },
  ChangeList: listSchema(schemaRef("Change"), "A page of changes, oldest first."),
};

const order =
  "In the order of the ledger: what was acknowledged before a write began comes before it, a record's versions come in order, and nothing is skipped. With a key: of all records; without: of PUBLIC ones, numbered apart, where a record that is hidden is told as a deletion, and one that is published as a creation.";

function parametersOf(types: RecordsDeps["types"]) {
  const names = Object.keys(types);
  return {
    after: z
      .string()
      .max(MAX_CURSOR_LENGTH)
      .describe("Changes after this one: the `cursor` of the last change seen.")
      .optional(),
    since: instantSchema()
      .describe(
        "Changes from the first on that was recorded at or after this instant: a time with Z or an offset.",
      )
      .optional(),
    type: z
      .string()
      .describe(`Changes of records of this type, or of several separated by commas: ${names.join(", ")}.`)
      .transform((text, context) => {
        const found = text.split(",").map((part) => part.trim().toLowerCase());
        for (const name of found.filter((one) => !isType(types, one)))
          context.addIssue({
            code: "custom",
            message: `${quoted(name)} is not known here. Give some of ${names.join(", ")}.`,
          });
        return found;
      })
      .optional(),
    conflict: referenceList(
      "Changes of a conflict, its ceasefires and the reports under them. An id, or several separated by commas.",
    ).optional(),
  };
}

function isType(types: RecordsDeps["types"], name: string): name is RecordTypeName {
  return Object.hasOwn(types, name);
}

/** The feed of changes, as pages and as a stream. */
export function changeRoutes(deps: ChangesDeps): Route[] {
  return [listRoute(deps), streamRoute(deps)];
}

function listRoute(deps: ChangesDeps): Route {
  const query = z.strictObject({ ...parametersOf(deps.types), limit: pageLimitSchema });
  return route({
    method: "GET",
    path: "/v1/changes",
    operation: "list_changes",
    tag: "changes",
    summary: "List changes",
    description: `Every creation, update and deletion. ${order} To follow the feed, ask again with \`after\` of the last change seen.`,
    role: "public",
    params: z.strictObject({}),
    query,
    headers: ["If-None-Match"],
    answers: {
      200: {
        description: "A page of changes.",
        content: {
          "application/json": {
            schema: schemaRef("ChangeList"),
            example: { data: [example], page: { limit: 50, next: null, as_of: example.at } },
          },
        },
        headers: { ETag: tagDescription },
      },
      ...notModified,
    },
    handle: (call) => answerChanges(deps, call),
  });
}

interface Asked {
  readonly after?: string | undefined;
  readonly since?: string | undefined;
  readonly type?: readonly string[] | undefined;
  readonly conflict?: readonly string[] | undefined;
}

async function answerChanges(
  deps: ChangesDeps,
  call: Call<unknown, Asked & { readonly limit?: number | undefined }>,
): Promise<Reply> {
  const feed = feedOf(call.principal);
  await checkConflict(deps, call);
  const { limit = DEFAULT_PAGE_LIMIT } = call.query;
  const end = await readEnd(deps.pool, feed);
  const after = (await startOf(deps, feed, call.query, "after")) ?? 0;
  const span = { after, upTo: end.position, limit: limit + 1 };
  const found = await readChanges(deps.pool, feed, span, wantedOf(call.query));
  const data = found.slice(0, limit).map(({ position, conflict: _conflict, ...change }) => ({
    cursor: cursorOf(feed, position),
    ...change,
  }));
  const next = found.length > limit ? (data.at(-1)?.cursor ?? null) : null;
  const texts = data.map((change) => JSON.stringify(change)).join(",");
  return taggedPage(call, { data: texts, limit, next, as_of: end.as_of });
}

function streamRoute(deps: ChangesDeps): Route {
  return route({
    method: "GET",
    path: "/v1/changes/stream",
    operation: "stream_changes",
    tag: "changes",
    summary: "Follow changes as they come",
    description: `The feed of changes as server-sent events: \`id\` is the change's cursor, \`event\` is change, \`data\` the change. ${order} Begins after \`Last-Event-ID\` or \`after\`, at \`since\`, or with what comes from now on. The stream ends now and then, and when a client reads too slowly; a client that comes back with the last id it saw misses nothing.`,
    role: "public",
    params: z.strictObject({}),
    query: z.strictObject(parametersOf(deps.types)),
    cost: "listener",
    headers: ["Last-Event-ID"],
    answers: {
      200: {
        description: "A stream that goes on.",
        content: {
          "text/event-stream": {
            schema: { type: "string", description: "Server-sent events." },
            example: `id: ${example.cursor}\nevent: change\ndata: ${JSON.stringify(example)}\n\n`,
          },
        },
      },
    },
    async handle(call) {
      const feed = feedOf(call.principal);
      await checkConflict(deps, call);
      const last = call.header("Last-Event-ID");
      const after =
        last === undefined || last === ""
          ? await startOf(deps, feed, call.query, "after")
          : await startOf(deps, feed, { after: last }, "Last-Event-ID");
      const stream = changeStream(deps.pool, deps.hub, {
        feed,
        wanted: wantedOf(call.query),
        after,
        cursorOf: (position) => cursorOf(feed, position),
        signal: call.signal,
        lifetime_ms: deps.streamLifetime_ms,
        heartbeat_ms: deps.heartbeat_ms,
      });
      const { as_of } = await readEnd(deps.pool, feed);
      // no-transform, for compression would hold events back.
      const headers = {
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
        "Data-As-Of": as_of,
      };
      return { status: 200, headers, mediaType: "text/event-stream", body: stream };
    },
  });
}

/** Throws bad-request for a conflict that does not exist. */
async function checkConflict(deps: ChangesDeps, { query, principal }: Call<unknown, Asked>): Promise<void> {
  const ids = query.conflict ?? [];
  if (ids.length === 0) return;
  const from = await standpoint(deps, principal, {});
  await checkReferences(deps, [{ parameter: "conflict", target: "conflict", ids }], from);
}

function wantedOf({ type, conflict }: Asked): Wanted {
  return { types: type, conflicts: conflict };
}

function cursorOf(feed: Feed, position: number): string {
  return writeCursor({ key: String(position), id: "" }, `changes/${feed}`);
}

/** Where the feed begins; undefined where nothing says so. Throws bad-request for a cursor of another feed. */
async function startOf(
  { pool }: ChangesDeps,
  feed: Feed,
  { after, since }: Asked,
  name: "after" | "Last-Event-ID",
): Promise<number | undefined> {
  if (after !== undefined && since !== undefined)
    throw refused("since", "Give either `after` or `since`, not both.", "not_together");
  if (since !== undefined) return await positionBefore(pool, feed, since);
  if (after === undefined) return undefined;
  const read = readCursor(after, `changes/${feed}`);
  if (read !== undefined) return Number(read.key);
  const message = `This cursor does not belong to the feed of ${feed === "all" ? "all" : "PUBLIC"} changes. Take the \`cursor\` of a change, and ask with a key for what was begun with one.`;
  throw refused(name, message, "foreign_cursor");
}

function refused(name: string, message: string, code: string) {
  const place = name === "Last-Event-ID" ? { header: name } : { parameter: name };
  return problem("bad-request", message, { errors: [{ ...place, code, message }] });
}
