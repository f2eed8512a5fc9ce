import { randomBytes } from "node:crypto";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { idStem } from "./document.ts";
import { checkBelonging, IdTaken, type IsToCome, RefusedWrite } from "./integrity.ts";
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

/** How a record is created inside a transaction. */
export interface Creation {
  readonly isToCome?: IsToCome;
  /** Whether the id that is made is kept from concurrent transactions. Only for one record of a transaction: see next_free_id. */
  readonly reservesId?: boolean;
}

/**
 * Writes a new record in the transaction of a client.
 *
 * @throws RefusedWrite where the database refuses it, which `explain` turns into a problem once the transaction is over;
 * an IdTaken whose `isMade` is true where a concurrent write took the id that was made, so that the transaction can run again
 */
export async function createRecord(
  client: pg.PoolClient,
  type: RecordType,
  draft: Draft,
  by: Authorship,
  { isToCome, reservesId = false }: Creation = {},
): Promise<Written> {
  await checkDraft(client, type, draft);
  const id = draft.id ?? (await freeId(client, type, draft, reservesId));
  return await write(client, type, { ...firstVersion(draft, id, by), isToCome }).catch((error: unknown) => {
    throw draft.id === null && error instanceof IdTaken ? error.ofMadeId() : error;
  });
}

/**
 * Writes a new record together with those of other requests. Where the id made from its name is taken, it is written in a
 * transaction of its own under the next free id.
 */
export async function createInGroup(
  pool: pg.Pool,
  type: RecordType,
  draft: Draft,
  by: Authorship,
  writeFirst: WriteFirst,
): Promise<Written> {
  const id = draft.id ?? firstChoice(type, draft);
  if (id !== undefined) {
    await checkDraft(pool, type, draft);
    try {
      return await writeFirst(type, firstVersion(draft, id, by));
    } catch (error) {
      if (draft.id !== null || !(error instanceof IdTaken)) throw error;
    }
  }
  return await transaction(pool, (client) => createRecord(client, type, draft, by, { reservesId: true }));
}

/** Checks what the database has to tell about a new record before it is written. */
async function checkDraft(database: Queryable, type: RecordType, draft: Draft): Promise<void> {
  if (draft.id !== null && reservedIds(type).has(draft.id)) {
    const message = `${quoted(draft.id)} names a series of /v1/${type.collection}; choose another id.`;
    throw problem("invalid-record", message, { errors: [{ pointer: "/id", code: "reserved_id", message }] });
  }
  if (draft.belonging.length > 0) await checkBelonging(database, draft.belonging);
}

/** The id of a record that has no namesake. Undefined where it must have another. */
function firstChoice(type: RecordType, draft: Draft): string | undefined {
  const stem = idStem(draft.name);
  if (stem === "") return uuidv7();
  return avoidedIds(type, draft).includes(stem) ? undefined : stem;
}

/** The next free id that a name gives; a UUIDv7 for a name that gives none. */
async function freeId(
  client: pg.PoolClient,
  type: RecordType,
  draft: Draft,
  reserves: boolean,
): Promise<string> {
  const stem = idStem(draft.name);
  if (stem === "") return uuidv7();
  const found = await client.query<{ id: string }>({
    name: "next_free_id",
    text: "SELECT next_free_id($1::record_type, $2, $3::text[], $4) AS id",
    values: [type.type, stem, avoidedIds(type, draft), reserves],
  });
  return only(found).id;
}

/** Ids that are not made for a record: those reserved, and those that it refers to, which are other records. */
function avoidedIds(type: RecordType, { members }: Draft): string[] {
  const references = referencesIn(type.references, members).filter(({ target }) => target === type.type);
  return [...reservedIds(type), ...references.map(({ value }) => textOf(value))];
}

function firstVersion(draft: Draft, id: string, { author, reason }: Authorship): VersionToWrite {
  const first = { version: 1, redacted: [], created_at: null, operation: "create", changes: [] } as const;
  return { author, reason, draft, id, ...first };
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
