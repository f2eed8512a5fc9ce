import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { resolveMoment } from "../../src/record/moment.ts";
import { possibleDuplicates, type Report, type Surroundings } from "../../src/record-types/likeness.ts";

const around: Surroundings = {
  actors: {
    a: null,
    "a-army": "a",
    "a-ministry": "a",
    b: null,
    "b-army": "b",
    c: null,
    round: "about",
    about: "round",
  },
  places: {
    land: { part_of: null, kind: "COUNTRY", latitude: 40, longitude: 46 },
    district: { part_of: "land", kind: "DISTRICT", latitude: null, longitude: null },
    town: { part_of: "district", kind: "TOWN", latitude: 40, longitude: 46 },
    suburb: { part_of: "town", kind: "VILLAGE", latitude: null, longitude: null },
    "next-town": { part_of: "land", kind: "TOWN", latitude: 40.1, longitude: 46 },
    "far-town": { part_of: "land", kind: "TOWN", latitude: 41, longitude: 46 },
    "between-town": { part_of: "land", kind: "TOWN", latitude: 40.3, longitude: 46 },
    mountain: { part_of: null, kind: null, latitude: null, longitude: null },
  },
};

/** The bounds of a time as a report tells it, at +04:00. */
function when(local: string, until: string | null = null) {
  const read = resolveMoment(
    { local, until, time_zone: "+04:00", approximate: false, words: null },
    "observed",
    new Date("2026-11-26T00:00:00Z"),
  );
  if ("faults" in read) throw new Error(JSON.stringify(read.faults));
  return read.moment;
}

function at(local: string, until: string | null = null): Pick<Report, "occurred" | "start"> {
  const { earliest, latest } = when(local, until);
  return { occurred: { earliest, latest }, start: { earliest, latest } };
}

const spot = (place: string | null, latitude: number | null = null, longitude: number | null = null) => ({
  place,
  latitude,
  longitude,
});

function report(more: Partial<Report> = {}): Report {
  return {
    id: "own",
    ...at("2020-10-26T08:00"),
    types: ["SMALL_ARMS_FIRE"],
    claimants: ["a-ministry"],
    accused: ["b"],
    sources: ["bulletin"],
    external_ids: [],
    locations: [spot("town")],
    ...more,
  };
}

/** A report that shares nothing with `report()` but what is given. */
function stranger(more: Partial<Report> = {}): Report {
  return report({
    id: "other",
    types: ["OVERFLIGHT"],
    claimants: [],
    accused: [],
    sources: ["elsewhere"],
    locations: [],
    ...more,
  });
}

function whyOf(other: Report, own = report()) {
  const [found] = possibleDuplicates(own, [other], around);
  return found?.why.map(({ code, message }) => [code, message]);
}

const codesOf = (other: Report, own = report()) => whyOf(other, own)?.map(([code]) => code);

describe("in time", () => {
  const near = (time: Partial<Report>) => codesOf(stranger({ locations: [spot("town")], ...time }))?.[0];

  test.each([
    ["the same minute", at("2020-10-26T08:00"), "SAME_TIME"],
    ["the hour it lies in", at("2020-10-26T08"), "SAME_TIME"],
    ["the day it lies in", at("2020-10-26"), "SAME_TIME"],
    ["the night it may lie in", at("2020-10-25", "2020-10-26"), "SAME_TIME"],
    ["the minute before", at("2020-10-26T07:59"), "NEAR_TIME"],
    ["six hours later, by the end of the minute", at("2020-10-26T14:01"), "NEAR_TIME"],
    ["six hours earlier, by the hour's end", at("2020-10-26T01"), "NEAR_TIME"],
  ])("%s is near", (_words, time, code) => {
    expect(near(time)).toBe(code);
  });

  test.each([
    ["more than six hours later", at("2020-10-26T14:02")],
    ["more than six hours earlier, by the hour's end", at("2020-10-26T00")],
    ["the day after, which begins sixteen hours later", at("2020-10-27")],
    ["the day before, though its end is eight hours away", at("2020-10-25")],
    ["the month, which leaves too much open", at("2020-10")],
    ["a time that nobody tells", { occurred: null, start: null }],
  ])("%s is not", (_words, time) => {
    expect(near(time)).toBeUndefined();
  });

  test("an act that goes on is near what begins during it, unless it began more than three days before", () => {
    const during = (local: string) => ({
      ...at(local),
      occurred: { earliest: when(local).earliest, latest: when("2020-10-30").latest },
    });
    expect(near(during("2020-10-24T08:00"))).toBe("NEAR_TIME");
    expect(near(during("2020-10-23T07:59"))).toBeUndefined();
  });

  test.each([
    [at("2020-10-26T08:00"), "Begins at the same time, as far as both tell."],
    [at("2020-10-26"), "May have begun at the same time."],
    [at("2020-10-26T08:05"), "Begins between 4 and 6 minutes after this one."],
    [at("2020-10-26T07:59"), "Begins at most 2 minutes before this one."],
    [at("2020-10-26T07:59:59"), "Begins at most 2 minutes before this one."],
    [at("2020-10-26T12"), "Begins between 3 and 5 hours after this one."],
  ])("says how far apart they begin, and no more closely than is known: %#", (time, message) => {
    expect(whyOf(stranger({ locations: [spot("town")], ...time }))?.[0]?.[1]).toBe(message);
  });

  test("days are told as days", () => {
    const began = {
      ...at("2020-10-23T20:00"),
      occurred: { earliest: when("2020-10-23T20:00").earliest, latest: when("2020-10-30").latest },
    };
    expect(whyOf(stranger({ locations: [spot("town")], ...began }))?.[0]?.[1]).toBe(
      "Begins between 2 and 3 days before this one.",
    );
  });

  test("without a time of its own a report is near those of its type that cite its source", () => {
    const undated = report({ occurred: null, start: null });
    const like = { types: ["SMALL_ARMS_FIRE"], sources: ["bulletin"], accused: ["b"] };
    expect(codesOf(stranger(like), undated)).toEqual(["SAME_ACCUSED", "SAME_TYPE", "SAME_SOURCE"]);
    expect(codesOf(stranger({ ...like, types: ["OVERFLIGHT"] }), undated)).toBeUndefined();
    expect(codesOf(stranger({ ...like, sources: ["elsewhere"] }), undated)).toBeUndefined();
    expect(codesOf(stranger({ ...like, accused: [] }), undated)).toBeUndefined();
  });
});

