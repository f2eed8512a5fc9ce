import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Bounds, compare, elapsed } from "../../src/record/interval.ts";
import {
  type Moment,
  type MomentInput,
  type MomentKind,
  parseInstantOrDate,
  position,
  resolveMoment,
  spanBounds,
  spanFaults,
} from "../../src/record/moment.ts";

const NOW = new Date("2026-11-23T14:00:00Z");
const RUNS = { numRuns: 500 };
const KINDS: readonly MomentKind[] = ["observed", "prescribed", "expiry"];
const ZONES = [
  null,
  "+04:00",
  "+14:00",
  "-12:00",
  "-03:30",
  "UTC",
  "Asia/Baku",
  "America/New_York",
  "America/St_Johns",
  "America/Sao_Paulo",
  "America/Havana",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "Africa/Monrovia",
];

/** Lengths of 2020, 2020-10, 2020-10-26, … 2020-10-26T08:00:30. */
const LENGTHS = [4, 7, 10, 13, 16, 19];
const DAY_LENGTH = 10;

/** Times near changes of clocks, where the zones above differ, and in any year; cut off at any part. */
const instants = fc.oneof(
  fc.date({
    min: new Date("2020-09-25T00:00:00Z"),
    max: new Date("2020-11-10T00:00:00Z"),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date("1900-01-02T00:00:00Z"),
    max: new Date("2026-12-30T00:00:00Z"),
    noInvalidDate: true,
  }),
);
const locals = fc
  .tuple(instants, fc.constantFrom(...LENGTHS))
  .map(([date, length]) => date.toISOString().slice(0, length));
const inputs = fc.record({
  local: locals,
  until: fc.option(locals, { freq: 1 }),
  time_zone: fc.constantFrom(...ZONES),
  approximate: fc.boolean(),
  words: fc.option(fc.string(), { freq: 1 }),
});

function tryMoment(input: MomentInput, kind: MomentKind): Moment | null {
  const resolved = resolveMoment(input, kind, NOW);
  return "moment" in resolved ? resolved.moment : null;
}

/** Of the given times as local and until, those that are a moment; `until` is put after `local` where it can be. */
function moments(kind: MomentKind): fc.Arbitrary<Moment> {
  return inputs
    .map((input) => {
      const { local, until } = input;
      return tryMoment(
        until !== null && until < local ? { ...input, local: until, until: local } : input,
        kind,
      );
    })
    .filter((moment) => moment !== null);
}

/** What a step of forgetting makes of a moment; null where the step does not apply to it. */
type Forgetting = (moment: Moment, kind: MomentKind) => MomentInput | null;

const FORGETTING: readonly Forgetting[] = [
  (moment) => ({ ...moment, time_zone: null }),
  (moment) => ({ ...moment, approximate: true }),
  (moment, kind) => {
    const { local } = moment;
    const shorter = LENGTHS[LENGTHS.indexOf(local.length) - 1];
    // A prescribed minute is exact, so seconds are not a refinement of it; an expiry's day means its end.
    const another = kind !== "observed" && shorter === 16;
    const anotherDay = kind === "expiry" && shorter === DAY_LENGTH;
    return shorter === undefined || another || anotherDay
      ? null
      : { ...moment, local: local.slice(0, shorter) };
  },
  ({ until, ...moment }, kind) => {
    if (until === null) return null;
    const shorter = until.length > DAY_LENGTH ? DAY_LENGTH : LENGTHS[LENGTHS.indexOf(until.length) - 1];
    const anotherDay = kind === "expiry" && until.length > DAY_LENGTH;
    return shorter === undefined || anotherDay ? null : { ...moment, until: until.slice(0, shorter) };
  },
  (moment) => {
    const until = moment.local.slice(0, DAY_LENGTH);
    return moment.until === null ? { ...moment, until } : null;
  },
];

/** A moment and the same one with one or two things about it forgotten. */
function sharpAndVague(kind: MomentKind): fc.Arbitrary<{ sharp: Moment; vague: Moment }> {
  const steps = fc.array(fc.constantFrom(...FORGETTING), { minLength: 1, maxLength: 2 });
  return fc
    .tuple(moments(kind), steps)
    .map(([sharp, forgettings]) => {
      let vague: Moment | null = sharp;
      for (const forget of forgettings) {
        const input: MomentInput | null = vague === null ? null : forget(vague, kind);
        vague = input === null ? null : tryMoment(input, kind);
      }
      return { sharp, vague };
    })
    .filter((pair): pair is { sharp: Moment; vague: Moment } => pair.vague !== null);
}

