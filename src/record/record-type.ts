import { z } from "zod";
import type { Fault } from "../http/fault.ts";
import { zodFaults } from "../http/faults.ts";
import type { Role } from "../http/route.ts";
import { type Duplicates, duplicatesMember } from "./duplicates.ts";
import type { Expand } from "./expand.ts";
import { derived, list, ownId, type RecordTypeName, timestamp } from "./field.ts";
import type { Filter } from "./filter.ts";
import { isObject, type JsonObject, textOf } from "./json.ts";
import { type ObjectNode, shapeOf } from "./shape.ts";
import { citation, externalId } from "./shared-fields.ts";
import { type ReferencePath, referencePaths, searchedPaths, type Table, tablesOf } from "./table.ts";
import { sortKey } from "./words.ts";

/** A column that the list's order or filters need and that no single field holds. UTC to the second, or null. */
interface ComputedColumn<Own> {
  readonly description: string;
  readonly of: (own: Own) => string | null;
  /** The same in SQL, for a record of which something is left out. */
  readonly again: Rederivation;
}

/**
 * What follows from a record's lists, in SQL. `list` gives the items left of one as a subquery with columns item (jsonb)
 * and place. A test holds each to what it follows from in a draft.
 */
type Rederivation = (list: (member: string) => string) => string;

/** A rule that the actors' hierarchy decides: `actor` must be one of `among`, or part of one. */
export interface Belonging {
  readonly actor: string;
  readonly among: readonly string[];
  /** What to say where it is not. */
  readonly fault: Fault;
}

/** What one record type is, said once. Everything about it follows from this literal. */
export interface RecordLiteral<S extends z.core.$ZodShape> {
  readonly type: RecordTypeName;
  /** The plural: path, table and file name. */
  readonly collection: string;
  /** What one of them is, for people. */
  readonly description: string;
  /** The record's own fields; id, version, times, external ids and citations are added to every record alike. */
  readonly fields: z.ZodObject<S, z.core.$strict>;
  /** The name an id is made from when the writer chooses none; null: a UUIDv7. */
  readonly nameOf: (own: z.output<z.ZodObject<S>>) => string | null;
  /** Rules between fields; what a single field can tell stands in its schema. */
  readonly rules?: (own: z.output<z.ZodObject<S>>, id: string) => readonly Fault[];
  /** Sets what depends on several fields of this record. */
  readonly derive?: (own: z.output<z.ZodObject<S>>) => z.output<z.ZodObject<S>>;
  /** Actors that must be, or be part of, one of others: told by the store, which knows what is part of what. */
  readonly belonging?: (own: z.output<z.ZodObject<S>>) => readonly Belonging[];
  readonly computed?: { readonly [column: string]: ComputedColumn<z.output<z.ZodObject<S>>> };
  /** The members that `derive` sets, in SQL, for a record of which something is left out. */
  readonly rederived?: { readonly [member: string]: Rederivation };
  /** The list without whose items the record says nothing. */
  readonly restsOn?: string;
  readonly filters: { readonly [name: string]: Filter };
  /** The member that holds the record's name, where its lists sort by it. The column `sort_name` holds its sort key. */
  readonly sortsBy?: "name";
  /** Sort key → column; the first is the default. */
  readonly sorts: { readonly [name: string]: string };
  /** Columns of composite indexes beyond those of the sorts; the id is added to each. */
  readonly indexes?: readonly (readonly string[])[];
  readonly expands: { readonly [name: string]: Expand };
  /** What the answer to a creation names beside the record: others that may tell of the same. */
  readonly duplicates?: Duplicates;
  /** Who may write these records. */
  readonly writer: Role;
  /** Codes of roles above `writer` that alone may change a member. */
  readonly guarded?: { readonly [member: string]: Role };
  /**
   * Whether a request may embed a record of this type in place of a reference, and by which members the stored record is
   * found. Where several records are found, `closestBy` decides: the one that agrees with the first of these members that
   * tells them apart, then the oldest. Without it, several records are ambiguous.
   */
  readonly inline?: { readonly foundBy: readonly string[]; readonly closestBy?: readonly string[] };
  /** A realistic request body, for the description of the API. */
  readonly example: JsonObject;
}

/** A record as a request asks for it, checked, derived and complete but for what the store adds. */
export interface Draft {
  /** Null where the writer chose none. */
  readonly id: string | null;
  /** The name an id is made from; null: none. */
  readonly name: string | null;
  /** All members after created_at and updated_at, in the order of the shape. */
  readonly members: JsonObject;
  readonly computed: JsonObject;
  readonly belonging: readonly Belonging[];
}

export interface RecordType
  extends Omit<
    RecordLiteral<z.core.$ZodShape>,
    "fields" | "nameOf" | "rules" | "derive" | "belonging" | "computed"
  > {
  readonly shape: ObjectNode;
  readonly table: Table;
  readonly references: readonly ReferencePath[];
  /** Paths of the texts that `q` finds, "*" for every item of a list. */
  readonly search: readonly (readonly string[])[];
  readonly computed: readonly {
    readonly name: string;
    readonly description: string;
    /** Undefined for `sort_name`, a text that is never null: of what it follows from nothing is ever left out. */
    readonly again?: Rederivation;
  }[];
  /** The schema of a whole request body, for the description of the API. */
  readonly schema: z.ZodObject;
  /** Checks a whole record, as POST brings it or as a patch has made it. Faults carry pointers into it. */
  read(body: unknown, id?: string): { readonly draft: Draft } | { readonly faults: readonly Fault[] };
}

