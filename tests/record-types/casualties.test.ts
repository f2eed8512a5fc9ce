import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Json, JsonObject } from "../../src/record/json.ts";
import { at, claimBody, created, makeWorld, sourceBody, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

const utc = (local: string) => ({ local, time_zone: "+00:00" });

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  for (const day of ["10", "20"])
    await created(
      service,
      "source",
      sourceBody(`Of ${day}`, { id: `of-${day}`, published: utc(`2021-01-${day}`) }),
    );
});

afterAll(async () => {
  await service.close();
});

async function expanded(id: string, fact: string) {
  const { body } = await service.as("public").get(`${at("violation", id)}?expand=${fact}&fields=id`);
  return body.expanded[fact];
}

async function casualtiesOf(casualty_claims: readonly JsonObject[]) {
  const { id } = await created(service, "violation", violationBody({ casualty_claims }));
  return await expanded(id, "casualties");
}

const a = (best: number, more: JsonObject = {}) => ({ claimant: world.side, killed: { best }, ...more });
const cited = (...sources: string[]) => ({ citations: sources.map((source) => ({ source })) });

describe("the casualties of a report", () => {
  test.each<[string, JsonObject[], Json[]]>([
    [
      "the last by when it was stated, wherever it stands",
      [a(9, { stated: utc("2021-01-05") }), a(1, { stated: utc("2021-01-04") })],
      [9],
    ],
    [
      "the last by the earliest publication of its sources",
      [a(9, cited("of-20")), a(1, cited("of-10", "of-20"))],
      [9],
    ],
    [
      "a stated one before the publication of its own source",
      [a(9, { ...cited("of-10") }), a(1, { ...cited("of-20"), stated: utc("2021-01-02") })],
      [9],
    ],
    ["the last of the list where nothing is dated", [a(1), a(9)], [9]],
    ["the last of the list among those of one time", [a(1, cited("of-10")), a(9, cited("of-10"))], [9]],
    ["an undated one after the dated one that it follows", [a(1, cited("of-10")), a(9)], [9]],
    ["a dated one over an undated one before it", [a(1), a(9, cited("of-10"))], [9]],
    [
      "none but the last of each claimant",
      [a(1), a(2), { ...a(7), claimant: world.other }, { ...a(3), claimant: null }],
      [2, 7, 3],
    ],
    [
      "apart by whose people they are",
      [a(1, { of: world.side }), a(2, { of: world.other }), a(3)],
      [1, 2, 3],
    ],
    [
      "apart by population",
      [a(1, { population: "CIVILIAN" }), a(2, { population: "MILITARY" }), a(3)],
      [1, 2, 3],
    ],
    [
      "the last that does not contradict itself",
      [a(4), { claimant: world.side, killed: { min: 9, max: 1 } }],
      [4],
    ],
    ["a figure of 0, which is not unknown", [a(0)], [0]],
    [
      "the last that speaks of these casualties at all",
      [a(5), { claimant: world.side, injured: { best: 8 } }],
      [5],
    ],
  ])("take %s", async (_what, claims, best) => {
    const { killed } = await casualtiesOf(claims);
    expect(killed.latest.map((one: JsonObject) => one.best)).toEqual(best);
  });

  test("span from the least to the greatest figure of the latest ones, and keep each measure apart", async () => {
    const found = await casualtiesOf([
      { claimant: world.side, killed: { min: 14, best: 15, max: 20 }, injured: { min: 40 } },
      {
        claimant: world.side,
        killed: { min: 19, approximate: true },
        injured: { min: 60 },
        stated: utc("2021-01-05"),
      },
      { claimant: world.other, killed: { max: 3 }, population: "CIVILIAN" },
    ]);
    expect(found.killed).toEqual({
      low: 3,
      high: 19,
      latest: [
        {
          claimant: world.side,
          of: null,
          population: "UNSPECIFIED",
          min: 19,
          best: null,
          max: null,
          stated: "2021-01-06T00:00:00Z",
        },
        {
          claimant: world.other,
          of: null,
          population: "CIVILIAN",
          min: null,
          best: null,
          max: 3,
          stated: null,
        },
      ],
    });
    expect([found.injured.low, found.injured.high]).toEqual([60, 60]);
    expect(found.missing).toEqual({ low: null, high: null, latest: [] });
  });
});

describe("the independent sources of a report", () => {
  const citing = (...sources: string[]) =>
    violationBody({ claims: sources.map((source) => claimBody(cited(source))) });
  const source = (id: string, origin: string | null = null) =>
    created(service, "source", sourceBody(id, { id, origin }));
  const countOf = async (body: JsonObject) =>
    expanded((await created(service, "violation", body)).id, "independent_sources");

  test("are the distinct roots that they repeat, however long the chain", async () => {
    await source("root");
    await source("repeats", "root");
    await source("repeats-again", "repeats");
    await source("repeats-too", "root");
    await source("alone");
    expect(await countOf(citing("repeats-again"))).toEqual({ count: 1, origins: ["root"] });
    expect(await countOf(citing("repeats-again", "repeats-too", "root"))).toEqual({
      count: 1,
      origins: ["root"],
    });
    expect(await countOf(citing("repeats", "alone"))).toEqual({ count: 2, origins: ["alone", "root"] });
    expect(await countOf(citing("alone", "alone"))).toEqual({ count: 1, origins: ["alone"] });
  });

  test("are those of the claims alone", async () => {
    await source("elsewhere");
    const more = cited("elsewhere");
    const body = { ...citing(world.source), ...more, casualty_claims: [{ killed: { best: 1 }, ...more }] };
    expect(await countOf(body)).toEqual({ count: 1, origins: [world.source] });
  });

  test("end where sources repeat one another in a circle, which no request can make", async () => {
    await source("round-1");
    await source("round-2", "round-1");
    const answer = await service
      .as("editor")
      .patch(at("source", "round-1"))
      .set("If-Match", '"1"')
      .send({ origin: "round-2" });
    expect([answer.status, answer.body.errors[0].pointer, answer.body.errors[0].code]).toEqual([
      422,
      "/origin",
      "circle",
    ]);
    await service.pool.query("UPDATE sources SET origin = 'round-2' WHERE id = 'round-1'");
    expect(await countOf(citing("round-1", "round-2"))).toEqual({ count: 1, origins: ["round-1"] });
    expect(await countOf(citing("round-2", world.source))).toEqual({
      count: 2,
      origins: [world.source, "round-1"],
    });
  });
});
