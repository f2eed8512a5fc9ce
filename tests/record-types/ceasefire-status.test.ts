import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  ceasefireBody,
  created,
  expectProblem,
  idsOf,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
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
const effective = (local: string, adopted = true) => ({
  effective_readings: [{ kind: "TEXT", adopted, moment: utc(local) }],
});
const ended = (how: string, moment: JsonObject | null) => ({ ended: { how, moment } });

/** Whether the list by `active_at` has it: for sure, only with or_undecided, or not at all. */
async function activeAt(id: string, instant: string): Promise<"IN_FORCE" | "UNDECIDED" | "no"> {
  const path = `${at("ceasefire")}?id=${id}&active_at=${instant}`;
  const sure = await idsOf(service, path, "public");
  const open = await idsOf(service, `${path}&or_undecided=true`, "public");
  expect(open).toEqual(expect.arrayContaining(sure));
  return sure.length > 0 ? "IN_FORCE" : open.length > 0 ? "UNDECIDED" : "no";
}

const noon = "2021-05-10T12:00:00Z";

describe("a ceasefire at an instant", () => {
  test.each<[string, JsonObject, string, string]>([
    ["is not in force before its effect", effective("2021-05-10T12:01"), noon, "no"],
    ["is in force from the instant of its effect on", effective("2021-05-10T12:00"), noon, "IN_FORCE"],
    [
      "is in force for ever where nobody speaks of an end",
      effective("2021-05-10T12:00"),
      "2999-01-01T00:00:00Z",
      "IN_FORCE",
    ],
    ["is open on the day of an effect known to the day", effective("2021-05-10"), noon, "UNDECIDED"],
    ["is in force from the end of that day on", effective("2021-05-10"), "2021-05-11T00:00:00Z", "IN_FORCE"],
    [
      "is in force until its end begins",
      { ...effective("2021-05-01"), ...ended("COLLAPSED", utc("2021-05-11")) },
      noon,
      "IN_FORCE",
    ],
    [
      "is open while its end overlaps",
      { ...effective("2021-05-01"), ...ended("COLLAPSED", utc("2021-05-10")) },
      noon,
      "UNDECIDED",
    ],
    [
      "is over once its end has passed",
      { ...effective("2021-05-01"), ...ended("COLLAPSED", utc("2021-05-09")) },
      "2021-05-10T00:00:00Z",
      "no",
    ],
    [
      "is over from the instant of its expiry on",
      { ...effective("2021-05-01"), expires: utc("2021-05-10T12:00") },
      noon,
      "no",
    ],
    [
      "is in force until just before its expiry",
      { ...effective("2021-05-01"), expires: utc("2021-05-10T12:00") },
      "2021-05-10T11:59:59Z",
      "IN_FORCE",
    ],
    [
      "is in force on the day that it expires with",
      { ...effective("2021-05-01"), expires: utc("2021-05-10") },
      "2021-05-10T23:59:59Z",
      "IN_FORCE",
    ],
    [
      "ends by the earlier of its end and its expiry",
      { ...effective("2021-05-01"), expires: utc("2021-05-20"), ...ended("COLLAPSED", utc("2021-05-05")) },
      noon,
      "no",
    ],
    [
      "is open from its effect on where it ended at no known time",
      { ...effective("2021-05-01"), ...ended("UNKNOWN", null) },
      noon,
      "UNDECIDED",
    ],
    [
      "is open where no reading is adopted",
      { ...effective("2021-05-01", false), announced: utc("2021-05-01") },
      noon,
      "UNDECIDED",
    ],
    [
      "is open where the adopted reading has no moment",
      { effective_readings: [{ kind: "TEXT", adopted: true }], announced: utc("2021-05-01") },
      noon,
      "UNDECIDED",
    ],
    [
      "was not there before it was announced",
      { ...effective("2021-05-01", false), announced: utc("2021-06-01") },
      noon,
      "no",
    ],
    [
      "is open while its announcement may be yet to come",
      { ...effective("2021-06-02"), announced: utc("2021-05-10") },
      noon,
      "UNDECIDED",
    ],
    [
      "is only announced between announcement and effect",
      { ...effective("2021-06-02"), announced: utc("2021-05-09") },
      noon,
      "no",
    ],
    [
      "is open before its effect where nobody says when it was announced",
      effective("2021-06-02"),
      noon,
      "UNDECIDED",
    ],
  ])("%s", async (_what, members, instant, wanted) => {
    const announced =
      members.announced ?? (wanted === "no" || wanted === "IN_FORCE" ? utc("2021-04-01") : null);
    const { id } = await created(service, "ceasefire", ceasefireBody("Tried", { ...members, announced }));
    expect(await activeAt(id, instant)).toBe(wanted);
  });

  test("outlives its expiry where another extends it", async () => {
    const expiring = { ...effective("2021-05-01"), announced: utc("2021-04-01"), expires: utc("2021-05-02") };
    const { id } = await created(service, "ceasefire", ceasefireBody("Extended", expiring));
    expect(await activeAt(id, noon)).toBe("no");
    const relation = (kind: string) => ({ relations: [{ kind, ceasefire: id }] });
    await created(service, "ceasefire", ceasefireBody("Reaffirming", relation("REAFFIRMS")));
    expect(await activeAt(id, noon)).toBe("no");
    await created(service, "ceasefire", ceasefireBody("Extending", relation("EXTENDS")));
    expect(await activeAt(id, noon)).toBe("IN_FORCE");
  });

  test("is in force on a date, month or year only if throughout", async () => {
    const members = {
      ...effective("2021-05-10T12:00"),
      announced: utc("2021-04-01"),
      expires: utc("2021-06-10T12:00"),
    };
    const { id } = await created(service, "ceasefire", ceasefireBody("Throughout", members));
    const found = await Promise.all(
      ["2021-05-10", "2021-05-11", "2021-06-09", "2021-06-10", "2021-05", "2021"].map((date) =>
        activeAt(id, date),
      ),
    );
    expect(found).toEqual(["no", "IN_FORCE", "IN_FORCE", "no", "no", "no"]);
  });

  test("or_undecided says nothing by itself, and is refused", async () => {
    expectProblem(
      await service.as("public").get(`${at("ceasefire")}?or_undecided=true`),
      400,
      "bad-request",
      ["?active_at"],
    );
    expectProblem(
      await service.as("public").get(`${at("ceasefire")}?active_at=2021-02-30`),
      400,
      "bad-request",
      ["?active_at"],
    );
  });
});

