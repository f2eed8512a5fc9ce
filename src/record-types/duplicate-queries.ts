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

/** Reports that begin within what is asked for: a short range of one index, read backwards. */
function begunSql(which: string): string {
  return `(SELECT v.id, v.scope, v.types, v.occurred_earliest, v.occurred_latest, v.document FROM violations v
    WHERE ${which} AND v.occurred_earliest BETWEEN q.first AND q.last
    ORDER BY v.occurred_earliest DESC, v.id DESC LIMIT ${MOST_READ})`;
}

/** Of those, the ones that end late enough, but for those known; of the same type first, by how far from the new report they begin. */
function nearSql(...read: readonly string[]): string {
  return `SELECT document FROM (${read.join("\n  UNION ALL ")}) AS v
    WHERE v.scope = q.scope AND v.id <> ALL(q.known) AND v.occurred_latest >= q.end
    ORDER BY NOT v.types && q.types, abs(extract(epoch FROM v.occurred_earliest - q.begin)), v.id LIMIT ${MOST_WEIGHED}`;
}

/** What is read for each of several questions q, by what the new report tells. */
const searches = {
  /** Of one under a ceasefire: the reports under the same, or under none. */
  near_under_ceasefire: nearSql(begunSql("v.ceasefire = q.ceasefire"), begunSql("v.ceasefire IS NULL")),
  /** Of one under none: all reports. */
  near_at_all: nearSql(begunSql("TRUE")),
  /** Of one that tells no time: reports of one of its types that cite one of its sources. */
  near_by_source: `WITH citing AS MATERIALIZED (
      SELECT violation_id FROM violations_claims_citations WHERE source = ANY(q.sources) LIMIT ${MOST_READ})
    SELECT v.document FROM (SELECT DISTINCT violation_id FROM citing) AS c JOIN violations v ON v.id = c.violation_id
    WHERE v.scope = q.scope AND v.id <> ALL(q.known) AND v.types && q.types
    ORDER BY v.id DESC LIMIT ${MOST_WEIGHED}`,
} as const;

const questionColumns = `place int, scope scope, known text[] COLLATE "C", types violation_type[], sources text[] COLLATE "C", ceasefire text COLLATE "C",
    first timestamptz, last timestamptz, "end" timestamptz, begin timestamptz`;

/** What is asked for one new report, and how. */
interface Question {
  readonly search: keyof typeof searches;
  readonly columns: JsonObject;
}

function questionOf(document: JsonObject, own: Report): Question {
  const { ceasefire = null, scope = null } = document;
  const known = [own.id, ...textsAt(document, ["links", "*", "violation"])];
  const common = { scope, known, types: own.types };
  if (own.occurred === null)
    return { search: "near_by_source", columns: { ...common, sources: own.sources } };
  const { earliest, latest } = own.occurred;
  const [last = latest] = [later(latest, REACH_S.act), later(earliest, REACH_S.start)].sort();
  return {
    search: ceasefire === null ? "near_at_all" : "near_under_ceasefire",
    columns: {
      ...common,
      ceasefire,
      first: later(earliest, -REACH_S.start),
      last,
      end: later(earliest, -REACH_S.act),
      begin: earliest,
    },
  };
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/**
 * Reads what stands near new reports in time, and names of each what may tell of the same act. One statement for each kind
 * of report; where they name actors or places that were not looked up lately, one more. RESTRICTED reports are among them:
 * who writes has a key.
 */
async function find(
  database: Queryable,
  documents: readonly JsonObject[],
): Promise<readonly (readonly PossibleDuplicate[])[]> {
  const asked = documents.map((document) => {
    const own = reportOf(document);
    return { own, question: questionOf(document, own) };
  });
  const near = await readNear(
    database,
    asked.map(({ question }) => question),
  );
  const around = await surroundings(database, [...asked.map(({ own }) => own), ...near.flat()]);
  return asked.map(({ own }, place) => possibleDuplicates(own, near[place] ?? [], around));
}

/** The reports near each. */
async function readNear(database: Queryable, questions: readonly Question[]): Promise<Report[][]> {
  const near: Report[][] = questions.map(() => []);
  const read = Object.entries(searches).map(async ([search, sql]) => {
    const asked = questions.flatMap((question, place) =>
      question.search === search ? [{ place, ...question.columns }] : [],
    );
    if (asked.length === 0) return;
    const text = `SELECT q.place, near.document FROM json_to_recordset($1::json) AS q(${questionColumns}) CROSS JOIN LATERAL (${sql}) AS near`;
    const statement = { name: search, text, values: [JSON.stringify(asked)] };
    const { rows } = await database.query<{ place: number; document: string }>(statement);
    for (const { place, document } of rows) near[place]?.push(reportOf(parsedDocument(document)));
  });
  await Promise.all(read);
  return near;
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
