import { randomBytes } from "node:crypto";
import pg from "pg";
import { problem } from "../http/problem.ts";
import { documentTail, documentText, makeId, searchVector, searchWords, textsAt } from "./document.ts";
import { checkBelonging, constraintOf, publicReferences, RefusedWrite } from "./integrity.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import type { Draft, RecordType } from "./record-type.ts";
import { filterRow } from "./revision.ts";
import { only, type Queryable } from "./sql.ts";
import { allTables, rowsOf, type Table } from "./table.ts";
import { deleteChildrenSql, deleteSql, writeSql } from "./write-sql.ts";

/** Who writes, and why. */
export interface Authorship {
  /** The key's name; null: the service itself. */
  readonly author: string | null;
  readonly reason: string | null;
}

/** A record as it stands after a write. */
export interface Written {
  readonly id: string;
  readonly version: number;
  readonly document: string;
  /** When it was written, or found to stand so: RFC 3339 UTC with microseconds. */
  readonly at: string;
  /** What the first answer named beside the record, as JSON, where this is that answer again. */
  readonly told?: string;
}

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
 * Writes a new record. On pool or lanes this is one statement. Throws a RefusedWrite where the database refuses,
 * which `explain` turns into a problem once the transaction is over.
 */
export async function createRecord(
  database: Queryable,
  type: RecordType,
  draft: Draft,
  by: Authorship,
): Promise<Written> {
  if (draft.id !== null && reservedIds(type).has(draft.id)) {
    const message = `\`${draft.id}\` names a series of /v1/${type.collection}; choose another id.`;
    throw problem("invalid-record", message, { errors: [{ pointer: "/id", code: "reserved_id", message }] });
  }
  if (draft.belonging.length > 0) await checkBelonging(database, draft.belonging);
  for (let attempt = 0; ; attempt += 1) {
    const id = draft.id ?? makeId(draft.name, reservedIds(type), attempt);
    const made = await insert(database, type, draft, id, by, draft.id === null && attempt < 10);
    if (made !== undefined) return made;
  }
}

/** Undefined where a made id was taken and another may be tried; inside a transaction that needs a savepoint. */
async function insert(
  database: Queryable,
  type: RecordType,
  draft: Draft,
  id: string,
  by: Authorship,
  mayRetry: boolean,
): Promise<Written | undefined> {
  const inside = "release" in database;
  if (inside && mayRetry) await database.query("SAVEPOINT made_id");
  try {
    return await write(database, type, {
      ...by,
      draft,
      id,
      version: 1,
      redacted: [],
      created_at: null,
      operation: "create",
      changes: [],
    });
  } catch (error) {
    if (mayRetry && [`${type.collection}_pkey`, "revisions_pkey"].includes(constraintOf(error) ?? "")) {
      if (inside) await database.query("ROLLBACK TO SAVEPOINT made_id");
      return undefined;
    }
    throw error;
  }
}

/** One version to be written. */
export interface VersionToWrite extends Authorship {
  readonly draft: Draft;
  readonly id: string;
  readonly version: number;
  /** Null for a new record: the database's clock. */
  readonly created_at: string | null;
  readonly operation: "create" | "update" | "restore";
  readonly changes: readonly JsonObject[];
  /** The record's redacted versions. */
  readonly redacted: readonly number[];
}

/**
 * Writes a version by one statement. Whether the record stands already is told by the version: a first version, or one
 * that restores a deleted record, is inserted.
 */
export async function write(
  database: Queryable,
  type: RecordType,
  version: VersionToWrite,
  replace = false,
): Promise<Written> {
  const { draft, id } = version;
  const { table } = type;
  const tail = documentTail(draft.members, version.redacted);
  const rows = rowsOf(table, { id, ...draft.members });
  const own = { ...rows.get(table)?.[0], ...draft.computed };
  const children = allTables(table).filter((below) => below !== table && rows.has(below));
  const references = publicReferences(type, draft.members);
  const values = [
    id,
    version.version,
    version.created_at,
    tail,
    searchVector(searchWords(type.search.flatMap((path) => textsAt(draft.members, path.split("."))))),
    version.operation,
    version.author,
    version.reason,
    JSON.stringify(version.changes),
    randomBytes(16),
    JSON.stringify(filterRow(type, own, draft.members)),
    JSON.stringify(own),
    references.source,
    references.violation,
    null,
    JSON.stringify(sameAs(draft.members)),
    ...children.map((child) => JSON.stringify(rows.get(child))),
  ];
  const at = await runWrite(database, type, statementFor(type, children, replace), values, draft, id);
  const document = documentText(id, version.version, version.created_at ?? at, at, tail);
  return { id, version: version.version, document, at };
}

async function runWrite(
  database: Queryable,
  type: RecordType,
  statement: Statement,
  values: unknown[],
  draft: Draft,
  id: string,
): Promise<string> {
  try {
    const { rows } = await database.query<{ at: string }>({ ...statement, values });
    const [first] = rows;
    if (first === undefined) throw new RefusedWrite(null, type, id, draft.members);
    return first.at;
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new RefusedWrite(error, type, id, draft.members) : error;
  }
}

/** How many statements are prepared by name; each costs memory on every connection. Rarer ones are planned each time. */
const MAX_PREPARED = 500;
const statements = new Map<string, Statement>();

interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Statements are prepared once per set of tables that hold rows; empty tables cost nothing. */
function statementFor(type: RecordType, children: readonly Table[], replace: boolean): Statement {
  const key = [replace ? "update" : "insert", type.type, ...children.map((child) => child.name)].join(" ");
  const known = statements.get(key);
  if (known !== undefined) return known;
  const text = writeSql(type, children, replace);
  if (statements.size >= MAX_PREPARED) return { text };
  const made = { name: `write_${statements.size}`, text };
  statements.set(key, made);
  return made;
}

/** The names by which other datasets call this very record. */
function sameAs(members: JsonObject): Json[] {
  const names = isList(members.external_ids) ? members.external_ids.filter(isObject) : [];
  return names
    .filter((name) => name.relation === "SAME")
    .map(({ dataset, id }) => ({ dataset: dataset ?? null, external_id: id ?? null }));
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
