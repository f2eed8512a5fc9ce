import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { recordTypes } from "../../src/record-types/index.ts";
import {
  at,
  ceasefireBody,
  changed,
  claimBody,
  created,
  idsOf,
  makeWorld,
  sourceBody,
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

const search = (path: string, query: string) => idsOf(service, `${path}?q=${encodeURIComponent(query)}`);

describe("full-text search", () => {
  test("finds a name by its other spellings, as it stands, as of an instant and known by one", async () => {
    const { id, updated_at } = await created(
      service,
      "ceasefire",
      ceasefireBody("Truce of Sana’a, Երևան and کرمان, ٢٠٢٠"),
    );
    for (const query of ["Sana'a", "sanaʿa", "ԵՐԵՎԱՆ", "كرمان", "2020"])
      for (const clock of ["", `&as_of=${updated_at}`, "&known_at=2999-01-01"])
        expect({
          query,
          clock,
          ids: await idsOf(service, `${at("ceasefire")}?q=${encodeURIComponent(query)}${clock}`),
        }).toEqual({ query, clock, ids: [id] });
  });

  test("finds the words of moments, of quotations and of persons", async () => {
    const citation = (quotation: string) => ({ source: world.source, quotation });
    const start = { local: "2020-10-10", words: "momentstart" };
    const violation = await created(
      service,
      "violation",
      violationBody({
        occurred: { start, end: { ...start, words: "momentend" } },
        claims: [
          claimBody({
            stated: { local: "2020-10-11", words: "momentstated" },
            citations: [citation("claimquotation")],
          }),
        ],
        citations: [citation("recordquotation")],
      }),
    );
    for (const word of ["momentstart", "momentend", "momentstated", "claimquotation", "recordquotation"])
      expect([word, await search(at("violation"), word)]).toEqual([word, [violation.id]]);
    const party = {
      actor: world.side,
      role: "SIGNATORY",
      signatories: [{ name: "A person", office: "partyoffice" }],
      declared: { local: "2020-10-10", words: "momentdeclared" },
    };
    const ceasefire = await created(
      service,
      "ceasefire",
      ceasefireBody("Words", {
        parties: [party],
        announced: { local: "2020-10-10", words: "momentannounced" },
      }),
    );
    for (const word of ["partyoffice", "momentdeclared", "momentannounced"])
      expect([word, await search(at("ceasefire"), word)]).toEqual([word, [ceasefire.id]]);
  });

  test("finds every field for names and texts of every record type, and no identifiers", () => {
    const paths = new Map(
      recordTypes.map(({ type, search: searched }) => [type, searched.map((path) => path.join("."))]),
    );
    expect(paths.get("conflict")).toEqual(["name", "started.words", "ended.words", "citations.*.quotation"]);
    expect(paths.get("source")).toEqual([
      "title",
      "author",
      "publisher",
      "published.words",
      "licence",
      "citations.*.quotation",
    ]);
    expect(paths.get("violation")).toEqual(
      expect.arrayContaining([
        "occurred.ongoing_at.words",
        "counts.*.citations.*.quotation",
        "assessments.*.on.words",
      ]),
    );
    for (const [, found] of paths)
      expect(found.filter((path) => /external_ids|fields|country|zone|local|status/.test(path))).toEqual([]);
  });

  test("finds the last of twenty thousand words", async () => {
    const words = Array.from({ length: 20_000 }, (_none, number) => `n${number}`);
    const texts = Array.from({ length: 10 }, (_none, place) =>
      words.slice(place * 2_000, (place + 1) * 2_000).join(" "),
    );
    const locations = texts.map((text) => ({ geo_precision: "REGION", words: text }));
    const answer = await service.as("editor").post(at("violation")).send(violationBody({ locations }));
    expect([answer.status, answer.headers["search-index"]]).toEqual([201, undefined]);
    expect(await search(at("violation"), "n19999")).toEqual([answer.body.id]);
  });

  test("finds each character and each part of a text without spaces", async () => {
    const { id } = await created(service, "source", sourceBody("亚阿双方违反停火协定 ข้อตกลงหยุดยิง"));
    for (const query of ["火", "定", "停火协定", "หยุดยิง", "ย"])
      for (const clock of ["", "&known_at=2999-01-01"])
        expect({
          query,
          clock,
          ids: await idsOf(service, `${at("source")}?q=${encodeURIComponent(query)}${clock}`),
        }).toEqual({ query, clock, ids: [id] });
    for (const query of ["停协", "协火", "ยห"])
      expect([query, await search(at("source"), query)]).toEqual([query, []]);
  });

  test("does not index all of a text that folding makes too long, and says so in the answer", async () => {
    const locations = Array.from({ length: 2 }, () => ({
      geo_precision: "REGION",
      words: "ﷺ".repeat(20_000),
    }));
    const answer = await service.as("editor").post(at("violation")).send(violationBody({ locations }));
    expect([answer.status, answer.headers["search-index"]]).toEqual([201, "incomplete"]);
    expect(await search(at("violation"), "صلى")).toContain(answer.body.id);
  });

  test("does not fail on words beyond the basic plane that are cut", async () => {
    const { id } = await created(service, "source", sourceBody(`x${"𐐨".repeat(120)}`));
    expect(await search(at("source"), `x${"𐐨".repeat(120)}`)).toEqual([id]);
  });
});

test("a record with more words than the index keeps says so in the answer of each write, also when it is repeated", async () => {
  let number = 0;
  const word = () => {
    number += 1;
    return `${number}`.padStart(99, "w");
  };
  const parts = (count: number) =>
    Array.from({ length: count }, () => ({
      geo_precision: "REGION",
      words: Array.from({ length: 199 }, word).join(" "),
    }));
  const { id } = await created(service, "violation", violationBody({ locations: parts(48) }));
  const weapons = parts(8).map(({ words }) => ({ kind: "OTHER", words }));
  const patched = await service
    .as("editor")
    .patch(at("violation", id))
    .set("If-Match", '"1"')
    .send({ weapons });
  expect([patched.status, patched.headers["search-index"]]).toEqual([200, "incomplete"]);
  const same = await service.as("editor").patch(at("violation", id)).set("If-Match", '"2"').send({ weapons });
  expect([same.status, same.headers.etag, same.headers["search-index"]]).toEqual([200, '"2"', "incomplete"]);
  const fewer = await changed(service, "violation", id, { weapons: [] });
  const restore = () =>
    service
      .as("editor")
      .post(`${at("violation", id)}/revisions/2/restore`)
      .set("If-Match", `"${fewer.version}"`)
      .set("Idempotency-Key", "restore-with-all-words");
  const restored = await restore();
  const repeated = await restore();
  for (const answer of [restored, repeated])
    expect([answer.status, answer.headers.etag, answer.headers["search-index"]]).toEqual([
      200,
      '"4"',
      "incomplete",
    ]);
});
