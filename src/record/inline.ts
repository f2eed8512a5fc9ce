import type pg from "pg";
import { type Fault, FaultList } from "../http/fault.ts";
import { problem } from "../http/problem.ts";
import type { RecordTypeName } from "./field.ts";
import { RefusedWrite } from "./integrity.ts";
import { isObject, type Json, withTexts } from "./json.ts";
import type { Draft, RecordType } from "./record-type.ts";
import { createRecord } from "./store.ts";
import { referencesIn } from "./table.ts";
import type { Authorship } from "./write.ts";

/** The record types by name, handed to what must know them all. */
export type RecordTypes = { readonly [type in RecordTypeName]: RecordType };

/** A whole new record that stands in a request where a reference might. */
interface Inline {
  readonly pointer: string;
  readonly type: RecordType;
  readonly request: Request;
}

/** A request body whose whole new records have been taken out, each replaced by an id that fits the schema. */
export interface Request {
  readonly body: Json;
  readonly inline: readonly Inline[];
}

const PLACEHOLDER = "inline";

/** How many whole new records one request may hold, at every depth together. */
const MAX_INLINE = 500;

/**
 * Takes whole new records out of a request body; a body without any comes back as it is. Throws invalid-record where
 * there are more than 500.
 */
export function takeInline(types: RecordTypes, type: RecordType, body: Json, outside = 0): Request {
  let taken = outside;
  const found = referencesIn(type.references, body, (value, target) => {
    if (!isObject(value) || types[target].inline === undefined) return false;
    taken += 1;
    if (taken > MAX_INLINE) throw tooManyInline();
    return true;
  });
  if (found.length === 0) return { body, inline: [] };
  const inline = found.map(({ pointer, target, value }) => {
    const request = takeInline(types, types[target], value, taken);
    taken += inlineIn(request);
    return { pointer, type: types[target], request };
  });
  return { body: withIds(body, inline, () => PLACEHOLDER), inline };
}

/** How many whole new records were taken out of a request, at every depth. */
function inlineIn({ inline }: Request): number {
  return inline.reduce((sum, { request }) => sum + 1 + inlineIn(request), 0);
}

function tooManyInline() {
  const message = `The request holds more than ${MAX_INLINE} whole new records. Create some of them first, and refer to them by id.`;
  return problem("invalid-record", message, {
    errors: [{ pointer: "", code: "too_many_new_records", message }],
  });
}

/** A copy of the body with an id at each pointer. */
function withIds(body: Json, inline: readonly Inline[], idOf: (one: Inline) => string): Json {
  return withTexts(body, new Map(inline.map((one) => [one.pointer, idOf(one)])));
}

/**
 * What is wrong with a request and with every record inside it, each fault with its place in the whole. Once more
 * than 100 are found, no further record is read.
 */
export function requestFaults(type: RecordType, request: Request, at = "", id?: string): Fault[] {
  const found = new FaultList();
  const read = type.read(request.body, id);
  if ("faults" in read) found.addAll(placed(read.faults, at));
  for (const one of request.inline) {
    if (found.overflows) break;
    found.addAll(requestFaults(one.type, one.request, `${at}${one.pointer}`));
  }
  return found.faults();
}

function placed(faults: readonly Fault[], at: string): Fault[] {
  return faults.map((fault) => ({ ...fault, pointer: `${at}${fault.pointer ?? ""}` }));
}

/**
 * Finds or creates the records inside a request and reads the request with their ids. In the caller's transaction, so
 * that nothing is left behind when the request fails. Throws invalid-record where a name fits several.
 */
export async function resolveRequest(
  client: pg.PoolClient,
  type: RecordType,
  request: Request,
  by: Authorship,
  at = "",
  id?: string,
): Promise<Draft> {
  const ids = new Map<Inline, string>();
  for (const one of request.inline) {
    const pointer = `${at}${one.pointer}`;
    const draft = await resolveRequest(client, one.type, one.request, by, pointer);
    ids.set(
      one,
      (await findAgain(client, one.type, draft, pointer)) ?? (await makeOne(client, one, draft, by, pointer)),
    );
  }
  const read = type.read(
    withIds(request.body, request.inline, (one) => ids.get(one) ?? PLACEHOLDER),
    id,
  );
  if ("draft" in read) return read.draft;
  throw problem("invalid-record", "The record breaks rules.", { errors: placed(read.faults, at) });
}

