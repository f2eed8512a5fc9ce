import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Bounds, compare } from "../../src/record/interval.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { position } from "../../src/record/moment.ts";
import { currentViewpoint, params } from "../../src/record/sql.ts";
import { violation } from "../../src/record-types/violation.ts";
import { positionSql } from "../../src/record-types/window-sql.ts";
import { at, ceasefireBody, created, makeWorld, violationBody } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const utc = (local: string) => ({ local, time_zone: "+00:00" });
/** An instant: the source allows nothing after the very time it gives. */
const exactly = (local: string) => ({ ...utc(local), until: local });

async function positionOf(truce: JsonObject, occurred: JsonObject): Promise<string> {
  const effective_readings = [{ kind: "TEXT", adopted: true, moment: utc("2021-03-01T12:00") }];
  const { id } = await created(
    service,
    "ceasefire",
    ceasefireBody("Window", { effective_readings, ...truce }),
  );
  const report = await created(service, "violation", violationBody({ ceasefire: id, occurred }));
  const { body } = await service.as("public").get(`${at("violation", report.id)}?expand=window`);
  return body.expanded.window[0].position;
}

describe("at the very instant of effect", () => {
  const earlier = exactly("2021-03-01T11:00");
  const noon = exactly("2021-03-01T12:00");

  test.each<[string, JsonObject, string]>([
    ["what starts is AFTER", { start: noon }, "AFTER"],
    ["what ends is BEFORE", { start: earlier, end: noon }, "BEFORE"],
    ["what still goes on is ACROSS", { start: earlier, ongoing_at: noon }, "ACROSS"],
    [
      "what ends then, though it was said to go on then, is BEFORE",
      { start: earlier, end: noon, ongoing_at: noon },
      "BEFORE",
    ],
    [
      "what ends in the minute that begins with it is ACROSS",
      { start: earlier, end: utc("2021-03-01T12:00") },
      "ACROSS",
    ],
  ])("%s", async (_what, occurred, wanted) => {
    expect(await positionOf({}, occurred)).toBe(wanted);
  });
});

describe("against the end of a ceasefire", () => {
  test.each<[string, JsonObject, JsonObject, string]>([
    [
      "the instant of expiry is AFTER_END",
      { expires: utc("2021-03-05T00:00") },
      { start: exactly("2021-03-05T00:00") },
      "AFTER_END",
    ],
    [
      "the minute before it is AFTER",
      { expires: utc("2021-03-05T00:00") },
      { start: utc("2021-03-04T23:59") },
      "AFTER",
    ],
    [
      "what began before and ran past it is AFTER",
      { expires: utc("2021-03-05T00:00") },
      { start: utc("2021-03-04"), end: utc("2021-03-06") },
      "AFTER",
    ],
    [
      "the earlier of ending and expiry counts",
      { expires: utc("2021-03-05"), ended: { how: "COLLAPSED", moment: utc("2021-03-03") } },
      { start: utc("2021-03-04") },
      "AFTER_END",
    ],
    [
      "an act before the effect is BEFORE, whatever the end",
      { ended: { how: "COLLAPSED", moment: utc("2021-03-01T12:00") } },
      { start: utc("2021-02-27") },
      "BEFORE",
    ],
  ])("%s", async (_what, truce, occurred, wanted) => {
    expect(await positionOf(truce, occurred)).toBe(wanted);
  });
});

