import { z } from "zod";
import { etag } from "../http/conditions.ts";
import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import { problem } from "../http/problem.ts";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { checkStanding } from "./absent.ts";
import { withArticle } from "./article.ts";
import { bodyFaults, type Change, type Creation, create, type Patch, remove, update } from "./change.ts";
import { createdReply, searchIndexAnswer, writtenReply } from "./created-reply.ts";
import type { ResourceDeps } from "./deps.ts";
import { duplicatesFinder, duplicatesMember, type FindDuplicates } from "./duplicates.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { MAX_OPERATIONS, readPatch } from "./json-patch.ts";
import type { RecordType } from "./record-type.ts";
import { answerExample, createdSchemaName, idParams, schemaName, schemaRef } from "./schemas.ts";
import type { Queryable } from "./sql.ts";
import { standpoint } from "./standpoint.ts";
import { normalizedText, textFault } from "./text-rules.ts";
import type { Authorship } from "./write.ts";

const MAX_REASON_LENGTH = 2_000;
const noQuery = z.strictObject({});

/** Create, change and delete: each a version with author and reason. */
export function writeRoutes(deps: ResourceDeps, type: RecordType): Route[] {
  const find = type.duplicates && duplicatesFinder(deps.pool, type.duplicates);
  const routes = [createRoute(deps, type, find), patchRoute(deps, type), deleteRoute(deps, type)];
  return type.type === "violation" ? [...routes, nestedCreateRoute(deps, type, find)] : routes;
}

/** A JSON value out of a parsed body, which is one by the parser's making. */
function bodyOf(call: Call<unknown, unknown>): Json {
  return asJson(call.body);
}

