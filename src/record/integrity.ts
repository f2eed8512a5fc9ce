import pg from "pg";
import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import { type ProblemError, problem } from "../http/problem.ts";
import { withArticle } from "./article.ts";
import type { RecordTypeName } from "./field.ts";
import { isList, isObject, type Json, type JsonObject, textOf } from "./json.ts";
import type { Belonging, RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import { collectionOf, isRestrictable } from "./sql.ts";
import { allTables, referencesIn } from "./table.ts";

/** Where a refused record stands in the request, and which of its references the request brought as whole records. */
export interface Placement {
  /** Pointer of the record in the body; "" for the body itself. */
  readonly at: string;
  /** The whole records by their pointers; what was made of them is undone with the rest. */
  readonly whole: ReadonlyMap<string, Json>;
}

const nowhere: Placement = { at: "", whole: new Map() };

/** A write the database refused; explained once its transaction is over, for an aborted one answers no question. */
export class RefusedWrite extends Error {
  override readonly name: string = "RefusedWrite";
  readonly type: RecordType;
  readonly id: string;
  readonly members: JsonObject;
  readonly placement: Placement;

  /** `cause` null: nothing was written because a PUBLIC record refers to what is not a PUBLIC one already. */
  constructor(
    cause: pg.DatabaseError | null,
    type: RecordType,
    id: string,
    members: JsonObject,
    placement = nowhere,
  ) {
    super(cause?.message ?? "A PUBLIC record refers to what is not there for all.", { cause });
    this.type = type;
    this.id = id;
    this.members = members;
    this.placement = placement;
  }

  /** The same refusal, seen from the whole request. */
  placed(placement: Placement): RefusedWrite {
    const cause = this.cause instanceof pg.DatabaseError ? this.cause : null;
    return new RefusedWrite(cause, this.type, this.id, this.members, placement);
  }
}

/** A write refused because a record, or a deleted record, has the id. */
export class IdTaken extends RefusedWrite {
  override readonly name = "IdTaken";
  /** Whether the service made the id: another one can be made. */
  readonly isMade: boolean;

  constructor(
    type: RecordType,
    id: string,
    members: JsonObject,
    {
      placement = nowhere,
      isMade = false,
    }: { readonly placement?: Placement; readonly isMade?: boolean } = {},
  ) {
    super(null, type, id, members, placement);
    this.isMade = isMade;
  }

  override placed(placement: Placement): IdTaken {
    return new IdTaken(this.type, this.id, this.members, { placement, isMade: this.isMade });
  }

  ofMadeId(): IdTaken {
    return new IdTaken(this.type, this.id, this.members, { placement: this.placement, isMade: true });
  }
}

/** Whether the database refused a write because the id of a new record is taken. */
export function isIdViolation(type: RecordType, error: unknown): boolean {
  return [`${type.collection}_pkey`, "revisions_pkey"].includes(constraintOf(error) ?? "");
}

function databaseErrorOf(error: unknown): pg.DatabaseError | undefined {
  const cause = error instanceof RefusedWrite ? error.cause : error;
  return cause instanceof pg.DatabaseError ? cause : undefined;
}

/** The constraint that a database error names, if it is one. */
function constraintOf(error: unknown): string | undefined {
  return databaseErrorOf(error)?.constraint;
}

/**
 * Whether the same write may succeed when it runs again: the database ended it to resolve a deadlock, or a concurrent write
 * took the id that was made for the record.
 */
export function isTransient(error: unknown): boolean {
  return databaseErrorOf(error)?.code === "40P01" || (error instanceof IdTaken && error.isMade);
}

/** Whether a record is a PUBLIC one that the same transaction writes later; others may refer to it already. */
export type IsToCome = (type: RecordTypeName, id: string) => boolean;

/** What a PUBLIC record refers to that might be RESTRICTED; nothing for a RESTRICTED one, which may refer to anything that is there. */
export function publicReferences(
  type: RecordType,
  members: JsonObject,
  isToCome: IsToCome = () => false,
): { readonly source: string[]; readonly violation: string[] } {
  if (members.visibility === "RESTRICTED") return { source: [], violation: [] };
  const references = referencesIn(type.references, members);
  const idsOf = (target: RecordTypeName) => {
    const ids = references.filter((one) => one.target === target).map((one) => textOf(one.value));
    return [...new Set(ids)].filter((id) => !isToCome(target, id));
  };
  return { source: idsOf("source"), violation: idsOf("violation") };
}

/** Throws invalid-record where an actor neither is nor belongs to one of those it must. */
export async function checkBelonging(database: Queryable, belonging: readonly Belonging[]): Promise<void> {
  const errors: Fault[] = [];
  for (const { actor, among, fault } of belonging) {
    const { rows } = await database.query(
      `WITH RECURSIVE up AS (SELECT $1::text COLLATE "C" AS id UNION SELECT a.part_of FROM actors a JOIN up ON a.id = up.id WHERE a.part_of IS NOT NULL)
       SELECT 1 FROM up WHERE id = ANY($2::text[])`,
      [actor, among],
    );
    if (rows.length === 0) errors.push(fault);
  }
  if (errors.length > 0) throw problem("invalid-record", "The record breaks a rule.", { errors });
}

interface Referrer {
  readonly type: RecordTypeName;
  readonly id: string;
}

const MAX_NAMED = 20;

/** The records that refer to this one, each once, by type and id; at most one more than are named. */
async function referrers(
  database: Queryable,
  types: readonly RecordType[],
  target: Referrer,
  publicOnly: boolean,
): Promise<Referrer[]> {
  const parts = types.flatMap((type) =>
    allTables(type.table).flatMap((table) =>
      table.columns.flatMap((column) => {
        if (column.node.ref !== target.type) return [];
        const owner = table.keys[0] ?? "id";
        const visible =
          publicOnly && isRestrictable(type.type)
            ? `AND EXISTS (SELECT 1 FROM ${type.collection} o WHERE o.id = x.${owner} AND o.visibility = 'PUBLIC')`
            : "";
        return [
          `SELECT '${type.type}' AS type, x.${owner} AS id FROM ${table.name} x WHERE x.${column.name} = $1 ${visible}`,
        ];
      }),
    ),
  );
  const { rows } = await database.query<Referrer>(
    `SELECT DISTINCT type, id FROM (${parts.join(" UNION ALL ")}) AS found ORDER BY type, id LIMIT ${MAX_NAMED + 2}`,
    [target.id],
  );
  return rows.filter((row) => row.type !== target.type || row.id !== target.id).slice(0, MAX_NAMED + 1);
}

function addressOf({ type, id }: Referrer): string {
  return `/v1/${collectionOf(type)}/${id}`;
}

/** The first 20 by their addresses, and whether there are more. */
function named(found: readonly Referrer[]): string {
  const addresses = found.slice(0, MAX_NAMED).map(addressOf).join(", ");
  return found.length > MAX_NAMED ? `${addresses}, and more` : addresses;
}

/** Throws would-reveal where PUBLIC records refer to one that is being hidden. */
export async function checkHidden(
  database: Queryable,
  types: readonly RecordType[],
  hidden: Referrer,
): Promise<void> {
  const found = await referrers(database, types, hidden, true);
  if (found.length === 0) return;
  const detail = `PUBLIC records refer to ${quoted(hidden.id)}, so it cannot be RESTRICTED: ${named(found)}. Take the references out of them first.`;
  throw problem("would-reveal", detail, {
    errors: [{ pointer: "/visibility", code: "referred_to_by_public", message: detail }],
  });
}

/**
 * Turns a refused write into the problem that names the place; anything else is thrown on as it came. Undefined: what it
 * refers to has come about since, and it may be written now.
 */
export async function explain(
  database: Queryable,
  types: readonly RecordType[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RefusedWrite)) return error;
  const { type, id, cause } = error;
  const constraint = constraintOf(error);
  if (constraint === "same_as_pkey") return await explainSameAs(database, error);
  if (error instanceof IdTaken) return idTaken(type, id, error.placement.at);
  if (cause instanceof pg.DatabaseError && referenceCodes.has(cause.code))
    return await explainReference(database, types, error);
  if (constraint === undefined && !(cause instanceof pg.DatabaseError))
    return (await explainRestricted(database, error)) ?? (await explainMissing(database, error));
  return cause;
}

