import type pg from "pg";
import { parseIfMatch } from "../http/conditions.ts";
import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import type { RepeatableRequest } from "../http/idempotency-key.ts";
import { problem } from "../http/problem.ts";
import type { Principal, Role } from "../http/route.ts";
import { absent } from "./absent.ts";
import { applyPatch } from "./apply-patch.ts";
import type { RecordsDeps } from "./deps.ts";
import { documentTail, membersOf, parsedDocument, redactedIn } from "./document.ts";
import { type WrittenVersion, writeOnce, writeVersionOnce } from "./idempotency.ts";
import { placing, type RecordTypes, requestFaults, resolveRequest, takeInline } from "./inline.ts";
import { checkHidden, explain, isTransient } from "./integrity.ts";
import { isObject, type Json, type JsonObject, pointerStep, textOf } from "./json.ts";
import { type Operation, onlyAppends, replacesWhole } from "./json-patch.ts";
import { changesBetween, mergePatch } from "./patch.ts";
import type { Draft, RecordType } from "./record-type.ts";
import {
  lastRevision,
  lockHistory,
  membersBeforeDeletion,
  readRevision,
  redactedVersions,
} from "./revisions.ts";
import { type Queryable, stampSql } from "./sql.ts";
import { createInGroup, createRecord, deleteRecord, replaceRecord, transaction } from "./store.ts";
import { type Authorship, type VersionToWrite, type Written, write } from "./write.ts";
import { deleteChildrenSql } from "./write-sql.ts";

/** Who changes what, and on what condition. */
export interface Change extends Authorship {
  readonly principal: Principal;
  readonly id: string;
  /** The If-Match header; undefined where none came. */
  readonly ifMatch: string | undefined;
  /** Set where the request has an Idempotency-Key. */
  readonly repeatable: RepeatableRequest | undefined;
}

const ranks: { readonly [role in Role]: number } = { public: 0, analyst: 1, editor: 2, admin: 3 };

/**
 * Checks that the caller's role may change the members that differ between two versions. `before` is undefined where the
 * version before was redacted: every guarded member then counts as changed. A record that is deleted has no members after.
 *
 * @throws ProblemError 403 with a pointer to each member that needs a higher role
 */
function checkGuarded(
  type: RecordType,
  before: JsonObject | undefined,
  after: JsonObject,
  principal: Principal,
): void {
  const errors: Fault[] = [];
  for (const [member, role] of Object.entries(type.guarded ?? {})) {
    const isSame =
      before !== undefined && JSON.stringify(before[member] ?? []) === JSON.stringify(after[member] ?? []);
    if (isSame || ranks[principal.role] >= ranks[role]) continue;
    errors.push({
      pointer: pointerStep(member),
      code: "role_too_low",
      message: `This request adds, changes or removes \`${member}\`, which needs the role ${role}. Your key has the role ${principal.role}.`,
    });
  }
  if (errors.length > 0) throw problem("forbidden", "Your key may not change some of this.", { errors });
}

/** The faults of a whole new record, told along with those of the rest of the request. */
export function bodyFaults(types: RecordTypes, type: RecordType, body: Json): Fault[] {
  return requestFaults(type, takeInline(types, type, body));
}

/** Who creates a record, and on what condition. */
export interface Creation extends Authorship {
  readonly principal: Principal;
  readonly repeatable: RepeatableRequest | undefined;
  /** Throws where the record may not be created; not asked for a repeated request. */
  readonly check?: (database: Queryable) => Promise<void>;
}

/** Creates a record; records inside it that are new are created with it, all or nothing. */
export async function create(
  { pool, writeFirst, types }: RecordsDeps,
  type: RecordType,
  body: Json,
  by: Creation,
): Promise<Written> {
  const request = takeInline(types, type, body);
  return await explained(pool, types, async () => {
    if (request.inline.length > 0 || by.repeatable !== undefined) {
      return await transaction(pool, (client) =>
        writeOnce(client, type, by.repeatable, async () => {
          await by.check?.(client);
          const draft = await resolveRequest(client, type, request, by);
          checkGuarded(type, {}, draft.members, by.principal);
          return await placing(request, "", () =>
            createRecord(client, type, draft, by, { reservesId: true }),
          );
        }),
      );
    }
    await by.check?.(pool);
    const read = type.read(request.body);
    if ("faults" in read)
      throw problem("invalid-record", "The record breaks rules.", { errors: read.faults });
    checkGuarded(type, {}, read.draft.members, by.principal);
    return await createInGroup(pool, type, read.draft, by, writeFirst);
  });
}

const MAX_ATTEMPTS = 5;

/**
 * Runs a write, and turns a refusal into the problem that names the place. A write runs again if the database ended it to
 * resolve a deadlock, if a concurrent write took the id that was made for the record, and if what it refers to has been
 * written since.
 */
async function explained<T>(pool: pg.Pool, types: RecordTypes, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const mayTryAgain = attempt < MAX_ATTEMPTS;
      if (mayTryAgain && isTransient(error)) continue;
      const told = await explain(pool, Object.values(types), error);
      if (told === undefined && mayTryAgain) continue;
      throw told ?? error;
    }
  }
}