describe("the summary of a ceasefire", () => {
  async function summaryOf(id: string, role: "public" | "editor" = "public") {
    const { body } = await service.as(role).get(`${at("ceasefire", id)}?expand=summary&fields=id`);
    return body.expanded.summary;
  }

  test("counts incidents by status, accused and type; duplicates and aggregates stand aside", async () => {
    const { id: ceasefire } = await created(
      service,
      "ceasefire",
      ceasefireBody("Counted", effective("2021-05-01T00:00")),
    );
    const claims = [
      { capacity: "PARTY", accused: [world.other, world.army], citations: [{ source: world.source }] },
      { capacity: "MEDIA", accused: [world.other], citations: [{ source: world.source }] },
    ];
    const report = (more: JsonObject) => created(service, "violation", violationBody({ ceasefire, ...more }));
    const first = await report({ claims, types: ["ARMED_CLASH", "OVERFLIGHT"] });
    await report({ responses: [{ actor: world.other, kind: "DENIAL" }] });
    await report({ scope: "AGGREGATE" });
    await report({ links: [{ kind: "DUPLICATE_OF", violation: first.id }] });
    await report({ links: [{ kind: "MIRRORS", violation: first.id }] });
    await report({ visibility: "RESTRICTED" });
    await created(service, "violation", violationBody({ ceasefire: world.truce }));
    const { violations, status, at: instant } = await summaryOf(ceasefire);
    expect(violations).toEqual({
      total: 3,
      by_status: { ALLEGED: 2, DISPUTED: 1 },
      by_accused: { [world.other]: 3, [world.army]: 1 },
      by_type: { ARMED_CLASH: 3, OVERFLIGHT: 1 },
    });
    expect(status).toBe("IN_FORCE");
    expect(instant).toMatch(/^\d{4}-.*\.\d{6}Z$/);
    expect((await summaryOf(ceasefire, "editor")).violations.total).toBe(4);
  });

  test("names the first report after each reading, and those that may have come before it", async () => {
    const readings = ["2021-05-10T12:00", "2021-05-10T13:00", "2021-07-01T00:00"].map((local, place) => ({
      kind: "TEXT",
      adopted: place === 0,
      moment: utc(local),
    }));
    const { id: ceasefire } = await created(
      service,
      "ceasefire",
      ceasefireBody("First", {
        effective_readings: [...readings, { kind: "REPORTED", words: "at midnight" }],
      }),
    );
    const report = (id: string, occurred: JsonObject | null, more: JsonObject = {}) =>
      created(service, "violation", violationBody({ id, ceasefire, occurred, ...more }));
    await report("f-before", { start: utc("2021-05-10T11:00") });
    await report("f-across", { start: utc("2021-05-10T11:30"), end: utc("2021-05-10T15:00") });
    await report("f-day", { start: utc("2021-05-10") });
    await report("f-late", { start: utc("2021-05-10T14:00") });
    await report("f-first", { start: utc("2021-05-10T12:05") });
    await report("f-undated", null);
    await report("f-sum", { start: utc("2021-05-10T12:01") }, { scope: "AGGREGATE" });
    const { first_violation } = await summaryOf(ceasefire);
    expect(first_violation).toEqual([
      {
        reading: 0,
        violation: "f-first",
        position: "AFTER",
        elapsed_s: { min: 300, max: 360 },
        claimants: [world.side],
        undecided: ["f-day"],
      },
      {
        reading: 1,
        violation: "f-late",
        position: "AFTER",
        elapsed_s: { min: 3600, max: 3660 },
        claimants: [world.side],
        undecided: ["f-day"],
      },
      { reading: 2, violation: null, position: null, elapsed_s: null, claimants: [], undecided: [] },
      {
        reading: 3,
        violation: null,
        position: null,
        elapsed_s: null,
        claimants: [],
        undecided: expect.any(Array),
      },
    ]);
  });
});
