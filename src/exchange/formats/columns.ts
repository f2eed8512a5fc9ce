import type { RecordTypeName } from "../../record/field.ts";
import type { RecordType } from "../../record/record-type.ts";
import type { Node, ObjectNode, ScalarNode } from "../../record/shape.ts";
import type { SqlContext } from "../../record/sql.ts";
import type { Column, Table } from "../../record/table.ts";
import type { ExportColumn } from "./cells.ts";
import { extraColumns } from "./extra-columns.ts";
import { namedTypes, nameOfSql } from "./names.ts";

/** The columns of a type's table as it leaves the service: one row a record. Lists of objects are series of their own. */
export function csvColumns(type: RecordType): ExportColumn[] {
  return distinct([...tableColumns(type, type.table), ...(extraColumns[type.type] ?? [])]);
}

/** The columns of a child series: the record's id, the item's place in each list on the way down, then its own. */
export function seriesColumns(type: RecordType, table: Table): ExportColumn[] {
  return distinct([...keyColumns(type, table), ...tableColumns(type, table)]);
}

function distinct(columns: readonly ExportColumn[]): ExportColumn[] {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new Error(`Two columns are called ${name}.`);
    names.add(name);
  }
  return [...columns];
}

function keyColumns(type: RecordType, table: Table): ExportColumn[] {
  return table.keys.map((key, place) => ({
    name: key,
    description:
      place === 0
        ? `The ${type.type} whose row this is.`
        : `The place in ${listName(key, table)}, counted from 0.`,
    member: firstMember(table),
    type: place === 0 ? "ref" : "integer",
    list: false,
    sql: (row) => `${row}.${key}`,
  }));
}

function listName(key: string, table: Table): string {
  const path = key === "position" ? table.path.join(".") : key.slice(0, -"_position".length);
  return `the list ${path}`;
}

/** The top-level member of the record below which a table lies. */
function firstMember(table: Table): string {
  const [first = ""] = table.path;
  return table.parent === null || table.parent.parent === null ? first : firstMember(table.parent);
}

function tableColumns(type: RecordType, table: Table): ExportColumn[] {
  const shape = elementOf(type.shape, table);
  return table.columns.flatMap((column) => {
    const description = describe(shape, column);
    const member = table.parent === null ? (column.path[0] ?? column.name) : firstMember(table);
    const own: ExportColumn = {
      name: column.name,
      description,
      member,
      type: column.node.type,
      list: column.array,
      sql: (row) => `${row}.${column.name}`,
    };
    const { ref } = column.node;
    if (ref === undefined || column.array || !namedTypes.has(ref)) return [own];
    return [own, nameColumn(own, ref), ...(ref === "source" ? [addressColumn(own)] : [])];
  });
}

/** Beside every reference to something that has a name: that name, for readers. */
function nameColumn(own: ExportColumn, ref: RecordTypeName): ExportColumn {
  return {
    name: `${own.name}_name`,
    description: `The ${ref === "source" ? "title, else the publisher," : "name"} of the ${ref} in ${own.name}.`,
    member: own.member,
    type: "text",
    list: false,
    sql: (row: string, context: SqlContext) => nameOfSql(ref, own.sql(row, context), context),
  };
}

/** Where a source is to be found, so that a table of citations can be followed without the table of sources. */
function addressColumn(own: ExportColumn): ExportColumn {
  return {
    name: `${own.name}_url`,
    description: `The address of the source in ${own.name}.`,
    member: own.member,
    type: "url",
    list: false,
    sql: (row, context) =>
      `(SELECT cited.url FROM ${context.view.relation("source")} cited WHERE cited.id = ${own.sql(row, context)})`,
  };
}

/** The shape of a table's rows. */
function elementOf(shape: ObjectNode, table: Table): ObjectNode | ScalarNode {
  if (table.parent === null) return shape;
  const list = nodeAt(elementOf(shape, table.parent), table.path).at(-1);
  if (list?.kind !== "list") throw new Error(`${table.name} is no list.`);
  return list.element;
}

/** The nodes on the way down a path. */
function nodeAt(from: Node, path: readonly string[]): Node[] {
  const nodes: Node[] = [];
  let at = from;
  for (const name of path) {
    const next = at.kind === "object" ? at.members.find((member) => member.name === name) : undefined;
    if (next === undefined) throw new Error(`There is no ${name} in ${at.name}.`);
    nodes.push(next);
    at = next;
  }
  return nodes;
}

/** What a column says: what each object around it is, then its own words. */
function describe(shape: ObjectNode | ScalarNode, column: Column): string {
  const around = nodeAt(shape, column.path.slice(0, -1)).map((node) => node.description);
  const parts = column.array ? ` Joined by semicolons.` : "";
  return `${[...around, column.node.description].filter((text) => text !== "").join(" ")}${parts}`;
}
