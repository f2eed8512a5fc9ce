import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import { problem } from "../http/problem.ts";
import type { RecordsDeps } from "./deps.ts";
import type { RecordTypeName } from "./field.ts";
import type { Condition, References } from "./filter.ts";
import { compare } from "./interval.ts";
import type { RecordType } from "./record-type.ts";
import { collectionOf, params } from "./sql.ts";
import type { Standpoint } from "./standpoint.ts";

/** A condition with the parameter that it was made from. */
export interface ListCondition extends Condition {
  readonly parameter: string;
}

/** Throws bad-request for conditions that contradict or need one another, so that no filter is silently ignored. */
export function checkTogether(conditions: readonly ListCondition[], given: readonly string[]): void {
  const errors = [
    ...conditions.flatMap(({ parameter, needs }): Fault[] =>
      needs === undefined || given.includes(needs)
        ? []
        : [{ parameter: needs, code: "required", message: `\`${parameter}\` requires \`${needs}\`.` }],
    ),
    ...conditions.flatMap((to) => {
      const from = conditions.find(({ span }) => span?.side === "from" && span.columns === to.span?.columns);
      return from === undefined ? [] : reversed(from, to);
    }),
  ];
  if (errors.length > 0) throw refused(errors);
}

/** The faults of a span whose end lies before its beginning. Bounds that are the same instant hold that instant. */
function reversed(from: ListCondition, to: ListCondition): Fault[] {
  if (from.span === undefined || to.span?.side !== "to") return [];
  const [begin, end] = [from.span.bounds, to.span.bounds];
  if (compare(end, begin) !== "BEFORE" || end.earliest === begin.earliest) return [];
  const message = `The span is reversed: \`${from.parameter}\` begins at ${begin.earliest}, and \`${to.parameter}\` ends at ${end.latest}. Exchange the two.`;
  return [from, to].map(({ parameter }) => ({ parameter, code: "reversed_span", message }));
}

/** Throws bad-request for values that nothing can match: ids of no record, and country codes that do not exist. */
export async function checkValues(
  deps: Pick<RecordsDeps, "pool" | "knownIds">,
  type: RecordType,
  conditions: readonly ListCondition[],
  from: Standpoint,
): Promise<void> {
  const references = conditions.flatMap(({ parameter, refers }) =>
    refers === undefined ? [] : [{ parameter, ...refers }],
  );
  await checkReferences(deps, references, from);
  for (const { parameter, unassigned } of conditions) {
    if (unassigned !== undefined) await checkUnassigned(deps, type, parameter, unassigned, from);
  }
}

const MAX_FAULTS = 100;
/** Of so many unknown ids the nearest are looked up. */
const MAX_EXPLAINED = 5;

/** Throws bad-request where parameters refer to records that do not exist for the caller. */
export async function checkReferences(
  { knownIds }: Pick<RecordsDeps, "knownIds">,
  references: readonly (References & { readonly parameter: string })[],
  from: Standpoint,
): Promise<void> {
  const unknown: { readonly parameter: string; readonly target: RecordTypeName; readonly id: string }[] = [];
  for (const { parameter, target, ids } of references) {
    for (const id of await knownIds.unknown(target, ids, from)) unknown.push({ parameter, target, id });
  }
  if (unknown.length === 0) return;
  const errors: Fault[] = [];
  for (const [place, { parameter, target, id }] of unknown.slice(0, MAX_FAULTS).entries()) {
    const near = place < MAX_EXPLAINED ? await knownIds.nearest(target, id, from) : [];
    const nearest = near.length === 0 ? "" : ` Nearest ids: ${near.map((one) => `\`${one}\``).join(", ")}.`;
    const message = `There is no ${target} ${quoted(id)}.${nearest} GET /v1/${collectionOf(target)}?q=… finds a record by its name.`;
    errors.push({ parameter, code: "unknown_reference", message });
  }
  throw refused(errors, unknown.length - errors.length, from);
}

/** A code that ISO 3166-1 does not assign is known where a record holds it, because records may hold such codes. */
async function checkUnassigned(
  { pool }: Pick<RecordsDeps, "pool">,
  type: RecordType,
  parameter: string,
  { codes, messageOf }: NonNullable<Condition["unassigned"]>,
  from: Standpoint,
): Promise<void> {
  const collected = params();
  const records = from.viewpoint(collected).relation(type.type);
  const { rows } = await pool.query<{ code: string }>(
    `SELECT DISTINCT t.country_code AS code FROM ${records} t WHERE t.country_code = ANY(${collected.add(codes)}::text[])`,
    [...collected.values],
  );
  const held = new Set(rows.map(({ code }) => code));
  const errors = codes
    .filter((code) => !held.has(code))
    .map((code) => ({ parameter, code: "unknown_country", message: messageOf(code) }));
  if (errors.length > 0) throw refused(errors.slice(0, MAX_FAULTS), errors.length - MAX_FAULTS, from);
}

function refused(
  errors: readonly Fault[],
  more = 0,
  { as_of }: Pick<Standpoint, "as_of"> = { as_of: undefined },
) {
  const [only] = errors;
  const rest = more > 0 ? ` ${more} more are not listed.` : "";
  const detail =
    errors.length === 1 && only !== undefined
      ? `${only.parameter}: ${only.message}`
      : `${errors.length} faults were found; \`errors\` names each with its place.${rest}`;
  return problem("bad-request", detail, {
    errors,
    headers: as_of === undefined ? {} : { "Data-As-Of": as_of },
  });
}