/** Creates a record inside a request; one transaction at a time, so that two that bring the same one make it once. */
async function makeOne(
  client: pg.PoolClient,
  { type, request }: Inline,
  draft: Draft,
  by: Authorship,
  at: string,
): Promise<string> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('whole new records', 0))");
  const found = await findAgain(client, type, draft, at);
  if (found !== undefined) return found;
  return (await placing(request, at, () => createRecord(client, type, draft, by))).id;
}

/** Runs a write of a request's record, and tells a refusal with its place in the whole. */
export async function placing<T>(request: Request, at: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RefusedWrite)) throw error;
    throw error.placed({ at, whole: new Map(request.inline.map((one) => [one.pointer, one.request.body])) });
  }
}

/**
 * The stored record that an embedded record stands for: by id, by a SAME external id, or by what its type is found by. Of
 * several that are found that way, the closest one where the type says what is close.
 *
 * @throws ProblemError 422 where several records fit equally
 */
async function findAgain(
  client: pg.PoolClient,
  type: RecordType,
  draft: Draft,
  pointer: string,
): Promise<string | undefined> {
  const { foundBy = [], closestBy = [] } = type.inline ?? {};
  const { rows } = await client.query<{ id: string; exact: boolean }>(findSql(type), [
    draft.id,
    JSON.stringify(draft.members.external_ids ?? []),
    ...[...foundBy, ...closestBy].map((member) => JSON.stringify(draft.members[member] ?? null)),
  ]);
  const exact = rows.filter((row) => row.exact);
  const found = exact.length > 0 ? exact : draft.id === null ? rows : [];
  const isClosest = exact.length === 0 && closestBy.length > 0;
  if (found.length < 2 || isClosest) return found[0]?.id;
  const ids = found.map((row) => row.id).join(", ");
  const message = `Several records fit: ${ids}. Give the id of the one that is meant.`;
  throw problem("invalid-record", message, { errors: [{ pointer, code: "ambiguous_record", message }] });
}

/**
 * One arm for each way to be found, so that each is answered by an index; a record that was deleted is not found. Records
 * that agree with the given members come first, then the oldest.
 */
function findSql(type: RecordType): string {
  const { foundBy = [], closestBy = [] } = type.inline ?? {};
  const given = (member: string) => `$${[...foundBy, ...closestBy].indexOf(member) + 3}::jsonb`;
  const ways = foundBy.map((member) => {
    if (member !== "names")
      return `SELECT id, FALSE FROM ${type.collection} WHERE ${member} = ${given(member)} #>> '{}'`;
    return `SELECT ${type.type}_id, FALSE FROM ${type.collection}_names WHERE name IN (SELECT x->>'name' FROM jsonb_array_elements(${given(member)}) x)`;
  });
  const agreements = closestBy.map(
    (member) => `(${given(member)} <> 'null' AND r.document::jsonb->'${member}' = ${given(member)}) DESC, `,
  );
  return `WITH found (id, exact) AS (
      SELECT $1::text, TRUE
      UNION ALL SELECT id, TRUE FROM same_as WHERE type = '${type.type}' AND (dataset, external_id) IN
        (SELECT x->>'dataset', x->>'id' FROM jsonb_array_elements($2::jsonb) x WHERE x->>'relation' = 'SAME')
      UNION ALL ${ways.join(" UNION ALL ")})
    SELECT r.id, bool_or(found.exact) AS exact FROM found JOIN ${type.collection} r ON r.id = found.id
    GROUP BY r.id ORDER BY exact DESC, ${agreements.join("")} r.created_at, r.id LIMIT 20`;
}
