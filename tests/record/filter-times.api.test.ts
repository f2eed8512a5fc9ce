import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
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
  await created(service, "violation", {
    id: "at-four",
    ...violationBody({
      ceasefire: world.truce,
      occurred: { start: { local: "2020-10-26T08:00", time_zone: "+04:00" } },
    }),
  });
});
afterAll(async () => {
  await service.close();
});

describe("a time in a filter", () => {
  test.each([
    ["occurred_from=2020-10-26T04Z", true],
    ["occurred_from=2020-10-26T04:00Z", true],
    ["occurred_from=2020-10-26T08:00%2B04:00", true],
    ["occurred_from=2020-10-26T08:00:59.5%2B04:00", true],
    ["occurred_from=2020-10-26T04:01Z", false],
    ["occurred_to=2020-10-26T08%2B04:00", true],
    ["occurred_to=2020-10-26T04:00Z", true],
    ["occurred_to=2020-10-26T03:59Z", false],
    ["occurred_to=2020-10-26T03Z", false],
  ])("takes Z or an offset in every precision: %s", async (filter, found) => {
    expect(await idsOf(service, `${at("violation")}?${filter}`)).toEqual(found ? ["at-four"] : []);
  });

  test.each([
    ["active_at=2020-10-10T08Z", true],
    ["active_at=2020-10-10T08:00Z", true],
    ["active_at=2020-10-10T12:00%2B04:00", true],
    ["active_at=2020-10-10T07:59Z", false],
    ["effective_from=2020-10-10T08:00Z", true],
    ["effective_to=2020-10-10T08:00Z", true],
    ["effective_to=2020-10-10T07:59Z", false],
  ])("takes them for ceasefires too: %s", async (filter, found) => {
    expect(await idsOf(service, `${at("ceasefire")}?${filter}`)).toEqual(found ? [world.truce] : []);
  });

  test("known_at with a minute or an hour means its end", async () => {
    await created(service, "violation", {
      id: "said-at-four",
      ...violationBody({
        claims: [
          {
            capacity: "PARTY",
            claimant: world.side,
            stated: { local: "2020-10-27T04:00", time_zone: "+00:00" },
            citations: [{ source: world.source }],
          },
        ],
      }),
    });
    const known = (instant: string) =>
      idsOf(service, `${at("violation")}?id=said-at-four&known_at=${instant}`);
    expect(await known("2020-10-27T04:00Z")).toEqual(["said-at-four"]);
    expect(await known("2020-10-27T08%2B04:00")).toEqual(["said-at-four"]);
    expect(await known("2020-10-27T04:00:59.5Z")).toEqual([]);
    expect(await known("2020-10-27T03:59Z")).toEqual([]);
  });

  test.each(["2020-10-26T04:00+0400", "2020-10-26T04:00z", "2020-10-26T04:00 04:00", "soon"])(
    "that is written wrongly is refused without naming a member of a record: %s",
    async (time) => {
      for (const [type, filter] of [
        ["violation", "occurred_from"],
        ["violation", "occurred_to"],
        ["violation", "known_at"],
        ["ceasefire", "active_at"],
        ["ceasefire", "effective_from"],
        ["ceasefire", "as_of"],
        ["ceasefire", "updated_since"],
      ] as const) {
        const answer = await service.as("public").get(`${at(type)}?${filter}=${encodeURIComponent(time)}`);
        expectProblem(answer, 400, "bad-request", [`?${filter}`]);
        expect(answer.text).not.toContain("time_zone");
      }
    },
  );
});

