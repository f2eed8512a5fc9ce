import type { RecordTypeName } from "./field.ts";
import type { ListNode, Node, ObjectNode, ScalarNode } from "./shape.ts";

/**
 * How a document is cut down to what was known by an instant: one rule, which follows from the shape of its type.
 *
 * - What somebody says (an object with a moment marked as `said`, or with citations of its own) goes unless it was known.
 *   It was known from the latest bound of that moment on, else from the earliest publication among its sources, else from
 *   when the version that holds it was written.
 * - A reference to a record that was not known is null; where it must be there, what holds it goes.
 * - An observed moment that nothing near it dates is null unless it had passed.
 *
 * All else stays, to the byte: members keep their order, and what is not cut keeps its text.
 */
export interface Knowledge {
  /** The instant, an expression of type timestamptz. */
  readonly at: string;
  /** When the version of the record was written, likewise. */
  readonly written: string;
  /** Of the sources that the record cites the ids of those published by the instant, and after it: expressions of type text[]. */
  readonly published: string;
  readonly unpublished: string;
  /** Of the records of a type that it refers to the ids of those that were known, likewise. */
  known(type: RecordTypeName): string;
}

const absentable: ReadonlySet<RecordTypeName> = new Set(["source", "ceasefire", "violation"]);

/** Whether a record of this type may not have been known; in conflicts, actors and places nothing is said. */
export function mayBeAbsent(type: RecordTypeName | undefined): type is RecordTypeName {
  return type !== undefined && absentable.has(type);
}

/** The member that tells when the object it stands in was said. */
export function sayingOf(object: ObjectNode): ObjectNode | undefined {
  return object.members.find(
    (member): member is ObjectNode => member.kind === "object" && member.says === true,
  );
}

function hasCitations({ members }: ObjectNode): boolean {
  return members.some(({ kind, name }) => kind === "list" && name === "citations");
}

/** Whether an object inside a record is something that somebody says. */
function isSaid(object: ObjectNode): boolean {
  return sayingOf(object) !== undefined || hasCitations(object);
}

/** Whether a member, or anything in it, may be cut; `dated`: whether what it stands in is. */
export function isCut(member: Node, dated: boolean): boolean {
  return staysSql(member, "", dated, nothing) !== undefined || isCutInside(member);
}

function isCutInside(node: Node): boolean {
  if (node.kind === "scalar") return false;
  // Of a moment, span or range nothing is cut: their members follow from one another.
  if (node.kind === "object" && node.of !== undefined) return false;
  if (node.kind === "object") return node.members.some((member) => isCut(member, isSaid(node)));
  return keepsSql(node.element, "", nothing).length > 0 || isCutInside(node.element);
}

/** For asking whether there is a condition, not which. */
const nothing: Knowledge = { at: "", written: "", published: "", unpublished: "", known: () => "" };

/** The text of a member cut down, for its value, an expression of type json. */
export function cutSql(member: Node, json: string, dated: boolean, knowledge: Knowledge, depth = 0): string {
  const stays = staysSql(member, json, dated, knowledge);
  const left = leftSql(member, json, knowledge, depth);
  return stays === undefined ? left : `CASE WHEN ${stays} THEN ${left} ELSE 'null' END`;
}

/** When a member is more than null; undefined: it is as it stands. */
function staysSql(member: Node, json: string, dated: boolean, knowledge: Knowledge): string | undefined {
  if (!member.nullable) return undefined;
  if (member.kind === "scalar" && mayBeAbsent(member.ref))
    return `${json} #>> '{}' = ANY(${knowledge.known(member.ref)})`;
  if (member.kind !== "object") return undefined;
  if (isSaid(member)) return `json_typeof(${json}) = 'object' AND ${saidSql(member, json, knowledge)}`;
  if (member.moment !== "observed" || dated) return undefined;
  return `(${json}->>'latest')::timestamptz <= ${knowledge.at}`;
}

