import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Moment, type MomentInput, position, resolveMoment } from "../../src/record/moment.ts";
import { created, makeWorld, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

/** A ceasefire that takes effect at noon UTC on 10 May 2021, and what else is told of it. */
async function truce(id: string, more: { readonly [member: string]: never } | object = {}) {
  await created(service, "ceasefire", {
    id,
    name: id,
    conflict: world.conflict,
    declaration_type: "BILATERAL",
    form: "SIGNED",
    effective_readings: [
      { kind: "TEXT", adopted: true, moment: { local: "2021-05-10T12:00", time_zone: "+00:00" } },
    ],
    ...more,
  });
  return id;
}

async function positionOf(ceasefire: string, occurred: object) {
  const report = await created(
    service,
    "violation",
    violationBody({ ceasefire, occurred: JSON.parse(JSON.stringify(occurred)) }),
  );
  const { body } = await service
    .as("public")
    .get(`/v1/violations/${report.id}?expand=window&fields=id`)
    .expect(200);
  return body.expanded.window[0];
}

const utc = (local: string) => ({ local, time_zone: "+00:00" });

describe("a report's place against its ceasefire", () => {
  test.each([
    [
      "AFTER_END where it surely began after the ending",
      { ended: { how: "COLLAPSED", moment: utc("2021-05-12") } },
      utc("2021-05-13"),
      "AFTER_END",
    ],
    [
      "UNDECIDED where the ending may have come before or after",
      { ended: { how: "COLLAPSED", moment: utc("2021-05-12") } },
      utc("2021-05-12T08:00"),
      "UNDECIDED",
    ],
    [
      "AFTER where it surely began before the ending",
      { ended: { how: "COLLAPSED", moment: utc("2021-05-12") } },
      utc("2021-05-11"),
      "AFTER",
    ],
    ["AFTER where nobody says when it ended", { ended: { how: "UNKNOWN" } }, utc("2021-06-11"), "AFTER"],
    ["AFTER_END once it has expired", { expires: utc("2021-05-12") }, utc("2021-05-13T00:00"), "AFTER_END"],
    [
      "AFTER on the last day before it expires",
      { expires: utc("2021-05-12") },
      utc("2021-05-12T23:59"),
      "AFTER",
    ],
  ])("is %s", async (name, more, start, wanted) => {
    const id = await truce(`ends-${name.replaceAll(/[^a-z]+/gi, "-").toLowerCase()}`.slice(0, 100), more);
    expect(await positionOf(id, { start })).toMatchObject({ position: wanted });
  });

  test("is AFTER past the expiry where another ceasefire extends it", async () => {
    const id = await truce("extended", { expires: utc("2021-05-12") });
    await truce("extends-it", { relations: [{ kind: "EXTENDS", ceasefire: id }] });
    expect(await positionOf(id, { start: utc("2021-05-20") })).toMatchObject({ position: "AFTER" });
  });

  const pause = { days: ["MONDAY", "TUESDAY"], from: "09:00", to: "14:00", time_zone: "+03:00" };
  const night = { days: ["MONDAY"], from: "22:00", to: "04:00", time_zone: "Europe/Moscow" };
  test.each([
    ["AFTER within the hours of the day", pause, "2021-05-11T08:00", "AFTER"],
    ["OUTSIDE_HOURS after the hours of the day", pause, "2021-05-11T11:00", "OUTSIDE_HOURS"],
    ["OUTSIDE_HOURS on another day of the week", pause, "2021-05-12T08:00", "OUTSIDE_HOURS"],
    ["UNDECIDED where only the day is known", pause, "2021-05-11", "UNDECIDED"],
    ["UNDECIDED where the words run over the edge of the hours", pause, "2021-05-11T10", "UNDECIDED", true],
    ["AFTER within hours that run into the next day", night, "2021-05-18T00:30", "AFTER"],
    ["OUTSIDE_HOURS once the night is over", night, "2021-05-18T01:00", "OUTSIDE_HOURS"],
  ])("is %s", async (name, schedule, start, wanted, approximate = false) => {
    const id = await truce(`hours-${name.replaceAll(/[^a-z]+/gi, "-").toLowerCase()}`.slice(0, 100), {
      schedule,
    });
    expect(await positionOf(id, { start: { ...utc(start), approximate } })).toMatchObject({
      position: wanted,
    });
  });

  test("is UNDECIDED against a reading without a moment, and says no time", async () => {
    const id = await truce("no-moment", { effective_readings: [{ kind: "REPORTED", words: "at midnight" }] });
    expect(await positionOf(id, { start: utc("2021-05-11") })).toEqual({
      reading: 0,
      adopted: false,
      position: "UNDECIDED",
      elapsed_s: null,
    });
  });
});

test("the database places reports against a reading exactly as the rule of moments does", async () => {
  const effect = resolve({ local: "2021-05-10T12:00", time_zone: "+00:00" }, "prescribed");
  const id = await truce("property");
  await fc.assert(
    fc.asyncProperty(spans(), async (input) => {
      const [start, end, ongoing_at] = [input.start, input.end, input.ongoing_at].map((moment) =>
        moment === null ? null : resolve(moment, "observed"),
      );
      fc.pre(
        start != null &&
          (end == null || end.latest > start.earliest) &&
          (ongoing_at == null ||
            (ongoing_at.latest > start.earliest && (end == null || ongoing_at.earliest < end.latest))),
      );
      if (start == null) return;
      const { position: found } = await positionOf(id, input);
      expect(found).toBe(position(effect, { start, end: end ?? null, ongoing_at: ongoing_at ?? null }));
    }),
    { numRuns: 60 },
  );
}, 120_000);

function resolve(input: MomentInput, kind: "observed" | "prescribed"): Moment {
  const resolved = resolveMoment(input, kind, new Date());
  if ("faults" in resolved) throw new Error(JSON.stringify(resolved.faults));
  return resolved.moment;
}

/** Spans on the days around the effect, known to the day, hour or minute. */
function spans() {
  const local = fc
    .record({
      day: fc.integer({ min: 9, max: 11 }),
      hour: fc.integer({ min: 8, max: 16 }),
      minute: fc.integer({ min: 0, max: 59 }),
      part: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ day, hour, minute, part }) => {
      const two = (number: number) => String(number).padStart(2, "0");
      return (
        [
          `2021-05-${two(day)}`,
          `2021-05-${two(day)}T${two(hour)}`,
          `2021-05-${two(day)}T${two(hour)}:${two(minute)}`,
        ][part] ?? "2021"
      );
    });
  const moment = fc.record({
    local,
    time_zone: fc.constantFrom("+00:00", "+04:00", null),
    approximate: fc.boolean(),
  });
  return fc.record({ start: moment, end: fc.option(moment), ongoing_at: fc.option(moment) });
}
