/**
 * The records around the violations, and the violations themselves as request bodies. Everything is made up and says so;
 * numbers decide every choice, so that each run holds the same.
 */

export const counts = { ceasefires: 200, actors: 20, places: 50, sources: 100 } as const;

export const types = [
  "SHELLING_ARTILLERY_MISSILE",
  "AIR_OR_DRONE_STRIKE",
  "ARMED_CLASH",
  "SMALL_ARMS_FIRE",
  "GROUND_ATTACK",
  "INCURSION",
] as const;

/** The first day on which something is reported; the reports spread over `spread_days` from here. */
export const firstDay = "2018-01-01T00:00:00Z";
export const spread_days = 1_500;

export type Body = { readonly [member: string]: unknown };

/** Every record that violations refer to, as paths and request bodies, in an order in which each finds what it refers to. */
export function surroundings(): { readonly path: string; readonly body: Body }[] {
  const each = <T>(count: number, make: (at: number) => T) =>
    Array.from({ length: count }, (_, at) => make(at));
  return [
    { path: "/v1/conflicts", body: { id: "bench-conflict", name: "Conflict made up for measuring" } },
    ...each(counts.actors, (at) => ({
      path: "/v1/actors",
      body: { id: `bench-actor-${at}`, name: `Made-up actor ${at}`, kind: "OTHER" },
    })),
    ...each(counts.places, (at) => ({
      path: "/v1/places",
      body: {
        id: `bench-place-${at}`,
        names: [{ name: `Made-up place ${at}`, language: "en" }],
        latitude: 39 + at / 50,
        longitude: 46 + at / 50,
      },
    })),
    ...each(counts.sources, (at) => ({
      path: "/v1/sources",
      body: { id: `bench-source-${at}`, kind: "NEWS", visibility: "PUBLIC", title: `Made-up bulletin ${at}` },
    })),
    ...each(counts.ceasefires, (at) => ({ path: "/v1/ceasefires", body: ceasefireBody(at) })),
  ];
}

function ceasefireBody(at: number): Body {
  return {
    id: `bench-ceasefire-${at}`,
    name: `Made-up ceasefire ${at}`,
    conflict: "bench-conflict",
    declaration_type: "BILATERAL",
    purposes: ["HUMANITARIAN"],
    form: "JOINT_STATEMENT",
    parties: [
      { actor: `bench-actor-${at % counts.actors}`, role: "SIGNATORY" },
      { actor: `bench-actor-${(at + 1) % counts.actors}`, role: "SIGNATORY" },
    ],
  };
}

/** What tells one report from another. Instants are written without their `Z`. */
export interface Choice {
  readonly number: string;
  readonly ceasefire: string;
  readonly type: string;
  readonly claimant: string;
  readonly accused: string;
  readonly source: string;
  readonly place: string;
  /** When it happened, to the minute, at +04:00. */
  readonly start_local: string;
  readonly start_earliest: string;
  readonly start_latest: string;
  /** On which day it was said, at +04:00. */
  readonly said_local: string;
  readonly said_earliest: string;
  readonly said_latest: string;
}

/** The report of a number: choices spread evenly, the same each time. */
export function choiceOf(number: number): Choice {
  const turn = Math.floor(number / counts.ceasefires);
  const claimant = Math.floor(number / 7) % counts.actors;
  const start_ms = Date.parse(firstDay) + ((number * 7919) % (spread_days * 1440)) * minute_ms;
  return {
    number: String(number),
    ceasefire: `bench-ceasefire-${(number * 31) % counts.ceasefires}`,
    type: types[turn % types.length] ?? types[0],
    claimant: `bench-actor-${claimant}`,
    accused: `bench-actor-${(claimant + 1) % counts.actors}`,
    source: `bench-source-${Math.floor(number / 3) % counts.sources}`,
    place: `bench-place-${Math.floor(number / 11) % counts.places}`,
    ...timesOf(start_ms),
  };
}

const minute_ms = 60_000;
const day_ms = 1_440 * minute_ms;
const offset_ms = 240 * minute_ms;

/** Something that happened in the minute from `start_ms`, local time at +04:00, and was said the day after. */
function timesOf(start_ms: number) {
  const said_ms = Math.floor(start_ms / day_ms) * day_ms + day_ms;
  return {
    start_local: instant(start_ms).slice(0, 16),
    start_earliest: instant(start_ms - offset_ms),
    start_latest: instant(start_ms - offset_ms + minute_ms),
    said_local: instant(said_ms).slice(0, 10),
    said_earliest: instant(said_ms - offset_ms),
    said_latest: instant(said_ms - offset_ms + day_ms),
  };
}

function instant(time_ms: number): string {
  return new Date(time_ms).toISOString().slice(0, 19);
}

/** The report from which all others are made: each of its choices differs from every other text in it. */
export const sample: Choice = {
  ...choiceOf(0),
  number: "710000007",
  ceasefire: "bench-ceasefire-0",
  claimant: "bench-actor-0",
  accused: "bench-actor-1",
  source: "bench-source-0",
  place: "bench-place-0",
  ...timesOf(Date.parse("2001-02-03T04:05:00Z")),
};

/** One report as a client posts it: one claim with its citation, an accused, a place. */
export function violationBody(choice: Choice): Body {
  return {
    ceasefire: choice.ceasefire,
    types: [choice.type],
    visibility: "PUBLIC",
    description: `Report ${choice.number} of fire near a made-up village, by the daily bulletin of one side; several shells were said to have landed in open fields beside the road.`,
    targets: ["CIVILIANS"],
    occurred: { start: { local: choice.start_local, time_zone: "+04:00" } },
    claims: [
      {
        claimant: choice.claimant,
        capacity: "PARTY",
        stated: { local: choice.said_local, time_zone: "+04:00" },
        accused: [choice.accused],
        words: "The bulletin says that the other side opened fire.",
        citations: [{ source: choice.source }],
      },
    ],
    locations: [{ place: choice.place, geo_precision: "SETTLEMENT", words: "near the village" }],
  };
}
