import { z } from "zod";
import { parsedDocument, textsAt } from "../record/document.ts";
import type { Duplicates } from "../record/duplicates.ts";
import type { Bounds } from "../record/interval.ts";
import { isList, isObject, type Json, type JsonObject, textOf, valueAt } from "../record/json.ts";
import type { Queryable } from "../record/sql.ts";
import { likeness } from "./codes/likeness.ts";
import { type PossibleDuplicate, possibleDuplicates, REACH_S, type Report, type Spot } from "./likeness.ts";
import { surroundings } from "./surroundings-queries.ts";

/** How many reports that begin within reach are looked at; on the busiest days there are more. */
const MOST_READ = 500;
/** How many of those are weighed: those of the same type first, the nearest in time. */
const MOST_WEIGHED = 20;
/** How many locations of each are compared. */
const MOST_LOCATIONS = 20;

/** Reports that begin from $3 to $4: a short range of one index, read backwards. */
function begunSql(which: string): string {
  return `(SELECT v.id, v.scope, v.types, v.occurred_earliest, v.occurred_latest, v.document FROM violations v
    WHERE ${which} AND v.occurred_earliest BETWEEN $3::timestamptz AND $4::timestamptz
    ORDER BY v.occurred_earliest DESC, v.id DESC LIMIT ${MOST_READ})`;
}

/** Of those, the ones of scope $1 that end at $5 at the earliest, but for those of $2; of a type of $7 first, by how far from $6 they begin. */
function nearSql(...read: readonly string[]): string {
  return `SELECT document FROM (${read.join("\n  UNION ALL ")}) AS v
    WHERE v.scope = $1::scope AND v.id <> ALL($2::text[]) AND v.occurred_latest >= $5::timestamptz
    ORDER BY NOT v.types && $7::violation_type[], abs(extract(epoch FROM v.occurred_earliest - $6::timestamptz)), v.id LIMIT ${MOST_WEIGHED}`;
}

/** Of one under a ceasefire: the reports under the same, or under none. $8 the ceasefire. */
const nearUnderCeasefire = nearSql(begunSql("v.ceasefire = $8"), begunSql("v.ceasefire IS NULL"));
/** Of one under none: all reports. */
const nearAtAll = nearSql(begunSql("TRUE"));
/** Of one that tells no time: reports of one of its types $4 that cite one of its sources $3. */
const citingSql = `WITH citing AS MATERIALIZED (
      SELECT violation_id FROM violations_claims_citations WHERE source = ANY($3::text[]) LIMIT ${MOST_READ})
    SELECT v.document FROM (SELECT DISTINCT violation_id FROM citing) AS c JOIN violations v ON v.id = c.violation_id
    WHERE v.scope = $1::scope AND v.id <> ALL($2::text[]) AND v.types && $4::violation_type[]
    ORDER BY v.id DESC LIMIT ${MOST_WEIGHED}`;

/** The statement that reads what may be near a report. */
function statementFor(document: JsonObject, own: Report) {
  const besides = [own.id, ...textsAt(document, ["links", "*", "violation"])];
  const common = [textOf(document.scope), besides];
  if (own.occurred === null)
    return { name: "near_by_source", text: citingSql, values: [...common, own.sources, own.types] };
  const { earliest, latest } = own.occurred;
  const last = [later(latest, REACH_S.act), later(earliest, REACH_S.start)].sort()[0];
  const span = [later(earliest, -REACH_S.start), last, later(earliest, -REACH_S.act), earliest, own.types];
  return document.ceasefire === null
    ? { name: "near_at_all", text: nearAtAll, values: [...common, ...span] }
    : {
        name: "near_under_ceasefire",
        text: nearUnderCeasefire,
        values: [...common, ...span, textOf(document.ceasefire)],
      };
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/**
 * Reads what stands near a new report in time, and names what may tell of the same act. One statement; where the report
 * names actors or places that were not looked up lately, one more. RESTRICTED reports are among them: who writes has a key.
 */
async function find(database: Queryable, document: JsonObject): Promise<readonly PossibleDuplicate[]> {
  const own = reportOf(document);
  const { rows } = await database.query<{ document: string }>(statementFor(document, own));
  if (rows.length === 0) return [];
  const others = rows.map((row) => reportOf(parsedDocument(row.document)));
  const around = await surroundings(database, [own, ...others]);
  return possibleDuplicates(own, others, around);
}

function reportOf(document: JsonObject): Report {
  const of = (...path: readonly string[]) => [...new Set(textsAt(document, path))];
  const names = isList(document.external_ids) ? document.external_ids.filter(isObject) : [];
  const locations = isList(document.locations) ? document.locations.slice(0, MOST_LOCATIONS) : [];
  return {
    id: textOf(document.id),
    occurred: boundsIn(document.occurred),
    start: boundsIn(valueAt(document.occurred, ["start"])),
    types: of("types", "*"),
    claimants: of("claims", "*", "claimant"),
    accused: of("claims", "*", "accused", "*"),
    sources: of("claims", "*", "citations", "*", "source"),
    external_ids: names.map(({ dataset, id }) => `${textOf(dataset)}:${textOf(id)}`),
    locations: locations.filter(isObject).map(spotOf),
  };
}

function boundsIn(value: Json | undefined): Bounds | null {
  return isObject(value) ? { earliest: textOf(value.earliest), latest: textOf(value.latest) } : null;
}

function spotOf({ place, latitude, longitude }: JsonObject): Spot {
  return {
    place: typeof place === "string" ? place : null,
    latitude: typeof latitude === "number" ? latitude : null,
    longitude: typeof longitude === "number" ? longitude : null,
  };
}

/** Reports that may tell of the same act as a new one; the rule stands in likeness.ts. */
export const nearReports: Duplicates = {
  example: [
    {
      violation: "nagorno-karabakh-2020-v33",
      why: [
        { code: "NEAR_TIME", message: "Begins between 4 and 6 minutes before this one." },
        { code: "SAME_PLACE", message: "Is placed at safiyan, as this one is." },
      ],
    },
  ],
  answer: z
    .array(
      z.strictObject({
        violation: z.string().describe("The other report's id."),
        why: z
          .array(
            z.strictObject({
              code: z.enum(likeness.values).describe(likeness.description),
              message: z.string().describe("What agrees, in a sentence about the other report."),
            }),
          )
          .describe("In what it agrees with this one."),
      }),
    )
    .nullable()
    .describe(
      "At most ten reports that may tell of the same act, those that agree in the most first: near in time, and in place or parties. Empty: none does. Null: they could not be looked for in time.",
    ),
  find,
};