describe("an instant", () => {
  test.each([
    "2999-01-01T00Z",
    "2999-01-01T00:00Z",
    "2999-01-01T00:00%2B04:00",
    "2999-01-01T00:00:00-00:00",
    "2999-01-01T00:00:00%2B23:59",
  ])("may be cut off and have any offset: %s", async (instant) => {
    expect(await idsOf(service, `${at("actor")}?updated_since=${instant}`)).toEqual([]);
    const changes = await service.as("editor").get(`/v1/changes?since=${instant}`);
    expect([changes.status, changes.body.data]).toEqual([200, []]);
    expectProblem(await service.as("editor").get(`${at("actor")}?as_of=${instant}`), 400, "bad-request", [
      "?as_of",
    ]);
  });

  test("cut off at the hour or the minute is its start", async () => {
    const start = await service.as("editor").get(`${at("actor")}?as_of=2020-10-26T04:00:00Z`);
    for (const instant of ["2020-10-26T04Z", "2020-10-26T04:00Z", "2020-10-26T08%2B04:00"]) {
      const answer = await service.as("editor").get(`${at("actor")}?as_of=${instant}`);
      expect(answer.headers["data-as-of"]).toBe("2020-10-26T04:00:00.000000Z");
      expect(answer.text).toBe(start.text);
    }
  });

  test.each([
    "0000-06-01T00:00:00Z",
    "0001-01-01T00:00:00%2B01:00",
    "9999-12-31T23:59:59-01:00",
    "2020-10-26",
  ])("that PostgreSQL cannot hold, or that has no time, is refused: %s", async (instant) => {
    for (const [path, parameter] of [
      [at("actor"), "as_of"],
      [at("actor"), "updated_since"],
      ["/v1/changes", "since"],
    ] as const) {
      const answer = await service.as("public").get(`${path}?${parameter}=${instant}`);
      expectProblem(answer, 400, "bad-request", [`?${parameter}`]);
    }
  });
});

describe("the time zone of a record", () => {
  test("takes the form of CSV files and keeps that of JSON, in moments and in schedules", async () => {
    const truce = await created(service, "ceasefire", {
      ...ceasefireBody("With hours"),
      announced: { local: "2020-10-26T08:00", time_zone: "UTC-05:00" },
      schedule: { days: ["MONDAY"], from: "08:00", to: "12:00", time_zone: "UTC+04:00" },
    });
    expect(truce).toMatchObject({
      announced: { time_zone: "-05:00", earliest: "2020-10-26T13:00:00Z" },
      schedule: { time_zone: "+04:00" },
    });
  });

  test("is refused where it is an abbreviation, with what to write instead", async () => {
    const answer = await service
      .as("editor")
      .post(at("ceasefire"))
      .send({
        ...ceasefireBody("With abbreviations"),
        announced: { local: "2020-10-26T08:00", time_zone: "IST" },
        schedule: { days: ["MONDAY"], from: "08:00", to: "12:00", time_zone: "CET" },
      });
    expectProblem(answer, 422, "invalid-record", ["/announced/time_zone", "/schedule/time_zone"]);
    expect(answer.text).toContain("Asia/Kolkata (+05:30)");
    expect(answer.text).toContain("Europe/Berlin (+01:00)");
  });

  test("that an older version accepted stays readable, and a change asks for another", async () => {
    const { id } = await created(service, "ceasefire", {
      ...ceasefireBody("Old zone"),
      announced: { local: "2020-10-26T08:00", time_zone: "Europe/Paris" },
    });
    await service.pool.query(
      "UPDATE ceasefires SET document = replace(document, 'Europe/Paris', 'CET'), announced_time_zone = 'CET' WHERE id = $1",
      [id],
    );
    const read = await service.as("public").get(at("ceasefire", id));
    expect([read.status, read.body.announced.time_zone]).toEqual([200, "CET"]);
    const patch = (body: object) =>
      service.as("editor").patch(at("ceasefire", id)).set("If-Match", "*").send(body);
    expectProblem(await patch({ name: "New name" }), 422, "invalid-record", ["/announced/time_zone"]);
    const mended = await patch({ name: "New name", announced: { time_zone: "+01:00" } });
    expect([mended.status, mended.body.announced?.time_zone]).toEqual([200, "+01:00"]);
  });
});
