import type pg from "pg";
import type { RecordTypeName } from "./field.ts";

/** The values of one statement; every value goes through here, none into the text. */
export interface Params {
  readonly values: readonly unknown[];
  /** Adds a value and returns its placeholder: "$3". */
  add(value: unknown): string;
}

export function params(): Params {
  const values: unknown[] = [];
  return {
    values,
    add(value) {
      values.push(value);
      return `$${values.length}`;
    },
  };
}

/** Something that runs statements: pool or lanes, where one statement is the whole transaction, or a client inside one. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

/** Which records a statement sees, as of when and known by when: the one place where visibility and both clocks are decided. */
export interface View {
  /** What stands after FROM for the records of a type: a table, or a subquery in parentheses. */
  relation(type: RecordTypeName): string;
  /** What stands after FROM for the items of a list, named as its table is: "violations_claims". */
  items(list: string): string;
  /** Whether lists are tables of their own, in which an index finds items; else they are read off documents. */
  readonly tables: boolean;
  /** The instant that the answer is as of, an expression of type timestamptz. */
  readonly now: string;
  /** The instant from which one looks at what goes on: `now`, or an earlier one by which things were known. */
  readonly today: string;
  /** The view of all that is held, where this one leaves out what was not known; there an index may choose beforehand. */
  readonly whole?: View;
}

/** A view before its statement: what it needs goes into that statement's values. */
export type Viewpoint = (params: Params) => View;

/** What filters and expands build their SQL from. `row` is the alias of the record's row. */
export interface SqlContext {
  readonly row: string;
  readonly params: Params;
  readonly view: View;
  /** The names of the query parameters given, for conditions that depend on one another. */
  readonly given: ReadonlySet<string>;
}

/** The one row of a statement that always answers one. */
export function only<Row>({ rows }: { readonly rows: readonly Row[] }): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("A statement that always answers a row has answered none.");
  return row;
}

/** The service's one way of writing an instant of its own: RFC 3339, UTC, microseconds. */
export function stampSql(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** A bound of a moment as documents write it: RFC 3339, UTC, to the second. */
export function boundSql(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

/** The collection (path, table and file name) of each record type. */
export const collections: { readonly [type in RecordTypeName]: string } = {
  conflict: "conflicts",
  actor: "actors",
  place: "places",
  source: "sources",
  ceasefire: "ceasefires",
  violation: "violations",
};

/** The collection (path, table and file name) of a record type. */
export function collectionOf(type: RecordTypeName): string {
  return collections[type];
}

const restrictable: ReadonlySet<RecordTypeName> = new Set(["source", "violation"]);

/** Whether records of this type may be RESTRICTED. */
export function isRestrictable(type: RecordTypeName): boolean {
  return restrictable.has(type);
}

/** What the holder of a key sees, or everybody: without a key a RESTRICTED record does not exist. */
export function currentViewpoint(withKey: boolean): Viewpoint {
  const view: View = {
    relation(type) {
      const table = collections[type];
      return withKey || !restrictable.has(type)
        ? table
        : `(SELECT * FROM ${table} WHERE visibility = 'PUBLIC')`;
    },
    items: (list) => list,
    tables: true,
    now: "now()",
    today: "now()",
  };
  return () => view;
}