function leftSql(node: Node, json: string, knowledge: Knowledge, depth: number): string {
  if (!isCutInside(node) || node.kind === "scalar") return `${json}::text`;
  if (node.kind === "object") return membersSql(node, json, knowledge, depth);
  const item = `l${depth}.item`;
  return `(SELECT '[' || coalesce(string_agg(${leftSql(node.element, item, knowledge, depth + 1)}, ',' ORDER BY l${depth}.place), '') || ']'
    FROM ${keptSql(node, json, knowledge, depth)})`;
}

function membersSql(object: ObjectNode, json: string, knowledge: Knowledge, depth: number): string {
  const value = `m${depth}.value`;
  const cut = object.members
    .filter((member) => isCut(member, isSaid(object)))
    .map((member) => ({
      name: member.name,
      text: cutSql(member, value, isSaid(object), knowledge, depth + 1),
    }));
  return withMembersSql(json, `m${depth}`, cut);
}

/** The text of an object of type json, some of its members told anew; `alias` is one for their rows. */
export function withMembersSql(
  json: string,
  alias: string,
  members: readonly { readonly name: string; readonly text: string }[],
): string {
  const told = members.map(({ name, text }) => `WHEN '${name}' THEN ${text}`).join(" ");
  return `(SELECT '{' || string_agg('"' || ${alias}.key || '":' || CASE ${alias}.key ${told} ELSE ${alias}.value::text END, ',' ORDER BY ${alias}.place) || '}'
    FROM json_each(${json}) WITH ORDINALITY AS ${alias}(key, value, place))`;
}

/** The items of a list that are kept, as they stand: what comes after FROM, with columns item and place. */
function keptSql(list: ListNode, json: string, knowledge: Knowledge, depth: number): string {
  return `json_array_elements(${json}) ${keepingSql(list, knowledge, depth)}`;
}

/** The same of a list of type jsonb, its items likewise: read sooner, but no longer to the byte. */
export function keptJsonbSql(list: ListNode, jsonb: string, knowledge: Knowledge): string {
  return `jsonb_array_elements(${jsonb}) ${keepingSql(list, knowledge, 0)}`;
}

function keepingSql(list: ListNode, knowledge: Knowledge, depth: number): string {
  const conditions = keepsSql(list.element, `l${depth}.item`, knowledge);
  return `WITH ORDINALITY AS l${depth}(item, place) ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}`;
}

/** What an item must be to be kept. */
function keepsSql(element: ScalarNode | ObjectNode, item: string, knowledge: Knowledge): string[] {
  if (element.kind === "scalar")
    return mayBeAbsent(element.ref) ? [`${item} #>> '{}' = ANY(${knowledge.known(element.ref)})`] : [];
  const needed = element.members.flatMap((member) =>
    member.kind === "scalar" && !member.nullable && mayBeAbsent(member.ref)
      ? [`${item}->>'${member.name}' = ANY(${knowledge.known(member.ref)})`]
      : [],
  );
  return isSaid(element) ? [saidSql(element, item, knowledge), ...needed] : needed;
}

/** Whether something that somebody says was known: by its own moment, else by its sources, else by its version. */
function saidSql(
  object: ObjectNode,
  json: string,
  { at, written, published, unpublished }: Knowledge,
): string {
  const saying = sayingOf(object);
  const said = saying === undefined ? [] : [`(${json}->'${saying.name}'->>'latest')::timestamptz <= ${at}`];
  const cited = `jsonb_path_query_array((${json}->'citations')::jsonb, '$[*].source')`;
  const printed = `CASE WHEN ${cited} ?| ${published} THEN TRUE WHEN ${cited} ?| ${unpublished} THEN FALSE ELSE ${written} <= ${at} END`;
  return `coalesce(${[...said, hasCitations(object) ? printed : `${written} <= ${at}`].join(", ")})`;
}
