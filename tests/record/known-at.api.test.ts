import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  changed,
  claimBody,
  created,
  dataOf,
  expectProblem,
  idsOf,
  makeWorld,
  sourceBody,
  violationBody,
  world,
} from "../support/builders.ts";
import { ask, questions, truce } from "../support/questions.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService({ seeded: true });
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const ganja = "/v1/violations/nagorno-karabakh-2020-v06";
const late = "known_at=9999-01-01T00:00:00Z";
const day = (local: string) => ({ local, time_zone: "+00:00" });

/** An answer's text, but for the instants of the asking itself. */
function timeless(text: string): string {
  return text.replace(/"(as_of|at)" ?: ?"20[0-9T:.-]*Z"/g, '"$1":"now"');
}

/** A claim of the seventh of January 2021, and one of the ninth. */
const early = claimBody({ stated: day("2021-01-07") });
const later = claimBody({
  stated: day("2021-01-09"),
  claimant: world.other,
  accused: [world.side],
  words: "Katyusha",
});

describe("what had been said by an instant", () => {
  test("of the missile on Ganja the figures of the first day, and nothing that was found later", async () => {
    const { body } = await service
      .as("public")
      .get(`${ganja}?expand=casualties&known_at=2020-10-12T12:00:00Z`);
    expect(body.expanded.casualties.killed).toMatchObject({ low: 7, high: 9 });
    expect(body.status).toBe("ALLEGED");
    expect(body.assessments).toEqual([]);
    expect(body.citations.map(({ source }: { source: string }) => source)).toEqual([
      "trtworld-40477",
      "azernews-170469",
    ]);
    const whole = (await service.as("public").get(`${ganja}?expand=casualties`)).body;
    expect(whole.expanded.casualties.killed).toMatchObject({ low: 7, high: 10 });
    expect(whole.status).toBe("CORROBORATED");
  });

  test.each(questions.filter((question) => !question.endsWith("/revisions")))(
    "%s: all of it, to the byte, where all had been said",
    async (question) => {
      const asked = `${question}${question.includes("?") ? "&" : "?"}${late}`;
      const [cut, whole] = [await ask(service, "public", asked), await ask(service, "public", question)];
      expect(timeless(cut.text)).toBe(timeless(whole.text));
    },
  );

  test("a record of which all had been said is its very bytes, but carries no version to write against", async () => {
    const [cut, whole] = [
      await ask(service, "public", `${ganja}?${late}`),
      await ask(service, "public", ganja),
    ];
    expect(cut.text).toBe(whole.text);
    expect(whole.headers.etag).toBe('"1"');
    expect(cut.headers.etag).not.toBe('"1"');
    const matched = await service.as("public").get(`${ganja}?${late}`).set("If-None-Match", '"1"');
    expect(matched.status).toBe(200);
  });

  test("a page has no ETag of its versions either, and its cursor belongs to its instant", async () => {
    const { as } = service;
    const list = "/v1/violations?limit=2";
    const whole = await as("public").get(list);
    const page = await as("public").get(`${list}&known_at=2020-10-20`);
    const tagged = await as("public")
      .get(`${list}&known_at=2020-10-20`)
      .set("If-None-Match", String(whole.headers.etag));
    expect([page.status, tagged.status]).toEqual([200, 200]);
    const next = encodeURIComponent(page.body.page.next);
    expect((await as("public").get(`${list}&known_at=2020-10-20&cursor=${next}`)).status).toBe(200);
    expectProblem(await as("public").get(`${list}&known_at=2020-10-21&cursor=${next}`), 400, "bad-request", [
      "?cursor",
    ]);
    expectProblem(await as("public").get(`${list}&cursor=${next}`), 400, "bad-request", ["?cursor"]);
  });

  test("the cursor of the brokers belongs to its instant too", async () => {
    const page = await service.as("public").get(`/v1/brokers?limit=1&${late}`);
    const next = encodeURIComponent(page.body.page.next);
    expect((await service.as("public").get(`/v1/brokers?limit=1&${late}&cursor=${next}`)).status).toBe(200);
    expectProblem(await service.as("public").get(`/v1/brokers?limit=1&cursor=${next}`), 400, "bad-request", [
      "?cursor",
    ]);
  });
});

