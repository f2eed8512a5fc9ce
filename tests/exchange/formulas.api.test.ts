import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cellSql, defused, type ExportColumn } from "../../src/exchange/formats/cells.ts";
import { at, ceasefireBody, created, makeWorld, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { csvRows, fileText, parseCsv, textOfCell, textsOfCell } from "./files.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
}, 60_000);
afterAll(async () => {
  await service.close();
});

/** Every first character that OWASP lists, in ASCII and full-width. */
const signs = ["=", "+", "-", "@", "＝", "＋", "－", "＠"];
const controls = ["\t", "\r", "\n"];

/** Where some program starts a cell: at the beginning, after a separator, and after a line break that it takes for one. */
function cellStarts(file: string): string[] {
  return file.split(/[;\t\r\n]/).map((part) => part.replace(/^[ "]+/, ""));
}

/** The texts as cells, made by the database. */
async function cells(texts: readonly (string | readonly string[])[], list: boolean): Promise<string[]> {
  const column: ExportColumn = {
    name: "x",
    description: "",
    member: "x",
    type: "text",
    list,
    sql: () => "x",
  };
  const value = list ? "ARRAY(SELECT jsonb_array_elements_text(x))" : "(x #>> '{}')";
  const { rows } = await service.pool.query<{ cell: string }>(
    `SELECT ${cellSql(column, value)} AS cell FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given(x, place) ORDER BY place`,
    [JSON.stringify(texts)],
  );
  return rows.map(({ cell }) => cell);
}

const piece = fc.constantFrom(...signs, ...controls, ";", "'", '"', " ", ",", "\\", "a", "1", "й");
const hostile = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));

describe("a text in a cell", () => {
  const texts = fc.sample(hostile, { numRuns: 3000, seed: 20201026 });

  test("starts no formula, wherever a program starts a cell in it", async () => {
    for (const cell of await cells(texts, false))
      for (const start of cellStarts(cell)) expect(signs).not.toContain(start.charAt(0));
  });

  test("begins with no tab or line break", async () => {
    for (const cell of await cells(texts, false)) expect(controls).not.toContain(cell.charAt(0));
  });

  test("is made alike by the database and by the service, and gives the text back", async () => {
    const made = await cells(texts, false);
    expect(made).toEqual(texts.map(defused));
    expect(made.map(textOfCell)).toEqual(texts);
  });
});

describe("a list of texts in a cell", () => {
  const lists = fc.sample(fc.array(hostile, { minLength: 1, maxLength: 4 }), {
    numRuns: 1500,
    seed: 20201026,
  });

  test("has each element defused, and gives the elements back", async () => {
    const made = await cells(lists, true);
    for (const cell of made)
      for (const start of cellStarts(cell)) expect(signs).not.toContain(start.charAt(0));
    expect(made.map(textsOfCell)).toEqual(lists);
  });

  test.each([...signs, ...controls])(
    "has an apostrophe before an element that begins with %j",
    async (sign) => {
      const [cell] = await cells([["first", `${sign}1+1`]], true);
      expect(cell?.startsWith(`first;'${sign}`)).toBe(true);
    },
  );
});

describe("a CSV file", () => {
  test("holds names and aliases that read back unchanged", async () => {
    const names = [
      "=1+1",
      "-5",
      "+7",
      "@sum",
      "＝1",
      "'x",
      "''y",
      "a;b\\c",
      "a;=b",
      'say "so", twice',
      "plain",
    ];
    const aliases = ["=cmd", "x;y", "-2", "＠sum"];
    for (const [place, name] of names.entries())
      await created(service, "actor", { id: `named-${place}`, name, kind: "OTHER", aliases });
    const ids = names.map((_name, place) => `named-${place}`).join(",");
    const rows = await csvRows(service, `${at("actor")}?id=${ids}&format=csv`);
    const read = new Map(rows.map(({ id, name = "", aliases: cell = "" }) => [id, { name, cell }]));
    expect(names.map((_name, place) => textOfCell(read.get(`named-${place}`)?.name ?? ""))).toEqual(names);
    expect(read.get("named-0")).toEqual({ name: "'=1+1", cell: "'=cmd;x\\;y;'-2;'＠sum" });
    for (const { cell } of read.values()) expect(textsOfCell(cell)).toEqual(aliases);
  });

  test("holds no formula in any cell of a list, of its series and of a history", async () => {
    const formula = '=HYPERLINK("http://x.example";1)';
    const words = `${formula};${formula}\t${formula}\n${formula}`;
    await created(service, "source", {
      id: "hostile-source",
      kind: "NEWS",
      visibility: "PUBLIC",
      title: `a;${formula}`,
      url: "https://x.example/;=1+1",
    });
    const citations = [{ source: "hostile-source", quotation: words }];
    await created(service, "ceasefire", {
      id: "hostile-truce",
      ...ceasefireBody("hostile"),
      coverage: { words },
      effective_readings: [{ kind: "TEXT", words, adopted: false, citations }],
      citations,
    });
    await created(service, "violation", {
      id: "hostile-report",
      ...violationBody({ ceasefire: "hostile-truce", description: words }),
      claims: [{ capacity: "PARTY", claimant: world.side, words, citations }],
    });
    for (const path of [
      `${at("source")}?id=hostile-source&format=csv`,
      `${at("ceasefire")}?id=hostile-truce&format=csv`,
      `${at("ceasefire")}/effective_readings?id=hostile-truce`,
      `${at("violation")}?id=hostile-report&format=csv`,
      `${at("violation")}/claims?id=hostile-report`,
      `${at("violation")}/claims_citations?id=hostile-report`,
      `${at("ceasefire", "hostile-truce")}/history?format=csv`,
    ]) {
      const file = await fileText(service, path, "public");
      expect(file).toMatch(/hostile/);
      for (const start of cellStarts(file))
        expect([path, signs]).not.toEqual([path, expect.arrayContaining([start.charAt(0)])]);
    }
  });

  test("leaves numbers alone, negative ones too", async () => {
    await created(service, "place", {
      id: "south-west",
      names: [{ name: "SW" }],
      latitude: -12.5,
      longitude: -70,
    });
    const [row] = await csvRows(service, `${at("place")}?id=south-west&format=csv`);
    expect(row).toMatchObject({ latitude: "-12.5", longitude: "-70" });
    await created(service, "violation", {
      id: "early-report",
      ...violationBody({
        ceasefire: world.truce,
        occurred: { start: { local: "2020-10-10T11:05", time_zone: "+04:00" } },
      }),
    });
    const events = await csvRows(service, `${at("ceasefire", world.truce)}/history?format=csv`);
    expect(
      events.find(({ record_id, kind }) => record_id === "early-report" && kind === "violation"),
    ).toMatchObject({
      elapsed_min_s: "-3300",
      elapsed_max_s: "-3240",
    });
  });

  test("writes offsets in a form that a request takes and the record keeps as in JSON", async () => {
    const zones = ["+04:00", "-03:30", "+00:00", "UTC", "Asia/Baku", null];
    for (const [place, time_zone] of zones.entries())
      await created(service, "violation", {
        id: `zoned-${place}`,
        ...violationBody({ occurred: { start: { local: "2020-10-26T08:00", time_zone } } }),
      });
    const ids = zones.map((_zone, place) => `zoned-${place}`).join(",");
    const path = `${at("violation")}?id=${ids}&format=csv&fields=id,occurred`;
    const rows = parseCsv(await fileText(service, path, "public"));
    const written = rows.map(({ occurred_start_time_zone }) => occurred_start_time_zone);
    expect([...written].sort()).toEqual(["", "Asia/Baku", "UTC", "UTC+00:00", "UTC+04:00", "UTC-03:30"]);
    for (const row of rows) {
      const time_zone = row.occurred_start_time_zone === "" ? null : (row.occurred_start_time_zone ?? null);
      const start = { local: row.occurred_start_local ?? "", time_zone };
      const again = await created(service, "violation", { ...violationBody({ occurred: { start } }) });
      const original = await service.as("public").get(at("violation", row.id));
      expect(again.occurred).toEqual(original.body.occurred);
    }
  });
});
