import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import {
  at,
  ceasefireBody,
  changed,
  claimBody,
  created,
  expectProblem,
  idsOf,
  makeWorld,
  sourceBody,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

const external_ids = [{ dataset: "a:set", id: "x:1", relation: "PART_OF" }];
const minute = (local: string) => ({ local, time_zone: "+00:00" });

/** One record of each type that every filter of its list can be made to match. */
const wanted: { readonly [type: string]: JsonObject } = {
  conflict: { id: "wanted", name: "Wanted war", external_ids },
  actor: {
    id: "wanted",
    name: "Wanted actor",
    kind: "MEDIA",
    part_of: world.ministry,
    country_code: "CCC",
    external_ids,
  },
  place: {
    id: "wanted",
    names: [{ name: "Wanted place" }],
    part_of: world.town,
    country_code: "CCC",
    latitude: 10,
    longitude: 20,
    external_ids,
  },
  source: sourceBody("Wanted source", {
    id: "wanted",
    kind: "DATASET",
    visibility: "RESTRICTED",
    publisher: "The, Paper",
    affiliated_with: world.ministry,
    origin: world.source,
    external_ids,
  }),
  ceasefire: ceasefireBody("Wanted truce", {
    id: "wanted",
    conflict: "wanted",
    purposes: ["HOLIDAY", "ELECTION"],
    declaration_type: "UNILATERAL",
    ceasefire_class: "DEFINITIVE",
    parties: [{ actor: world.ministry, role: "SIGNATORY" }],
    brokers: [{ actor: "wanted", role: "HOST" }],
    effective_readings: [{ kind: "TEXT", adopted: true, moment: minute("2021-05-05T12:00") }],
    external_ids,
  }),
  violation: violationBody({
    id: "wanted",
    ceasefire: "wanted",
    description: "Wanted report",
    types: ["LOOTING_OR_DESTRUCTION", "OVERFLIGHT"],
    weapons: [{ kind: "ARTILLERY" }, { kind: "DRONE" }],
    scope: "AGGREGATE",
    visibility: "RESTRICTED",
    involved: [world.army],
    claims: [claimBody(), claimBody({ claimant: world.ministry, accused: [world.army, "wanted"] })],
    responses: [{ actor: "wanted", kind: "ADMISSION" }],
    occurred: { start: minute("2021-06-06T10:00"), end: minute("2021-06-06T11:00") },
    locations: [{ place: "wanted", geo_precision: "SETTLEMENT" }],
    external_ids,
  }),
};

/** For each filter, a value that finds the wanted record and one that does not. */
const values: { readonly [type: string]: { readonly [filter: string]: readonly [string, string] } } = {
  conflict: {},
  actor: { kind: ["MEDIA", "NGO"], part_of: [world.side, world.other], country_code: ["CCC", "AAA"] },
  place: {
    part_of: [world.region, "wanted"],
    country_code: ["CCC", "AAA"],
    bbox: ["19,9,21,11", "21,9,22,11"],
  },
  source: {
    kind: ["DATASET", "NEWS"],
    affiliated_with: [world.side, world.other],
    origin: [world.source, "wanted"],
    publisher: ["The, Paper", "The"],
    visibility: ["RESTRICTED", "PUBLIC"],
  },
  ceasefire: {
    conflict: ["wanted", world.conflict],
    party: [world.side, world.other],
    broker: ["wanted", world.other],
    purpose: ["ELECTION", "OTHER"],
    declaration_type: ["UNILATERAL", "BILATERAL"],
    ceasefire_class: ["DEFINITIVE", "PRELIMINARY"],
    active_at: ["2021-05-06", "2021-05-05"],
    effective_from: ["2021-05-05T12:00:00Z", "2021-05-05T12:00:01Z"],
    effective_to: ["2021-05-05", "2021-05-05T12:00:00Z"],
  },
  violation: {
    ceasefire: ["wanted", "none"],
    conflict: ["wanted", world.conflict],
    type: ["OVERFLIGHT", "ARMED_CLASH"],
    weapon: ["CLUSTER_MUNITION,DRONE", "MORTAR"],
    accused: ["wanted", world.monitor],
    claimant: [world.side, world.other],
    involved: [world.other, world.side],
    status: ["ADMITTED", "ALLEGED"],
    scope: ["AGGREGATE", "INCIDENT"],
    place: [world.region, "nowhere"],
    bbox: ["19,9,21,11", "21,9,22,11"],
    visibility: ["RESTRICTED", "PUBLIC"],
    occurred_from: ["2021-06-06T10:00:00Z", "2021-06-06T11:01:00Z"],
    occurred_to: ["2021-06-06T11:02:00Z", "2021-06-06T10:00:00Z"],
  },
};

const common: { readonly [filter: string]: readonly [string, string] } = {
  id: ["other,wanted", "other"],
  external_id: ["a:set:x:1", "a:set:x"],
  updated_since: ["2020-01-01T00:00:00+04:00", "2999-01-01T00:00:00Z"],
  q: ["wanted", "unwanted"],
};

function query(filters: readonly (readonly [string, string])[]): string {
  return new URLSearchParams([...filters.map(([name, value]): [string, string] => [name, value])]).toString();
}

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "place", { id: "nowhere", names: [{ name: "Nowhere" }] });
  for (const { type } of recordTypes) await created(service, type, wanted[type] ?? {});
});

