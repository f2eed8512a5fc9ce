import type { CodeList } from "../src/record/code-list.ts";
import type { RecordTypeName } from "../src/record/field.ts";
import type { RecordType } from "../src/record/record-type.ts";
import type { ScalarType } from "../src/record/shape.ts";
import { collectionOf } from "../src/record/sql.ts";
import { allTables, type Column, type Table } from "../src/record/table.ts";
import { codeLists } from "../src/record-types/codes/index.ts";
import { recordTypes } from "../src/record-types/index.ts";

/**
 * The part of the Prisma schema that follows from the six record literals: a model for every table, an enum for every
 * code list in use. What no literal can say (revisions, keys) stands in prisma/schema.prisma.
 */
export function recordsSchema(): string {
  const tables = recordTypes.flatMap((type) => allTables(type.table).map((table) => ({ type, table })));
  const models = tables.map(({ type, table }) => modelOf(type, table, tables));
  const used = new Set(tables.flatMap(({ table }) => table.columns.map((column) => column.node.codes)));
  const enums = codeLists.filter((codes) => used.has(codes)).map(enumOf);
  const head =
    "// Written by `npm run db:diff` from the record literals in src/record-types; change those, not this.\n";
  return [head, ...enums, ...models].join("\n");
}

function enumOf(codes: CodeList<string>): string {
  const values = codes.values.map(
    (value) => `  /// ${oneLine(codes.codes[value]?.definition ?? "")}\n  ${value}`,
  );
  return `/// ${oneLine(codes.description)}\nenum ${codes.name} {\n${values.join("\n")}\n}\n`;
}

interface Owned {
  readonly type: RecordType;
  readonly table: Table;
}

function modelOf(type: RecordType, table: Table, all: readonly Owned[]): string {
  const lines = [
    ...(table.parent === null ? rootLines(type) : keyLines(table)),
    ...table.columns.filter((column) => table.parent !== null || !managed.has(column.name)).map(columnLine),
    ...(table.parent === null ? rootTail(type) : []),
    "",
    ...relationLines(table),
    ...backRelations(table, all),
    "",
    `  @@id([${table.keys.join(", ")}])`,
    ...indexLines(type, table),
  ];
  return `/// ${oneLine(table.description)}\nmodel ${table.name} {\n${lines.join("\n")}\n}\n`;
}

/** Columns of a record's own table that the store sets, not the document's members. */
const managed = new Set(["id", "version", "created_at", "updated_at"]);

function rootLines(type: RecordType): string[] {
  const said = (name: string) =>
    type.table.columns.find((column) => column.name === name)?.node.description ?? "";
  return [
    `  /// ${said("id")}\n  id String`,
    `  /// ${said("version")}\n  version Int`,
    `  /// ${said("created_at")}\n  created_at DateTime @db.Timestamptz(6)`,
    `  /// ${said("updated_at")}\n  updated_at DateTime @db.Timestamptz(6)`,
  ];
}

function rootTail(type: RecordType): string[] {
  return [
    ...type.computed.map(
      ({ name, description, again }) =>
        `  /// ${description}\n  ${name} ${again === undefined ? 'String @default("")' : "DateTime? @db.Timestamptz(0)"}`,
    ),
    '  /// The words that full-text search finds.\n  search Unsupported("tsvector")',
    "  /// The present version's document: the exact bytes that its revision keeps and that reads hand out.\n  document String",
  ];
}

function keyLines(table: Table): string[] {
  return table.keys.map((key, place) =>
    place === 0
      ? `  /// Whose row it is.\n  ${key} String`
      : `  /// The place in its list, from 0.\n  ${key} Int @db.SmallInt`,
  );
}

const prismaTypes: { readonly [type in ScalarType]: string } = {
  id: "String",
  text: "String",
  url: "String",
  language: "String",
  ref: "String",
  time: "String",
  local: "String",
  zone: "String",
  code: "",
  date: "DateTime @db.Date",
  instant: "DateTime @db.Timestamptz(0)",
  timestamp: "DateTime @db.Timestamptz(6)",
  integer: "Int",
  number: "Float",
  boolean: "Boolean",
};

function columnLine(column: Column): string {
  const { node } = column;
  const [type = "", ...attributes] = (
    node.codes === undefined ? prismaTypes[node.type] : node.codes.name
  ).split(" ");
  const mark = column.array ? "[]" : column.nullable ? "?" : "";
  return `  /// ${oneLine(node.description)}\n  ${column.name} ${[`${type}${mark}`, ...attributes].join(" ")}`;
}

/** Prisma needs a field for each relation beside its column; these end in `_record` or name the parent's table. */
function relationLines(table: Table): string[] {
  const lines: string[] = [];
  if (table.parent !== null) {
    const own = table.keys.slice(0, table.parent.keys.length);
    const target = table.parent.keys.join(", ");
    lines.push(
      `  parent_row ${table.parent.name} @relation("${table.name}", fields: [${own.join(", ")}], references: [${target}], onDelete: Cascade)`,
    );
  }
  for (const column of references(table)) {
    const mark = column.nullable ? "?" : "";
    lines.push(
      `  ${column.name}_record ${collectionOf(column.ref)}${mark} @relation("${table.name}_${column.name}", fields: [${column.name}], references: [id], onDelete: Restrict)`,
    );
  }
  return lines;
}

function references(table: Table): (Column & { readonly ref: RecordTypeName })[] {
  return table.columns.flatMap((column) =>
    column.node.ref === undefined ? [] : [{ ...column, ref: column.node.ref }],
  );
}

function backRelations(table: Table, all: readonly Owned[]): string[] {
  const lines = table.children.map(
    (child) => `  ${child.name}_rows ${child.name}[] @relation("${child.name}")`,
  );
  if (table.parent !== null) return lines;
  for (const { table: other } of all) {
    for (const column of references(other)) {
      if (collectionOf(column.ref) !== table.name) continue;
      const name = `${other.name}_${column.name}`;
      lines.push(`  ${name}_referrers ${other.name}[] @relation("${name}")`);
    }
  }
  return lines;
}

/**
 * An index for each reference (the database asks it on every delete) unless a composite one begins with it, one for
 * each sort, and those the literal names.
 */
function indexLines(type: RecordType, table: Table): string[] {
  const named = table.parent === null ? (type.indexes ?? []) : [];
  const led = new Set(named.map(([first]) => first));
  const plain = references(table).filter((column) => !led.has(column.name));
  const lines = [...plain.map((column) => [column.name]), ...named.map((columns) => [...columns, "id"])];
  if (table.columns.some((column) => column.name === "dataset")) lines.push(["dataset", "id"]);
  if (table.parent === null)
    lines.push(...Object.values(type.sorts).flatMap((sort) => (sort === "id" ? [] : [[sort, "id"]])));
  return lines.map((columns) => `  @@index([${columns.join(", ")}])`);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
