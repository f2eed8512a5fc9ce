import { z } from "zod";
import type { CodeList } from "../record/code-list.ts";
import type { RecordTypeName } from "../record/field.ts";
import type { Format } from "../record/format.ts";
import { expandsOf, listParameters } from "../record/list-query.ts";
import type { MomentKind } from "../record/moment.ts";
import type { RecordType } from "../record/record-type.ts";
import type { Node, ObjectNode, ScalarNode } from "../record/shape.ts";

/** One field of a record. */
export interface CodebookField {
  /** Members apart by dots, "[]" behind every list: "claims[].accused[]". */
  readonly path: string;
  readonly type: ScalarNode["type"] | "moment" | "span" | "range" | "object";
  readonly list: boolean;
  readonly description: string;
  /** Whether null may stand there; null is "not known". */
  readonly nullable: boolean;
  /** Whether the service derives it and ignores it in requests. */
  readonly derived: boolean;
  /** The code list it takes its values from. */
  readonly codes: string | null;
  /** The record type it refers to. */
  readonly ref: RecordTypeName | null;
  readonly moment_kind: MomentKind | null;
}

export interface Described {
  readonly name: string;
  readonly description: string;
}

export interface CodebookRecord {
  readonly type: RecordTypeName;
  readonly collection: string;
  readonly path: string;
  readonly description: string;
  readonly written_by: string;
  readonly fields: readonly CodebookField[];
  readonly parameters: readonly Described[];
  readonly expands: readonly Described[];
  /** The columns of its table in formats that have columns. */
  readonly columns: readonly Described[];
  /** Sort keys; the first is the default. */
  readonly sorts: readonly string[];
}

/** A code with what answers to it elsewhere; null: nothing there can be told to mean the same. */
export interface CodebookCode {
  readonly code: string;
  readonly definition: string;
  readonly acled: string | null;
  readonly ucdp: string | null;
  readonly eth_prio: string | null;
  readonly pax: string | null;
}

export interface CodebookList {
  readonly name: string;
  readonly description: string;
  readonly codes: readonly CodebookCode[];
}

export interface Codebook {
  /** The datasets that codes are compared with, by the member that holds the counterpart. */
  readonly datasets: { readonly [member in Counterpart]: string };
  readonly record_types: readonly CodebookRecord[];
  /** Small types that fields of many records share. */
  readonly shared_types: readonly {
    readonly name: string;
    readonly description: string;
    readonly fields: readonly CodebookField[];
  }[];
  readonly code_lists: readonly CodebookList[];
}

export type Counterpart = "acled" | "ucdp" | "eth_prio" | "pax";

export const datasets: { readonly [member in Counterpart]: string } = {
  acled: "ACLED event data",
  ucdp: "UCDP Georeferenced Event Dataset",
  eth_prio: "ETH/PRIO Civil Conflict Ceasefire Dataset",
  pax: "PA-X Peace Agreements Database",
};

const sharedTypes = {
  moment:
    "A point in time as precisely as the source gives it, and no more; the service derives its bounds in UTC.",
  range: "A figure as printed: bounds, and the claimant's own best figure.",
} as const;

/** Every field and code of the service, read off the schemas that validate; pure. */
export function codebook(
  types: readonly RecordType[],
  codeLists: readonly CodeList<string>[],
  formats: readonly Format[],
): Codebook {
  return {
    datasets,
    record_types: types.map((type) => describeType(type, formats)),
    shared_types: Object.entries(sharedTypes).map(([name, description]) => ({
      name,
      description,
      fields: sharedFields(types, name),
    })),
    code_lists: codeLists.map(describeList),
  };
}

function describeType(type: RecordType, formats: readonly Format[]): CodebookRecord {
  const parameters = Object.entries(listParameters(type, formats).schema.shape);
  return {
    type: type.type,
    collection: type.collection,
    path: `/v1/${type.collection}`,
    description: type.description,
    written_by: type.writer,
    fields: type.shape.members.flatMap((member) => fieldsOf(member, "")),
    parameters: parameters.map(([name, schema]) => ({ name, description: descriptionOf(schema) })),
    expands: [...expandsOf(type)].map(([name, { description }]) => ({ name, description })),
    columns: columnsOf(type, formats),
    sorts: Object.keys(type.sorts),
  };
}

/** Formats with columns have the same ones; the first that has any tells them. */
function columnsOf(type: RecordType, formats: readonly Format[]): Described[] {
  const found = formats.map((format) => format.columns?.(type)).find((columns) => columns !== undefined);
  return (found ?? []).map(({ name, description }) => ({ name, description }));
}

/** Wrappers such as `optional` have no description of their own; the JSON Schema has that of what they wrap. */
function descriptionOf(schema: z.core.$ZodType): string {
  const { description } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return description ?? "";
}

function fieldsOf(node: Node, above: string): CodebookField[] {
  const list = node.kind === "list";
  const path = `${above}${node.name}${list ? "[]" : ""}`;
  const inner = list ? node.element : node;
  const described = { description: node.description, nullable: node.nullable, derived: node.derived };
  const field = { path, list, ...described, ...typeOf(inner) };
  if (inner.kind === "scalar" || isShared(inner)) return [field];
  return [field, ...inner.members.flatMap((member) => fieldsOf(member, `${path}.`))];
}

function typeOf(
  node: ScalarNode | ObjectNode,
): Pick<CodebookField, "type" | "codes" | "ref" | "moment_kind"> {
  if (node.kind === "object")
    return { type: node.of ?? "object", codes: null, ref: null, moment_kind: node.moment ?? null };
  return { type: node.type, codes: node.codes?.name ?? null, ref: node.ref ?? null, moment_kind: null };
}

/** Described once, instead of wherever it is used. */
function isShared(node: ObjectNode): boolean {
  return node.of !== undefined && Object.hasOwn(sharedTypes, node.of);
}

function sharedFields(types: readonly RecordType[], name: string): CodebookField[] {
  for (const type of types) {
    const found = findShared(type.shape, name);
    if (found !== undefined) return found.members.flatMap((member) => fieldsOf(member, ""));
  }
  throw new Error(`No record has a field of the type ${name}.`);
}

function findShared(node: Node, name: string): ObjectNode | undefined {
  if (node.kind === "scalar") return undefined;
  if (node.kind === "list") return findShared(node.element, name);
  if (node.of === name) return node;
  for (const member of node.members) {
    const found = findShared(member, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describeList({ name, description, codes, values }: CodeList<string>): CodebookList {
  return {
    name,
    description,
    codes: values.map((code) => {
      const { definition = "", acled = null, ucdp = null, eth_prio = null, pax = null } = codes[code] ?? {};
      return { code, definition, acled, ucdp, eth_prio, pax };
    }),
  };
}