afterAll(async () => {
  await service.close();
});

describe.each(recordTypes.map((type) => [type.type, type] as const))(
  "the filters of the list of %s",
  (name, type) => {
    const filters = Object.entries({ ...common, ...values[name] });

    test("are all tried here", () => {
      const tried = filters.map(([filter]) => filter);
      const known = [...Object.keys(common), ...Object.keys(type.filters)].filter(
        (one) => one !== "or_undecided",
      );
      expect([...tried].sort()).toEqual(known.sort());
    });

    test.each(filters)(
      "%s finds the record by what it holds, and not by another value",
      async (filter, [hit, miss]) => {
        const path = at(name);
        expect(await idsOf(service, `${path}?${query([[filter, hit]])}`)).toContain("wanted");
        expect(await idsOf(service, `${path}?${query([[filter, miss]])}`)).not.toContain("wanted");
      },
    );

    test("hold all together, and any one of them that does not match empties the list", async () => {
      const all = filters.map(([filter, [hit]]): [string, string] => [filter, hit]);
      const { body } = await service.as("editor").get(`${at(name)}?${query(all)}&count=true`);
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual(["wanted"]);
      expect(body.page.total).toBe(1);
      for (const [filter, [, miss]] of filters) {
        const others = all.filter(([other]) => other !== filter);
        expect([filter, await idsOf(service, `${at(name)}?${query([...others, [filter, miss]])}`)]).toEqual([
          filter,
          [],
        ]);
      }
    });

    test("refuse a value that cannot be read, naming the parameter and telling all at once", async () => {
      const bad = Object.keys(values[name] ?? {}).filter((filter) => filter !== "publisher");
      const answer = await service
        .as("public")
        .get(`${at(name)}?${query(bad.map((filter) => [filter, "§"]))}&limit=x&id=A`);
      expectProblem(
        answer,
        400,
        "bad-request",
        [...bad, "limit", "id"].map((filter) => `?${filter}`),
      );
    });

    test("name the nearest known parameter for one that is not known", async () => {
      const answer = await service.as("public").get(`${at(name)}?updated_sinse=2020-01-01T00:00:00Z`);
      expectProblem(answer, 400, "bad-request", ["?updated_sinse"]);
      expect(answer.body.errors[0].message).toContain("Did you mean `updated_since`?");
    });
  },
);

