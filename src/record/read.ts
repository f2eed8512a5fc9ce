import DataLoader from "dataloader";
import type pg from "pg";
import { problem } from "../http/problem.ts";
import type { Position } from "./cursor.ts";
import type { Expand } from "./expand.ts";
import { type Condition, whereSql } from "./filter.ts";
import { jsonObjectText } from "./json-sql.ts";
import type { RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import {
  currentViewpoint,
  only,
  type Params,
  params,
  type SqlContext,
  stampSql,
  type Viewpoint,
} from "./sql.ts";

/** What a list, an export or a count is asked for. */
export interface Selection {
  readonly type: RecordType;
  readonly viewpoint: Viewpoint;
  readonly conditions: readonly Condition[];
  readonly given: ReadonlySet<string>;
  readonly sort: Sort;
  /** Top-level members to pick; empty: all. */
  readonly fields: readonly string[];
  readonly expand: readonly { readonly name: string; readonly expand: Expand }[];
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export function contextOf(selection: Selection, collected: Params): SqlContext {
  return { row: "t", params: collected, view: selection.viewpoint(collected), given: selection.given };
}

/** The WHERE clause of a selection: the one function behind page, count and export. */
export function selectionWhere(
  selection: Selection,
  context: SqlContext,
  more: readonly string[] = [],
): string {
  const terms = [...whereSql(selection.conditions, context), ...more];
  return terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`;
}

/** The record's text as it is handed out: the stored document, or with members picked and facts added. */
export function documentSql({ fields, expand }: Selection, context: SqlContext): string {
  const whole = `${context.row}.document`;
  const picked =
    fields.length === 0
      ? whole
      : `(SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':' || m.value::text, ',' ORDER BY m.place), '') || '}'
          FROM json_each(${whole}::json) WITH ORDINALITY AS m(key, value, place) WHERE m.key = ANY(${context.params.add(fields)}::text[]))`;
  if (expand.length === 0) return picked;
  const facts = Object.fromEntries(expand.map(({ name, expand: fact }) => [name, fact.sql(context)]));
  return `(SELECT CASE WHEN d = '{}' THEN '{' ELSE left(d, -1) || ',' END || '"expanded":' || ${jsonObjectText(facts)} || '}' FROM (SELECT ${picked} AS d) AS picked)`;
}

export function orderSql({ column, descending }: Sort, row = "t"): string {
  const direction = descending ? "DESC NULLS LAST" : "";
  const key = `${row}.${column} ${direction}`;
  return column === "id"
    ? `${row}.id ${descending ? "DESC" : ""}`
    : `${key}, ${row}.id ${descending ? "DESC" : ""}`;
}

export interface Page {
  /** The records' texts, joined by commas. */
  readonly data: string;
  readonly next: Position | null;
  readonly as_of: string;
  /** Changes whenever an id or a version on the page does, whether another page follows, or the total. */
  readonly fingerprint: string;
  readonly total?: number;
}

/**
 * A page ends before its records have more bytes together. PostgreSQL sends a page as one text, which blocks the event loop
 * while it is read, and ends the process above 512 MB.
 */
export const MAX_PAGE_BYTES = 10_000_000;

interface PageRow {
  readonly data: string | null;
  /** How many records there are, up to one more than the limit. */
  readonly number: number;
  /** How many of them `data` holds. */
  readonly held: number;
  /** Whether the page holds all records that it should. False: it must be cut. */
  readonly fits: boolean;
  readonly last_key: string | null;
  readonly last_id: string | null;
  readonly versions: string | null;
  readonly as_of: string;
}

/**
 * One page. Records whose sort key is null come last; they are read only where a page reaches them, so that the others are
 * found by one range of one index. A page holds fewer records than `limit` where more would pass `MAX_PAGE_BYTES`.
 *
 * @throws ProblemError 400 where the first record alone passes it
 */
export async function readPage(
  database: Queryable,
  selection: Selection,
  limit: number,
  after: Position | null,
  count: boolean,
): Promise<Page> {
  const amongKeyless = after !== null && after.key === null;
  const first = amongKeyless ? undefined : await segment(database, selection, limit, after, false);
  const missing = limit + 1 - (first?.number ?? 0);
  const isCut = first !== undefined && first.held < Math.min(first.number, limit);
  const second =
    amongKeyless || (missing > 0 && !isCut && mayLackKey(selection))
      ? await segment(database, selection, missing - 1, amongKeyless ? after : null, true)
      : undefined;
  const rows = [first, second].filter((row) => row !== undefined);
  const found = rows.reduce((sum, row) => sum + row.number, 0);
  const held = rows.reduce((sum, row) => sum + row.held, 0);
  const last = second !== undefined && second.last_id !== null ? second : first;
  const next = found > held && last?.last_id != null ? { key: last.last_key, id: last.last_id } : null;
  const total = count ? await countRecords(database, selection) : undefined;
  const told = [
    ...rows.map((row) => row.versions ?? "none"),
    next === null ? "last" : "more",
    ...(count ? [total] : []),
  ];
  return {
    data: rows
      .map((row) => row.data ?? "")
      .filter((data) => data !== "")
      .join(","),
    next,
    as_of: rows[0]?.as_of ?? "",
    fingerprint: told.join("."),
    ...(total !== undefined && { total }),
  };
}

/** Whether records without the sort key may be among those selected: not where the column always holds one, or is filtered by. */
function mayLackKey({ type, sort, conditions }: Selection): boolean {
  if (type.computed.some(({ name, again }) => name === sort.column && again === undefined)) return false;
  const column = type.table.columns.find(({ name }) => name === sort.column);
  return column?.nullable !== false && !conditions.some(({ holds }) => holds === sort.column);
}

/** Up to `limit` records with (or without) a sort key, and whether there is one more. */
async function segment(
  database: Queryable,
  selection: Selection,
  limit: number,
  after: Position | null,
  withoutKey: boolean,
): Promise<PageRow> {
  const collected = params();
  const context = contextOf(selection, collected);
  const { column } = selection.sort;
  const where = selectionWhere(selection, context, keysetTerms(selection.sort, after, withoutKey, collected));
  const order = withoutKey ? `t.id ${selection.sort.descending ? "DESC" : ""}` : orderSql(selection.sort);
  const records = context.view.relation(selection.type.type);
  // The page is chosen by what an index holds; only the chosen ones' documents are fetched.
  // A literal, not a parameter: without the number the planner takes a tenth of the table for a page and sorts it all.
  const wanted = Math.trunc(limit);
  const found = `(SELECT t.id, t.version, chosen.key, chosen.place, ${documentSql(selection, context)} AS document
      FROM (SELECT t.id, t.${column} AS key, row_number() OVER (ORDER BY ${order}) AS place
        FROM ${records} t ${where} ORDER BY ${order} LIMIT ${wanted + 1}) AS chosen
      JOIN ${records} t ON t.id = chosen.id OFFSET 0) AS found`;
  const lastKey = (is: string) => (withoutKey ? "NULL" : keyText(column, `max(key) FILTER (WHERE ${is})`));
  const read = async (sql: string) => only(await database.query<PageRow>(prepared(sql, collected.values)));
  const whole = await read(wholePageSql(found, wanted, lastKey, context.view.now));
  if (whole.fits) return whole;
  const cut = await read(cutPageSql(found, wanted, lastKey, context.view.now));
  if (cut.held === 0 && wanted > 0) throw tooLarge();
  return cut;
}

/** Pages with a larger record are measured record by record. */
const LARGE_RECORD_BYTES = MAX_PAGE_BYTES / 50;

/** A page as one text, where it fits; `fits` is false and there is no text where it may not. */
function wholePageSql(found: string, wanted: number, lastKey: (is: string) => string, now: string): string {
  const onPage = `FILTER (WHERE place <= ${wanted})`;
  const fits = `coalesce(max(octet_length(document)) ${onPage} <= ${LARGE_RECORD_BYTES}
      AND sum(octet_length(document) + 1) ${onPage} <= ${MAX_PAGE_BYTES}, TRUE)`;
  return `SELECT count(*)::int AS number, least(count(*), ${wanted})::int AS held, ${fits} AS fits,
      CASE WHEN ${fits} THEN string_agg(document, ',' ORDER BY place) FILTER (WHERE place <= ${wanted} AND octet_length(document) <= ${LARGE_RECORD_BYTES}) END AS data,
      ${lastKey(`place = ${wanted}`)} AS last_key, max(id) FILTER (WHERE place = ${wanted}) AS last_id,
      (bit_xor(hashtextextended(id, version)) ${onPage})::text AS versions, ${stampSql(now)} AS as_of
    FROM ${found}`;
}

/** The records of a page up to `MAX_PAGE_BYTES`. */
function cutPageSql(found: string, wanted: number, lastKey: (is: string) => string, now: string): string {
  const bytes = "sum(octet_length(document) + 1) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND";
  return `SELECT count(*)::int AS number, (count(*) FILTER (WHERE held))::int AS held, TRUE AS fits,
      string_agg(document, ',' ORDER BY place) FILTER (WHERE held) AS data,
      ${lastKey("is_last")} AS last_key, max(id) FILTER (WHERE is_last) AS last_id,
      (bit_xor(hashtextextended(id, version)) FILTER (WHERE held))::text AS versions, ${stampSql(now)} AS as_of
    FROM (SELECT *, place <= ${wanted} AND bytes <= ${MAX_PAGE_BYTES} AS held, bytes <= ${MAX_PAGE_BYTES}
          AND (place = ${wanted} OR (place < ${wanted} AND bytes_with_next > ${MAX_PAGE_BYTES})) AS is_last
      FROM (SELECT *, ${bytes} CURRENT ROW) AS bytes, ${bytes} 1 FOLLOWING) AS bytes_with_next FROM ${found}) AS sized) AS page`;
}

function tooLarge() {
  const message = `A record with its \`expand\` has more than ${MAX_PAGE_BYTES} bytes. Expand fewer references, and read the others by id.`;
  return problem("bad-request", message, { errors: [{ parameter: "expand", code: "too_large", message }] });
}