interface Standing {
  readonly document: JsonObject;
  readonly version: number;
  readonly text: string;
  /** When it was found to stand so, as the service writes instants. */
  readonly now: string;
}

/** Locks a record and checks the condition on it. Throws not-found, gone, precondition-failed, precondition-required. */
async function lockRecord(
  client: pg.PoolClient,
  type: RecordType,
  change: Change,
  needed: boolean,
): Promise<Standing> {
  const { rows } = await client.query<{ document: string; version: number; now: string }>(
    `SELECT document, version, ${stampSql("statement_timestamp()")} AS now FROM ${type.collection} WHERE id = $1 FOR UPDATE`,
    [change.id],
  );
  const [row] = rows;
  if (row === undefined) throw await absent(client, type, change.id, { withKey: true, as_of: undefined });
  checkCondition(change, row.version, needed);
  const document = parsedDocument(row.document);
  return { document, version: row.version, text: row.document, now: row.now };
}

export function checkCondition({ ifMatch, id }: Change, version: number, needed: boolean): void {
  if (ifMatch === undefined) {
    if (!needed) return;
    const detail = `Send If-Match with the ETag of the version you read, so that nobody's change is lost. The present one is "${version}".`;
    throw problem("precondition-required", detail, {
      errors: [{ header: "If-Match", code: "required", message: detail }],
    });
  }
  const condition = parseIfMatch(ifMatch);
  if ("faults" in condition)
    throw problem("bad-request", "If-Match cannot be read.", { errors: condition.faults });
  if (condition.any || condition.versions.includes(version)) return;
  const message = `${quoted(id)} is at version ${version} now. Read it again, see what changed, and send your change with If-Match: "${version}".`;
  throw problem("precondition-failed", message, {
    errors: [{ header: "If-Match", code: "stale", message }],
    headers: { ETag: `"${version}"` },
  });
}

/** What a PATCH asks for: a JSON Merge Patch, or the operations of a JSON Patch. */
export type Patch = { readonly merge: Json } | { readonly operations: readonly Operation[] };

/** Changes a record by a merge patch or a JSON Patch. A patch that changes nothing makes no version. */
export async function update(
  { pool, types }: RecordsDeps,
  type: RecordType,
  change: Change,
  patch: Patch,
): Promise<Written> {
  return await explained(pool, types, () =>
    transaction(pool, (client) =>
      writeOnce(client, type, change.repeatable, () => updateIn(client, types, type, change, patch)),
    ),
  );
}

async function updateIn(
  client: pg.PoolClient,
  types: RecordTypes,
  type: RecordType,
  change: Change,
  patch: Patch,
): Promise<Written> {
  const standing = await lockRecord(client, type, change, needsCondition(type, patch));
  const request = takeInline(types, type, patched(standing.document, patch, change.id));
  const faults = requestFaults(type, request, "", change.id);
  if (faults.length > 0) throw problem("invalid-record", "The record would break rules.", { errors: faults });
  const draft = await resolveRequest(client, type, request, change, "", change.id);
  const before = membersOf(standing.document);
  if (documentTail(before) === documentTail(draft.members)) {
    return { id: change.id, version: standing.version, document: standing.text, at: standing.now };
  }
  checkGuarded(type, before, draft.members, change.principal);
  const version = nextVersion(change, draft, standing, "update", changesBetween(before, draft.members));
  return await placing(request, "", () => finish(client, types, type, version));
}

/** Whether a patch requires If-Match. One that only appends to lists of the record means the same whatever was changed before it. */
function needsCondition(type: RecordType, patch: Patch): boolean {
  if ("merge" in patch) return true;
  const lists = type.shape.members.filter(({ kind, derived }) => kind === "list" && !derived);
  return !onlyAppends(
    patch.operations,
    lists.map(({ name }) => name),
  );
}

/** The record as a patch makes it, not yet validated. */
function patched(document: JsonObject, patch: Patch, id: string): JsonObject {
  if ("merge" in patch) return withId(mergePatch(document, patch.merge), id);
  const applied = applyPatch(document, patch.operations);
  if ("fault" in applied) throw problem("invalid-record", applied.fault.message, { errors: [applied.fault] });
  const { result } = applied;
  const mayLackId = isObject(result) && !Object.hasOwn(result, "id") && replacesWhole(patch.operations);
  return withId(mayLackId ? { id, ...result } : result, id);
}

/** @throws ProblemError 422 where a patch makes the record something else than an object, or changes its id */
function withId(body: Json, id: string): JsonObject {
  if (!isObject(body)) {
    const message =
      "The patch replaces the record with a value that is not an object. A record is an object.";
    throw problem("invalid-record", message, {
      errors: [{ pointer: "", code: "invalid_type", message }],
    });
  }
  if (Object.hasOwn(body, "id") && body.id === id) return body;
  const message = `The id of a record never changes; this record is ${quoted(id)}. Leave \`/id\` out of the patch.`;
  throw problem("invalid-record", message, {
    errors: [{ pointer: "/id", code: "id_never_changes", message }],
  });
}

