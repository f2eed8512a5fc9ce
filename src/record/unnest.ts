import type { RecordTypes } from "./inline.ts";
import type { RecordType } from "./record-type.ts";
import type { ScalarNode } from "./shape.ts";
import { allTables, type Column, type Table } from "./table.ts";

/** The record type and the table of a list, by the table's name. */
export function listTable(
  types: RecordTypes,
  list: string,
): { readonly type: RecordType; readonly table: Table } {
  for (const type of Object.values(types)) {
    const table = allTables(type.table).find(({ name, parent }) => parent !== null && name === list);
    if (table !== undefined) return { type, table };
  }
  throw new Error(`No record has a list ${list}.`);
}

/** The items of a list as the rows of its table, read off documents; `records` is a subquery with `id` and `document`. */
export function unnestedSql(table: Table, records: string): string {
  const lists = listsDownTo(table);
  const from = lists.map(({ path }, depth) => {
    const above = depth === 0 ? "owner.document::json" : `l${depth - 1}.item`;
    return `json_array_elements(${above} #> ${pathSql(path)}) WITH ORDINALITY AS l${depth}(item, place)`;
  });
  const keys = table.keys.map((key, depth) =>
    depth === 0 ? `owner.id AS ${key}` : `(l${depth - 1}.place - 1)::int AS ${key}`,
  );
  const columns = table.columns.map(
    (column) => `${valueSql(`l${lists.length - 1}.item`, column)} AS ${column.name}`,
  );
  return `SELECT ${[...keys, ...columns].join(", ")} FROM ${records} owner, ${from.join(", ")}`;
}

/** The lists on the way to a table's items, outermost first. */
export function listsDownTo(table: Table): Table[] {
  return table.parent === null ? [] : [...listsDownTo(table.parent), table];
}

/** A column's value, read off an object of type json. */
export function valueSql(json: string, column: Column): string {
  const path = pathSql(column.path);
  if (!column.array) return typed(`(${json} #>> ${path})`, column);
  return typed(`ARRAY(SELECT json_array_elements_text(${json} #> ${path}))`, column);
}

/** Members' names are words of ours; none needs quoting. */
function pathSql(path: readonly string[]): string {
  return `'{${path.join(",")}}'`;
}

const sqlTypes: { readonly [type in ScalarNode["type"]]?: string } = {
  date: "date",
  instant: "timestamptz",
  timestamp: "timestamptz",
  integer: "int",
  number: "float8",
  boolean: "boolean",
};

/** A value with the type that the record's own table gives the column. */
export function typed(value: string, { node, array }: Column): string {
  const type = node.codes?.name ?? sqlTypes[node.type] ?? (node.type === "text" ? undefined : "text");
  if (type === undefined) return array ? `${value}::text[]` : value;
  return `${value}::${type}${array ? "[]" : ""}`;
}
