import { cutSql, isCut, type Knowledge, keptJsonbSql, mayBeAbsent, sayingOf, withMembersSql } from "./cut.ts";
import type { RecordTypeName } from "./field.ts";
import type { RecordTypes } from "./inline.ts";
import type { RecordType } from "./record-type.ts";
import type { ListNode, Node } from "./shape.ts";
import type { View, Viewpoint } from "./sql.ts";
import { type Column, jsonPath, type ReferencePath } from "./table.ts";
import { listsDownTo, listTable, typed, unnestedSql, valueSql } from "./unnest.ts";

/**
 * Of what another viewpoint sees, what had been said by an instant: documents cut down to it, columns and lists as the
 * documents then have them, and no records of which nobody knew. What no document's cutting can change is the other
 * viewpoint's own, so that its indexes still serve.
 */
export function knownViewpoint(types: RecordTypes, all: Viewpoint, instant: string): Viewpoint {
  return (params) => {
    const whole = all(params);
    let placeholder: string | undefined;
    const cutting: Cutting = {
      types,
      whole,
      get at() {
        placeholder ??= `${params.add(instant)}::timestamptz`;
        return placeholder;
      },
    };
    return {
      relation: (type) => `(${recordsSql(types[type], cutting)})`,
      items: (list) => itemsSql(list, cutting),
      tables: false,
      get now() {
        return whole.now;
      },
      get today() {
        return `least(${cutting.at}, ${whole.now})`;
      },
      whole,
    };
  };
}

interface Cutting {
  readonly types: RecordTypes;
  readonly whole: View;
  readonly at: string;
}

/** What decides over the parts of the record in row `b`; `known` stands beside it, see `lookedUpSql`. */
function knowledgeOf({ at }: Cutting): Knowledge {
  return {
    at,
    written: "b.updated_at",
    published: "known.published",
    unpublished: "known.unpublished",
    known: (type) => `known.${type}`,
  };
}

/**
 * What stands after FROM to tell which of the records that the document of row `b` refers to were known, as arrays of their
 * ids: each is looked up once, however often it is referred to, and none where nobody asks. With the document, as jsonb.
 */
function lookedUpSql(type: RecordType, cutting: Cutting): string {
  const references = type.references.filter(({ path }) => path.length > 1);
  const targets = [...new Set(references.map(({ node }) => node.ref))].filter(mayBeAbsent);
  const ids = targets.map(
    (target) =>
      `ARRAY(SELECT jsonb_array_elements_text(${referredSql("parsed.document", target, references)})) AS ${target}`,
  );
  const known = targets.flatMap((target) => {
    const idsWhere = (name: string, condition: string) =>
      `ARRAY(SELECT other.id FROM ${cutting.whole.relation(target)} other WHERE other.id = ANY(referred.${target}) AND ${condition}) AS ${name}`;
    const own = idsWhere(target, standsSql(cutting.types[target], "other", cutting));
    if (target !== "source") return [own];
    const published = `other.published_latest <= ${cutting.at}`;
    return [own, idsWhere("published", published), idsWhere("unpublished", `NOT ${published}`)];
  });
  return `(SELECT referred.document, ${known.join(", ")}
    FROM (SELECT parsed.document, ${ids.join(", ")} FROM (SELECT b.document::jsonb AS document OFFSET 0) AS parsed OFFSET 0) AS referred OFFSET 0) AS known`;
}

/** The ids that a document of type jsonb refers to, as a jsonb array. */
function referredSql(document: string, target: RecordTypeName, references: readonly ReferencePath[]): string {
  return references
    .filter(({ node }) => node.ref === target)
    .map(({ path }) => `jsonb_path_query_array(${document}, '${jsonPath(path)}')`)
    .join(" || ");
}

/**
 * Whether the record in a row was known: where it rests on a list, by any item of that; else as what somebody says is, by
 * any source cited in it. A source is dated by its own publication alone.
 */
function standsSql(type: RecordType, row: string, cutting: Cutting): string {
  if (type.restsOn !== undefined) return restsSql(type, listAt(type, type.restsOn), row, cutting);
  const saying = sayingOf(type.shape);
  if (saying === undefined) return "TRUE";
  const said = `${row}.${saying.name}_latest`;
  if (type.type === "source") return `coalesce(${said}, ${row}.updated_at) <= ${cutting.at}`;
  const ids = referredSql(`${row}.document::jsonb`, "source", type.references);
  return datedSql(said, `SELECT jsonb_array_elements_text(${ids})`, row, cutting);
}

/** Whether any item of a list was known: by the list's table where it has one, which takes a fifth of the time. */
function restsSql(type: RecordType, list: ListNode, row: string, cutting: Cutting): string {
  const saying = list.element.kind === "object" ? sayingOf(list.element)?.name : undefined;
  if (!cutting.whole.tables) {
    const ids =
      "SELECT cited.item->>'source' FROM json_array_elements(said.item->'citations') AS cited(item)";
    const dated = datedSql(`(said.item->'${saying}'->>'latest')::timestamptz`, ids, row, cutting);
    return `EXISTS (SELECT 1 FROM json_array_elements(${memberSql(list, row)}) AS said(item) WHERE ${dated})`;
  }
  const [items, own] = [`${type.collection}_${list.name}`, `${type.type}_id`];
  const ids = `SELECT cited.source FROM ${items}_citations cited
    WHERE cited.${own} = said.${own} AND cited.${list.name}_position = said.position`;
  const dated = datedSql(`said.${saying}_latest`, ids, row, cutting);
  return `EXISTS (SELECT 1 FROM ${items} said WHERE said.${own} = ${row}.id AND ${dated})`;
}