describe("the list of violations", () => {
  test("a comma means or", async () => {
    const { id } = await created(service, "violation", violationBody({ types: ["INCURSION"] }));
    expect(await idsOf(service, `${at("violation")}?type=INCURSION`)).toEqual([id]);
    const both = await idsOf(service, `${at("violation")}?type=INCURSION,OVERFLIGHT`);
    expect(both.sort()).toEqual([id, "wanted"].sort());
    expectProblem(
      await service.as("public").get(`${at("violation")}?type=INCURSION,INCURSON`),
      400,
      "bad-request",
      ["?type"],
    );
  });

  test("accused and claimant match within one claim", async () => {
    const list = (claimant: string, accused: string) =>
      idsOf(service, `${at("violation")}?id=wanted&claimant=${claimant}&accused=${accused}`);
    expect(await list(world.ministry, world.army)).toEqual(["wanted"]);
    await created(service, "violation", {
      ...violationBody({ id: "two-claims" }),
      claims: [claimBody({ accused: [world.monitor] }), claimBody({ claimant: world.monitor })],
    });
    const two = (claimant: string, accused: string) =>
      idsOf(service, `${at("violation")}?id=two-claims&claimant=${claimant}&accused=${accused}`);
    expect(await two(world.side, world.monitor)).toEqual(["two-claims"]);
    expect(await two(world.monitor, world.other)).toEqual(["two-claims"]);
    expect(await two(world.monitor, world.monitor)).toEqual([]);
    expect(await two(world.side, world.other)).toEqual([]);
  });

  test("an actor stands for its offices, an office not for its state", async () => {
    const { id } = await created(
      service,
      "violation",
      violationBody({ claims: [claimBody({ claimant: world.ministry, accused: [world.army] })] }),
    );
    const list = (filter: string) => idsOf(service, `${at("violation")}?id=${id}&${filter}`);
    expect(await list(`claimant=${world.side}`)).toEqual([id]);
    expect(await list(`accused=${world.other}`)).toEqual([id]);
    const upward = await created(service, "violation", violationBody());
    expect(await idsOf(service, `${at("violation")}?id=${upward.id}&claimant=${world.ministry}`)).toEqual([]);
  });

  test("ceasefire=none asks for those linked to none, and joins with others by or", async () => {
    const unlinked = await created(service, "violation", violationBody());
    const linked = await created(service, "violation", violationBody({ ceasefire: world.truce }));
    const list = (value: string) =>
      idsOf(service, `${at("violation")}?id=${unlinked.id},${linked.id},wanted&ceasefire=${value}`);
    expect(await list("none")).toEqual([unlinked.id]);
    expect(await list(world.truce)).toEqual([linked.id]);
    expect((await list(`none,${world.truce}`)).sort()).toEqual([unlinked.id, linked.id].sort());
  });

  test("bbox goes by the location's own point, else by its place's", async () => {
    const at40 = { place: world.town, geo_precision: "SETTLEMENT" };
    const byPlace = await created(service, "violation", violationBody({ locations: [at40] }));
    const own = { ...at40, geo_precision: "EXACT", latitude: -5, longitude: 179 };
    const byOwn = await created(service, "violation", violationBody({ locations: [own] }));
    const none = await created(
      service,
      "violation",
      violationBody({ locations: [{ geo_precision: "UNLOCATED" }] }),
    );
    const list = (box: string) =>
      idsOf(service, `${at("violation")}?id=${byPlace.id},${byOwn.id},${none.id}&bbox=${box}`);
    expect(await list("45,39,47,41")).toEqual([byPlace.id]);
    expect(await list("170,-10,-170,0")).toEqual([byOwn.id]);
    expect((await list("-180,-90,180,90")).sort()).toEqual([byPlace.id, byOwn.id].sort());
    for (const box of ["1,2,3", "0,10,1,9", "0,0,181,1", "0,0,1,91", "a,b,c,d", "0,0,1,NaN"]) {
      expectProblem(await service.as("public").get(`${at("violation")}?bbox=${box}`), 400, "bad-request", [
        "?bbox",
      ]);
    }
  });

  test.each([
    ["2020-10", "2020-10", true],
    ["2020-10-09", "2020-10-10", true],
    ["2020-10-10", "", true],
    ["2020-10-11", "", false],
    ["", "2020-10-09", true],
    ["", "2020-10-09T19", false],
    ["", "2020-10-10", true],
    ["2020-10-10T20", "", false],
    ["2020-10-10T19", "2020-10-10T19", true],
    ["2020-10-10T20:00:00Z", "", false],
    ["2020-10-10T23:59:59%2B04:00", "", true],
    ["2021", "", false],
    ["", "2019", false],
  ])("a day in Baku overlaps from %s to %s: %s", async (from, to, overlaps) => {
    const occurred = { start: { local: "2020-10-10", time_zone: "+04:00" } };
    const { id } = await created(service, "violation", violationBody({ occurred }));
    const parameters = [
      from === "" ? "" : `&occurred_from=${from}`,
      to === "" ? "" : `&occurred_to=${to}`,
    ].join("");
    expect(await idsOf(service, `${at("violation")}?id=${id}${parameters}`)).toEqual(overlaps ? [id] : []);
  });

  test("a report that lasted for months is in a span at their end, also as of when it was thought so", async () => {
    const day = (local: string) => ({ local, time_zone: "+00:00" });
    const report = (start: string, end: string) =>
      created(service, "violation", violationBody({ occurred: { start: day(start), end: day(end) } }));
    const long = await report("1915-01-01", "1915-09-01");
    const earlier = await report("1915-08-01", "1915-08-30");
    const later = await report("1915-08-31", "1915-08-31");
    const list = `${at("violation")}?id=${long.id},${earlier.id},${later.id}&occurred_from=1915-08-31`;
    expect(await idsOf(service, list)).toEqual([long.id, later.id]);
    await changed(service, "violation", long.id, {
      occurred: { start: day("1915-01-01"), end: day("1915-02-01") },
    });
    expect(await idsOf(service, list)).toEqual([later.id]);
    expect(await idsOf(service, `${list}&as_of=${later.updated_at}`)).toEqual([long.id, later.id]);
  });

  test("a report without a time is in no span", async () => {
    const { id } = await created(service, "violation", violationBody());
    expect(await idsOf(service, `${at("violation")}?id=${id}&occurred_from=1800`)).toEqual([]);
    expect(await idsOf(service, `${at("violation")}?id=${id}&occurred_to=2999`)).toEqual([]);
  });

  test("under a ceasefire holds its reports alone, and takes no filter by ceasefire", async () => {
    const mine = await created(
      service,
      "violation",
      violationBody({ ceasefire: world.truce, types: ["MINE_OR_IED"] }),
    );
    await created(service, "violation", violationBody({ types: ["MINE_OR_IED"] }));
    const path = `${at("ceasefire", world.truce)}/violations`;
    expect(await idsOf(service, `${path}?type=MINE_OR_IED`)).toEqual([mine.id]);
    expectProblem(await service.as("public").get(`${path}?ceasefire=none`), 400, "bad-request", [
      "?ceasefire",
    ]);
    expectProblem(
      await service.as("public").get(`${at("ceasefire", "no-such")}/violations`),
      404,
      "not-found",
    );
  });
});