/** Sort keys travel in cursors as text; instants keep their microseconds. */
function keyText(column: string, key: string): string {
  return column.endsWith("_earliest") || column === "updated_at" ? stampSql(key) : key;
}

function keysetTerms(
  { column, descending }: Sort,
  after: Position | null,
  withoutKey: boolean,
  collected: Params,
): string[] {
  const sign = descending ? "<" : ">";
  if (column === "id") return after === null ? [] : [`t.id ${sign} ${collected.add(after.id)}`];
  const part = `t.${column} IS ${withoutKey ? "" : "NOT "}NULL`;
  if (after === null) return [part];
  if (withoutKey) return [part, `t.id ${sign} ${collected.add(after.id)}`];
  const type = column.endsWith("_earliest") || column === "updated_at" ? "::timestamptz" : "::text";
  return [
    part,
    `(t.${column}, t.id) ${sign} (${collected.add(after.key)}${type}, ${collected.add(after.id)})`,
  ];
}

async function countRecords(database: Queryable, selection: Selection): Promise<number> {
  const collected = params();
  const context = contextOf(selection, collected);
  const where = selectionWhere(selection, context);
  const text = `SELECT count(*)::int AS total FROM ${context.view.relation(selection.type.type)} t ${where}`;
  return only(await database.query<{ total: number }>(prepared(text, collected.values))).total;
}