describe("in place", () => {
  const placed = (...locations: Report["locations"]) =>
    whyOf(stranger({ locations }))?.find(([code]) => code?.endsWith("_PLACE"));

  test.each([
    [[spot("town")], "SAME_PLACE", "Is placed at town, as this one is."],
    [[spot("far-town"), spot("town")], "SAME_PLACE", "Is placed at town, as this one is."],
    [[spot("district")], "PART_OF_PLACE", "Is placed at district, in which town lies."],
    [[spot("suburb")], "PART_OF_PLACE", "Is placed at suburb, which lies in town."],
    [[spot("next-town")], "NEAR_PLACE", "Is placed about 11 km from this one."],
    [[spot(null, 40.001, 46)], "NEAR_PLACE", "Is placed less than 1 km from this one."],
    [[spot("mountain", 40.05, 46)], "NEAR_PLACE", "Is placed about 6 km from this one."],
  ])("%j agrees with town", (locations, code, message) => {
    expect(placed(...locations)).toEqual([code, message]);
  });

  test.each([
    [spot("between-town")],
    [spot("mountain")],
    [spot("land")],
    [spot(null)],
    [spot("town-unheard-of")],
  ])("%j does not", (location) => {
    expect(placed(location)).toBeUndefined();
  });

  test("a country is no place to agree in, not even the same one", () => {
    const own = report({ claimants: [], accused: [], locations: [spot("land")] });
    expect(codesOf(stranger({ locations: [spot("land")] }), own)).toBeUndefined();
  });

  test("the antimeridian is no distance", () => {
    const own = report({ locations: [spot(null, 0, 179.99)] });
    expect(codesOf(stranger({ locations: [spot(null, 0, -179.99)] }), own)).toContain("NEAR_PLACE");
  });
});

describe("in parties", () => {
  const parties = (more: Partial<Report>) =>
    whyOf(stranger(more))?.filter(([code]) => /ACCUSED|CLAIMANT|OTHER_SIDE/.test(String(code)));

  test.each([
    [{ accused: ["b"] }, [["SAME_ACCUSED", "Accuses b, as this one does."]]],
    [{ accused: ["b-army"] }, [["SAME_ACCUSED", "Accuses b, as this one does."]]],
    [{ claimants: ["a-ministry"] }, [["SAME_CLAIMANT", "Is told by a-ministry, as this one is."]]],
    [{ claimants: ["a-army"] }, [["SAME_CLAIMANT", "Is told on the side of a, as this one is."]]],
    [
      { claimants: ["b-army"], accused: ["a"] },
      [
        [
          "OTHER_SIDE",
          "It is told on the side of b, accused in this one, and accuses a, on whose side this one is told: it may be the other side's account of the same act, to be linked as MIRRORS.",
        ],
      ],
    ],
  ])("%j agrees", (more, why) => {
    expect(parties(more)).toEqual(why);
  });

  test("one side of a mirror is enough, and a shared accusation is none", () => {
    expect(parties({ accused: ["a-army"] })?.map(([code]) => code)).toEqual(["OTHER_SIDE"]);
    expect(parties({ claimants: ["b"] })?.map(([code]) => code)).toEqual(["OTHER_SIDE"]);
    expect(parties({ accused: ["a", "b"] })?.map(([code]) => code)).toEqual(["SAME_ACCUSED"]);
    expect(parties({ claimants: ["c"], accused: ["c"] })).toBeUndefined();
  });

  test("actors that are part of one another in a circle end the climb", () => {
    const own = report({ accused: ["round"] });
    expect(codesOf(stranger({ accused: ["round"] }), own)).toContain("SAME_ACCUSED");
  });

  test("alone do not do where both are placed, and far apart", () => {
    const alike = (place: string) => codesOf(stranger({ accused: ["b"], locations: [spot(place)] }));
    expect(alike("far-town")).toBeUndefined();
    expect(alike("between-town")).toContain("SAME_ACCUSED");
    expect(alike("mountain")).toContain("SAME_ACCUSED");
  });
});