describe("q", () => {
  test.each([
    ["Şuşa", ["susa", "ŞUŞA", "Şuş", "şuşa"]],
    ["Շուշի", ["շուշի", "ՇՈՒՇԻ", "Շուշ"]],
    ["Шуша", ["шуша", "ШУША"]],
    ["شوشا", ["شوشا"]],
    ["停火协议", ["停火"]],
    ["Kəlbəcər", ["kəlbəcər", "KƏLBƏCƏR"]],
    ["İmişli", ["imisli", "İMİŞLİ", "imişli"]],
    ["Cafés 'd\\''Été & Co | (x)", ["cafes", "ete co", "'ete", "x & co", "!x"]],
  ])("finds a place named %s", async (name, questions) => {
    const { id } = await created(service, "place", { names: [{ name: "Other name" }, { name }] });
    for (const question of questions) {
      const found = await idsOf(service, `${at("place")}?q=${encodeURIComponent(question)}`);
      expect([question, found]).toEqual([question, expect.arrayContaining([id])]);
    }
    const more = `${questions[0]} zzz`;
    expect(await idsOf(service, `${at("place")}?q=${encodeURIComponent(more)}`)).toEqual([]);
  });

  test("refuses a question without a word", async () => {
    expectProblem(await service.as("public").get(`${at("place")}?q=%26%7C`), 400, "bad-request", ["?q"]);
    expectProblem(await service.as("public").get(`${at("place")}?q=`), 400, "bad-request", ["?q"]);
  });

  test("reads the descriptions and words of reports", async () => {
    const { id } = await created(
      service,
      "violation",
      violationBody({ claims: [claimBody({ words: "Smerch over Barda" })] }),
    );
    expect(await idsOf(service, `${at("violation")}?q=barda smerch`)).toEqual([id]);
  });
});
