import { z } from "zod";
import { notModified, tagDescription } from "../http/conditional.ts";
import { etag, ifNoneMatch } from "../http/conditions.ts";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { withArticle } from "./article.ts";
import { restore } from "./change.ts";
import { searchIndexAnswer, writtenReply } from "./created-reply.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ResourceDeps } from "./deps.ts";
import { asOfSchema, DEFAULT_PAGE_LIMIT, pageCursorSchema, pageLimitSchema } from "./list-query.ts";
import { taggedPage } from "./page-reply.ts";
import type { RecordType } from "./record-type.ts";
import { redact } from "./redact.ts";
import { lastRevision, readRevision, readRevisions } from "./revisions.ts";
import { answerExample, answeredHead, idParams, schemaName, schemaRef } from "./schemas.ts";
import { standpoint } from "./standpoint.ts";
import { changeOf } from "./write-routes.ts";

const versionParams = z.strictObject({
  ...idParams.shape,
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "A version is a whole number from 1.")
    .transform(Number)
    .describe("The number of the version."),
});

const revisionsQuery = z.strictObject({
  as_of: asOfSchema,
  limit: pageLimitSchema,
  cursor: pageCursorSchema,
});

/** Every version of a record: the list of changes, each version's document, and its restoring. */
export function revisionRoutes(deps: ResourceDeps, type: RecordType): Route[] {
  return [listRoute(deps, type), versionRoute(deps, type), restoreRoute(deps, type), redactRoute(deps, type)];
}

function listRoute(deps: ResourceDeps, type: RecordType): Route {
  return route({
    method: "GET",
    path: `/v1/${type.collection}/{id}/revisions`,
    operation: `list_revisions_of_${type.type}`,
    tag: type.collection,
    summary: `List the versions of ${withArticle(type.type)}`,
    description:
      "Who changed what, when and why, oldest first; also of a deleted record. Changes are JSON Patch operations with the old values.",
    role: "public",
    params: idParams,
    query: revisionsQuery,
    headers: ["If-None-Match"],
    answers: {
      200: {
        description: "A page of versions.",
        content: { "application/json": { schema: schemaRef("RevisionList"), example: revisionsExample } },
        headers: { ETag: tagDescription },
      },
      ...notModified,
    },
    async handle(call) {
      return await answerRevisions(deps, type, call);
    },
  });
}

const revisionsExample = {
  data: [
    {
      version: 1,
      at: answeredHead.updated_at,
      by: "desk-2",
      reason: null,
      operation: "create",
      changes: [],
      import: null,
    },
  ],
  page: { limit: 50, next: null, as_of: answeredHead.updated_at },
};

/** Throws not-found where the caller may not know of the record, standing or deleted. */
async function checkKnown(
  deps: ResourceDeps,
  type: RecordType,
  id: string,
  withKey: boolean,
  by?: string,
): Promise<void> {
  const now = await lastRevision(deps.pool, type, id);
  const last = by === undefined ? now : await lastRevision(deps.pool, type, id, by);
  const hidden = !withKey && (now?.visibility === "RESTRICTED" || last?.visibility === "RESTRICTED");
  if (last !== undefined && !hidden) return;
  const [when, headers] = by === undefined ? ["", {}] : [` at ${by}`, { "Data-As-Of": by }];
  throw problem("not-found", `There is no ${type.type} ${quoted(id)}${when}.`, { headers });
}

async function answerRevisions(
  deps: ResourceDeps,
  type: RecordType,
  call: Call<{ id: string }, z.output<typeof revisionsQuery>>,
): Promise<Reply> {
  const { withKey, as_of: by } = await standpoint(deps, call.principal, call.query);
  const { id } = call.params;
  const { limit = DEFAULT_PAGE_LIMIT } = call.query;
  await checkKnown(deps, type, id, withKey, by);
  const bound = `${type.collection}/${id}/revisions?as_of=${call.query.as_of ?? ""}`;
  const after = call.query.cursor === undefined ? { key: "0", id } : readCursor(call.query.cursor, bound);
  if (after === undefined) {
    const message = "This cursor does not belong here. Take page.next of the page before.";
    throw problem("bad-request", message, {
      errors: [{ parameter: "cursor", code: "foreign_cursor", message }],
    });
  }
  const page = await readRevisions(deps.pool, type, id, { after: Number(after.key), limit, withKey, by });
  const next = page.more && page.last !== null ? writeCursor({ key: String(page.last), id }, bound) : null;
  return taggedPage(call, { data: page.data, limit, next, as_of: page.as_of });
}

