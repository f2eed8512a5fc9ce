import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { seriesColumns } from "../../src/exchange/formats/columns.ts";
import { isList, type Json, type JsonObject, valueAt } from "../../src/record/json.ts";
import type { RecordType } from "../../src/record/record-type.ts";
import { allTables, type Table } from "../../src/record/table.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { expectProblem } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { allPages, csvRows, fileText, lines } from "./files.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService({ seeded: true });
}, 60_000);
afterAll(async () => {
  await service.close();
});

const series = recordTypes.flatMap((type) =>
  allTables(type.table)
    .filter((table) => table.parent !== null)
    .map((table): [string, RecordType, Table] => [
      `/v1/${type.collection}/${table.name.slice(type.collection.length + 1)}`,
      type,
      table,
    ]),
);

const lists = new Map<string, Promise<JsonObject[]>>();

/** All records of a type, asked for once. */
function documentsOf({ collection }: RecordType): Promise<JsonObject[]> {
  const known = lists.get(collection) ?? allPages(service, `/v1/${collection}`);
  lists.set(collection, known);
  return known;
}

/** The items a document holds for a table. */
function itemsOf(table: Table, document: Json): readonly Json[] {
  if (table.parent === null) return [document];
  return itemsOf(table.parent, document).flatMap((item) => {
    const list = valueAt(item, table.path);
    return isList(list) ? list : [];
  });
}

describe("a child series", () => {
  test.each(series)(
    "%s has a row for every item of the lists, under its columns",
    async (path, type, table) => {
      const documents = await documentsOf(type);
      const items = documents.flatMap((document) => itemsOf(table, document));
      const rows = await csvRows(service, path);
      expect(rows).toHaveLength(items.length);
      const objects = await lines(service, `${path}?format=ndjson`);
      expect(objects).toHaveLength(items.length);
      const [header] = (await fileText(service, path, "public")).split("\n", 1);
      expect(header).toBe(
        seriesColumns(type, table)
          .map(({ name }) => name)
          .join(","),
      );
      const keys = rows.map((row) => table.keys.map((key) => row[key]).join(" "));
      expect(new Set(keys).size).toBe(items.length);
    },
  );

  test("keeps the order of its records and of their lists, and the values of the items", async () => {
    const documents = await allPages(service, "/v1/violations?sort=-occurred");
    const rows = await lines(service, "/v1/violations/casualty_claims?sort=-occurred&format=ndjson");
    const expected = documents.flatMap((document) => {
      const claims = valueAt(document, ["casualty_claims"]);
      return (isList(claims) ? claims : []).map((claim, position) => ({
        violation_id: document.id,
        position,
        claimant: valueAt(claim, ["claimant"]),
        killed_best: valueAt(claim, ["killed", "best"]) ?? null,
        population: valueAt(claim, ["population"]),
        stated_earliest: valueAt(claim, ["stated", "earliest"]) ?? null,
      }));
    });
    expect(expected.length).toBeGreaterThan(10);
    expect(rows).toEqual(expected.map((row) => expect.objectContaining(row)));
  });

  test("takes the filters of the list", async () => {
    const query = "accused=armenia&occurred_from=2020-10-26";
    const ids = (await allPages(service, `/v1/violations?${query}`)).map(({ id }) => id);
    const rows = await csvRows(service, `/v1/violations/claims?${query}`);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ violation_id }) => violation_id))).toEqual(new Set(ids));
  });

  test("is cut at limit rows, and chosen as JSON lines by Accept", async () => {
    expect(await csvRows(service, "/v1/violations/claims?limit=4")).toHaveLength(4);
    const answer = await service
      .as("public")
      .get("/v1/violations/claims?limit=1")
      .set("Accept", "application/x-ndjson");
    expect(answer.headers["content-type"]).toBe("application/x-ndjson");
    expect(answer.headers["content-disposition"]).toMatch(
      /^attachment; filename="violations-claims-\d{4}-\d\d-\d\d\.ndjson"$/,
    );
  });

  test.each(["fields=id", "expand=window", "cursor=x", "count=true", "format=json"])(
    "refuses %s, which says nothing of a table",
    async (query) => {
      const answer = await service.as("public").get(`/v1/violations/claims?${query}`);
      expectProblem(answer, 400, "bad-request", [`?${query.split("=")[0]}`]);
    },
  );

  test("refuses a filter that needs another, and a media type it has not", async () => {
    expectProblem(
      await service.as("public").get("/v1/ceasefires/parties?or_undecided=true"),
      400,
      "bad-request",
      ["?active_at"],
    );
    const answer = await service.as("public").get("/v1/ceasefires/parties").set("Accept", "image/png");
    expectProblem(answer, 406, "not-acceptable");
  });
});
