import type { RecordTypeName } from "./field.ts";
import { isList, type Json, type JsonObject, valueAt } from "./json.ts";
import type { ListNode, Node, ObjectNode, ScalarNode } from "./shape.ts";

/**
 * The relational form of a record's shape. One rule makes it: an object inside an object is flattened into its columns
 * (`occurred.start.local` → `occurred_start_local`), a list of codes or texts is an array column, and a list of objects
 * or of references is a table of its own, named after its path (`violations_claims_accused`).
 */
export interface Table {
  readonly name: string;
  readonly description: string;
  /** The columns that say whose rows these are: the record, then the place in each list on the way down. */
  readonly keys: readonly string[];
  readonly parent: Table | null;
  readonly columns: readonly Column[];
  /** The path of the list inside its parent's row: ["claims"], ["ended", "citations"]; [] for the record's own table. */
  readonly path: readonly string[];
  readonly children: readonly Table[];
}

export interface Column {
  readonly name: string;
  /** Where its value stands in the row's object; [] where the list's item is the value itself. */
  readonly path: readonly string[];
  readonly node: ScalarNode;
  readonly array: boolean;
  readonly nullable: boolean;
}

interface Flat {
  readonly columns: Column[];
  readonly lists: { readonly path: readonly string[]; readonly node: ListNode }[];
}

/** The table of a record type, with all tables below it. `own` is the column that says whose rows
 * the lists' items are: "violation_id", apart from "violation", which is a member of some items. */
export function tablesOf(collection: string, own: string, shape: ObjectNode): Table {
  return tableOf({
    name: collection,
    description: shape.description,
    own,
    parent: null,
    path: [],
    element: shape,
  });
}

interface TableSeed {
  readonly name: string;
  readonly description: string;
  readonly own: string;
  readonly parent: Table | null;
  readonly path: readonly string[];
  readonly element: ObjectNode | ScalarNode;
}

function tableOf({ name, description, own, parent, path, element }: TableSeed): Table {
  const flat: Flat = { columns: [], lists: [] };
  if (element.kind === "object") flatten(element, [], false, flat);
  else
    flat.columns.push({
      name: element.ref ?? element.name,
      path: [],
      node: element,
      array: false,
      nullable: false,
    });
  const children: Table[] = [];
  const table: Table = {
    name,
    description,
    keys: keysOf(own, parent),
    parent,
    columns: flat.columns,
    path,
    children,
  };
  for (const list of flat.lists) {
    children.push(
      tableOf({
        name: `${name}_${list.path.join("_")}`,
        description: list.node.description,
        own,
        parent: table,
        path: list.path,
        element: list.node.element,
      }),
    );
  }
  return table;
}

function keysOf(own: string, parent: Table | null): string[] {
  if (parent === null) return ["id"];
  if (parent.parent === null) return [own, "position"];
  return [...parent.keys.slice(0, -1), `${parent.path.join("_")}_position`, "position"];
}

function flatten(object: ObjectNode, path: readonly string[], insideNullable: boolean, flat: Flat): void {
  for (const node of object.members) {
    const at = [...path, node.name];
    const nullable = insideNullable || node.nullable;
    if (node.kind === "object") flatten(node, at, nullable, flat);
    else if (node.kind === "scalar")
      flat.columns.push({ name: at.join("_"), path: at, node, array: false, nullable });
    else flattenList(node, at, nullable, flat);
  }
}

/** A list of codes or texts is an array column; references need a table, for a foreign key cannot stand on an array. */
function flattenList(node: ListNode, at: readonly string[], nullable: boolean, flat: Flat): void {
  const { element } = node;
  if (element.kind === "scalar" && element.ref === undefined) {
    flat.columns.push({
      name: at.join("_"),
      path: at,
      node: { ...element, description: node.description },
      array: true,
      nullable,
    });
  } else {
    flat.lists.push({ path: at, node });
  }
}