function versionRoute(deps: ResourceDeps, type: RecordType): Route {
  return route({
    method: "GET",
    path: `/v1/${type.collection}/{id}/revisions/{version}`,
    operation: `read_revision_of_${type.type}`,
    tag: type.collection,
    summary: `Read one version of ${withArticle(type.type)}`,
    description: "The document of that version, byte for byte as it was handed out.",
    role: "public",
    params: versionParams,
    query: z.strictObject({}),
    headers: ["If-None-Match"],
    answers: {
      200: {
        description: "That version's document.",
        content: {
          "application/json": {
            schema: schemaRef(schemaName(type.type)),
            example: answerExample(type),
          },
        },
        headers: { ETag: "That version." },
      },
      304: { description: "A version never changes." },
    },
    problems: [410],
    async handle(call) {
      const { id, version } = call.params;
      const withKey = call.principal.role !== "public";
      await checkKnown(deps, type, id, withKey);
      const old = await readRevision(deps.pool, type, id, version);
      if (old === undefined || (!withKey && old.visibility === "RESTRICTED"))
        throw problem("not-found", `${quoted(id)} has no version ${version}.`);
      if (old.deleted)
        throw problem("gone", `Version ${version} of ${quoted(id)} is its deletion, at ${old.at}.`);
      if (old.document === null) throw problem("gone", `Version ${version} of ${quoted(id)} was redacted.`);
      const headers = { ETag: etag(version), "Data-As-Of": old.at };
      if (ifNoneMatch(call.header("If-None-Match"), headers.ETag)) return { status: 304, headers };
      return { status: 200, headers, body: old.document };
    },
  });
}

function restoreRoute(deps: ResourceDeps, type: RecordType): Route {
  return route({
    method: "POST",
    path: `/v1/${type.collection}/{id}/revisions/{version}/restore`,
    operation: `restore_${type.type}`,
    tag: type.collection,
    summary: `Restore a version of ${withArticle(type.type)}`,
    description:
      "Makes a new version of an old one, and revives a deleted record: If-Match then takes the ETag of its 410.",
    role: type.writer,
    params: versionParams,
    query: z.strictObject({}),
    headers: ["If-Match", "Change-Reason", "Idempotency-Key"],
    answers: {
      200: {
        description: "The record as it now stands.",
        content: {
          "application/json": {
            schema: schemaRef(schemaName(type.type)),
            example: answerExample(type),
          },
        },
        headers: { ETag: "The version that now stands.", ...searchIndexAnswer },
      },
    },
    problems: [409, 410, 412, 422, 428],
    async handle(call) {
      const { version } = call.params;
      return writtenReply(type, 200, await restore(deps, type, changeOf(call), version));
    },
  });
}

function redactRoute(deps: ResourceDeps, type: RecordType): Route {
  return route({
    method: "POST",
    path: `/v1/${type.collection}/{id}/revisions/{version}/redact`,
    operation: `redact_${type.type}`,
    tag: type.collection,
    summary: `Redact a version of ${withArticle(type.type)}`,
    description:
      "Takes the text of an old version away for good: a name that could get someone killed, a court order. Its digest, author, time and reason stay, and the ledger still verifies; a new version tells of it, and every document of the record from then on. The version that stands cannot be redacted: change it first. Change-Reason is needed, and is public.",
    role: "admin",
    params: versionParams,
    query: z.strictObject({}),
    headers: ["If-Match", "Change-Reason", "Idempotency-Key"],
    answers: {
      204: { description: "Redacted.", headers: { ETag: "The version that tells of it." } },
    },
    problems: [410, 412, 422, 428],
    async handle(call) {
      const change = changeOf(call);
      if (change.reason === null) {
        const message = "Say in Change-Reason why this text goes.";
        throw problem("bad-request", message, {
          errors: [{ header: "Change-Reason", code: "required", message }],
        });
      }
      const { version, at } = await redact(deps, type, change, call.params.version);
      return { status: 204, headers: { ETag: etag(version), "Data-As-Of": at } };
    },
  });
}