function asJson(value: unknown): Json {
  if (value === undefined) throw problem("bad-request", "A JSON body is needed.");
  return isJson(value) ? value : null;
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

/** Who changes a record, and why. The holder of a key is known by the key's name. */
function authorship(call: Call<unknown, unknown>): Authorship {
  return { author: call.principal.name, reason: reasonOf(call) };
}

/** What the Change-Reason header says, normalized as texts are; null: nothing. Throws bad-request. */
function reasonOf(call: Call<unknown, unknown>): string | null {
  const reason = normalizedText(call.header("Change-Reason") ?? "");
  if (reason.trim() === "") return null;
  const tooLong = {
    code: "too_long",
    message: `Change-Reason holds at most ${MAX_REASON_LENGTH} characters.`,
  };
  const fault = reason.length > MAX_REASON_LENGTH ? tooLong : textFault(reason);
  if (fault === undefined) return reason;
  const errors = [{ header: "Change-Reason", ...fault }];
  throw problem("bad-request", fault.message, { errors });
}

export function changeOf(call: Call<{ id: string }, unknown>): Change {
  return {
    ...authorship(call),
    principal: call.principal,
    id: call.params.id,
    ifMatch: call.header("If-Match"),
    repeatable: call.repeatable,
  };
}

const manySources =
  "Several sources may have one URL: a source in place of a reference is then the one that agrees with its visibility, then with its title, publisher and publication date as far as they are given, then the one that was created first.";

function createLiteral(type: RecordType) {
  const name = schemaName(type.type);
  return {
    method: "POST" as const,
    tag: type.collection,
    role: type.writer,
    query: noQuery,
    headers: ["Change-Reason", "Idempotency-Key"] as const,
    body: { "application/json": { schema: schemaRef(`${name}Request`), example: type.example } },
    answers: {
      201: {
        description: createdDescription(type),
        content: {
          "application/json": { schema: schemaRef(createdSchemaName(type)), example: createdExample(type) },
        },
        headers: {
          Location: "The new record's address.",
          ETag: 'Its first version, "1".',
          ...searchIndexAnswer,
        },
      },
    },
    problems: [409, 413, 415, 422],
  };
}

function createdDescription({ type, duplicates }: RecordType): string {
  const also = ` Under \`${duplicatesMember}\` it names others that may tell of the same, which is no part of the record; nothing is refused for it.`;
  return `The ${type} as it was written.${duplicates === undefined ? "" : also}`;
}

function createdExample(type: RecordType): JsonObject {
  const { duplicates } = type;
  return { ...answerExample(type), ...(duplicates && { [duplicatesMember]: duplicates.example }) };
}

function createRoute(deps: ResourceDeps, type: RecordType, find: FindDuplicates | undefined): Route {
  return route({
    ...createLiteral(type),
    path: `/v1/${type.collection}`,
    operation: `create_${type.type}`,
    summary: `Create ${withArticle(type.type)}`,
    description: `${type.description} A reference is an id; a whole new source, place or actor may stand in its place, which is found again or created along. ${manySources}`,
    params: z.strictObject({}),
    checkBody: (body) => bodyFaults(deps.types, type, asJson(body)),
    handle: (call) => answerCreate(deps, type, find, call, bodyOf(call)),
  });
}

/** A violation reported under the ceasefire in the path. */
function nestedCreateRoute(deps: ResourceDeps, type: RecordType, find: FindDuplicates | undefined): Route {
  return route({
    ...createLiteral(type),
    path: "/v1/ceasefires/{id}/violations",
    operation: "create_violation_of_ceasefire",
    summary: "Report a violation under a ceasefire",
    description:
      "As POST /v1/violations, with `ceasefire` taken from the path; in the body it may be left out or say the same.",
    params: idParams,
    checkBody: (body) => bodyFaults(deps.types, type, asJson(body)),
    async handle(call) {
      const body = bodyOf(call);
      const { id } = call.params;
      if (!isObject(body)) return await answerCreate(deps, type, find, call, body);
      const check = async (database: Queryable) => {
        await checkStanding(database, deps.types.ceasefire, id, await standpoint(deps, call.principal, {}));
        const faults = otherCeasefire(id, body.ceasefire ?? id);
        if (faults.length > 0) throw problem("invalid-record", "Path and body differ.", { errors: faults });
      };
      return await answerCreate(deps, type, find, call, { ...body, ceasefire: id }, check);
    },
  });
}

function otherCeasefire(id: string, said: Json): Fault[] {
  if (said === id) return [];
  const message = `The path says ${quoted(id)}. Leave ceasefire out here, or post to /v1/violations.`;
  return [{ pointer: "/ceasefire", code: "differs_from_path", message }];
}

async function answerCreate(
  deps: ResourceDeps,
  type: RecordType,
  find: FindDuplicates | undefined,
  call: Call<unknown, unknown>,
  body: Json,
  check?: Creation["check"],
): Promise<Reply> {
  const { principal, repeatable } = call;
  const by = { ...authorship(call), principal, repeatable, ...(check && { check }) };
  const written = await create(deps, type, body, by);
  return await createdReply(deps, type, find, written, call, repeatable);
}

const jsonPatchType = "application/json-patch+json";

function patchRoute(deps: ResourceDeps, type: RecordType): Route {
  const name = schemaName(type.type);
  const [member = "name"] = Object.keys(type.example);
  const merge = {
    schema: {
      type: "object",
      description: `A JSON Merge Patch (RFC 7396): members as in ${name}Request; null removes, lists are replaced whole.`,
    },
    example: { [member]: type.example[member] },
  };
  return route({
    method: "PATCH",
    path: `/v1/${type.collection}/{id}`,
    operation: `change_${type.type}`,
    tag: type.collection,
    summary: `Change ${withArticle(type.type)}`,
    description:
      "By JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902), against the version in If-Match. A JSON Patch may omit If-Match if every operation is `add` to the end of a list of the record itself (`/claims/-`). A patch that changes nothing makes no version.",
    role: type.writer,
    params: idParams,
    query: noQuery,
    headers: ["If-Match", "Change-Reason", "Idempotency-Key"],
    body: {
      "application/merge-patch+json": merge,
      "application/json": merge,
      [jsonPatchType]: {
        schema: patchSchema,
        example: [{ op: "replace", path: `/${member}`, value: type.example[member] }],
      },
    },
    checkBody: (body, mediaType) => (mediaType === jsonPatchType ? patchFaults(body) : mergeFaults(body)),
    answers: {
      200: {
        description: "The record as it now stands.",
        content: {
          "application/json": { schema: schemaRef(name), example: answerExample(type) },
        },
        headers: { ETag: "The version that now stands.", ...searchIndexAnswer },
      },
    },
    problems: [409, 410, 412, 413, 415, 422, 428],
    async handle(call) {
      return writtenReply(type, 200, await update(deps, type, changeOf(call), patchOf(call)));
    },
  });
}

/** What a PATCH asks for. Its body has been checked. */
function patchOf(call: Call<unknown, unknown>): Patch {
  const body = bodyOf(call);
  if (call.mediaType !== jsonPatchType) return { merge: body };
  const read = readPatch(body);
  if ("operations" in read) return read;
  throw problem("invalid-record", "The JSON Patch is malformed.", { errors: read.faults });
}

function patchFaults(body: unknown): readonly Fault[] {
  const read = readPatch(body);
  return "faults" in read ? read.faults : [];
}

function mergeFaults(body: unknown): Fault[] {
  return isObject(body)
    ? []
    : [{ pointer: "", code: "invalid_type", message: "A merge patch is an object." }];
}

const patchSchema = {
  type: "array",
  description:
    "A JSON Patch (RFC 6902). Its operations apply in order, all or none; the first that does not apply is named.",
  maxItems: MAX_OPERATIONS,
  items: {
    type: "object",
    properties: {
      op: {
        type: "string",
        enum: ["add", "remove", "replace", "move", "copy", "test"],
        description: "What to do.",
      },
      path: { type: "string", description: "Where, as a JSON Pointer (RFC 6901); /- after a list appends." },
      from: { type: "string", description: "From where, for move and copy." },
      value: { description: "The value, for add, replace and test." },
    },
    required: ["op", "path"],
  },
};

/** What the deletion of a record with guarded members needs. */
function guardedNote({ guarded = {} }: RecordType): string {
  return Object.entries(guarded)
    .map(([member, role]) => ` Deleting a record that has \`${member}\` needs the role ${role}.`)
    .join("");
}

function deleteRoute(deps: ResourceDeps, type: RecordType): Route {
  return route({
    method: "DELETE",
    path: `/v1/${type.collection}/{id}`,
    operation: `delete_${type.type}`,
    tag: type.collection,
    summary: `Delete ${withArticle(type.type)}`,
    description: `The history stays, and a version of it can be restored. Refused while other records refer to this one.${guardedNote(type)}`,
    role: type.writer,
    params: idParams,
    query: noQuery,
    headers: ["If-Match", "Change-Reason", "Idempotency-Key"],
    answers: {
      204: { description: "Deleted.", headers: { ETag: "The deletion's version, which restore takes." } },
    },
    problems: [409, 410, 412, 428],
    async handle(call) {
      const { version, at } = await remove(deps, type, changeOf(call));
      return { status: 204, headers: { ETag: etag(version), "Data-As-Of": at } };
    },
  });
}
