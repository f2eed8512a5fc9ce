import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { csvColumns } from "../../src/exchange/formats/columns.ts";
import { isList, isObject, type Json, type JsonObject, valueAt } from "../../src/record/json.ts";
import type { RecordType } from "../../src/record/record-type.ts";
import type { ScalarType } from "../../src/record/shape.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { created, expectProblem, makeWorld, sourceBody, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { allPages, csvRows, fileText, lines, type Row } from "./files.ts";

let seeded: TestService;
let own: TestService;

beforeAll(async () => {
  seeded = await testService({ seeded: true });
  own = await testService();
  await makeWorld(own);
}, 60_000);
afterAll(async () => {
  await Promise.all([seeded.close(), own.close()]);
});

/** What a scalar or a list of scalars of a document is as a cell, by the documented rules. No seeded text is a formula. */
function cellOf(value: Json | undefined, type?: ScalarType): string {
  if (value === null || value === undefined) return "";
  if (isList(value)) return value.map(String).join(";");
  const text = String(value);
  return type === "zone" && /^[+-]/.test(text) ? `UTC${text}` : text;
}

/** The cells that a document's own fields make. */
function cellsOf(type: RecordType, document: JsonObject): Row {
  return Object.fromEntries(
    type.table.columns.map((column) => [
      column.name,
      cellOf(valueAt(document, column.path), column.node.type),
    ]),
  );
}

/** The low and high cells that the expand `casualties` of a document makes. */
function tollCells({ id, expanded }: JsonObject): Row {
  const found = isObject(expanded) ? expanded.casualties : undefined;
  const cells = ["killed", "injured", "missing"].flatMap((measure) =>
    ["low", "high"].map((side) => [`${measure}_${side}`, cellOf(valueAt(found, [measure, side]))]),
  );
  return { id: cellOf(id), ...Object.fromEntries(cells) };
}

const queries: readonly [string, string][] = [
  ...recordTypes.map(({ collection }): [string, string] => [collection, ""]),
  ["violations", "accused=armenia&claimant=azerbaijan"],
  ["violations", "occurred_from=2020-10-18&occurred_to=2020-10-27"],
  ["violations", "type=SHELLING_ARTILLERY_MISSILE,GROUND_ATTACK&status=DISPUTED,ALLEGED&sort=-occurred"],
  ["violations", "bbox=46.5,39.5,47.5,40.5&sort=updated_at"],
  ["violations", "conflict=nagorno-karabakh-2020&place=nagorno-karabakh&q=artillery"],
  ["violations", "external_id=nagorno-karabakh-2020:V01"],
  ["violations", "updated_since=2020-01-01T00:00:00Z&visibility=PUBLIC"],
  ["violations", "id=nagorno-karabakh-2020-v01,nagorno-karabakh-2020-v02"],
  ["ceasefires", "active_at=2020-10-20&or_undecided=true"],
  ["ceasefires", "effective_from=2020-10-18T00:00:00%2B04:00&broker=russia"],
  ["sources", "publisher=TASS&sort=-published"],
  ["places", "bbox=46.5,39.5,47.5,40.5&country_code=AZE"],
];

