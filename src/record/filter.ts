import { z } from "zod";
import { quoted } from "../http/excerpt.ts";
import { suggestion } from "../http/faults.ts";
import { countrySuggestion, isCountryCode } from "./country.ts";
import { idStem } from "./document.ts";
import { ID_PATTERN, MAX_ID_LENGTH, MAX_NAME_LENGTH, type RecordTypeName } from "./field.ts";
import { instantSchema } from "./instant.ts";
import type { Bounds } from "./interval.ts";
import { parseInstantOrDate } from "./moment.ts";
import { collectionOf, type SqlContext } from "./sql.ts";
import { allTables, type Column, type Table } from "./table.ts";
import { normalizedName } from "./text-rules.ts";

/**
 * A condition on records, made from one query parameter. Where it speaks of items of a list, `list` is that list's table
 * and `sql` speaks of one item; conditions on the same list must hold within one item, so that `accused` and `claimant`
 * together match within one claim.
 */
export interface Condition {
  /** Another parameter without which this one says nothing. */
  readonly needs?: string;
  /** A column of the record's own that holds a value wherever this is met. */
  readonly holds?: string;
  /** Whether it may have to look at every record, whatever the page's length. */
  readonly heavy?: true;
  /** The records that it refers to. Ids of no record are refused before the list is read. */
  readonly refers?: References;
  /** The end of a span of time that it sets. A reversed span is refused. */
  readonly span?: SpanEnd;
  /** Country codes that ISO 3166-1 does not assign. Those that no record holds are refused. */
  readonly unassigned?: { readonly codes: readonly string[]; readonly messageOf: (code: string) => string };
  readonly list: Table | null;
  /** `item` is the alias of the item's row, or of the record's own. */
  sql(item: string, context: SqlContext): string;
}

export interface References {
  readonly target: RecordTypeName;
  readonly ids: readonly string[];
}

interface SpanEnd {
  readonly side: "from" | "to";
  /** The columns that hold the bounds, without `_earliest` and `_latest`. */
  readonly columns: string;
  readonly bounds: Bounds;
}

/** A filter of a list: given its record type, the schema that turns the parameter's text into a condition. */
export type Filter = (type: FilterTarget) => z.ZodType<Condition, string>;

/** What a filter knows of the record type it stands in. */
interface FilterTarget {
  readonly type: RecordTypeName;
  readonly table: Table;
  /** Paths of its texts, "*" for every item of a list. */
  readonly search: readonly (readonly string[])[];
}

/** The WHERE clause's terms for all conditions of a request. */
export function whereSql(conditions: readonly Condition[], context: SqlContext): string[] {
  const terms: string[] = [];
  const byList = new Map<Table, Condition[]>();
  for (const condition of conditions) {
    if (condition.list === null) terms.push(condition.sql(context.row, context));
    else byList.set(condition.list, [...(byList.get(condition.list) ?? []), condition]);
  }
  for (const [list, together] of byList) {
    const { whole } = context.view;
    const meets = itemSql(list, together, context);
    // Cutting makes no items: what none of the whole meets, none of what is left does. CASE keeps the planner from cutting a
    // record before it knows that, and SELECT from cutting all of them for a hash.
    const met = whole && itemSql(list, together, { ...context, view: whole });
    terms.push(met === undefined ? meets : `CASE WHEN ${met} THEN (SELECT ${meets}) ELSE FALSE END`);
  }
  return terms;
}

function itemSql(list: Table, together: readonly Condition[], context: SqlContext): string {
  const inner = together.map((condition) => condition.sql("item", context)).join(" AND ");
  const key = list.keys[0] ?? "id";
  return `EXISTS (SELECT 1 FROM ${context.view.items(list.name)} item WHERE item.${key} = ${context.row}.id AND ${inner})`;
}

interface Place {
  readonly list: Table | null;
  readonly column: Column;
  /** Wraps a predicate on the column into one on the item of the outermost list. */
  wrap(item: string, predicate: (row: string) => string, context: SqlContext): string;
}

