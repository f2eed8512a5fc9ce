import { randomBytes } from "node:crypto";
import type pg from "pg";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { type Change, checkCondition } from "./change.ts";
import type { RecordsDeps } from "./deps.ts";
import { documentTail, documentText, membersOf, parsedDocument } from "./document.ts";
import { type WrittenVersion, writeVersionOnce } from "./idempotency.ts";
import { isList, isObject, type JsonObject, textOf } from "./json.ts";
import type { RecordType } from "./record-type.ts";
import { emptiedSql } from "./revision.ts";
import { lastRevision, lockHistory, readRevision, redactedVersions } from "./revisions.ts";
import { only } from "./sql.ts";
import { transaction } from "./store.ts";
import { nextInstantSql, redactionSql } from "./write-sql.ts";

/**
 * Empties a version of its text, salt and filter columns, for good; its digest, author, time and reason stay, and so does the
 * ledger. The next version that holds a text loses the old values that it repeats. A new version records the redaction, and
 * every later document of the record names the redacted version. Any version of a deleted record can be redacted but the
 * deletion; the record stays deleted.
 *
 * @returns the version that records the redaction
 * @throws ProblemError 404, 410 where it holds no text, 412 and 428 for If-Match, 422 for the current version
 */
export async function redact(
  { pool }: RecordsDeps,
  type: RecordType,
  change: Change,
  version: number,
): Promise<WrittenVersion> {
  return await transaction(pool, (client) =>
    writeVersionOnce(client, type, change.repeatable, () => redactIn(client, type, change, version)),
  );
}

async function redactIn(
  client: pg.PoolClient,
  type: RecordType,
  change: Change,
  version: number,
): Promise<WrittenVersion> {
  const { id } = change;
  await client.query(`SELECT 1 FROM ${type.collection} WHERE id = $1 FOR UPDATE`, [id]);
  await lockHistory(client, type, id);
  const last = await lastRevision(client, type, id);
  if (last === undefined) throw problem("not-found", `There is no ${type.type} ${quoted(id)}.`);
  checkCondition(change, last.version, true);
  if (version === last.version) throw currentVersion(id, version);
  const old = await readRevision(client, type, id, version);
  if (old === undefined) throw problem("not-found", `${quoted(id)} has no version ${version}.`);
  if (old.document === null) throw problem("gone", `Version ${version} of ${quoted(id)} holds no text.`);
  await client.query(`UPDATE revisions SET ${emptiedSql} WHERE type = $1 AND id = $2 AND version = $3`, [
    type.type,
    id,
    version,
  ]);
  await forgetOldValues(client, type, id, version);
  return await tell(client, type, change, last.version);
}

function currentVersion(id: string, version: number) {
  const message = `Version ${version} is the one that stands. Change ${quoted(id)} first, so that its text is no longer current, then redact version ${version}.`;
  return problem("invalid-record", message, {
    errors: [{ parameter: "version", code: "current_version", message }],
  });
}

/** The changes of the next version with a text repeat what was redacted as old values, also of one restored after a deletion. */
async function forgetOldValues(
  client: pg.PoolClient,
  type: RecordType,
  id: string,
  redacted: number,
): Promise<void> {
  const { rows } = await client.query<{ version: number; changes: unknown }>(
    `SELECT version, changes FROM revisions WHERE type = $1 AND id = $2 AND version > $3 AND document IS NOT NULL
     ORDER BY version LIMIT 1`,
    [type.type, id, redacted],
  );
  const [next] = rows;
  if (next === undefined || !isList(next.changes) || next.changes.length === 0) return;
  const kept = next.changes.filter(isObject).map(({ old: _old, ...operation }) => operation);
  await client.query("UPDATE revisions SET changes = $4 WHERE type = $1 AND id = $2 AND version = $3", [
    type.type,
    id,
    next.version,
    JSON.stringify(kept),
  ]);
}

/** Writes the version that tells of the redaction, with the document as it stands, if the record does. */
async function tell(
  client: pg.PoolClient,
  type: RecordType,
  change: Change,
  lastVersion: number,
): Promise<WrittenVersion> {
  const version = lastVersion + 1;
  const { at } = only(await client.query<{ at: string }>(nextInstantSql(type), [change.id, version]));
  const standing = await client.query<{ document: string }>(
    `SELECT document FROM ${type.collection} WHERE id = $1`,
    [change.id],
  );
  const redacted = await redactedVersions(client, type, change.id);
  const text = standing.rows[0]?.document;
  const document = text === undefined ? null : retold(parsedDocument(text), change.id, version, at, redacted);
  const values = [change.id, version, change.author, change.reason, randomBytes(16), document, at];
  await client.query(redactionSql(type), values);
  return { id: change.id, version, at };
}

function retold(
  standing: JsonObject,
  id: string,
  version: number,
  at: string,
  redacted: readonly number[],
): string {
  const tail = documentTail(membersOf(standing), redacted);
  return documentText(id, version, textOf(standing.created_at), at, tail);
}
