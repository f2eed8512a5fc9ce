import { excerpt, quoted } from "../http/excerpt.ts";
import { type ProblemError, problem } from "../http/problem.ts";
import type { RecordType } from "./record-type.ts";
import { lastRevision } from "./revisions.ts";
import { params, type Queryable, type Viewpoint } from "./sql.ts";
import type { Standpoint } from "./standpoint.ts";

/**
 * The problem for a record that is not found, at present or at the requested instant: it never existed, it was deleted, or
 * nothing had been stated about it yet. A record that the caller may not see never existed. `Data-As-Of` is the requested
 * instant, or for a deleted record the time of the lookup by the database's clock.
 */
export async function absent(
  database: Queryable,
  type: RecordType,
  id: string,
  { withKey, as_of, known }: Pick<Standpoint, "withKey" | "as_of" | "known">,
): Promise<ProblemError> {
  const asked: { readonly [header: string]: string } = as_of === undefined ? {} : { "Data-As-Of": as_of };
  if (known !== undefined && (await stands(database, known.of, type, id))) {
    const detail = `Nothing had been said of the ${type.type} ${quoted(id)} by ${known.at}. Ask with a later known_at; what nobody dates is known from its version's updated_at on.`;
    return problem("not-found", detail, { headers: asked });
  }
  const now = await lastRevision(database, type, id);
  const hidden = (visibility: string | null) => !withKey && visibility === "RESTRICTED";
  if (now === undefined || hidden(now.visibility))
    return problem("not-found", `There is no ${type.type} ${quoted(id)}.`, { headers: asked });
  const last = as_of === undefined ? now : await lastRevision(database, type, id, as_of);
  if (last === undefined || hidden(last.visibility))
    return problem("not-found", `There was no ${type.type} ${quoted(id)} yet at ${as_of}.`, {
      headers: asked,
    });
  const history = `Its history stays at /v1/${type.collection}/${id}/revisions.`;
  const headers = { ETag: `"${last.version}"`, "Data-As-Of": as_of ?? last.looked_at };
  if (!last.deleted) {
    const detail = `What the ${type.type} ${quoted(id)} said at ${as_of} was redacted since. ${history}`;
    return problem("gone", detail, { headers });
  }
  const why = last.reason === null ? "no reason was given" : `the reason given: ${excerpt(last.reason)}`;
  const detail = `The ${type.type} ${quoted(id)} was deleted at ${last.at}; ${why}. ${history}`;
  return problem("gone", detail, { headers });
}

/** Throws not-found or gone where a record does not stand, for calls on what lies below it. */
export async function checkStanding(
  database: Queryable,
  type: RecordType,
  id: string,
  from: Standpoint,
): Promise<void> {
  if (!(await stands(database, from.viewpoint, type, id))) throw await absent(database, type, id, from);
}

async function stands(
  database: Queryable,
  viewpoint: Viewpoint,
  type: RecordType,
  id: string,
): Promise<boolean> {
  const collected = params();
  const view = viewpoint(collected);
  const text = `SELECT 1 FROM ${view.relation(type.type)} t WHERE t.id = ${collected.add(id)}`;
  const { rows } = await database.query(text, [...collected.values]);
  return rows.length > 0;
}