/** Finds the column a dotted path leads to: "scope", "types", "claims.claimant", "claims.accused". */
function placeOf(type: FilterTarget, path: string): Place {
  for (const table of allTables(type.table)) {
    const column = table.columns.find((candidate) => columnPath(table, candidate) === path);
    if (column === undefined) continue;
    if (table.parent === null) return { list: null, column, wrap: (item, predicate) => predicate(item) };
    if (table.parent.parent === null)
      return { list: table, column, wrap: (item, predicate) => predicate(item) };
    const { parent } = table;
    const pairs = parent.keys.map((key, place) => `below.${table.keys[place]} = item.${key}`).join(" AND ");
    return {
      list: parent,
      column,
      wrap: (_item, predicate, { view }) =>
        `EXISTS (SELECT 1 FROM ${view.items(table.name)} below WHERE ${pairs} AND ${predicate("below")})`,
    };
  }
  throw new Error(`${type.type} has no column at ${path}.`);
}

function columnPath(table: Table, column: Column): string {
  return [...tablePath(table), ...column.path].join(".");
}

function tablePath(table: Table): string[] {
  return table.parent === null ? [] : [...tablePath(table.parent), ...table.path];
}

function commaSeparated(text: string): string[] {
  return [...new Set(text.split(",").map((part) => part.trim()))].filter((part) => part !== "");
}

/** How the parts of a comma-separated list are read. */
interface PartReader {
  /** What to give instead of a part that cannot be read. */
  readonly remedy: string;
  /** The form in which a part is recorded; undefined where it cannot be read. */
  readonly read: (part: string) => string | undefined;
  /** A sentence that names what was probably meant, with a blank before it; "" where nothing is near. */
  readonly suggest?: (part: string) => string;
}

/** Parts beyond so many that cannot be read are counted, not named. */
const MAX_NAMED = 100;

/** A comma-separated list. The parts that cannot be read are named. */
function parts(description: string, { remedy, read, suggest }: PartReader) {
  return z
    .string()
    .transform((text, context) => {
      const given = commaSeparated(text);
      const found = given.flatMap((part) => read(part) ?? []);
      if (given.length > 0 && found.length === given.length) return [...new Set(found)];
      const wrong = given.filter((part) => read(part) === undefined);
      for (const part of wrong.slice(0, MAX_NAMED)) {
        const message = `${quoted(part)} is not known here.${suggest?.(part) ?? ""} ${remedy}`;
        context.addIssue({ code: "custom", message });
      }
      const more = wrong.length - MAX_NAMED;
      if (more > 0) context.addIssue({ code: "custom", message: `${more} more values are not known here.` });
      if (given.length === 0)
        context.addIssue({ code: "custom", message: `Give at least one value. ${remedy}` });
      return z.NEVER;
    })
    .describe(description);
}

/** Records whose field holds one of the codes given, in capitals or not; the codes are those of the field. */
export function byCode(path: string): Filter {
  return (type) => {
    const place = placeOf(type, path);
    const { codes } = place.column.node;
    if (codes === undefined) throw new Error(`${type.type}.${path} holds no codes.`);
    const known: ReadonlySet<string> = new Set(codes.values);
    const description = `${place.column.node.description} One code, or several separated by commas: ${codes.values.join(", ")}.`;
    const read = (part: string) => (known.has(part.toUpperCase()) ? part.toUpperCase() : undefined);
    const remedy = `Give one of ${codes.values.join(", ")}.`;
    const suggest = (part: string) => suggestion(part, codes.values);
    return parts(description, { remedy, read, suggest }).transform((wanted) =>
      conditionOn(place, (column, context) => {
        const value = `${context.params.add(wanted)}::${codes.name}[]`;
        return place.column.array ? `${column} && ${value}` : `${column} = ANY(${value})`;
      }),
    );
  };
}

/** Records whose country is one of those given, by its ISO 3166-1 alpha-3 code, in capitals or not. */
export function byCountry(path: string): Filter {
  return (type) => {
    const place = placeOf(type, path);
    const description = `${place.column.node.description} One code, or several separated by commas.`;
    const remedy = "Give ISO 3166-1 alpha-3 codes, three letters each, such as AZE.";
    const read = (part: string) => (/^[A-Za-z]{3}$/.test(part) ? part.toUpperCase() : undefined);
    return parts(description, { remedy, read, suggest: countrySuggestion }).transform((wanted) => {
      const condition = conditionOn(
        place,
        (column, { params }) => `${column} = ANY(${params.add(wanted)}::text[])`,
      );
      const codes = wanted.filter((code) => !isCountryCode(code));
      const messageOf = (code: string) => `${quoted(code)} is no country's code. ${remedy}`;
      return codes.length === 0 ? condition : { ...condition, unassigned: { codes, messageOf } };
    });
  };
}