/** foreign_key_violation, and restrict_violation, as PostgreSQL 18 tells a refused deletion from a missing reference. */
const referenceCodes: ReadonlySet<string | undefined> = new Set(["23503", "23001"]);

function idTaken(type: RecordType, id: string, at: string): ProblemError {
  const message = `The id ${quoted(id)} is taken, by ${withArticle(type.type)} that stands or by a deleted one. Choose another, or leave it out to have one made.`;
  return problem("id-taken", message, { errors: [{ pointer: `${at}/id`, code: "id_taken", message }] });
}

async function explainSameAs(database: Queryable, refused: RefusedWrite): Promise<ProblemError> {
  const { type, members, placement } = refused;
  const errors: Fault[] = [];
  const names = isList(members.external_ids) ? members.external_ids : [];
  for (const [place, name] of names.entries()) {
    if (!isObject(name) || name.relation !== "SAME") continue;
    const { rows } = await database.query<{ id: string }>(
      "SELECT id FROM same_as WHERE type = $1 AND dataset = $2 AND external_id = $3",
      [type.type, name.dataset, name.id],
    );
    const twice =
      names.findIndex(
        (other) =>
          isObject(other) &&
          other.relation === "SAME" &&
          other.dataset === name.dataset &&
          other.id === name.id,
      ) < place;
    if (rows[0] === undefined && !twice) continue;
    const sameName = `${textOf(name.dataset)}:${textOf(name.id)}`;
    const message = twice
      ? `${quoted(sameName)} is given twice; once is enough.`
      : `${quoted(sameName)} is SAME as /v1/${type.collection}/${rows[0]?.id}, which stands or was deleted. Add to that record instead, or use PART_OF or CONTAINS.`;
    errors.push({ pointer: `${placement.at}/external_ids/${place}`, code: "external_id_taken", message });
  }
  return problem("external-id-taken", "Another record is known by this external id.", { errors });
}