describe("the instant", () => {
  test.each([
    ["2021-01-07", 1],
    ["2021-01-08T00:00:00Z", 1],
    ["2021-01-08T04:00:00%2B04:00", 1],
    ["2021-01-07T23:59:59.999999Z", 0],
    ["2021-01-07T23:59:59Z", 0],
    ["2021-01", 1],
    ["2999", 1],
  ])("%s: a date is read to its end, in UTC", async (known_at, claims) => {
    const id = `read-${known_at.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
    await created(service, "violation", violationBody({ id, claims: [early] }));
    const { status, body } = await service.as("public").get(`/v1/violations/${id}?known_at=${known_at}`);
    expect(status === 200 ? body.claims.length : 0).toBe(claims);
  });

  test.each([
    "yesterday",
    "2021-02-31",
    "2021-01-07T25:00:00Z",
    "2021-01-07T10:00:00.1234567Z",
    "",
    "9999-12-31",
  ])("%s is refused", async (known_at) => {
    for (const path of [
      ganja,
      "/v1/violations",
      "/v1/brokers",
      `/v1/ceasefires/${truce}/history`,
      "/v1/violations/claims",
    ])
      expectProblem(await service.as("public").get(`${path}?known_at=${known_at}`), 400, "bad-request", [
        "?known_at",
      ]);
  });

  test.each([`${ganja}/revisions`, "/v1/changes", "/v1/ledger/head"])(
    "%s knows no known_at",
    async (path) => {
      expectProblem(await service.as("public").get(`${path}?known_at=2021-01-07`), 400, "bad-request", [
        "?known_at",
      ]);
    },
  );
});

describe("a record of which nothing had been said", () => {
  test("is absent, and says so", async () => {
    await created(
      service,
      "violation",
      violationBody({ id: "unheard-of", ceasefire: world.truce, claims: [later] }),
    );
    for (const path of [
      "/v1/violations/unheard-of",
      `/v1/ceasefires/${world.truce}/history`,
      `/v1/ceasefires/${world.truce}/violations`,
      `/v1/sources/${world.source}`,
    ]) {
      const answer = await service.as("public").get(`${path}?known_at=2021-01-08`);
      expectProblem(answer, 404, "not-found");
      expect(answer.body.detail).toMatch(/^Nothing had been said of the .* by 2021-01-09T00:00:00Z\./);
    }
    expect(await idsOf(service, "/v1/violations?id=unheard-of&known_at=2021-01-08")).toEqual([]);
    expect(await idsOf(service, "/v1/violations?id=unheard-of&known_at=2021-01-09")).toEqual(["unheard-of"]);
  });

  test("was never there where it is not for the caller, and is gone where it was deleted", async () => {
    await created(
      service,
      "violation",
      violationBody({ id: "kept-back", visibility: "RESTRICTED", claims: [later] }),
    );
    const hidden = await service.as("public").get("/v1/violations/kept-back?known_at=2021-01-08");
    expect(hidden.body.detail).toBe("There is no violation `kept-back`.");
    const seen = await service.as("analyst").get("/v1/violations/kept-back?known_at=2021-01-08");
    expect(seen.body.detail).toMatch(/^Nothing had been said/);
    await service.as("editor").delete("/v1/violations/kept-back").set("If-Match", "*").expect(204);
    expectProblem(
      await service.as("analyst").get("/v1/violations/kept-back?known_at=2021-01-08"),
      410,
      "gone",
    );
  });

  test("is not referred to", async () => {
    await created(service, "ceasefire", {
      id: "truce-of-ten",
      name: "Truce of ten",
      conflict: world.conflict,
      declaration_type: "BILATERAL",
      form: "SIGNED",
      announced: day("2021-01-10"),
    });
    await created(service, "violation", violationBody({ id: "pointed-at", claims: [later] }));
    const links = [{ kind: "MIRRORS", violation: "pointed-at" }];
    const responses = [
      { actor: world.other, kind: "DENIAL", stated: day("2021-01-07"), violations: ["pointed-at"] },
    ];
    await created(
      service,
      "violation",
      violationBody({ id: "pointing", ceasefire: "truce-of-ten", claims: [early], links, responses }),
    );
    const path = "/v1/violations/pointing?expand=ceasefire,window,violations&known_at=";
    const before = (await service.as("public").get(`${path}2021-01-07`)).body;
    expect(before).toMatchObject({
      ceasefire: null,
      links: [],
      responses: [{ violations: [] }],
      expanded: { ceasefire: null, window: null, violations: [] },
    });
    const after = (await service.as("public").get(`${path}2021-01-10`)).body;
    expect(after).toMatchObject({
      ceasefire: "truce-of-ten",
      links,
      responses: [{ violations: ["pointed-at"] }],
      expanded: { window: [] },
    });
    expect(await idsOf(service, "/v1/violations?ceasefire=truce-of-ten&known_at=2021-01-09")).toEqual([]);
    expect(await idsOf(service, "/v1/violations?ceasefire=truce-of-ten&known_at=2021-01-10")).toEqual([
      "pointing",
    ]);
  });
});

describe("what follows from what was said", () => {
  test("is found by no word that was only said later", async () => {
    await created(
      service,
      "violation",
      violationBody({ id: "katyusha", description: "Artillery; a party of Kat’s.", claims: [early, later] }),
    );
    const found = async (q: string, known_at: string) =>
      await idsOf(service, `/v1/violations?id=katyusha&q=${encodeURIComponent(q)}&known_at=${known_at}`);
    expect(await found("katyusha", "2021-01-08")).toEqual([]);
    expect(await found("katyusha", "2021-01-09")).toEqual(["katyusha"]);
    expect(await found("KATY", "2021-01-09")).toEqual(["katyusha"]);
    expect(await found("kat", "2021-01-08")).toEqual(["katyusha"]);
    expect(await found("artil part", "2021-01-08")).toEqual(["katyusha"]);
    expect(await found("art katy", "2021-01-08")).toEqual([]);
  });

  test("goes by the summary's status at the instant", async () => {
    const ask = async (known_at: string): Promise<JsonObject> =>
      (await service.as("public").get(`/v1/ceasefires/${truce}?expand=summary&known_at=${known_at}`)).body
        .expanded.summary;
    expect(await ask("2020-10-12T12:00:00Z")).toMatchObject({
      at: "2020-10-12T12:00:00.000000Z",
      status: "IN_FORCE",
      violations: { by_status: { ALLEGED: 6, DISPUTED: 1 } },
    });
    expect(Date.parse(String((await ask("9999-01-01T00:00:00Z")).at))).toBeLessThanOrEqual(
      Date.now() + 60_000,
    );
  });

  test("leaves out of the history what was said later", async () => {
    const { body } = await service
      .as("public")
      .get(`/v1/ceasefires/${truce}/history?known_at=2020-10-12T12:00:00Z`);
    const events: readonly { kind: string; record: { id: string }; at: { latest: string } | null }[] = [
      ...body.data,
      ...body.undated,
    ];
    expect(events.filter(({ kind }) => kind === "assessment")).toEqual([]);
    const figures = events.filter(
      ({ kind, record }) => kind === "casualty_claim" && record.id.endsWith("-v06"),
    );
    expect(figures.length).toBe(2);
  });

  test("dates nothing by a source that its caller may not see", async () => {
    await created(
      service,
      "source",
      sourceBody("Open then", { id: "open-then", published: day("2021-01-02") }),
    );
    await created(
      service,
      "source",
      sourceBody("Open still", { id: "open-still", published: day("2021-02-02") }),
    );
    const citing = (...sources: string[]) => [
      claimBody({ citations: sources.map((source) => ({ source })) }),
    ];
    const both = violationBody({ id: "dated-by-both", claims: citing("open-then", "open-still") });
    const then = `as_of=${(await created(service, "violation", both)).updated_at}`;
    await changed(service, "violation", "dated-by-both", { claims: citing("open-still") });
    await changed(service, "source", "open-then", { visibility: "RESTRICTED" });
    const path = `/v1/violations/dated-by-both?${then}&known_at=`;
    expect((await service.as("analyst").get(`${path}2021-01-02`)).body.claims[0].citations).toMatchObject([
      { source: "open-then" },
    ]);
    expectProblem(await service.as("public").get(`${path}2021-01-02`), 404, "not-found");
    const open = await service.as("public").get(`${path}2021-02-02`);
    expect(open.body.claims[0].citations).toMatchObject([{ source: "open-still" }]);
    expect(
      dataOf(await service.as("public").get(`/v1/violations?id=dated-by-both&${then}&known_at=2021-01-03`)),
    ).toEqual([]);
  });
});