/** This table and all below it, parents first. */
export function allTables(table: Table): Table[] {
  return [table, ...table.children.flatMap(allTables)];
}

/**
 * The rows a document makes, by table; tables without rows are left out, and columns that hold null. The record's own row
 * comes first.
 */
export function rowsOf(table: Table, document: JsonObject): Map<Table, JsonObject[]> {
  const rows = new Map<Table, JsonObject[]>();
  addRows(table, [], document, rows);
  return rows;
}

function addRows(table: Table, keys: readonly Json[], item: Json, rows: Map<Table, JsonObject[]>): void {
  const row: { [column: string]: Json } = {};
  table.keys.forEach((key, place) => {
    if (table.parent !== null) row[key] = keys[place] ?? null;
  });
  for (const column of table.columns) {
    const value = valueAt(item, column.path);
    if (value !== undefined && value !== null) row[column.name] = value;
  }
  const list = rows.get(table);
  if (list === undefined) rows.set(table, [row]);
  else list.push(row);
  for (const child of table.children) {
    const items = valueAt(item, child.path);
    if (!isList(items)) continue;
    const own = table.parent === null ? [row.id ?? null] : keys;
    for (const [position, inner] of items.entries()) addRows(child, [...own, position], inner, rows);
  }
}

/** A place in a shape where a reference stands: the path from the document's root, "*" for every item of a list. */
export interface ReferencePath {
  readonly path: readonly string[];
  readonly node: ScalarNode & { readonly ref: NonNullable<ScalarNode["ref"]> };
}

/** Every place of a shape that refers to another record. */
export function referencePaths(node: Node, path: readonly string[] = []): ReferencePath[] {
  if (node.kind === "object")
    return node.members.flatMap((member) => referencePaths(member, [...path, member.name]));
  if (node.kind === "list") return referencePaths(node.element, [...path, "*"]);
  return node.ref === undefined ? [] : [{ path, node: { ...node, ref: node.ref } }];
}

/** Every place of a shape where a name or text stands that full-text search finds. */
export function searchedPaths(node: Node, path: readonly string[] = []): (readonly string[])[] {
  if (node.kind === "object")
    return node.members.flatMap((member) => searchedPaths(member, [...path, member.name]));
  if (node.kind === "list") return searchedPaths(node.element, [...path, "*"]);
  return node.searched === true ? [path] : [];
}

/** The place in SQL's own language of paths, which finds each item of a list. */
export function jsonPath(path: readonly string[]): string {
  return `$${path.map((member) => (member === "*" ? "[*]" : `.${member}`)).join("")}`;
}

export interface Reference {
  readonly pointer: string;
  readonly target: NonNullable<ScalarNode["ref"]>;
  readonly value: Json;
}

/** Whether a value that stands where a reference might is collected. */
type Wanted = (value: Json, target: RecordTypeName) => boolean;

/** The references a document or request body really holds, each with its JSON Pointer; all, or only those wanted. */
export function referencesIn(
  paths: readonly ReferencePath[],
  document: Json,
  wanted: Wanted = () => true,
): Reference[] {
  const found: Reference[] = [];
  for (const path of paths) collect(document, path, 0, "", found, wanted);
  return found;
}

/** Follows a path from a step of it on. Written to add to one list: it runs several times for every record written. */
function collect(
  value: Json | undefined,
  at: ReferencePath,
  step: number,
  pointer: string,
  found: Reference[],
  wanted: Wanted,
): void {
  if (value === undefined || value === null) return;
  const member = at.path[step];
  if (member === undefined) {
    if (wanted(value, at.node.ref)) found.push({ pointer, target: at.node.ref, value });
  } else if (member !== "*") {
    collect(valueAt(value, [member]), at, step + 1, `${pointer}/${member}`, found, wanted);
  } else if (isList(value)) {
    for (const [place, item] of value.entries())
      collect(item, at, step + 1, `${pointer}/${place}`, found, wanted);
  }
}
