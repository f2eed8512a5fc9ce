import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { seed } from "../../seeds/seed.ts";
import { projectRoot } from "../../src/config.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { type TestService, testService } from "../support/service.ts";

const set = "nagorno-karabakh-2020";
let service: TestService;

beforeAll(async () => {
  service = await testService({ seeded: true });
});

afterAll(async () => {
  await service.close();
});

async function get(url: string) {
  const answer = await service.as("public").get(url).expect(200);
  return answer.body;
}

async function windowOf(report: string) {
  const { expanded } = await get(`/v1/violations/${set}-${report}?expand=window&fields=id`);
  return expanded.window;
}

describe("the three attempts and the statement", () => {
  test("are listed in the order in which they took effect", async () => {
    const { data } = await get("/v1/ceasefires?fields=id");
    expect(data.map((one: { id: string }) => one.id)).toEqual([
      `${set}-10-10`,
      `${set}-10-18`,
      `${set}-10-26`,
      `${set}-11-10`,
    ]);
  });

  test("took effect at 08:00Z on the 10th, on 17 October UTC, at 04:00Z on the 26th and at 21:00Z on 9 November", async () => {
    const { data } = await get("/v1/ceasefires?fields=effective_readings");
    const adopted = data.map(
      (one: { effective_readings: { adopted: boolean; moment: { earliest: string; latest: string } }[] }) =>
        one.effective_readings.find((reading) => reading.adopted)?.moment,
    );
    expect(adopted.map((moment: { earliest: string }) => moment.earliest)).toEqual([
      "2020-10-10T08:00:00Z",
      "2020-10-17T20:00:00Z",
      "2020-10-26T04:00:00Z",
      "2020-11-09T21:00:00Z",
    ]);
    for (const moment of adopted) expect(moment.latest).toBe(moment.earliest);
  });

  test("read Washington's 08:00 local and midnight in New York as one instant", async () => {
    const { effective_readings } = await get(`/v1/ceasefires/${set}-10-26`);
    const newYork = effective_readings.filter(
      (reading: { moment: { time_zone: string | null } | null }) =>
        reading.moment?.time_zone === "America/New_York",
    );
    expect(newYork.length).toBeGreaterThan(0);
    for (const reading of newYork)
      if (reading.kind !== "ERROR")
        expect(reading.moment).toMatchObject({ local: "2020-10-26T00:00", earliest: "2020-10-26T04:00:00Z" });
  });

  test("keep the article's midnight as a reading without a moment", async () => {
    const { effective_readings } = await get(`/v1/ceasefires/${set}-10-26`);
    const article = effective_readings.filter((reading: { citations: { source: string }[] }) =>
      reading.citations.some((cited) => cited.source === "nysepost-395326"),
    );
    expect(article.map((reading: { moment: unknown }) => reading.moment)).toContain(null);
  });

  test("keep every broker of 18 October, and say that they are disputed", async () => {
    const { brokers } = await get(`/v1/ceasefires/${set}-10-18`);
    expect(new Set(brokers.map((broker: { actor: string }) => broker.actor)).size).toBeGreaterThanOrEqual(3);
    for (const broker of brokers) {
      expect(broker.disputed).toBe(true);
      expect(broker.citations).not.toEqual([]);
    }
  });

  test("reaffirm the first, and of the three nobody says how or when they ended", async () => {
    const { data } = await get(`/v1/ceasefires?id=${set}-10-10,${set}-10-18,${set}-10-26`);
    expect(data.map((one: { relations: unknown }) => one.relations)).toEqual([
      [],
      [{ kind: "REAFFIRMS", ceasefire: `${set}-10-10` }],
      [{ kind: "REAFFIRMS", ceasefire: `${set}-10-10` }],
    ]);
    for (const one of data) expect(one.ended).toMatchObject({ moment: null, how: "UNKNOWN" });
  });

  test("are not in force on 1 January 2026, and may be only if the undecided are asked for", async () => {
    const active = await get("/v1/ceasefires?active_at=2026-01-01&fields=id");
    expect(active.data).toEqual([{ id: `${set}-11-10` }]);
    const open = await get("/v1/ceasefires?active_at=2026-01-01&or_undecided=true&fields=id");
    expect(open.data).toHaveLength(4);
  });

  test.each([
    ["10-10", "v02", "armenia-ministry-of-defence", { min: 300, max: 360 }],
    ["10-18", "v18", "azerbaijan-ministry-of-foreign-affairs", { min: 120, max: 180 }],
    ["10-26", "v33", "azerbaijan-ministry-of-defence", { min: 300, max: 360 }],
  ])("the truce of %s was first reported broken by %s", async (ceasefire, report, claimant, elapsed_s) => {
    const { expanded } = await get(`/v1/ceasefires/${set}-${ceasefire}?expand=summary&fields=id`);
    expect(expanded.summary.first_violation[0]).toMatchObject({
      reading: 0,
      violation: `${set}-${report}`,
      position: "AFTER",
      elapsed_s,
      claimants: [claimant],
    });
    expect(expanded.summary.status).toBe("UNDECIDED");
  });
});