/** A foreign key refused: either the record refers to nothing somewhere, or (on deletion) others refer to it. */
async function explainReference(
  database: Queryable,
  types: readonly RecordType[],
  refused: RefusedWrite,
): Promise<ProblemError> {
  const { type, id, cause } = refused;
  const missing = await explainMissing(database, refused);
  if (missing !== undefined) return missing;
  const found = await referrers(database, types, { type: type.type, id }, false);
  const errors = found.slice(0, MAX_NAMED).map((one) => ({
    parameter: "id",
    code: "referred_to",
    message: `${addressOf(one)} refers to ${quoted(id)}.`,
  }));
  return problem(
    "referred-to",
    `Other records refer to ${quoted(id)}: ${named(found)}. Change or delete those first.`,
    { errors, cause },
  );
}

/** Undefined where all that the record refers to is there. */
async function explainMissing(
  database: Queryable,
  { type, members, placement, cause }: RefusedWrite,
): Promise<ProblemError | undefined> {
  const references = referencesIn(type.references, members).filter(
    ({ pointer }) => !placement.whole.has(pointer),
  );
  const errors: Fault[] = [];
  for (const target of new Set(references.map((reference) => reference.target))) {
    const ofTarget = references.filter((reference) => reference.target === target);
    const { rows } = await database.query<{ id: string }>(
      `SELECT id FROM ${collectionOf(target)} WHERE id = ANY($1::text[])`,
      [ofTarget.map((reference) => reference.value)],
    );
    const known = new Set(rows.map((row) => row.id));
    for (const { pointer, value } of ofTarget) {
      if (known.has(textOf(value))) continue;
      const message = `There is no ${target} ${quoted(textOf(value))}. Create it first, or look it up with GET /v1/${collectionOf(target)}?q=….`;
      errors.push({ pointer: `${placement.at}${pointer}`, code: "unknown_reference", message });
    }
  }
  if (errors.length === 0) return undefined;
  return problem("invalid-record", "The record refers to something that is not there.", { errors, cause });
}

/** Undefined where nothing that the record refers to is RESTRICTED. */
async function explainRestricted(
  database: Queryable,
  { type, members, placement }: RefusedWrite,
): Promise<ProblemError | undefined> {
  const errors: Fault[] = [];
  for (const target of ["source", "violation"] as const) {
    const references = referencesIn(type.references, members).filter(
      (reference) => reference.target === target,
    );
    const { rows } = await database.query<{ id: string; visibility: string }>(
      `SELECT id, visibility::text FROM ${collectionOf(target)} WHERE id = ANY($1::text[])`,
      [references.map((reference) => reference.value)],
    );
    const standing = new Map(rows.map((row) => [row.id, row.visibility]));
    for (const { pointer, value } of references) {
      const visibility = standing.get(textOf(value)) ?? visibilityOf(placement.whole.get(pointer));
      if (visibility !== "RESTRICTED") continue;
      errors.push({
        pointer: `${placement.at}${pointer}`,
        code: "restricted_reference",
        message: `${quoted(textOf(value))} is RESTRICTED; a PUBLIC record must not refer to it.`,
      });
    }
  }
  if (errors.length === 0) return undefined;
  return problem("would-reveal", "A PUBLIC record must not refer to a RESTRICTED one.", { errors });
}

/** What a whole record in the request says of itself; nothing is left of it to look at. */
function visibilityOf(whole: Json | undefined): Json {
  return whole !== undefined && isObject(whole) ? (whole.visibility ?? null) : null;
}
