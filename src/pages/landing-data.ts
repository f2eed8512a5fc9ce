import { z } from "zod";
import { listParameters } from "../record/list-query.ts";
import { readPage, type Selection } from "../record/read.ts";
import type { RecordType } from "../record/record-type.ts";
import type { Queryable } from "../record/sql.ts";
import { currentViewpoint } from "../record/sql.ts";

/** Ceasefires shown; those beyond are left to the list. */
const SHOWN_CEASEFIRES = 12;
/** Reports read for each, in order of their earliest bound, of which the first few are shown. */
const READ_REPORTS = 60;
const SHOWN_REPORTS = 3;

const moment = z.object({
  local: z.string(),
  until: z.string().nullable(),
  time_zone: z.string().nullable(),
  approximate: z.boolean(),
  earliest: z.string(),
  latest: z.string(),
});
const actor = z.object({ id: z.string(), name: z.string() });
const person = z.object({ name: z.string() });
const elapsed = z.object({ min: z.number(), max: z.number() }).nullable();

const ceasefireShape = z.object({
  id: z.string(),
  name: z.string(),
  parties: z.array(z.object({ actor: z.string(), role: z.string() })),
  brokers: z.array(
    z.object({ actor: z.string(), role: z.string(), people: z.array(person), disputed: z.boolean() }),
  ),
  effective_readings: z.array(
    z.object({
      words: z.string().nullable(),
      moment: moment.nullable(),
      kind: z.string(),
      adopted: z.boolean(),
      why: z.string().nullable(),
    }),
  ),
  expanded: z.object({
    actors: z.array(actor),
    summary: z.object({
      status: z.string().nullable(),
      violations: z.object({ total: z.number() }),
    }),
  }),
});

const reportShape = z.object({
  id: z.string(),
  status: z.string(),
  scope: z.string(),
  types: z.array(z.string()),
  claims: z.array(z.object({ claimant: z.string().nullable(), accused: z.array(z.string()) })),
  responses: z.array(z.object({ actor: z.string(), kind: z.string() })),
  links: z.array(z.object({ kind: z.string() })),
  expanded: z.object({
    actors: z.array(actor),
    window: z.array(z.object({ adopted: z.boolean(), position: z.string(), elapsed_s: elapsed })),
  }),
});

type CeasefireDocument = z.output<typeof ceasefireShape>;
type ReportDocument = z.output<typeof reportShape>;

/** One report made after a ceasefire took effect. */
export interface FirstReport extends Omit<ReportDocument, "expanded" | "links" | "scope"> {
  readonly elapsed_s: { readonly min: number; readonly max: number };
  readonly names: ReadonlyMap<string, string>;
}

/** One ceasefire with how it began to be reported broken, by the adopted reading of its effect. */
export interface Attempt extends Omit<CeasefireDocument, "expanded"> {
  readonly status: string | null;
  readonly reports: number;
  readonly names: ReadonlyMap<string, string>;
  /**
   * The first reports surely after the effect, in order of the moment by which each had surely happened: one known to
   * the minute stands before one of which only the day is known.
   */
  readonly first: readonly FirstReport[];
  /** How many others may have come before the first of these, because their times are known less well. */
  readonly perhapsEarlier: number;
}

export interface Overview {
  readonly attempts: readonly Attempt[];
  /** Ceasefires on record in all. */
  readonly total: number;
}

export interface OverviewSource {
  readonly database: Queryable;
  readonly ceasefire: RecordType;
  readonly violation: RecordType;
}

/** Reads the public ceasefires in the order in which they took effect, each with the reports that followed. */
export async function readOverview(source: OverviewSource): Promise<Overview> {
  const { database, ceasefire } = source;
  const selection = select(ceasefire, { expand: "summary,actors" });
  const page = await readPage(database, selection, SHOWN_CEASEFIRES, null, true);
  const documents = z.array(ceasefireShape).parse(JSON.parse(`[${page.data}]`));
  const attempts = await Promise.all(documents.map((document) => readAttempt(source, document)));
  return { attempts, total: page.total ?? attempts.length };
}

async function readAttempt(
  { database, violation }: OverviewSource,
  document: CeasefireDocument,
): Promise<Attempt> {
  const { expanded, ...own } = document;
  const effect = document.effective_readings.find((reading) => reading.adopted)?.moment;
  const found = effect == null ? [] : await readReports(database, violation, document.id, effect.earliest);
  return {
    ...own,
    status: expanded.summary.status,
    reports: expanded.summary.violations.total,
    names: namesOf(expanded.actors),
    ...firstReports(found),
  };
}

async function readReports(
  database: Queryable,
  violation: RecordType,
  ceasefire: string,
  from: string,
): Promise<ReportDocument[]> {
  const selection = select(violation, {
    ceasefire,
    scope: "INCIDENT",
    occurred_from: from,
    fields: "id,status,scope,types,claims,responses,links",
    expand: "window,actors",
  });
  const page = await readPage(database, selection, READ_REPORTS, null, false);
  return z.array(reportShape).parse(JSON.parse(`[${page.data}]`));
}

/** The selection that a list's own query parameters come to, for the public. */
function select(type: RecordType, query: { readonly [parameter: string]: string }): Selection {
  const parameters = listParameters(type, []);
  const read = parameters.read(parameters.schema.parse(query));
  return {
    type,
    viewpoint: currentViewpoint(false),
    conditions: read.conditions,
    given: new Set(Object.keys(query)),
    sort: read.sort,
    fields: read.fields,
    expand: read.expand,
  };
}

function firstReports(found: readonly ReportDocument[]): Pick<Attempt, "first" | "perhapsEarlier"> {
  const placed = found
    .filter((report) => !report.links.some((link) => link.kind === "DUPLICATE_OF"))
    .map(({ expanded, links: _links, scope: _scope, ...report }) => {
      const against = expanded.window.find((reading) => reading.adopted);
      const names = namesOf(expanded.actors);
      return { report: { ...report, names }, position: against?.position, elapsed_s: against?.elapsed_s };
    });
  const first = placed
    .flatMap(({ report, position, elapsed_s }) =>
      position === "AFTER" && elapsed_s != null ? [{ ...report, elapsed_s }] : [],
    )
    .toSorted((a, b) => a.elapsed_s.max - b.elapsed_s.max || a.elapsed_s.min - b.elapsed_s.min)
    .slice(0, SHOWN_REPORTS);
  const [earliest] = first;
  const perhapsEarlier = placed.filter(({ report, position, elapsed_s }) => {
    const open = position === "UNDECIDED" || position === "AFTER";
    return (
      open &&
      report.id !== earliest?.id &&
      elapsed_s != null &&
      (earliest === undefined || elapsed_s.min < earliest.elapsed_s.max)
    );
  }).length;
  return { first, perhapsEarlier };
}

function namesOf(actors: readonly z.output<typeof actor>[]): ReadonlyMap<string, string> {
  return new Map(actors.map(({ id, name }) => [id, name]));
}
