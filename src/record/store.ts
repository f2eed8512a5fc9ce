import { randomBytes } from "node:crypto";
import pg from "pg";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { makeId } from "./document.ts";
import { checkBelonging, constraintOf, type IsToCome, RefusedWrite } from "./integrity.ts";
import { textOf } from "./json.ts";
import type { Draft, RecordType } from "./record-type.ts";
import { only, type Queryable } from "./sql.ts";
import { referencesIn } from "./table.ts";
import { type Authorship, type VersionToWrite, type WriteFirst, type Written, write } from "./write.ts";
import { deleteChildrenSql, deleteSql } from "./write-sql.ts";

/** Ids that a path below the collection would shadow: /v1/violations/claims is the series of claims. */
function reservedIds(type: RecordType): Set<string> {
  return new Set(type.table.children.map((child) => child.path.join("-")));
}

/** Runs statements in one transaction; any throw undoes them all. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Writes a new record, in the transaction of a client. Throws a RefusedWrite where the database refuses, which `explain`
 * turns into a problem once the transaction is over.
 */
export async function createRecord(
  client: pg.PoolClient,
  type: RecordType,
  draft: Draft,
  by: Authorship,
  isToCome?: IsToCome,
): Promise<Written> {
  return await createBy(client, type, draft, by, async (_, version) => {
    const mayRetry = draft.id === null;
    if (mayRetry) await client.query("SAVEPOINT made_id");
    try {
      return await write(client, type, { ...version, isToCome });
    } catch (error) {
      if (mayRetry && isIdTaken(error, type)) await client.query("ROLLBACK TO SAVEPOINT made_id");
      throw error;
    }
  });
}

/** How often another id is made where one was taken. */
const MAX_ATTEMPTS = 10;

/** Writes a new record by a function that writes its first version; where a made id is taken, another is tried. */
export async function createBy(
  database: Queryable,
  type: RecordType,
  draft: Draft,
  by: Authorship,
  writeFirst: WriteFirst,
): Promise<Written> {
  if (draft.id !== null && reservedIds(type).has(draft.id)) {
    const message = `${quoted(draft.id)} names a series of /v1/${type.collection}; choose another id.`;
    throw problem("invalid-record", message, { errors: [{ pointer: "/id", code: "reserved_id", message }] });
  }
  if (draft.belonging.length > 0) await checkBelonging(database, draft.belonging);
  for (let attempt = 0; ; attempt += 1) {
    const id = draft.id ?? makeId(draft.name, notToBeMade(type, draft), attempt);
    try {
      return await writeFirst(type, firstVersion(draft, id, by));
    } catch (error) {
      if (draft.id !== null || attempt === MAX_ATTEMPTS || !isIdTaken(error, type)) throw error;
    }
  }
}

/** Ids that are not made for a record: those reserved, and those that it refers to, for it can only mean another. */
function notToBeMade(type: RecordType, { name, members }: Draft): Set<string> {
  const reserved = reservedIds(type);
  if (name === null) return reserved;
  const meant = referencesIn(type.references, members).filter(({ target }) => target === type.type);
  return new Set([...reserved, ...meant.map(({ value }) => textOf(value))]);
}

function firstVersion(draft: Draft, id: string, { author, reason }: Authorship): VersionToWrite {
  const first = { version: 1, redacted: [], created_at: null, operation: "create", changes: [] } as const;
  return { author, reason, draft, id, ...first };
}

function isIdTaken(error: unknown, type: RecordType): boolean {
  return [`${type.collection}_pkey`, "revisions_pkey"].includes(constraintOf(error) ?? "");
}

/** Writes the next version of a record that stands; the caller holds its row's lock. */
export async function replaceRecord(
  client: pg.PoolClient,
  type: RecordType,
  version: VersionToWrite,
): Promise<Written> {
  if (version.draft.belonging.length > 0) await checkBelonging(client, version.draft.belonging);
  await client.query(deleteChildrenSql(type), [version.id]);
  return await write(client, type, version, true);
}

/** Deletes a record; the deletion is a version. The caller holds its row's lock. Throws a RefusedWrite where others refer to it. */
export async function deleteRecord(
  client: pg.PoolClient,
  type: RecordType,
  gone: Authorship & { readonly id: string; readonly version: number },
): Promise<string> {
  try {
    const values = [gone.id, gone.version, gone.author, gone.reason, randomBytes(16)];
    const statement = { name: `delete_${type.type}`, text: deleteSql(type), values };
    return only(await client.query<{ at: string }>(statement)).at;
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new RefusedWrite(error, type, gone.id, {}) : error;
  }
}