test("time alone names nobody, and what is the same besides is told too", () => {
  expect(codesOf(stranger({ types: ["SMALL_ARMS_FIRE"], sources: ["bulletin"] }))).toBeUndefined();
  const own = report({ external_ids: ["acled:7"] });
  const other = report({ id: "other", external_ids: ["acled:7", "ucdp:1"] });
  expect(codesOf(other, own)).toEqual([
    "SAME_TIME",
    "SAME_PLACE",
    "SAME_ACCUSED",
    "SAME_CLAIMANT",
    "SAME_TYPE",
    "SAME_SOURCE",
    "SAME_EXTERNAL_ID",
  ]);
});

test("long lists are cut where they are told", () => {
  const accused = ["c", "d", "e", "f", "g"];
  const [found] = possibleDuplicates(report({ accused }), [stranger({ accused })], around);
  expect(found?.why.map(({ message }) => message)).toContain("Accuses c, d, e and 2 more, as this one does.");
});

test("at most ten are named, those that agree in the most first, then by id", () => {
  const ids = ["k", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a"];
  const crowd = ids.map((id) => stranger({ id, accused: ["b"] }));
  const best = report({ id: "z" });
  const named = possibleDuplicates(report(), [...crowd, best], around).map(({ violation }) => violation);
  expect(named).toEqual(["z", "a", "b", "c", "d", "e", "f", "g", "h", "i"]);
});

describe("of any two reports", () => {
  const times = fc
    .tuple(fc.integer({ min: 20, max: 30 }), fc.integer({ min: 0, max: 23 }), fc.constantFrom(10, 13, 16))
    .map(([day, hour, length]) => at(`2020-10-${day}T${String(hour).padStart(2, "0")}:30`.slice(0, length)));
  const some = (ids: readonly string[]) => fc.subarray([...ids], { maxLength: Math.min(2, ids.length) });
  const reports = fc
    .record({
      time: fc.oneof({ weight: 5, arbitrary: times }, fc.constant({ occurred: null, start: null })),
      types: some(["ARMED_CLASH", "OVERFLIGHT"]),
      claimants: some(Object.keys(around.actors)),
      accused: some(Object.keys(around.actors)),
      sources: some(["one", "two"]),
      external_ids: some(["x:1"]),
      places: some(Object.keys(around.places)),
    })
    .map(({ time, places, ...more }) => ({ ...more, ...time, locations: places.map((id) => spot(id)) }));

  test("either names the other or neither does, in the same things, where both tell a time", () => {
    fc.assert(
      fc.property(reports, reports, (one, two) => {
        fc.pre((one.start === null) === (two.start === null));
        const [a, b] = [report({ ...one, id: "a" }), report({ ...two, id: "b" })];
        const named = codesOf(b, a);
        expect(codesOf(a, b)).toEqual(named);
        if (named !== undefined) expect(new Set(named).size).toBe(named.length);
      }),
      { numRuns: 500 },
    );
  });

  test("one that says the same of another day is never named, nor is one without a party or place", () => {
    fc.assert(
      fc.property(reports, (one) => {
        fc.pre(one.start !== null);
        const own = report(one);
        expect(codesOf({ ...own, id: "later", ...at("2020-11-05T12:00") }, own)).toBeUndefined();
        expect(
          codesOf({ ...own, id: "bare", claimants: [], accused: [], locations: [] }, own),
        ).toBeUndefined();
      }),
    );
  });

  test("a copy is named before every other", () => {
    fc.assert(
      fc.property(reports, fc.array(reports, { maxLength: 12 }), (one, crowd) => {
        fc.pre(one.start !== null);
        const own = report({ ...one, accused: ["b"], claimants: ["c"], locations: [spot("town")] });
        const others = crowd.map((other, place) => report({ ...other, id: `crowd-${place}` }));
        const [first] = possibleDuplicates(own, [...others, { ...own, id: "copy" }], around);
        expect(first?.violation).toBe("copy");
      }),
    );
  });
});