describe("the reports' places against the effect", () => {
  test("12:05 local on 10 October is after one reading and before the other", async () => {
    const [adopted, moscow] = await windowOf("v02");
    expect(adopted).toEqual({
      reading: 0,
      adopted: true,
      position: "AFTER",
      elapsed_s: { min: 300, max: 360 },
    });
    expect(moscow).toEqual({
      reading: 1,
      adopted: false,
      position: "BEFORE",
      elapsed_s: { min: -3300, max: -3240 },
    });
  });

  test.each([
    ["v01", "BEFORE"],
    ["v03", "ACROSS"],
    ["v04", "UNDECIDED"],
  ])("%s is %s", async (report, position) => {
    expect((await windowOf(report))[0]).toMatchObject({ adopted: true, position });
  });
});

describe("the seed records", () => {
  test("hold all 45 reports under the ids of their dataset", async () => {
    const { page } = await get("/v1/violations?count=true&limit=1");
    expect(page.total).toBe(45);
    for (let number = 1; number <= 45; number += 1) {
      const id = `V${String(number).padStart(2, "0")}`;
      const { data } = await get(`/v1/violations?external_id=${set}:${id}&fields=id`);
      expect(data).toEqual([{ id: `${set}-${id.toLowerCase()}` }]);
    }
  });

  test("cite a source for every claim, figure, answer and finding", () => {
    const reports = JSON.parse(readFileSync(path.join(projectRoot, "seeds", set, "violations.json"), "utf8"));
    const uncited = reports.flatMap((report: { id: string; [list: string]: unknown }) =>
      ["claims", "casualty_claims", "counts", "responses", "assessments"].flatMap((list) => {
        const items = report[list];
        return Array.isArray(items)
          ? items.flatMap((item, place) =>
              item.citations?.length > 0 ? [] : [`${report.id}/${list}/${place}`],
            )
          : [];
      }),
    );
    expect(uncited).toEqual([]);
  });

  test("count three outlets with one origin as one source", async () => {
    const { expanded } = await get(`/v1/violations/${set}-v36?expand=independent_sources&fields=id`);
    expect(expanded.independent_sources.count).toBe(1);
  });

  test("keep a toll as a series per claimant", async () => {
    const { expanded, casualty_claims } = await get(
      `/v1/violations/${set}-v41?expand=casualties&fields=casualty_claims`,
    );
    expect(casualty_claims.length).toBeGreaterThan(2);
    expect(expanded.casualties.killed).toMatchObject({ low: 21, high: 21 });
  });

  test("write nothing when they are written again", async () => {
    expect(await seed(service.pool, recordTypes, set)).toBe(0);
  });

  test("leave alone what an analyst changed or deleted since", async () => {
    const editor = service.as("editor");
    await editor
      .patch(`/v1/violations/${set}-v45`)
      .set("If-Match", '"1"')
      .send({ description: "Changed by a desk." })
      .expect(200);
    await editor.delete(`/v1/violations/${set}-v44`).set("If-Match", '"1"').expect(204);
    expect(await seed(service.pool, recordTypes, set)).toBe(0);
    expect((await get(`/v1/violations/${set}-v45`)).description).toBe("Changed by a desk.");
    await service.as("public").get(`/v1/violations/${set}-v44`).expect(410);
  });
});