/** Bounds near each other at whole hours, so that they often touch and coincide. */
const nearbyBounds: fc.Arbitrary<Bounds> = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 }))
  .map(([from, length]) => ({
    earliest: `2020-10-26T0${from}:00:00Z`,
    latest: `2020-10-26T${String(from + length).padStart(2, "0")}:00:00Z`,
  }));

/** Bounds that often touch or overlap those of the given moment. */
function beside(moment: Bounds): fc.Arbitrary<Bounds> {
  const centre_s = fc.constantFrom(Date.parse(moment.earliest) / 1000, Date.parse(moment.latest) / 1000);
  const distance_s = fc.oneof(fc.constantFrom(0, 0, -1, 1), fc.integer({ min: -100_000, max: 100_000 }));
  const length_s = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 }));
  return fc.tuple(centre_s, distance_s, length_s).map(([centre, distance, length]) => ({
    earliest: `${new Date((centre + distance) * 1000).toISOString().slice(0, 19)}Z`,
    latest: `${new Date((centre + distance + length) * 1000).toISOString().slice(0, 19)}Z`,
  }));
}

describe.each(KINDS)("every %s moment", (kind) => {
  test("is earliest no later than latest, both of one width and to the second", () => {
    fc.assert(
      fc.property(moments(kind), ({ earliest, latest }) => {
        expect(earliest <= latest).toBe(true);
        for (const bound of [earliest, latest]) {
          expect(bound).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
          expect(parseInstantOrDate(bound)).toEqual({ bounds: { earliest: bound, latest: bound } });
        }
      }),
      RUNS,
    );
  });

  test("comes back as the text that it was, and resolves to itself", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const resolved = resolveMoment(input, kind, NOW);
        fc.pre("moment" in resolved);
        const { earliest, latest, ...text } = resolved.moment;
        expect(text).toEqual(input);
        expect(resolveMoment({ ...text }, kind, NOW)).toEqual({ moment: { ...input, earliest, latest } });
      }),
      RUNS,
    );
  });

  test("lies within what remains when something about it is forgotten", () => {
    fc.assert(
      fc.property(sharpAndVague(kind), ({ sharp, vague }) => {
        expect(vague.earliest <= sharp.earliest).toBe(true);
        expect(sharp.latest <= vague.latest).toBe(true);
      }),
      RUNS,
    );
  });

  test("forgotten in part decides nothing that the whole leaves open, and nothing otherwise", () => {
    const cases = sharpAndVague(kind).chain((pair) =>
      fc.record({ ...constants(pair), other: beside(pair.vague) }),
    );
    fc.assert(
      fc.property(cases, ({ sharp, vague, other }) => {
        const known = compare(vague, other);
        fc.pre(known !== "UNDECIDED");
        // Where bounds only touch, an instant on the very edge coincides with what the rest of them lie beside.
        const edge = sharp.earliest === sharp.latest && other.earliest === other.latest;
        expect(edge ? [known, "EQUAL"] : [known]).toContain(compare(sharp, other));
        const less = elapsed(other, vague);
        const more = elapsed(other, sharp);
        expect(less.min <= more.min && more.max <= less.max).toBe(true);
      }),
      RUNS,
    );
  });
});

function constants<T extends object>(values: T): { [K in keyof T]: fc.Arbitrary<T[K]> };
function constants(values: object) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)]));
}

