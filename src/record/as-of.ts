import type { RecordTypeName } from "./field.ts";
import type { RecordTypes } from "./inline.ts";
import type { RecordType } from "./record-type.ts";
import { filterColumns } from "./revision.ts";
import type { ScalarNode } from "./shape.ts";
import type { Viewpoint } from "./sql.ts";
import { isRestrictable } from "./sql.ts";
import { allTables, type Column, type Table } from "./table.ts";

/**
 * The records as they stood at an instant, which has been waited for: of each, the last version recorded by then. Own
 * columns and lists are read off that version's document, but for those that revisions carry for filters. Deleted and
 * redacted versions are left out.
 */
export function asOfViewpoint(types: RecordTypes, withKey: boolean, instant: string): Viewpoint {
  return (params) => {
    let placeholder: string | undefined;
    const at = () => {
      placeholder ??= `${params.add(instant)}::timestamptz`;
      return placeholder;
    };
    const relation = (type: RecordTypeName) => `(${recordsSql(types[type], at(), withKey)})`;
    return {
      relation,
      items: (list) => itemsSql(types, list, relation),
      get now() {
        return at();
      },
    };
  };
}

/** The version of each record that was the last at the instant. */
function recordsSql(type: RecordType, at: string, withKey: boolean): string {
  const carried = new Set(filterColumns);
  const columns = type.table.columns
    .filter(({ name }) => !envelope.has(name))
    .map((column) => {
      const value = carried.has(column.name)
        ? typed(`r.${column.name}`, column)
        : valueSql("r.document::json", column);
      return `${value} AS ${column.name}`;
    });
  const computed = type.computed.map(({ name }) => `r.${name}`);
  const seen = withKey || !isRestrictable(type.type) ? "" : `AND ${publicThenAndNow}`;
  return `SELECT r.id, r.version, (r.document::json->>'created_at')::timestamptz AS created_at, r.recorded_at AS updated_at, r.document, r.search,
      ${[...columns, ...computed].join(", ")}
    FROM revisions r WHERE r.type = '${type.type}' AND r.recorded_at <= ${at} AND r.document IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM revisions later WHERE later.type = r.type AND later.id = r.id AND later.version = r.version + 1
        AND later.recorded_at <= ${at}) ${seen}`;
}

const envelope = new Set(["id", "version", "created_at", "updated_at"]);

/** Restriction reaches back: what is RESTRICTED today was never there for those without a key. */
const publicThenAndNow = `r.visibility = 'PUBLIC' AND (SELECT last.visibility FROM revisions last
    WHERE last.type = r.type AND last.id = r.id ORDER BY last.version DESC LIMIT 1) = 'PUBLIC'`;

/** The items of a list as the rows of its table, read off the documents. */
function itemsSql(types: RecordTypes, list: string, relation: (type: RecordTypeName) => string): string {
  for (const type of Object.values(types)) {
    const table = allTables(type.table).find(({ name, parent }) => parent !== null && name === list);
    if (table !== undefined) return `(${unnestedSql(table, relation(type.type))})`;
  }
  throw new Error(`No record has a list ${list}.`);
}

function unnestedSql(table: Table, records: string): string {
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
function listsDownTo(table: Table): Table[] {
  return table.parent === null ? [] : [...listsDownTo(table.parent), table];
}

function valueSql(json: string, column: Column): string {
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
function typed(value: string, { node, array }: Column): string {
  const type = node.codes?.name ?? sqlTypes[node.type] ?? (node.type === "text" ? undefined : "text");
  if (type === undefined) return array ? `${value}::text[]` : value;
  return `${value}::${type}${array ? "[]" : ""}`;
}
