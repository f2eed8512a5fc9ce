import fc from "fast-check";
import type { RecordTypeName } from "../../src/record/field.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { world } from "./builders.ts";

/**
 * A random history of sayings, dated and undated, in a world of a few sources, truces and reports that refer to one
 * another; and, apart from the service's own rule, what of it was known by an instant.
 */
export interface Saying {
  readonly type: RecordTypeName;
  /** When it is recorded, in seconds of the first minute of 2026. */
  readonly second: number;
  /** The whole record, its moments' bounds derived. */
  readonly members: JsonObject;
}

/** Always there, and published long ago: what a dated claim is printed in. */
const ANNALS = "the-annals";

const ids = {
  source: ["source-a", "source-b", "source-c", "source-d", "source-e"],
  restrictedSource: ["kept-source-a", "kept-source-b"],
  ceasefire: ["truce-a", "truce-b", "truce-c"],
  violation: ["report-a", "report-b", "report-c", "report-d", "report-e"],
  restrictedViolation: ["kept-report-a", "kept-report-b"],
} as const;

/** Instants that the histories are asked about: before anything is recorded, in the midst of it, and after all. */
export const instants = [
  "2021-01-05T00:00:00Z",
  "2021-01-10T12:00:00Z",
  "2026-01-01T00:00:05Z",
  "2026-06-01T00:00:00Z",
] as const;

const utc = (local: string) => ({ local, time_zone: "+00:00" });
const moment = fc
  .constantFrom("2021-01-02", "2021-01-04T08", "2021-01-08", "2021-01-10", "2026-03-01", "2027-02")
  .map(utc);
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
const some = <T>(arbitrary: fc.Arbitrary<T>, most = 3) => fc.array(arbitrary, { maxLength: most });
const word = fc.constantFrom(
  "Artillery",
  "Ἀρτιλλερία",
  "обстрел",
  "Geçən gün",
  "ՀՐԵՏԱՆԻ",
  "dawn's",
  "part-art",
);
const actor = fc.constantFrom(world.side, world.other, world.ministry, world.monitor);
const second = fc.integer({ min: 1, max: 9 });

/** What a record may refer to: a public one to public ones alone. */
interface Reach {
  readonly sources: readonly string[];
  readonly violations: readonly string[];
}

const open: Reach = { sources: [...ids.source, world.source], violations: ids.violation };
const all: Reach = {
  sources: [...open.sources, ...ids.restrictedSource],
  violations: [...ids.violation, ...ids.restrictedViolation],
};

const citations = ({ sources }: Reach, most = 2) =>
  some(fc.record({ source: fc.constantFrom(...sources), quotation: perhaps(word) }), most);

function source(id: string, visibility: string, reach: Reach) {
  return fc.record({
    id: fc.constant(id),
    kind: fc.constant("NEWS"),
    visibility: fc.constant(visibility),
    title: perhaps(word),
    published: perhaps(moment),
    origin: perhaps(fc.constantFrom(...reach.sources.filter((other) => other !== id))),
    citations: citations(reach, 1),
  });
}

function ceasefire(id: string) {
  const reading = fc.record({
    kind: fc.constant("REPORTED"),
    words: perhaps(word),
    citations: citations(open),
    moment: perhaps(fc.constantFrom("2020-12-01", "2020-12-30T10:00").map(utc)),
  });
  return fc.record({
    id: fc.constant(id),
    name: word,
    conflict: fc.constant(world.conflict),
    declaration_type: fc.constant("BILATERAL"),
    form: fc.constant("SIGNED"),
    announced: perhaps(moment),
    expires: perhaps(fc.constant(utc("2021-02-01"))),
    parties: some(fc.record({ actor, role: fc.constant("DECLARANT"), withdrew: perhaps(moment) })),
    brokers: some(
      fc.record({
        actor,
        role: fc.constant("MEDIATOR"),
        people: some(
          word.map((name) => ({ name })),
          1,
        ),
        citations: citations(open),
      }),
    ),
    effective_readings: some(reading).chain((readings) =>
      fc
        .nat({ max: 3 })
        .map((adopted) => readings.map((one, place) => ({ ...one, adopted: place === adopted }))),
    ),
    ended: perhaps(
      fc.record({
        how: fc.constantFrom("COLLAPSED", "UNKNOWN"),
        moment: perhaps(moment),
        citations: citations(open),
      }),
    ),
    provisions: some(fc.record({ kind: fc.constant("OTHER"), text: word, due: perhaps(moment) }), 1),
    relations: some(
      fc.record({
        kind: fc.constantFrom("REAFFIRMS", "EXTENDS"),
        ceasefire: fc.constantFrom(...ids.ceasefire.filter((other) => other !== id)),
      }),
      2,
    ),
    citations: citations(open),
  });
}