function conditionOn(place: Place, predicate: (column: string, context: SqlContext) => string): Condition {
  return {
    list: place.list,
    sql: (item, context) =>
      place.wrap(item, (row) => predicate(`${row}.${place.column.name}`, context), context),
  };
}

/** Records whose text field is exactly one of those given. */
export function byText(path: string): Filter {
  return (type) => {
    const place = placeOf(type, path);
    return z
      .string()
      .min(1)
      .max(MAX_NAME_LENGTH)
      .describe(`${place.column.node.description} Exactly as recorded.`)
      .transform((wanted) =>
        conditionOn(place, (column, { params }) => `${column} = ANY(${params.add(formsOf(wanted))}::text[])`),
      );
  };
}

/** A name as it is asked for, and as it is kept: names from before the rules for them are kept as they came. */
function formsOf(name: string): string[] {
  return [...new Set([name, normalizedName(name)])];
}

interface ByRefOptions {
  /** Whether `none` asks for records that refer to nothing here. */
  readonly none?: boolean;
}

const trees: ReadonlySet<RecordTypeName> = new Set(["actor", "place"]);

/** Records that refer to one of those given. An actor or place stands for itself and everything that is part of it. */
export function byRef(path: string, options: ByRefOptions = {}): Filter {
  return (type) => {
    const place = placeOf(type, path);
    const target = place.column.node.ref;
    if (target === undefined) throw new Error(`${type.type}.${path} refers to nothing.`);
    const tree = trees.has(target) ? ` It stands for itself and everything part of it.` : "";
    const none = options.none ? " `none`: those that refer to nothing here." : "";
    const description = `${place.column.node.description} An id, or several separated by commas.${tree}${none}`;
    return referenceList(description).transform((wanted) => {
      const none = options.none === true && wanted.includes("none");
      const ids = none ? wanted.filter((id) => id !== "none") : wanted;
      const condition = conditionOn(place, (column, context) => refSql(column, target, ids, none, context));
      return { ...condition, refers: { target, ids } };
    });
  };
}

/**
 * References separated by commas. A name is accepted here in place of an id, because the check against the database then
 * answers with the nearest ids.
 */
export function referenceList(description: string) {
  return parts(description, {
    remedy: "Give ids such as khankendi-stepanakert, separated by commas.",
    read: (part) =>
      isId(part) || (part.length <= MAX_NAME_LENGTH && idStem(part) !== "") ? part : undefined,
  });
}

/** Ids separated by commas. */
function idList(description: string) {
  return parts(description, {
    remedy: "Give ids such as khankendi-stepanakert, separated by commas.",
    read: (part) => (isId(part) ? part : undefined),
  });
}

function isId(text: string): boolean {
  return text.length <= MAX_ID_LENGTH && ID_PATTERN.test(text);
}

function refSql(
  column: string,
  target: RecordTypeName,
  ids: readonly string[],
  none: boolean,
  context: SqlContext,
): string {
  const terms: string[] = [];
  if (none) terms.push(`${column} IS NULL`);
  // One id is compared by =, for then an index led by the column gives the list's order too.
  const [only] = ids;
  if (only !== undefined && ids.length === 1 && !trees.has(target))
    terms.push(`${column} = ${context.params.add(only)}::text`);
  else if (ids.length > 0) terms.push(`${column} = ANY(${treeSql(target, ids, context)})`);
  return terms.length === 1 ? `${terms[0]}` : `(${terms.join(" OR ")})`;
}