/** By its own moment, else by the earliest publication among its sources, else by when the version was written. */
function datedSql(said: string, sources: string, row: string, { whole, at }: Cutting): string {
  return `coalesce(${said}, (SELECT min(dating.published_latest) FROM ${whole.relation("source")} dating
    WHERE dating.id = ANY(ARRAY(${sources}))), ${row}.updated_at) <= ${at}`;
}

/** A member of a record's row that is other than in the whole view. */
interface Part {
  readonly name: string;
  /** Its text in the document, made of `m.value`. */
  readonly text: string;
  /** Its value, where columns need it too; then found as `made.<name>`. */
  readonly value?: string;
  /** What it needs joined to the row. */
  readonly join?: string;
  /** The value of a column that holds some of it; a list has none. */
  column?(column: Column): string;
}

/**
 * The records of a type: the row of each in the whole view (`b`), with what was cut of it made anew (`new`), in a place of
 * its own, so that it is made once however often it is used, and not at all where a statement does not use it.
 */
function recordsSql(type: RecordType, cutting: Cutting): string {
  const parts = type.shape.members.flatMap((member) => partsOf(type, member, cutting));
  const columns = type.table.columns.map((column) => {
    const part = parts.find(({ name }) => name === column.path[0]);
    return `${part?.column?.(column) ?? `b.${column.name}`} AS ${column.name}`;
  });
  const made = [
    ...parts.flatMap(({ name, value }) => (value === undefined ? [] : [`${value} AS ${name}`])),
    ...type.computed.flatMap(({ name, again }) =>
      again === undefined ? [] : [`${again(listing(type, cutting))} AS ${name}`],
    ),
  ];
  const computed = type.computed.map(({ name, again }) => `${again === undefined ? "b" : "new"}.${name}`);
  const document = withMembersSql("b.document::json", "m", parts);
  return `SELECT ${[...columns, ...computed].join(", ")}, new.document, b.search
    FROM ${cutting.whole.relation(type.type)} b ${parts.map(({ join }) => join ?? "").join(" ")}
    CROSS JOIN LATERAL (SELECT made.*, ${document} AS document
      FROM ${lookedUpSql(type, cutting)}, LATERAL (SELECT ${made.join(", ")} OFFSET 0) AS made OFFSET 0) AS new
    WHERE ${standsSql(type, "b", cutting)}`;
}

function partsOf(type: RecordType, member: Node, cutting: Cutting): Part[] {
  const { name } = member;
  const again = type.rederived?.[name];
  if (again !== undefined) {
    const value = again(listing(type, cutting));
    const text = `to_json(made.${name})::text`;
    return [{ name, text, value, column: (column) => typed(`new.${name}`, column) }];
  }
  const dated = sayingOf(type.shape) !== undefined;
  if (!isCut(member, dated)) return [];
  if (member.kind === "scalar")
    return mayBeAbsent(member.ref) ? [referencePart(name, member.ref, cutting)] : [];
  const cut = (json: string) => cutSql(member, json, dated, knowledgeOf(cutting));
  if (member.kind === "list") return [{ name, text: cut("m.value") }];
  return [
    {
      name,
      text: `made.${name}::text`,
      value: `(${cut(memberSql(member, "b"))})::json`,
      column: (column) => valueSql(`new.${name}`, { ...column, path: column.path.slice(1) }),
    },
  ];
}

/** A join rather than a condition: what asks for one id then finds the records that refer to it by their index. */
function referencePart(name: string, target: RecordTypeName, cutting: Cutting): Part {
  const alias = `of_${name}`;
  return {
    name,
    text: `CASE WHEN ${alias}.id IS NULL THEN 'null' ELSE m.value::text END`,
    join: `LEFT JOIN ${cutting.whole.relation(target)} ${alias} ON ${alias}.id = b.${name} AND ${standsSql(cutting.types[target], alias, cutting)}`,
    column: () => `${alias}.id`,
  };
}

/** The items left of a list of the row `b`, for what is derived anew from them. */
function listing(type: RecordType, cutting: Cutting) {
  return (name: string) => {
    const list = listAt(type, name);
    return `(SELECT l0.item, l0.place FROM ${keptJsonbSql(list, `known.document->'${name}'`, knowledgeOf(cutting))})`;
  };
}

function listAt(type: RecordType, name: string): ListNode {
  const found = type.shape.members.find((member) => member.name === name);
  if (found?.kind !== "list") throw new Error(`${type.type} has no list ${name}.`);
  return found;
}

function memberSql({ name }: Node, row: string): string {
  return `(${row}.document::json->'${name}')`;
}

/** The items of a list as they stand in what is left of the documents. */
function itemsSql(list: string, cutting: Cutting): string {
  const { type, table } = listTable(cutting.types, list);
  const top = listsDownTo(table)[0]?.path[0];
  const member = type.shape.members.find(({ name }) => name === top);
  const dated = sayingOf(type.shape) !== undefined;
  if (member === undefined || !isCut(member, dated)) return cutting.whole.items(list);
  const text = cutSql(member, memberSql(member, "b"), dated, knowledgeOf(cutting));
  const document = `(SELECT '{"${member.name}":' || ${text} || '}' FROM ${lookedUpSql(type, cutting)})`;
  return `(${unnestedSql(
    table,
    `(SELECT b.id, ${document} AS document FROM ${cutting.whole.relation(type.type)} b WHERE ${standsSql(type, "b", cutting)})`,
  )})`;
}