const head = {
  id: ownId(
    "The record's public id; it never changes. Chosen by the writer, or made from the name.",
  ).optional(),
  version: derived(z.int().min(1), "1 for a new record, one more with every change."),
  created_at: derived(timestamp("When the record was first written."), "When the record was first written."),
  updated_at: derived(timestamp("When this version was written."), "When this version was written."),
};
const tail = {
  external_ids: list(
    externalId,
    "What other datasets call this record, or a larger or smaller thing that it belongs with.",
  ),
  citations: list(citation, "The sources of what the record says, where no closer place for them is given."),
};
/** What an answer may carry beside the record's own members; it may come back, and is ignored. */
const told = { redacted_versions: z.unknown().optional(), expanded: z.unknown().optional() };
const plainEnvelope = z.strictObject({ ...head, ...tail, ...told });
const envelopeOfCreated = plainEnvelope.extend({ [duplicatesMember]: z.unknown().optional() });

const sortNameColumn = {
  name: "sort_name",
  description:
    "The name as lists sort by it: folded as for search, numbers by their value. Empty: not made yet.",
};

/** The value of the column `sort_name`, where the type has one. */
export function sortNameOf({ sortsBy }: Pick<RecordType, "sortsBy">, members: JsonObject): JsonObject {
  return sortsBy === undefined ? {} : { [sortNameColumn.name]: sortKey(textOf(members[sortsBy])) };
}

/** Closes a literal over its types, so that the six stand in one array. */
export function recordType<S extends z.core.$ZodShape>(literal: RecordLiteral<S>): RecordType {
  const { fields, nameOf, rules, derive, belonging, computed = {}, ...rest } = literal;
  const whole = z.strictObject({ ...head, ...fields.shape, ...tail }).describe(literal.description);
  const shape = shapeOf(literal.type, whole);
  const order = Object.keys({ ...fields.shape, ...tail });
  const envelope = rest.duplicates === undefined ? plainEnvelope : envelopeOfCreated;
  const envelopeNames = new Set(Object.keys(envelope.shape));
  return {
    ...rest,
    shape,
    table: tablesOf(literal.collection, `${literal.type}_id`, shape),
    references: referencePaths(shape),
    search: searchedPaths(shape),
    computed: [
      ...Object.entries(computed).map(([name, { description, again }]) => ({ name, description, again })),
      ...(rest.sortsBy === undefined ? [] : [sortNameColumn]),
    ],
    schema: whole,
    read: rememberingBodies((body, id) => {
      const { ours, own } = split(body, envelopeNames);
      const envelopeRead = envelope.safeParse(ours);
      const ownRead = fields.safeParse(own);
      if (!envelopeRead.success || !ownRead.success) {
        return { faults: [...faultsOf(envelopeRead, envelope, ours), ...faultsOf(ownRead, fields, own)] };
      }
      const chosen = id ?? envelopeRead.data.id ?? null;
      const faults = rules?.(ownRead.data, chosen ?? "") ?? [];
      if (faults.length > 0) return { faults };
      const finished = derive?.(ownRead.data) ?? ownRead.data;
      const { external_ids, citations } = envelopeRead.data;
      return {
        draft: {
          id: chosen,
          name: nameOf(finished),
          members: inOrder(order, asObject({ ...finished, external_ids, citations })),
          belonging: belonging?.(finished) ?? [],
          computed: {
            ...Object.fromEntries(Object.entries(computed).map(([column, { of }]) => [column, of(finished)])),
            ...sortNameOf(rest, asObject(finished)),
          },
        },
      };
    }),
  };
}

/**
 * A request's body is checked before its handler runs, and read again by it: the second time it is the first's result.
 * Nobody changes a body or a draft.
 */
function rememberingBodies(read: RecordType["read"]): RecordType["read"] {
  const remembered = new WeakMap<object, ReturnType<RecordType["read"]>>();
  return (body, id) => {
    if (!isObject(body) || id !== undefined) return read(body, id);
    const known = remembered.get(body) ?? read(body);
    remembered.set(body, known);
    return known;
  };
}

function faultsOf(read: z.ZodSafeParseResult<unknown>, schema: z.ZodType, value: unknown): Fault[] {
  return read.success ? [] : zodFaults(read.error, "body", { schema, value });
}

/** Members of the envelope apart from the record's own; what neither knows goes to the own schema, which refuses it. */
function split(body: unknown, envelopeNames: ReadonlySet<string>): { ours: unknown; own: unknown } {
  if (!isObject(body)) return { ours: {}, own: body };
  const entries = Object.entries(body);
  return {
    ours: Object.fromEntries(entries.filter(([member]) => envelopeNames.has(member))),
    own: Object.fromEntries(entries.filter(([member]) => !envelopeNames.has(member))),
  };
}

/** Members in the order of the shape, whatever order they were read and derived in. */
function inOrder(order: readonly string[], members: JsonObject): JsonObject {
  return Object.fromEntries(order.map((member) => [member, members[member] ?? null]));
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error("A record is an object.");
  return value;
}