describe("against the hours of a schedule", () => {
  const all = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
  const hours = (from: string, to: string, time_zone = "+00:00", days = all) => ({
    schedule: { days, from, to, time_zone },
  });

  test.each<[string, JsonObject, JsonObject, string]>([
    ["an instant within is AFTER", hours("09:00", "14:00"), exactly("2021-03-09T10:00"), "AFTER"],
    [
      "an instant outside is OUTSIDE_HOURS",
      hours("09:00", "14:00"),
      exactly("2021-03-09T15:00"),
      "OUTSIDE_HOURS",
    ],
    [
      "the instant at which they begin is AFTER",
      hours("09:00", "14:00"),
      exactly("2021-03-09T09:00"),
      "AFTER",
    ],
    [
      "the instant at which they end is OUTSIDE_HOURS",
      hours("09:00", "14:00"),
      exactly("2021-03-09T14:00"),
      "OUTSIDE_HOURS",
    ],
    ["the last minute is AFTER", hours("09:00", "14:00"), utc("2021-03-09T13:59"), "AFTER"],
    [
      "the first minute after them is OUTSIDE_HOURS",
      hours("09:00", "14:00"),
      utc("2021-03-09T14:00"),
      "OUTSIDE_HOURS",
    ],
    [
      "a span over their beginning is UNDECIDED",
      hours("09:00", "14:00"),
      { ...utc("2021-03-09T08:30"), until: "2021-03-09T09:30" },
      "UNDECIDED",
    ],
    [
      "a zone west of Greenwich is taken as people mean it",
      hours("09:00", "14:00", "-05:00"),
      utc("2021-03-09T15:00"),
      "AFTER",
    ],
    [
      "a zone east of Greenwich is taken as people mean it",
      hours("09:00", "14:00", "+05:30"),
      utc("2021-03-09T03:30"),
      "AFTER",
    ],
    [
      "the day is that of the zone",
      hours("00:00", "06:00", "+10:00", ["WEDNESDAY"]),
      utc("2021-03-09T14:30"),
      "AFTER",
    ],
    [
      "a night belongs to the day it begins on",
      hours("22:00", "04:00", "+00:00", ["MONDAY"]),
      utc("2021-03-09T03:59"),
      "AFTER",
    ],
    [
      "a night does not begin on the day it ends on",
      hours("22:00", "04:00", "+00:00", ["MONDAY"]),
      utc("2021-03-09T22:30"),
      "OUTSIDE_HOURS",
    ],
    ["hours round the clock leave nothing outside", hours("00:00", "00:00"), utc("2021-03-09"), "AFTER"],
    [
      "neighbouring days join where one ends as the next begins",
      hours("06:00", "06:00", "+00:00", ["MONDAY", "TUESDAY"]),
      utc("2021-03-09T05"),
      "AFTER",
    ],
    ["summer time moves them", hours("09:00", "14:00", "America/New_York"), utc("2021-03-15T13:30"), "AFTER"],
    [
      "winter time does not",
      hours("09:00", "14:00", "America/New_York"),
      utc("2021-03-12T13:30"),
      "OUTSIDE_HOURS",
    ],
    [
      "hours that the clock jumps over are none, and no error",
      hours("02:30", "03:15", "America/New_York"),
      utc("2021-03-14T07:20"),
      "OUTSIDE_HOURS",
    ],
    ["before the effect they do not matter", hours("09:00", "14:00"), utc("2021-02-28T15:00"), "BEFORE"],
  ])("%s", async (_what, truce, start, wanted) => {
    expect(await positionOf(truce, { start })).toBe(wanted);
  });
});

const bound = fc.integer({ min: 0, max: 4 });
const bounds = fc
  .tuple(bound, bound)
  .map(([a, b]): Bounds => ({ earliest: instant(Math.min(a, b)), latest: instant(Math.max(a, b)) }));
const spans = fc
  .record({
    effect: bounds,
    start: bounds,
    end: fc.option(bounds, { freq: 2 }),
    ongoing_at: fc.option(bounds, { freq: 2 }),
  })
  .filter(
    ({ start, end, ongoing_at }) =>
      (end === null || compare(end, start) !== "BEFORE") &&
      (ongoing_at === null || compare(ongoing_at, start) !== "BEFORE") &&
      (ongoing_at === null || end === null || compare(ongoing_at, end) !== "AFTER"),
  );

function instant(hour: number): string {
  return `2021-03-01T0${hour}:00:00Z`;
}

test("bounds on a coarse grid, instants and touching ends among them, lie in SQL as the rule of moments has them", async () => {
  const tried = fc.sample(spans, { numRuns: 10_000, seed: 7 });
  const context = {
    type: violation,
    row: "v",
    params: params(),
    view: currentViewpoint(true)(params()),
    given: new Set<string>(),
  };
  const found = positionSql(
    { violation: "v", ceasefire: "c", earliest: "v.effect_earliest", latest: "v.effect_latest" },
    context,
  );
  const names = ["effect", "occurred_start", "occurred_end", "occurred_ongoing_at"];
  const columns = names.flatMap((name) => [`${name}_earliest timestamptz`, `${name}_latest timestamptz`]);
  const { rows } = await service.pool.query<{ position: string }>(
    `SELECT ${found} AS position FROM json_to_recordset($1) AS v(place int, ${columns.join(", ")}),
       json_populate_record(NULL::ceasefires, '{"id":"none"}') c ORDER BY place`,
    [
      JSON.stringify(
        tried.map(({ effect, start, end, ongoing_at }, place) => ({
          place,
          ...named("effect", effect),
          ...named("occurred_start", start),
          ...named("occurred_end", end),
          ...named("occurred_ongoing_at", ongoing_at),
        })),
      ),
    ],
  );
  const wanted = tried.map(({ effect, ...span }) => position(effect, span));
  expect(new Set(wanted).size).toBeGreaterThan(2);
  const differing = tried.filter((_one, place) => rows[place]?.position !== wanted[place]);
  expect(differing).toEqual([]);
});

function named(name: string, given: Bounds | null): JsonObject {
  return given === null ? {} : { [`${name}_earliest`]: given.earliest, [`${name}_latest`]: given.latest };
}