describe("comparison", () => {
  const MIRROR = { BEFORE: "AFTER", AFTER: "BEFORE", EQUAL: "EQUAL", UNDECIDED: "UNDECIDED" };

  test("is antisymmetric: the other way round gives the mirror image", () => {
    fc.assert(
      fc.property(nearbyBounds, nearbyBounds, (a, b) => {
        expect(compare(b, a)).toBe(MIRROR[compare(a, b)]);
      }),
      RUNS,
    );
  });

  test("is transitive where it is decided", () => {
    fc.assert(
      fc.property(nearbyBounds, nearbyBounds, nearbyBounds, (a, b, c) => {
        const [first, second] = [compare(a, b), compare(b, c)];
        fc.pre(first === "BEFORE" || first === "EQUAL");
        fc.pre(second === "BEFORE" || second === "EQUAL");
        expect(compare(a, c)).toBe(first === "EQUAL" ? second : "BEFORE");
      }),
      RUNS,
    );
  });

  test("agrees with the sign of the elapsed time", () => {
    fc.assert(
      fc.property(nearbyBounds, nearbyBounds, (a, b) => {
        const { min, max } = elapsed(a, b);
        expect(min).toBeLessThanOrEqual(max);
        const sign = min >= 0 ? (max <= 0 ? "EQUAL" : "BEFORE") : max <= 0 ? "AFTER" : "UNDECIDED";
        expect(compare(a, b)).toBe(sign);
      }),
      RUNS,
    );
  });
});

describe("a span of observed moments", () => {
  const ends = fc.option(moments("observed"));
  const spans = fc.record({ start: moments("observed"), end: ends, ongoing_at: ends });

  test("has bounds that hold the whole of its start, and no less than its end", () => {
    fc.assert(
      fc.property(spans, (it) => {
        const { earliest, latest } = spanBounds(it);
        expect(earliest).toBe(it.start.earliest);
        expect(latest >= it.start.latest && latest >= (it.end ?? it.start).latest).toBe(true);
      }),
      RUNS,
    );
  });

  test("keeps the position that was decided when less was known of a time in it", () => {
    const cases = fc.record({
      member: fc.constantFrom("start", "end", "ongoing_at"),
      pair: sharpAndVague("observed"),
      rest: spans,
    });
    const placed = cases.chain((it) => fc.record({ ...constants(it), effect: beside(it.pair.vague) }));
    let decided = 0;
    fc.assert(
      fc.property(placed, ({ member, pair, rest, effect }) => {
        const sharp = { ...rest, [member]: pair.sharp };
        // An act of no length at the very instant of effect is after it, though its touching bounds lay before.
        fc.pre(spanFaults(sharp).length === 0 && compare(pair.sharp, effect) !== "EQUAL");
        const known = position(effect, { ...rest, [member]: pair.vague });
        if (known === "UNDECIDED") return;
        decided += 1;
        expect(position(effect, sharp)).toBe(known);
      }),
      RUNS,
    );
    expect(decided).toBeGreaterThan(30);
  });
});

describe("the clock of a zone, against one read minute by minute", () => {
  test.each([
    ["America/New_York", "2021-03-14"],
    ["America/New_York", "2020-11-01"],
    ["America/Sao_Paulo", "2018-11-04"],
    ["America/Sao_Paulo", "2018-02-18"],
    ["America/St_Johns", "2010-11-07"],
    ["America/Havana", "2020-11-01"],
    ["Australia/Lord_Howe", "2020-10-04"],
    ["Australia/Lord_Howe", "2020-04-05"],
    ["Pacific/Apia", "2011-12-30"],
    ["Asia/Pyongyang", "2018-05-05"],
  ])("%s about %s", (zone, day) => {
    const clock = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "short",
    });
    const shown = new Map<string, { first: number; last: number }>();
    const noon_s = Date.parse(`${day}T12:00:00Z`) / 1000;
    for (let instant_s = noon_s - 2 * 86_400; instant_s <= noon_s + 2 * 86_400; instant_s += 60) {
      const wall = clock.format(instant_s * 1000).replace(" ", "T");
      shown.set(wall, { first: shown.get(wall)?.first ?? instant_s, last: instant_s });
    }
    const found: [string, number[] | null][] = [];
    const expected: [string, number[] | null][] = [];
    for (let wall_s = noon_s - 20 * 3600; wall_s <= noon_s + 20 * 3600; wall_s += 60) {
      const local = new Date(wall_s * 1000).toISOString().slice(0, 16);
      const moment = tryMoment({ local, time_zone: zone }, "observed");
      found.push([local, moment && [Date.parse(moment.earliest) / 1000, Date.parse(moment.latest) / 1000]]);
      const minute = shown.get(local);
      expected.push([local, minute ? [minute.first, minute.last + 60] : null]);
    }
    expect(found).toEqual(expected);
  });
});
