import { z } from "zod";
import type { JsonSchema } from "../http/route.ts";
import { type Duplicates, duplicatesMember } from "./duplicates.ts";
import { metaOf, type RecordTypeName } from "./field.ts";
import { isObject, type JsonObject, withTexts } from "./json.ts";
import type { RecordType } from "./record-type.ts";
import { operation } from "./shared-codes.ts";
import { referencesIn } from "./table.ts";

/** A type's name as the description of the API has it: "Violation". */
export function schemaName(type: RecordTypeName): string {
  return `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

/** A pointer to a schema of the description's components. */
export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The JSON Schema of any zod schema, as requests bring it or as answers carry it. */
export function jsonSchema(schema: z.ZodType, side: "request" | "answer"): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: side === "request" ? "input" : "output",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: target }) => {
      const meta = metaOf(zodSchema);
      if (meta === undefined) return;
      if (meta.answer !== undefined && side === "answer")
        replace(target, { ...jsonSchema(meta.answer, "answer"), ...said(target) });
      if (meta.kind === "derived") target.readOnly = true;
      if (meta.rule !== undefined && side === "request")
        target.description = `${target.description ?? ""} ${meta.rule}`;
      if (meta.kind === "ref" && side === "request" && isInlined(meta.ref)) {
        const { description, ...id } = target;
        replace(target, { description, anyOf: [{ ...id }, schemaRef(`${schemaName(meta.ref)}Request`)] });
      }
    },
  });
  return rest;
}

const inlined: ReadonlySet<RecordTypeName> = new Set(["source", "place", "actor"]);

function isInlined(type: RecordTypeName | undefined): type is RecordTypeName {
  return type !== undefined && inlined.has(type);
}

function said({ description }: { readonly description?: string | undefined }) {
  return description === undefined ? {} : { description };
}

function replace(target: object, by: object): void {
  for (const member of Object.keys(target)) Reflect.deleteProperty(target, member);
  Object.assign(target, by);
}

/** The schema of a new record's answer: the record's own, or one that also names what may tell of the same. */
export function createdSchemaName({ type, duplicates }: RecordType): string {
  return duplicates === undefined ? schemaName(type) : `Created${schemaName(type)}`;
}

/** The named schemas of a record type: its requests, its answers, and what it may be expanded with. */
export function recordSchemas(type: RecordType): { readonly [name: string]: JsonSchema } {
  const name = schemaName(type.type);
  const answer = jsonSchema(type.schema, "answer");
  const expanded = Object.entries(type.expands).map(([fact, { answer: of, description }]) => [
    fact,
    { description, ...jsonSchema(of, "answer") },
  ]);
  const required = type.shape.members.map((member) => member.name);
  return {
    [`${name}Request`]: jsonSchema(type.schema, "request"),
    [name]: {
      ...answer,
      properties: {
        ...(typeof answer.properties === "object" ? answer.properties : {}),
        redacted_versions: {
          type: "array",
          description: "The versions whose text was redacted; present only where there are any.",
          items: { type: "integer", description: "The number of a version." },
          readOnly: true,
        },
        expanded: {
          type: "object",
          description: "What was asked for with `expand`; present only then.",
          properties: Object.fromEntries(expanded),
          additionalProperties: false,
        },
      },
      required,
    },
    ...(type.duplicates && { [createdSchemaName(type)]: createdSchema(type, type.duplicates, required) }),
    [`${name}List`]: listSchema(schemaRef(name), `A page of ${type.collection}.`),
  };
}

/** The record's own members, said there, and what its creation names beside them. */
function createdSchema(type: RecordType, { answer }: Duplicates, members: readonly string[]): JsonSchema {
  const name = schemaName(type.type);
  return {
    type: "object",
    description: `A new ${type.type}, and what may tell of the same.`,
    properties: {
      ...Object.fromEntries(members.map((member) => [member, schemaRef(`${name}/properties/${member}`)])),
      [duplicatesMember]: { ...jsonSchema(answer, "answer"), readOnly: true },
    },
    required: [...members, duplicatesMember],
    additionalProperties: false,
  };
}

/** The shape of every list. */
export function listSchema(items: JsonSchema, description: string): JsonSchema {
  return {
    type: "object",
    description,
    properties: {
      data: { type: "array", description: "The records of this page.", items },
      page: {
        type: "object",
        description: "Where this page stands.",
        properties: {
          limit: { type: "integer", description: "How many records a page holds at most." },
          next: { type: ["string", "null"], description: "The cursor of the next page; null on the last." },
          as_of: { type: "string", format: "date-time", description: "The instant the data is as of." },
          total: { type: "integer", description: "How many records there are in all; only with count=true." },
        },
        required: ["limit", "next", "as_of"],
        additionalProperties: false,
      },
    },
    required: ["data", "page"],
    additionalProperties: false,
  };
}

/** The path parameter of every call on one record. */
export const idParams = z.strictObject({ id: z.string().max(200).describe("The record's public id.") });

/** The members that every answered record begins with, for examples. */
export const answeredHead = {
  id: "01a20af3-7fdc-7221-922b-f2d1032f9167",
  version: 1,
  created_at: "2026-11-23T14:00:00.123456Z",
  updated_at: "2026-11-23T14:00:00.123456Z",
};

const text = (description: string) => ({ type: ["string", "null"], description });

/** The schemas that every record type's calls refer to. */
export const revisionSchemas: { readonly [name: string]: JsonSchema } = {
  Revision: {
    type: "object",
    description: "One version of a record.",
    properties: {
      version: { type: "integer", description: "1 for the first, one more with every change." },
      at: { type: "string", format: "date-time", description: "When it was written." },
      by: text("The name of the key it was written with; null: the service itself."),
      reason: text("Why, in the writer's words."),
      operation: { type: "string", enum: operation.values, description: operation.description },
      changes: {
        type: "array",
        description: "What changed, as JSON Patch operations with the old value; empty for a creation.",
        items: { type: "object", description: "An operation of RFC 6902, with `old`." },
      },
      import: text("The import it came with."),
    },
    required: ["version", "at", "by", "reason", "operation", "changes", "import"],
    additionalProperties: false,
  },
  RevisionList: listSchema(schemaRef("Revision"), "A page of versions."),
};

/** A type's example as it is answered: complete, derived, and with ids where a request may bring whole new records. */
export function answerExample(type: RecordType): JsonObject {
  const whole = referencesIn(type.references, type.example).filter(({ value }) => isObject(value));
  const read = type.read(
    withTexts(type.example, new Map(whole.map(({ pointer, target }) => [pointer, `an-earlier-${target}`]))),
  );
  if ("faults" in read)
    throw new Error(`The example of ${type.type} breaks its rules: ${JSON.stringify(read.faults)}`);
  const { id, members } = read.draft;
  return { ...answeredHead, ...(id !== null && { id }), ...members };
}
