import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { HistoryEvent } from "../../src/exchange/history/event.ts";
import { isList, type Json, type JsonObject, valueAt } from "../../src/record/json.ts";
import {
  ceasefireBody,
  created,
  expectProblem,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { allPages, csvRows, parseCsv } from "./files.ts";
import { orderFaults } from "./history-order.ts";

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

interface History {
  readonly data: readonly HistoryEvent[];
  readonly undated: readonly HistoryEvent[];
}

async function historyOf(
  service: TestService,
  id: string,
  role: "public" | "analyst" = "public",
): Promise<History> {
  const answer = await service.as(role).get(`/v1/ceasefires/${id}/history`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
}

const truces = ["nagorno-karabakh-2020-10-10", "nagorno-karabakh-2020-10-18", "nagorno-karabakh-2020-10-26"];

describe.each(truces)("the history of %s", (id) => {
  test("is in order of time, with what nobody dates apart", async () => {
    const { data, undated } = await historyOf(seeded, id);
    expect(data.length).toBeGreaterThan(10);
    expect(orderFaults(data)).toEqual([]);
    expect(undated.every(({ at, dated_by }) => at === null && dated_by === null)).toBe(true);
    expect(data.every(({ dated_by }) => dated_by !== null)).toBe(true);
  });

  test("tells every report, claim, figure, answer, finding and reading once, at its pointer", async () => {
    const { data, undated } = await historyOf(seeded, id);
    const found = [...data, ...undated].map(({ record, pointer }) => `${record.id}${pointer}`);
    const violations = await allPages(seeded, `/v1/ceasefires/${id}/violations`);
    const [truce] = await allPages(seeded, `/v1/ceasefires?id=${id}`);
    const lists = ["claims", "casualty_claims", "responses", "assessments"];
    const expected = [
      ...violations.flatMap((violation) => [
        String(violation.id),
        ...lists.flatMap((list) => pointers(violation, list)),
      ]),
      ...pointers(truce, "effective_readings"),
    ];
    expect(violations.length).toBeGreaterThan(5);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(found.filter((at) => !at.startsWith(`${id}/`)).sort()).toEqual(
      expected.filter((at) => !at.startsWith(`${id}/`)).sort(),
    );
  });

  test("gives every event its sources, with where to find them", async () => {
    const { data, undated } = await historyOf(seeded, id);
    for (const { citations, summary } of [...data, ...undated]) {
      expect(citations).not.toHaveLength(0);
      for (const { source, url, title, publisher } of citations)
        expect({ source, known: (url ?? title ?? publisher) !== null }).toEqual({ source, known: true });
      expect(summary).toMatch(/^\S.{10,}/s);
    }
  });

  test("gives the position that the report's own window gives", async () => {
    const { data, undated } = await historyOf(seeded, id);
    const found = new Map(
      [...data, ...undated]
        .filter(({ kind }) => kind === "violation")
        .map(({ record, position, elapsed_s, status }) => [record.id, { position, elapsed_s, status }]),
    );
    for (const violation of await allPages(seeded, `/v1/ceasefires/${id}/violations?expand=window`)) {
      const window = valueAt(violation, ["expanded", "window"]);
      const adopted = isList(window)
        ? window.find((reading) => valueAt(reading, ["adopted"]) === true)
        : null;
      expect(found.get(String(violation.id))).toEqual({
        position: valueAt(adopted ?? null, ["position"]),
        elapsed_s: valueAt(adopted ?? null, ["elapsed_s"]),
        status: violation.status,
      });
    }
  });

  test("is the same as CSV, one row an event", async () => {
    const { data, undated } = await historyOf(seeded, id);
    const rows = await csvRows(seeded, `/v1/ceasefires/${id}/history?format=csv`);
    expect(
      rows.map(({ kind, record_id, pointer, sources, at_earliest }) => ({
        kind,
        record_id,
        pointer,
        sources,
        at_earliest,
      })),
    ).toEqual(
      [...data, ...undated].map(({ kind, record, pointer, citations, at }) => ({
        kind,
        record_id: record.id,
        pointer,
        sources: [...new Set(citations.map(({ source }) => source))].join(";"),
        at_earliest: at?.earliest ?? "",
      })),
    );
  });
});

function pointers(record: JsonObject | undefined, list: string): string[] {
  const items: Json | undefined = record?.[list];
  return isList(items) ? items.map((_item, place) => `${String(record?.id)}/${list}/${place}`) : [];
}

describe("an event of a history", () => {
  const truce = "told-truce";

  beforeAll(async () => {
    await created(own, "source", {
      id: "dated-source",
      kind: "NEWS",
      visibility: "PUBLIC",
      title: "Dated",
      published: { local: "2020-10-13", time_zone: "+04:00" },
    });
    const sources = [{ source: world.source }];
    await created(own, "ceasefire", {
      id: truce,
      ...ceasefireBody("Told", {
        announced: { local: "2020-10-09T20:00", time_zone: "+04:00" },
        expires: { local: "2020-11-01", time_zone: "+04:00" },
        parties: [
          {
            actor: world.side,
            role: "DECLARANT",
            declared: { local: "2020-10-09T21:00", time_zone: "+04:00" },
            withdrew: { local: "2020-10-20T21:00", time_zone: "+04:00" },
          },
          { actor: world.other, role: "EXCLUDED" },
        ],
        effective_readings: [
          { kind: "TEXT", adopted: true, moment: { local: "2020-10-10T12:00", time_zone: "+04:00" } },
          { kind: "REPORTED", adopted: false, words: "soon" },
        ],
        provisions: [
          {
            kind: "OTHER",
            text: "Prisoners go home.",
            due: { local: "2020-10-15", time_zone: "+04:00" },
            obliged: [world.side],
          },
          { kind: "OTHER", text: "Without a day." },
        ],
        ended: {
          how: "COLLAPSED",
          moment: { local: "2020-10-21", time_zone: "+04:00" },
          citations: [{ source: "dated-source" }],
        },
        citations: [
          { source: world.source, fields: ["announced", "parties"] },
          { source: "dated-source", fields: ["expires"] },
        ],
      }),
    });
    await created(own, "violation", {
      id: "told-report",
      ...violationBody({
        ceasefire: truce,
        occurred: { start: { local: "2020-10-11T10:00", time_zone: "+04:00" } },
        claims: [
          {
            capacity: "PARTY",
            claimant: world.side,
            accused: [world.other],
            words: '=shelling, "heavy"',
            citations: [{ source: "dated-source" }],
          },
        ],
        casualty_claims: [
          { claimant: world.side, killed: { min: 2, approximate: true }, of: world.side, citations: sources },
        ],
        responses: [
          {
            actor: world.other,
            kind: "DENIAL",
            stated: { local: "2020-10-12", time_zone: "+04:00" },
            citations: sources,
          },
        ],
        assessments: [
          {
            assessor: world.monitor,
            of: "OCCURRENCE",
            verdict: "VERIFIED",
            on: { local: "2020-10-14", time_zone: "+04:00" },
            citations: sources,
          },
        ],
      }),
    });
    await created(own, "violation", {
      id: "told-secret",
      ...violationBody({ ceasefire: truce, visibility: "RESTRICTED" }),
    });
  });

  test("stands in its place among all kinds, from announcement to end", async () => {
    const { data, undated } = await historyOf(own, truce);
    expect(data.map(({ kind, dated_by }) => `${kind} ${dated_by}`)).toEqual([
      "announced record",
      "declared record",
      "reading record",
      "violation record",
      "claim publication",
      "response record",
      "assessment record",
      "provision_due record",
      "withdrew record",
      "ended record",
      "expires record",
    ]);
    expect(undated.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual([
      "reading /effective_readings/1",
      "casualty_claim /casualty_claims/0",
    ]);
  });

  test("is told in neutral words with the names of who acts", async () => {
    const { data, undated } = await historyOf(own, truce);
    const told = new Map([...data, ...undated].map((event) => [event.kind, event]));
    expect(told.get("declared")?.summary).toBe("Side A declared the ceasefire.");
    expect(told.get("claim")?.summary).toBe('Side A reported it, accusing Side B: =shelling, "heavy"');
    expect(told.get("claim")?.actors).toEqual([
      { actor: world.side, name: "Side A", as: "CLAIMANT" },
      { actor: world.other, name: "Side B", as: "ACCUSED" },
    ]);
    expect(told.get("response")?.summary).toBe("Side B denied it.");
    expect(told.get("assessment")?.summary).toBe("The Monitor verified that it happened.");
    expect(told.get("casualty_claim")?.summary).toBe(
      "Side A gave figures (people of Side A): killed at least about 2.",
    );
    expect(told.get("provision_due")?.actors).toEqual([{ actor: world.side, name: "Side A", as: "OBLIGED" }]);
    expect(told.get("violation")?.summary).toBe("A violation was reported: armed clash.");
  });

  test("rests on its own sources, else on the record's that speak of its member", async () => {
    const { data } = await historyOf(own, truce);
    const sources = Object.fromEntries(
      data.map(({ kind, citations }) => [kind, citations.map(({ source }) => source)]),
    );
    expect(sources).toMatchObject({
      announced: [world.source],
      declared: [world.source],
      expires: ["dated-source"],
      ended: ["dated-source"],
      claim: ["dated-source"],
      violation: ["dated-source"],
      provision_due: [],
    });
  });

  test("of a restricted report is told to the holder of a key alone", async () => {
    const idsOf = ({ data, undated }: History) => [...data, ...undated].map(({ record }) => record.id);
    expect(idsOf(await historyOf(own, truce))).not.toContain("told-secret");
    expect(idsOf(await historyOf(own, truce, "analyst"))).toContain("told-secret");
  });

  test("in CSV is not run as a formula", async () => {
    const answer = await own.as("public").get(`/v1/ceasefires/${truce}/history`).set("Accept", "text/csv");
    const rows = parseCsv(answer.text);
    expect(rows.find(({ kind }) => kind === "reading")?.at_time_zone).toBe("UTC+04:00");
    expect(answer.headers["content-disposition"]).toMatch(
      /filename="told-truce-history-\d{4}-\d\d-\d\d\.csv"/,
    );
  });
});

describe("no history", () => {
  test("is told of what never existed, nor in a format it has not", async () => {
    const nobody = own.as("public");
    expectProblem(await nobody.get("/v1/ceasefires/no-such/history"), 404, "not-found");
    const other = await nobody.get(`/v1/ceasefires/${world.truce}/history?format=ndjson`);
    expectProblem(other, 400, "bad-request", ["?format"]);
    const image = await nobody.get(`/v1/ceasefires/${world.truce}/history`).set("Accept", "image/png");
    expectProblem(image, 406, "not-acceptable");
  });

  test("stands at a deleted ceasefire, which answers when and why it was deleted", async () => {
    const { id } = await created(own, "ceasefire", { id: "gone-truce", ...ceasefireBody("Gone") });
    const empty = await historyOf(own, id);
    expect([empty.data, empty.undated]).toEqual([[], []]);
    await own.as("editor").delete(`/v1/ceasefires/${id}`).set("If-Match", "*");
    expectProblem(await own.as("public").get(`/v1/ceasefires/${id}/history`), 410, "gone");
  });
});
