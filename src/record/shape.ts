import type { z } from "zod";
import { withArticle } from "./article.ts";
import type { CodeList } from "./code-list.ts";
import { type FieldMeta, metaOf, type RecordTypeName } from "./field.ts";
import type { MomentKind } from "./moment.ts";

/**
 * The shape of a record's document, read off its schema once at start. Tables, columns, references, comments, the
 * codebook and the exports all follow from it.
 */
export type Node = ScalarNode | ObjectNode | ListNode;

interface NodeBase {
  readonly name: string;
  readonly description: string;
  /** Whether null says "not known" here. */
  readonly nullable: boolean;
  /** Whether the service derives it and ignores it in requests. */
  readonly derived: boolean;
}

export type ScalarType =
  | "id"
  | "text"
  | "url"
  | "language"
  | "code"
  | "ref"
  | "date"
  | "time"
  | "local"
  | "zone"
  | "instant"
  | "timestamp"
  | "integer"
  | "number"
  | "boolean";

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly type: ScalarType;
  readonly codes?: CodeList<string>;
  readonly ref?: RecordTypeName;
  /** Set where full-text search finds it. */
  readonly searched?: true;
}

export interface ObjectNode extends NodeBase {
  readonly kind: "object";
  readonly members: readonly Node[];
  /** Set where the object is one of the record's own small types. */
  readonly of?: "moment" | "span" | "range";
  readonly moment?: MomentKind;
  /** Set on a moment that tells when what it stands in was said. */
  readonly says?: true;
}

export interface ListNode extends NodeBase {
  readonly kind: "list";
  readonly element: ScalarNode | ObjectNode;
}

interface Unwrapped {
  readonly schema: z.core.$ZodType;
  readonly meta: FieldMeta | undefined;
  readonly nullable: boolean;
  readonly description: string;
}

/** Takes `optional` and its like away from a schema, keeping what they say. */
function unwrap(wrapped: z.core.$ZodType): Unwrapped {
  let schema = wrapped;
  let nullable = false;
  let description = "";
  for (;;) {
    description ||= describe(schema);
    const meta = metaOf(schema);
    if (meta !== undefined) return { schema, meta, nullable, description };
    const { def } = schema._zod;
    if (!hasInner(def)) return { schema, meta, nullable, description };
    nullable ||= def.type === "nullable";
    schema = def.innerType;
  }
}

function describe(schema: z.core.$ZodType): string {
  return "description" in schema && typeof schema.description === "string" ? schema.description : "";
}

function hasInner(def: z.core.$ZodTypeDef): def is z.core.$ZodTypeDef & { innerType: z.core.$ZodType } {
  return "innerType" in def;
}

function membersOf(def: z.core.$ZodTypeDef): { readonly [name: string]: z.core.$ZodType } | undefined {
  return isObjectDef(def) ? def.shape : undefined;
}

function isObjectDef(def: z.core.$ZodTypeDef): def is z.core.$ZodObjectDef {
  return def.type === "object";
}

function elementOf(def: z.core.$ZodTypeDef): z.core.$ZodType | undefined {
  return isArrayDef(def) ? def.element : undefined;
}

function isArrayDef(def: z.core.$ZodTypeDef): def is z.core.$ZodArrayDef {
  return def.type === "array";
}

/** Reads the shape of an object schema; the schema's own name stands first in paths made from it. */
export function shapeOf(name: string, schema: z.core.$ZodType): ObjectNode {
  const node = nodeOf(name, schema);
  if (node.kind !== "object") throw new Error(`The schema of ${name} is no object.`);
  return node;
}

function nodeOf(name: string, wrapped: z.core.$ZodType): Node {
  const { schema, meta, nullable, description } = unwrap(wrapped);
  if (meta?.answer !== undefined) return answeredNode(name, meta, meta.answer, { nullable, description });
  const base = { name, description, nullable, derived: false };
  const { def } = schema._zod;
  const element = elementOf(def);
  if (element !== undefined) {
    const inner = nodeOf(name, element);
    if (inner.kind === "list") throw new Error(`${name}: a list of lists has no table.`);
    return { ...base, kind: "list", element: inner };
  }
  const members = membersOf(def);
  if (members !== undefined) {
    return {
      ...base,
      kind: "object",
      members: Object.entries(members).map(([member, inner]) => nodeOf(member, inner)),
    };
  }
  return { ...base, kind: "scalar", ...scalarOf(name, schema, meta) };
}

/** A moment, span, range or derived member: its shape is that of the answer. */
function answeredNode(
  name: string,
  meta: FieldMeta,
  answer: z.core.$ZodType,
  said: { readonly nullable: boolean; readonly description: string },
): Node {
  const node = nodeOf(name, answer);
  const nullable = said.nullable || node.nullable;
  if (meta.kind === "derived") return { ...node, description: said.description, nullable, derived: true };
  if (node.kind !== "object") throw new Error(`${name}: ${withArticle(meta.kind)} is an object.`);
  const of = meta.kind === "moment" || meta.kind === "span" || meta.kind === "range" ? { of: meta.kind } : {};
  const moment = meta.moment === undefined ? {} : { moment: meta.moment };
  return { ...node, ...said, ...of, ...moment, ...(meta.says && { says: meta.says }) };
}

function scalarOf(
  name: string,
  schema: z.core.$ZodType,
  meta: FieldMeta | undefined,
): Pick<ScalarNode, "type" | "codes" | "ref" | "searched"> {
  if (meta !== undefined) {
    const type = scalarKind(name, meta);
    const { codes, ref, searched } = meta;
    return { type, ...(codes && { codes }), ...(ref && { ref }), ...(searched && { searched }) };
  }
  const { type } = schema._zod.def;
  if (type === "boolean") return { type: "boolean" };
  if (type === "string") return { type: "text" };
  if (type === "number") return { type: isInteger(schema) ? "integer" : "number" };
  throw new Error(`${name}: ${withArticle(type)} has no column.`);
}

function scalarKind(name: string, meta: FieldMeta): ScalarType {
  const { kind } = meta;
  if (kind === "moment" || kind === "span" || kind === "range" || kind === "derived") {
    throw new Error(`${name}: ${withArticle(kind)} needs the schema of its answer.`);
  }
  return kind;
}

function isInteger(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  return "format" in def && def.format === "safeint";
}