describe("CSV and JSON lines of a list", () => {
  test.each(queries)(
    "hold what JSON holds, to the last row and in its order: %s?%s",
    async (collection, query) => {
      const type = recordTypes.find((candidate) => candidate.collection === collection);
      if (type === undefined) throw new Error(`No type of ${collection}`);
      const path = `/v1/${collection}?${query}`;
      const documents = await allPages(seeded, path);
      expect(documents.length).toBeGreaterThan(0);
      expect(await lines(seeded, `${path}&format=ndjson`)).toEqual(documents);
      const rows = await csvRows(seeded, `${path}&format=csv`);
      expect(rows.map(({ id }) => id)).toEqual(documents.map(({ id }) => id));
      expect(rows).toEqual(documents.map((document) => expect.objectContaining(cellsOf(type, document))));
    },
  );

  test("are cut at limit, after the same order", async () => {
    const first = (await allPages(seeded, "/v1/violations?sort=-occurred")).slice(0, 3);
    const path = "/v1/violations?sort=-occurred&limit=3";
    expect(await lines(seeded, `${path}&format=ndjson`)).toEqual(first);
    expect((await csvRows(seeded, `${path}&format=csv`)).map(({ id }) => id)).toEqual(
      first.map(({ id }) => id),
    );
  });

  test("are chosen by Accept, named as files, and dated", async () => {
    const answer = await seeded.as("public").get("/v1/ceasefires").set("Accept", "text/csv");
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8");
    const day = answer.headers["data-as-of"]?.slice(0, 10);
    expect(answer.headers["data-as-of"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename="ceasefires-${day}.csv"`);
  });

  test("begin with the header row, also where nothing is found, and without a byte order mark", async () => {
    const text = await fileText(seeded, "/v1/violations?id=none-such&format=csv", "public");
    const type = recordTypes.find(({ collection }) => collection === "violations");
    expect(type).toBeDefined();
    if (type !== undefined)
      expect(text).toBe(
        `${csvColumns(type)
          .map(({ name }) => name)
          .join(",")}\n`,
      );
    expect(await fileText(seeded, "/v1/violations?id=none-such&format=ndjson", "public")).toBe("");
  });

  test("carry expanded facts as JSON lines, one line a record", async () => {
    const path = "/v1/violations?expand=window,casualties,ceasefire,sources&fields=id";
    expect(await lines(seeded, `${path}&format=ndjson`)).toEqual(await allPages(seeded, path));
  });

  test.each([
    ["expand=window", "?expand"],
    ["fields=external_ids", "?fields"],
    ["cursor=abc", "?cursor"],
    ["count=true", "?count"],
  ])("refuse %s where CSV cannot honour it", async (query, place) => {
    const answer = await seeded.as("public").get(`/v1/violations?format=csv&${query}`);
    expectProblem(answer, 400, "bad-request", [place]);
  });
});

describe("the columns of a CSV file", () => {
  test("are those of the fields asked for", async () => {
    const [row] = await csvRows(
      seeded,
      "/v1/violations?fields=id,ceasefire,casualty_claims&limit=1&format=csv",
    );
    expect(Object.keys(row ?? {})).toEqual([
      "id",
      "ceasefire",
      "ceasefire_name",
      "conflict",
      "killed_low",
      "killed_high",
      "injured_low",
      "injured_high",
      "missing_low",
      "missing_high",
    ]);
  });

  test("each have a name of their own and a description, in every table", () => {
    for (const type of recordTypes) {
      for (const { name, description } of csvColumns(type)) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(`${name}: ${description}`).toMatch(/: .{10,}/);
      }
    }
  });

  test("give the low and high that the expand casualties gives, on every seeded report", async () => {
    const documents = await allPages(seeded, "/v1/violations?expand=casualties");
    const rows = await csvRows(seeded, "/v1/violations?format=csv");
    expect(rows).toEqual(documents.map((document) => expect.objectContaining(tollCells(document))));
    expect(rows.some(({ killed_high }) => killed_high !== "" && killed_high !== "0")).toBe(true);
  });

  test("name whom claims accuse, who claims, and where, beside the ids", async () => {
    const [row] = await csvRows(seeded, "/v1/violations?id=nagorno-karabakh-2020-v01&format=csv");
    expect(row).toMatchObject({
      ceasefire_name: "Moscow humanitarian ceasefire of 10 October 2020",
      conflict: "nagorno-karabakh-2020",
      accused: "azerbaijan",
      accused_names: "Azerbaijan",
      claimants: "armenia-ministry-of-defence",
      claimant_names: "Ministry of Defence of Armenia",
      places: "artsvanik;yeritsvank",
      place_names: "Artsvanik;Yeritsvank",
      occurred_start_local: "2020-10-10",
      occurred_start_time_zone: "UTC+04:00",
      occurred_start_latest: "2020-10-10T08:00:00Z",
    });
  });

  test("give a ceasefire's parties, brokers and the adopted reading of its effect", async () => {
    const [row] = await csvRows(seeded, "/v1/ceasefires?id=nagorno-karabakh-2020-10-26&format=csv");
    expect(row).toMatchObject({
      conflict_name: "Nagorno-Karabakh conflict of 2020",
      effective_local: "2020-10-26T08:00",
      effective_earliest: "2020-10-26T04:00:00Z",
      parties: "armenia;artsakh-de-facto-authorities;azerbaijan",
    });
    expect(row?.broker_names?.split(";")).toContain("United States");
  });
});

describe("what is not known", () => {
  test("is an empty cell, and said to be none is 0", async () => {
    const tolls: readonly [string, JsonObject[]][] = [
      ["toll-unknown", []],
      ["toll-none", [{ claimant: world.side, killed: { best: 0 } }]],
      ["toll-silent", [{ claimant: world.side, injured: { min: 2 } }]],
      [
        "toll-later",
        [
          { claimant: world.side, killed: { best: 9 }, stated: { local: "2020-10-12" } },
          { claimant: world.side, killed: { min: 3, max: 4 }, stated: { local: "2020-10-11" } },
          { claimant: world.other, killed: { best: 1 }, of: world.side },
        ],
      ],
      ["toll-contradictory", [{ claimant: world.side, killed: { min: 5, max: 2 } }]],
    ];
    for (const [id, casualty_claims] of tolls)
      await created(own, "violation", { id, ...violationBody({ casualty_claims }) });
    const rows = await csvRows(own, `/v1/violations?id=${tolls.map(([id]) => id).join(",")}&format=csv`);
    const found = Object.fromEntries(
      rows.map((row) => [row.id, [row.killed_low, row.killed_high, row.injured_low]]),
    );
    expect(found).toEqual({
      "toll-unknown": ["", "", ""],
      "toll-none": ["0", "0", ""],
      "toll-silent": ["", "", "2"],
      "toll-later": ["1", "9", ""],
      "toll-contradictory": ["", "", ""],
    });
  });
});

describe("the low and high of casualties", () => {
  const orNull = (values: fc.Arbitrary<Json>) => fc.option(values, { nil: null });
  const figure = fc.integer({ min: 0, max: 9 });
  const range = fc.record({ min: orNull(figure), best: orNull(figure), max: orNull(figure) });
  const claim = fc.record({
    claimant: orNull(fc.constantFrom(world.side, world.other)),
    of: orNull(fc.constantFrom(world.side, world.other)),
    population: fc.constantFrom("CIVILIAN", "UNSPECIFIED"),
    killed: orNull(range),
    injured: orNull(range),
    stated: orNull(fc.integer({ min: 10, max: 13 }).map((day) => ({ local: `2020-10-${day}` }))),
    citations: fc.subarray(["told-11", "told-12"]).map((sources) => sources.map((source) => ({ source }))),
  });

  test("are those of the expand, whatever was claimed by whom, when and in what order", async () => {
    for (const day of [11, 12])
      await created(
        own,
        "source",
        sourceBody("Told", { id: `told-${day}`, published: { local: `2020-10-${day}` } }),
      );
    const series = fc.sample(fc.array(claim, { minLength: 1, maxLength: 6 }), {
      numRuns: 60,
      seed: 20201010,
    });
    for (const [place, casualty_claims] of series.entries())
      await created(own, "violation", { id: `random-${place}`, ...violationBody({ casualty_claims }) });
    const query = `id=${series.map((_claims, place) => `random-${place}`).join(",")}`;
    const documents = await allPages(own, `/v1/violations?${query}&expand=casualties`);
    const rows = await csvRows(own, `/v1/violations?${query}&format=csv`);
    expect(rows).toEqual(documents.map((document) => expect.objectContaining(tollCells(document))));
    expect(
      new Set(rows.map(({ killed_low, killed_high }) => `${killed_low} ${killed_high}`)).size,
    ).toBeGreaterThan(5);
  });
});

describe("a restricted record", () => {
  beforeAll(async () => {
    const casualty_claims = [{ claimant: world.side, killed: { best: 3 } }];
    await created(own, "violation", {
      id: "hidden-report",
      ...violationBody({ visibility: "RESTRICTED", casualty_claims }),
    });
  });

  test.each([
    "/v1/violations?format=csv",
    "/v1/violations?format=ndjson",
    "/v1/violations/casualty_claims",
    "/v1/violations/claims_accused?format=ndjson",
  ])("is in no export without a key, and in all with one: %s", async (path) => {
    expect(await fileText(own, path, "public")).not.toContain("hidden-report");
    expect(await fileText(own, path, "analyst")).toContain("hidden-report");
  });
});
