import { randomBytes } from "node:crypto";
import pg from "pg";
import { documentTail, documentText, textsAt } from "./document.ts";
import { IdTaken, type IsToCome, isIdViolation, publicReferences, RefusedWrite } from "./integrity.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import type { Draft, RecordType } from "./record-type.ts";
import { filterRow } from "./revision.ts";
import { only, type Queryable } from "./sql.ts";
import { allTables, rowsOf, type Table } from "./table.ts";
import { searchVector, wordsOf } from "./words.ts";
import { writeSql } from "./write-sql.ts";

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
  /** Whether search finds every word. Undefined if this answer wrote nothing. */
  readonly isSearchedWhole?: boolean;
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
  /** By default no record is. */
  readonly isToCome?: IsToCome | undefined;
}

/** Writes a first version, and throws a RefusedWrite where the database refuses it. */
export type WriteFirst = (type: RecordType, version: VersionToWrite) => Promise<Written>;

/**
 * Writes a version. Whether the record stands already is told by the version: a first version, or one that restores a
 * deleted record, is inserted. Throws a RefusedWrite where the database refuses it.
 */
export async function write(
  database: Queryable,
  type: RecordType,
  version: VersionToWrite,
  replace = false,
): Promise<Written> {
  return await writePrepared(database, type, prepare(type, version), replace);
}

/** What a version is written from: itself, and the rows that it makes. */
export type Prepared = ReturnType<typeof prepare>;

/** All of a write that needs no database. */
export function prepare(type: RecordType, { draft, redacted, isToCome, ...version }: VersionToWrite) {
  const { table, search } = type;
  const { members, computed } = draft;
  const { id } = version;
  const rows = rowsOf(table, { id, ...members });
  const own = { ...rows.get(table)?.[0], ...computed };
  const { words, complete } = wordsOf(search.flatMap((path) => textsAt(members, path)));
  return {
    version: { ...version, tail: documentTail(members, redacted), search: searchVector(words) },
    isSearchedWhole: complete,
    members,
    rows,
    own,
    filters: { id, ...filterRow(type, own, members) },
    references: publicReferences(type, members, isToCome),
    same_as: sameAs(id, members),
  };
}

/** The names by which other datasets call this very record. */
function sameAs(id: string, members: JsonObject): Json[] {
  const names = isList(members.external_ids) ? members.external_ids.filter(isObject) : [];
  return names
    .filter((name) => name.relation === "SAME")
    .map((name) => ({ dataset: name.dataset ?? null, external_id: name.id ?? null, id }));
}

/** Writes a prepared version. Throws a RefusedWrite where the database refuses it. */
export async function writePrepared(
  database: Queryable,
  type: RecordType,
  prepared: Prepared,
  replace = false,
): Promise<Written> {
  const { version, members } = prepared;
  const refused = (cause: pg.DatabaseError | null) =>
    isIdViolation(type, cause)
      ? new IdTaken(type, version.id, members)
      : new RefusedWrite(cause, type, version.id, members);
  const written = await writeAll(database, type, [prepared], replace).catch((error: unknown) => {
    throw error instanceof pg.DatabaseError ? refused(error) : error;
  });
  if (written === undefined) throw refused(null);
  return only({ rows: written });
}

const SALT_BYTES = 16;

/**
 * Writes versions of several records by one statement, all or none. Undefined: none, for a PUBLIC one refers to a source
 * or violation that is not a PUBLIC one already.
 */
export async function writeAll(
  database: Queryable,
  type: RecordType,
  prepared: readonly Prepared[],
  replace = false,
): Promise<Written[] | undefined> {
  const salts = randomBytes(SALT_BYTES * prepared.length);
  const saltOf = (place: number) => salts.toString("hex", place * SALT_BYTES, (place + 1) * SALT_BYTES);
  const children = allTables(type.table).filter(
    (table) => table !== type.table && prepared.some(({ rows }) => rows.has(table)),
  );
  const values = [
    JSON.stringify(prepared.map(({ version }, place) => ({ ...version, salt: `\\x${saltOf(place)}` }))),
    JSON.stringify(prepared.map(({ own }) => own)),
    JSON.stringify(prepared.map(({ filters }) => filters)),
    [...new Set(prepared.flatMap(({ references }) => references.source))],
    [...new Set(prepared.flatMap(({ references }) => references.violation))],
    JSON.stringify(prepared.flatMap(({ same_as }) => same_as)),
    ...children.map((table) => JSON.stringify(prepared.flatMap(({ rows }) => rows.get(table) ?? []))),
  ];
  const statement = { ...statementFor(type, children, replace), values };
  const { rows } = await database.query<{ id: string; at: string }>(statement);
  if (rows.length === 0) return undefined;
  return prepared.map(({ version: { id, version, created_at, tail }, isSearchedWhole }) => {
    const { at } = only({ rows: rows.filter((row) => row.id === id) });
    const document = documentText(id, version, created_at ?? at, at, tail);
    return { id, version, document, at, isSearchedWhole };
  });
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