function nextVersion(
  change: Change,
  draft: Draft,
  standing: Standing,
  operation: "update" | "restore",
  changes: readonly JsonObject[],
): VersionToWrite {
  return {
    author: change.author,
    reason: change.reason,
    draft,
    id: change.id,
    version: standing.version + 1,
    created_at: textOf(standing.document.created_at),
    operation,
    changes,
    redacted: redactedIn(standing.document),
  };
}

/** Writes the next version of a standing record, and checks what only shows afterwards. */
async function finish(
  client: pg.PoolClient,
  types: RecordTypes,
  type: RecordType,
  version: VersionToWrite,
): Promise<Written> {
  const written = await replaceRecord(client, type, version);
  if (version.draft.members.visibility === "RESTRICTED")
    await checkHidden(client, Object.values(types), { type: type.type, id: version.id });
  await checkCycle(client, type, version.id);
  return written;
}

/** Members that make a tree; a record must not come round to itself. */
const treeMembers = ["part_of", "origin"];

async function checkCycle(client: pg.PoolClient, type: RecordType, id: string): Promise<void> {
  const member = treeMembers.find((name) => type.table.columns.some((column) => column.name === name));
  if (member === undefined) return;
  const { rows } = await client.query(
    `WITH RECURSIVE up AS (SELECT ${member} AS id FROM ${type.collection} WHERE id = $1 UNION SELECT r.${member} FROM ${type.collection} r JOIN up ON r.id = up.id)
     SELECT 1 FROM up WHERE id = $1`,
    [id],
  );
  if (rows.length === 0) return;
  const message = `Following \`${member}\` from ${quoted(id)} leads back to it. Break the circle.`;
  throw problem("invalid-record", message, { errors: [{ pointer: `/${member}`, code: "circle", message }] });
}

/** Deletes a record; its history stays. Removes every member, so that a guarded one needs its role. */
export async function remove(
  { pool, types }: RecordsDeps,
  type: RecordType,
  change: Change,
): Promise<WrittenVersion> {
  const { author, reason, id, repeatable } = change;
  return await explained(pool, types, () =>
    transaction(pool, (client) =>
      writeVersionOnce(client, type, repeatable, async () => {
        const standing = await lockRecord(client, type, change, true);
        checkGuarded(type, membersOf(standing.document), {}, change.principal);
        const version = standing.version + 1;
        const at = await deleteRecord(client, type, { author, reason, id, version });
        return { id, version, at };
      }),
    ),
  );
}

/** Makes a new version of an old one; revives a deleted record. If-Match is the present version's, or the deletion's. */
export async function restore(
  { pool, types }: RecordsDeps,
  type: RecordType,
  change: Change,
  from: number,
): Promise<Written> {
  return await explained(pool, types, () =>
    transaction(pool, (client) =>
      writeOnce(client, type, change.repeatable, () => restoreIn(client, types, type, change, from)),
    ),
  );
}

async function restoreIn(
  client: pg.PoolClient,
  types: RecordTypes,
  type: RecordType,
  change: Change,
  from: number,
): Promise<Written> {
  await lockHistory(client, type, change.id);
  const last = await lastRevision(client, type, change.id);
  if (last === undefined) throw problem("not-found", `There is no ${type.type} ${quoted(change.id)}.`);
  const old = await readRevision(client, type, change.id, from);
  if (old === undefined) throw problem("not-found", `${quoted(change.id)} has no version ${from}.`);
  if (old.document === null)
    throw problem("gone", `Version ${from} of ${quoted(change.id)} holds no document to restore.`);
  const read = type.read(old.members, change.id);
  if ("faults" in read)
    throw problem("invalid-record", "The old version breaks rules of today.", { errors: read.faults });
  if (last.deleted) return await revive(client, type, change, last.version, read.draft, old.created_at);
  const standing = await lockRecord(client, type, change, true);
  checkGuarded(type, membersOf(standing.document), read.draft.members, change.principal);
  const changes = changesBetween(membersOf(standing.document), read.draft.members);
  return await finish(client, types, type, nextVersion(change, read.draft, standing, "restore", changes));
}

async function revive(
  client: pg.PoolClient,
  type: RecordType,
  change: Change,
  deletedAs: number,
  draft: Draft,
  created_at: string,
): Promise<Written> {
  checkCondition(change, deletedAs, true);
  const before = await membersBeforeDeletion(client, type, change.id);
  checkGuarded(type, before, draft.members, change.principal);
  await client.query(deleteChildrenSql(type), [change.id]);
  const { author, reason, id } = change;
  return await write(client, type, {
    author,
    reason,
    id,
    draft,
    version: deletedAs + 1,
    created_at,
    operation: "restore",
    changes: changesBetween(before ?? {}, draft.members),
    redacted: await redactedVersions(client, type, id),
  });
}