export interface Found {
  readonly document: string;
  readonly version: number;
  readonly as_of: string;
}

/**
 * One record, or undefined where it does not exist for the caller.
 *
 * @throws ProblemError 400 where it passes `MAX_PAGE_BYTES`
 */
export async function readOne(
  database: Queryable,
  selection: Selection,
  id: string,
): Promise<Found | undefined> {
  const collected = params();
  const context = contextOf(selection, collected);
  const document = documentSql(selection, context);
  const text = `SELECT CASE WHEN is_large THEN '' ELSE document END AS document, version, as_of, is_large
    FROM (SELECT *, coalesce(octet_length(document) > ${MAX_PAGE_BYTES}, FALSE) AS is_large
      FROM (SELECT ${document} AS document, t.version, ${stampSql(context.view.now)} AS as_of
        FROM ${context.view.relation(selection.type.type)} t WHERE t.id = ${collected.add(id)} OFFSET 0) AS found) AS sized`;
  const { rows } = await database.query<Found & { readonly is_large: boolean }>(
    prepared(text, collected.values),
  );
  if (rows[0]?.is_large === true) throw tooLarge();
  return rows[0];
}

const MAX_READ_AT_ONCE = 100;

type Reader = (id: string) => Promise<Found | undefined>;

/** Readers of whole records as they stand, for those with a key and those without. */
export type StandingReaders = (withKey: boolean) => Reader;

/**
 * What is asked for in one turn of the event loop is read by one statement: under load it costs more to send a statement
 * and take its answer than to find a record.
 */
export function standingReaders(database: Queryable, type: RecordType): StandingReaders {
  const [byAll, withKey] = [standingReader(database, type, false), standingReader(database, type, true)];
  return (hasKey) => (hasKey ? withKey : byAll);
}

function standingReader(database: Queryable, type: RecordType, withKey: boolean): Reader {
  const view = currentViewpoint(withKey)(params());
  const text = `SELECT t.id, t.document, t.version, ${stampSql(view.now)} AS as_of FROM ${view.relation(type.type)} t WHERE t.id = ANY($1::text[])`;
  const loader = new DataLoader<string, Found | undefined>(
    async (ids) => {
      const statement = { name: `standing_${type.type}_${withKey}`, text, values: [ids] };
      const { rows } = await database.query<Found & { readonly id: string }>(statement);
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id));
    },
    { cache: false, maxBatchSize: MAX_READ_AT_ONCE, batchScheduleFn: (send) => setImmediate(send) },
  );
  return (id) => loader.load(id);
}

const MAX_PREPARED = 200;
const names = new Map<string, string>();

/**
 * Statements are prepared by name, which saves their planning on every later use. Filters can be combined in thousands of
 * ways; beyond the first 200 statements they are planned each time, so that the server's memory stays bounded.
 */
function prepared(text: string, values: readonly unknown[]): pg.QueryConfig {
  const known = names.get(text) ?? (names.size < MAX_PREPARED ? `read_${names.size}` : undefined);
  if (known === undefined) return { text, values: [...values] };
  names.set(text, known);
  return { name: known, text, values: [...values] };
}