/** The ids given and, for actors and places, those of everything part of them; UNION ends even where parts go round. */
function treeSql(target: RecordTypeName, ids: readonly string[], { params, view }: SqlContext): string {
  const given = `${params.add(ids)}::text[]`;
  if (!trees.has(target)) return given;
  return `ARRAY(WITH RECURSIVE tree AS (
    SELECT unnest(${given}) COLLATE "C" AS id
    UNION SELECT part.id FROM ${view.relation(target)} part JOIN tree ON part.part_of = tree.id
  ) SELECT id FROM tree)`;
}

/**
 * Records of which a span may overlap what lies after (`from`) or before (`to`) the instant or date given, read in UTC.
 * `longest` is SQL for the longest of all spans, null without any: told, an index need not be read from its beginning.
 */
export function bySpan(side: "from" | "to", columns: string, description: string, longest?: string): Filter {
  const words = side === "from" ? "At or after this" : "Before this; a date includes its day";
  return () =>
    z
      .string()
      .describe(
        `${description} ${words}: a date or a time as precisely as wanted, with Z or an offset, else read in UTC.`,
      )
      .transform((text, context) => {
        const read = parseInstantOrDate(text);
        if ("fault" in read) {
          context.addIssue({
            code: "custom",
            message: read.fault.message,
            params: { code: read.fault.code },
          });
          return z.NEVER;
        }
        const { earliest, latest } = read.bounds;
        const condition = rootCondition((row, { params }) =>
          side === "from"
            ? overlapsFrom(row, columns, `${params.add(earliest)}::timestamptz`, longest)
            : `${row}.${columns}_earliest < ${params.add(latest)}::timestamptz`,
        );
        return {
          ...condition,
          holds: `${columns}_earliest`,
          span: { side, columns, bounds: read.bounds },
        };
      });
}

/** An instant (no width) at `from` itself overlaps what begins there; a span that ends there does not. */
function overlapsFrom(row: string, columns: string, from: string, longest: string | undefined): string {
  const [earliest, latest] = [`${row}.${columns}_earliest`, `${row}.${columns}_latest`];
  // The first terms alone are such as an index answers.
  const begun =
    longest === undefined ? "" : `${earliest} >= ${from} - coalesce(${longest}, interval '0') AND `;
  return `(${begun}${latest} >= ${from} AND (${latest} > ${from} OR ${earliest} = ${latest}))`;
}

/** A condition on the record's own row. */
export function rootCondition(sql: (row: string, context: SqlContext) => string): Condition {
  return { list: null, sql };
}

/** Filters that every list has. */
export const commonFilters: { readonly [name: string]: Filter } = {
  id: () =>
    idList("The records of these ids, separated by commas. Ids of no record are left out.").transform((ids) =>
      rootCondition((row, { params }) => `${row}.id = ANY(${params.add(ids)}::text[])`),
    ),
  external_id: (type) =>
    z
      .string()
      .max(2 * MAX_NAME_LENGTH + 1)
      .regex(/^.[^:]*:./s, "Give dataset:id, such as ucdp-ged:71663.")
      .describe("The record that a dataset calls so, in any relation: dataset:id.")
      .transform((text) => externalIdCondition(type, text)),
  updated_since: () =>
    instantSchema()
      .describe(
        "Records whose present version was written at or after this instant: a time with Z or an offset.",
      )
      .transform((instant) =>
        rootCondition((row, { params }) => `${row}.updated_at >= ${params.add(instant)}::timestamptz`),
      ),
};

/** A dataset's name and its id may hold colons themselves, so every colon may be the one between them. */
function externalIdCondition(type: FilterTarget, text: string): Condition {
  const names = formsOf(text).flatMap((form) =>
    [...form.slice(0, MAX_NAME_LENGTH + 1).matchAll(/:/g)].map(({ index }) => ({
      dataset: form.slice(0, index),
      id: form.slice(index + 1),
    })),
  );
  const datasets = names.map(({ dataset }) => dataset);
  const ids = names.map(({ id }) => id);
  const table = `${collectionOf(type.type)}_external_ids`;
  return rootCondition(
    (row, { params, view }) =>
      `EXISTS (SELECT 1 FROM ${view.items(table)} x WHERE x.${type.type}_id = ${row}.id
        AND (x.dataset, x.id) IN (SELECT * FROM unnest(${params.add(datasets)}::text[], ${params.add(ids)}::text[])))`,
  );
}