/** A claim is always printed somewhere: a dated one in the annals, which date nothing then, another where nobody dates it. */
function claim(reach: Reach) {
  return fc
    .record({
      capacity: fc.constant("PARTY"),
      claimant: perhaps(actor),
      stated: perhaps(moment),
      accused: some(actor, 2),
      words: perhaps(word),
      citations: citations(reach),
    })
    .map((one) => ({
      ...one,
      accused: [...new Set([world.other, ...one.accused])],
      citations: [...one.citations, { source: one.stated === null ? world.source : ANNALS }],
    }));
}

function violation(id: string, visibility: string, reach: Reach) {
  const others = fc.constantFrom(...reach.violations.filter((other) => other !== id));
  const figure = perhaps(fc.nat({ max: 40 }).map((best) => ({ best })));
  return fc.record({
    id: fc.constant(id),
    visibility: fc.constant(visibility),
    ceasefire: perhaps(fc.constantFrom(...ids.ceasefire)),
    types: fc.constant(["ARMED_CLASH"]),
    scope: fc.constantFrom("INCIDENT", "INCIDENT", "AGGREGATE"),
    description: perhaps(word),
    occurred: perhaps(moment.map((start) => ({ start }))),
    weapons: some(fc.record({ kind: fc.constant("MORTAR"), words: perhaps(word) }), 1),
    involved: some(actor, 1),
    claims: fc.array(claim(reach), { minLength: 1, maxLength: 3 }),
    locations: some(
      fc.record({
        place: perhaps(fc.constant(world.town)),
        geo_precision: fc.constant("NEAR_SETTLEMENT"),
        words: perhaps(word),
      }),
      1,
    ),
    casualty_claims: some(
      fc.record({
        claimant: perhaps(actor),
        stated: perhaps(moment),
        killed: figure,
        injured: figure,
        of: perhaps(actor),
        citations: citations(reach),
      }),
      4,
    ),
    counts: some(
      fc.record({
        of: fc.constant("SHOT"),
        min: fc.constant(2),
        counted_by: perhaps(actor),
        citations: citations(reach),
      }),
      2,
    ),
    responses: some(
      fc.record({
        actor: fc.constant(world.other),
        kind: fc.constantFrom("DENIAL", "ADMISSION", "COUNTER_CLAIM", "GENERAL_DENIAL"),
        stated: perhaps(moment),
        words: perhaps(word),
        violations: fc.uniqueArray(others, { maxLength: 2 }),
        citations: citations(reach),
      }),
    ),
    assessments: some(
      fc.record({
        assessor: fc.constantFrom(world.monitor, world.ministry, world.side),
        of: fc.constantFrom("OCCURRENCE", "OCCURRENCE", "WEAPON"),
        verdict: fc.constantFrom("CORROBORATED", "VERIFIED", "REFUTED", "INCONCLUSIVE"),
        on: perhaps(moment),
        note: perhaps(word),
        citations: citations(reach),
      }),
    ),
    links: some(fc.record({ kind: fc.constantFrom("MIRRORS", "DUPLICATE_OF"), violation: others }), 2),
    citations: citations(reach),
  });
}

function sayings(type: RecordTypeName, bodies: readonly fc.Arbitrary<object>[]): fc.Arbitrary<Saying[]> {
  return fc.tuple(
    ...bodies.map((body) => fc.tuple(body, second).map(([made, at]) => saying(type, made, at))),
  );
}

function saying(type: RecordTypeName, body: object, at: number): Saying {
  return { type, second: at, members: { ...draftOf(type, body).members, id: draftOf(type, body).id } };
}

/** Reads a body as the service does; throws with its faults. */
export function draftOf(type: RecordTypeName, body: object) {
  const read = recordTypes.find((one) => one.type === type)?.read(JSON.parse(JSON.stringify(body)));
  if (read === undefined || "faults" in read) throw new Error(`${type}: ${JSON.stringify(read?.faults)}`);
  return read.draft;
}

/** All records of a history beyond the world's own. */
export const histories: fc.Arbitrary<Saying[]> = fc
  .tuple(
    sayings("source", [
      fc.constant({ id: ANNALS, kind: "NEWS", visibility: "PUBLIC", published: utc("1990") }),
      ...ids.source.map((id) => source(id, "PUBLIC", open)),
      ...ids.restrictedSource.map((id) => source(id, "RESTRICTED", all)),
    ]),
    sayings("conflict", [
      fc.record({
        id: fc.constant("a-conflict"),
        name: word,
        started: fc.constant(utc("2021-01-01")),
        ended: perhaps(moment),
        citations: citations(open),
      }),
    ]),
    sayings("actor", [
      fc.record({
        id: fc.constant("an-actor"),
        name: word,
        kind: fc.constant("NGO"),
        citations: citations(open),
      }),
    ]),
    sayings("ceasefire", ids.ceasefire.map(ceasefire)),
    sayings("violation", [
      ...ids.violation.map((id) => violation(id, "PUBLIC", open)),
      ...ids.restrictedViolation.map((id) => violation(id, "RESTRICTED", all)),
    ]),
  )
  .map((lists) => lists.flat());
