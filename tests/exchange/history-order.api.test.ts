import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { HistoryEvent } from "../../src/exchange/history/event.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { at, ceasefireBody, created, makeWorld, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { csvRows } from "./files.ts";
import { orderFaults } from "./history-order.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
}, 60_000);
afterAll(async () => {
  await service.close();
});

const citations = [{ source: world.source }];
const claim = (stated: JsonObject | null) => ({ capacity: "PARTY", claimant: world.side, stated, citations });
const response = (stated: JsonObject | null) => ({ actor: world.other, kind: "DENIAL", stated, citations });
const exact = (local: string) => ({ local, time_zone: "+00:00" });
const day = (local: string) => ({ local });

async function report(truce: string, id: string, start: JsonObject | null, more: JsonObject): Promise<void> {
  const occurred = start === null ? null : { start };
  await created(service, "violation", { id, ...violationBody({ ceasefire: truce, occurred, ...more }) });
}

interface History {
  readonly data: readonly HistoryEvent[];
  readonly undated: readonly HistoryEvent[];
}

async function historyOf(truce: string, query = ""): Promise<History> {
  const answer = await service.as("public").get(`${at("ceasefire", truce)}/history${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

function told(events: readonly HistoryEvent[]): string[] {
  return events.map(({ record, pointer }) => `${record.id}${pointer}`);
}

/** Makes a truce of this name, with nothing dated of its own. */
async function truceOf(id: string): Promise<string> {
  await created(service, "ceasefire", { id, ...ceasefireBody(id) });
  return id;
}

describe("the order of a history", () => {
  test("places statements of an unknown zone after their act, and each beside its own", async () => {
    const truce = await truceOf("statements");
    for (const [hour, id] of ["strike-1", "strike-2"].entries())
      await report(truce, id, exact(`2020-10-26T04:0${hour}`), {
        claims: [claim(day("2020-10-26"))],
        responses: [response(day("2020-10-26")), response(exact("2020-10-26T20:00"))],
        casualty_claims: [
          { claimant: world.side, killed: { best: 2 }, stated: day("2020-10-25"), citations },
        ],
      });
    const { data } = await historyOf(truce);
    expect(told(data)).toEqual([
      "strike-1",
      "strike-1/claims/0",
      "strike-1/casualty_claims/0",
      "strike-1/responses/0",
      "strike-2",
      "strike-2/claims/0",
      "strike-2/casualty_claims/0",
      "strike-2/responses/0",
      "strike-1/responses/1",
      "strike-2/responses/1",
    ]);
  });

  test("places a response after the first claim, also where it is dated before it", async () => {
    const truce = await truceOf("answers");
    await report(truce, "answered", exact("2020-10-26T04:00"), {
      claims: [claim(exact("2020-10-28T10:00")), claim(exact("2020-10-27T10:00"))],
      responses: [response(exact("2020-10-26T12:00"))],
    });
    const { data } = await historyOf(truce);
    expect(told(data)).toEqual([
      "answered",
      "answered/claims/1",
      "answered/responses/0",
      "answered/claims/0",
    ]);
  });

  test("keeps an act with its statement where the day leaves their order open, and not against what is certain", async () => {
    const truce = await truceOf("days");
    await report(truce, "some-time", exact("2020-10-26"), { claims: [claim(exact("2020-10-26T18:00"))] });
    await report(truce, "morning", exact("2020-10-26T03:00"), { claims: [claim(exact("2020-10-26T19:00"))] });
    const { data } = await historyOf(truce);
    expect(told(data)).toEqual(["morning", "some-time", "some-time/claims/0", "morning/claims/0"]);
  });

  test("places lines without a time last, those of one report together", async () => {
    const truce = await truceOf("undated");
    for (const id of ["unknown-1", "unknown-2"])
      await report(truce, id, null, { claims: [claim(null)], responses: [response(null)] });
    const { data, undated } = await historyOf(truce);
    expect(data).toEqual([]);
    expect(told(undated)).toEqual(
      ["unknown-1", "unknown-2"].flatMap((id) => [id, `${id}/claims/0`, `${id}/responses/0`]),
    );
  });
});

describe("the order of any history", () => {
  const truce = "any-history";
  const local = fc.oneof(
    fc.constantFrom("2020-10", "2020-10-26", "2020-10-27", "2020-10-28"),
    fc
      .tuple(
        fc.integer({ min: 26, max: 28 }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom("", ":00", ":00:30"),
      )
      .map(([date, hour, rest]) => `2020-10-${date}T${String(hour).padStart(2, "0")}${rest}`),
  );
  const moment = fc.record({ local, time_zone: fc.constantFrom(null, "+00:00", "+04:00") });
  const stated = fc.option(moment, { nil: null, freq: 5 });
  const reports = fc.sample(
    fc.record({
      start: stated,
      claims: fc.array(stated.map(claim), { minLength: 1, maxLength: 3 }),
      responses: fc.array(stated.map(response), { maxLength: 3 }),
      assessments: fc.array(
        stated.map((on) => ({
          assessor: world.monitor,
          of: "OCCURRENCE",
          verdict: "VERIFIED",
          on,
          citations,
        })),
        { maxLength: 2 },
      ),
    }),
    { numRuns: 60, seed: 20201026 },
  );
  let middle: string;

  beforeAll(async () => {
    await created(service, "ceasefire", {
      id: truce,
      ...ceasefireBody("Any", {
        announced: exact("2020-10-26"),
        expires: exact("2020-10-28T12:00"),
        effective_readings: [
          { kind: "TEXT", adopted: true, moment: exact("2020-10-26T12:00") },
          { kind: "REPORTED", adopted: false, moment: day("2020-10-26") },
        ],
        citations,
      }),
    });
    for (const [place, { start, ...more }] of reports.entries()) {
      await report(truce, `any-${place}`, start, more);
      if (place === 30) middle = (await service.as("public").get(at("violation", "any-30"))).body.updated_at;
    }
  }, 60_000);

  test.each(["now", "as_of", "known_at"])("follows the rules for every pair of lines: %s", async (clock) => {
    const queries: { readonly [clock: string]: string } = {
      now: "",
      as_of: `?as_of=${middle}`,
      known_at: "?known_at=2020-10-27T12:00Z",
    };
    const { data } = await historyOf(truce, queries[clock]);
    expect(data.length).toBeGreaterThan(50);
    expect(orderFaults(data)).toEqual([]);
  });

  test("is the same in CSV, and each time", async () => {
    const { data, undated } = await historyOf(truce);
    const rows = await csvRows(service, `${at("ceasefire", truce)}/history?format=csv`);
    expect(rows.map(({ record_id, pointer }) => `${record_id}${pointer}`)).toEqual(
      told([...data, ...undated]),
    );
    expect((await historyOf(truce)).data).toEqual(data);
  });
});
