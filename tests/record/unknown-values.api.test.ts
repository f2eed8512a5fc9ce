import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Response } from "supertest";
import { z } from "zod";
import type { Role } from "../../src/http/route.ts";
import { isList, isObject } from "../../src/record/json.ts";
import {
  at,
  ceasefireBody,
  changed,
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

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "place", { id: "khankendi-stepanakert", names: [{ name: "Khankendi" }] });
  await created(service, "violation", { id: "a-report", ...violationBody({ ceasefire: world.truce }) });
});
afterAll(async () => {
  await service.close();
});

async function get(path: string, role: Role = "public"): Promise<Response> {
  return await service.as(role).get(path);
}

function messagesOf(answer: Response): string[] {
  const errors: unknown = answer.body.errors;
  return isList(errors) ? errors.filter(isObject).map(({ message }) => String(message)) : [];
}

/** Every filter that refers to records, with what it refers to and an id that is nearly one of theirs. */
const references: readonly (readonly [string, string, string, string, string])[] = [
  ["/v1/violations", "ceasefire", "ceasefire", "the-truse", world.truce],
  ["/v1/violations", "conflict", "conflict", "the-wer", world.conflict],
  ["/v1/violations", "accused", "actor", "side-c", world.other],
  ["/v1/violations", "claimant", "actor", "side-a-minstry", world.ministry],
  ["/v1/violations", "involved", "actor", "the-monitr", world.monitor],
  ["/v1/violations", "place", "place", "stepanakert", "khankendi-stepanakert"],
  [`/v1/ceasefires/${world.truce}/violations`, "accused", "actor", "sideb", world.other],
  ["/v1/violations/claims", "accused", "actor", "sideb", world.other],
  ["/v1/ceasefires", "conflict", "conflict", "thewar", world.conflict],
  ["/v1/ceasefires", "party", "actor", "side-bb", world.other],
  ["/v1/ceasefires", "broker", "actor", "monitor", world.monitor],
  ["/v1/actors", "part_of", "actor", "sidea", world.side],
  ["/v1/places", "part_of", "place", "a-regoin", world.region],
  ["/v1/sources", "affiliated_with", "actor", "sidea", world.side],
  ["/v1/sources", "origin", "source", "a-sauce", world.source],
  ["/v1/changes", "conflict", "conflict", "the-wars", world.conflict],
  ["/v1/changes/stream", "conflict", "conflict", "the-wars", world.conflict],
];

describe("an id of no record", () => {
  test.each(references)(
    "in %s?%s= is refused with the nearest ids",
    async (path, filter, target, id, near) => {
      const answer = await get(`${path}?${filter}=${id}`);
      expectProblem(answer, 400, "bad-request", [`?${filter}`]);
      expect(messagesOf(answer).join()).toContain(`There is no ${target} \`${id}\`.`);
      expect(messagesOf(answer).join()).toContain(`\`${near}\``);
    },
  );

  test("is refused for every reference filter of every list", () => {
    const listed = service.routes
      .filter(({ method, path }) => method === "GET" && /^\/v1\/[a-z]+$/.test(path))
      .flatMap(({ path, query }) =>
        Object.entries(query.shape)
          .filter(([, schema]) => {
            const read = z.safeParse(schema, "no-such-id");
            return read.success && isObject(read.data) && "refers" in read.data;
          })
          .map(([name]) => `${path}?${name}`),
      );
    const tried = references.map(([path, filter]) => `${path}?${filter}`);
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.filter((filter) => !tried.includes(filter))).toEqual([]);
  });

  test.each(["format=csv", "format=ndjson", "count=true", "known_at=2020-10-26"])(
    "is refused before an answer begins: %s",
    async (query) => {
      expectProblem(await get(`/v1/violations?accused=nosuch&${query}`), 400, "bad-request", ["?accused"]);
    },
  );

  test.each(["Side A", "SIDE-A", "Sidé A"])("is refused with the nearest ids: %s", async (name) => {
    const [message] = messagesOf(await get(`/v1/violations?accused=${encodeURIComponent(name)}`));
    expect(message).toContain(`There is no actor \`${name}\`. Nearest ids: \`side-a\``);
  });

  test("is refused as of the instant for which it was looked up", async () => {
    const as_of = new Date().toISOString().replace("Z", "000Z");
    const answer = await get(`/v1/violations?accused=nosuch&as_of=${as_of}`);
    expect([answer.status, answer.headers["data-as-of"]]).toEqual([400, as_of]);
  });

  test("is refused with the nearest of all ids where none resembles it, and with how to find one", async () => {
    const [message] = messagesOf(await get("/v1/violations?accused=qqqqqqqqqqqq"));
    expect(message).toMatch(
      /^There is no actor `qqqqqqqqqqqq`. Nearest ids: (`[a-z-]+`, ){2}`[a-z-]+`. GET \/v1\/actors\?q=… finds a record by its name.$/,
    );
  });

  test("is named for each parameter and each part of a list", async () => {
    const answer = await get(`/v1/violations?accused=${world.side},xa,xb&place=xc&ceasefire=none,xd`);
    expectProblem(answer, 400, "bad-request", ["?accused", "?ceasefire", "?place"]);
    expect(messagesOf(answer)).toHaveLength(4);
  });

  test("is named a hundred times at most", async () => {
    const ids = Array.from({ length: 150 }, (_, place) => `x${place}`);
    const answer = await get(`/v1/violations?accused=${ids.join(",")}`);
    expect(messagesOf(answer)).toHaveLength(100);
    expect(answer.body.detail).toContain("50 more are not listed");
  });

  test("is known once a record has it, and stays known when the record is deleted", async () => {
    const list = "/v1/violations?involved=short-lived";
    expect((await get(list)).status).toBe(400);
    await created(service, "actor", { id: "short-lived", name: "Short-lived", kind: "OTHER" });
    expect(await idsOf(service, list, "public")).toEqual([]);
    await service.as("editor").delete(at("actor", "short-lived")).set("If-Match", "*");
    expect(await idsOf(service, list, "public")).toEqual([]);
    const other = await testService({
      on: { database: { url: service.databaseUrl, drop: async () => undefined }, keys: service.keys },
    });
    expect(await idsOf(other, list, "public")).toEqual([]);
    await other.close();
    expect(messagesOf(await get("/v1/violations?involved=short-livid")).join()).not.toContain("short-lived");
  });

  test("as of an instant is one that had no version by then, then and for ever", async () => {
    const before = (await get("/v1/actors?limit=1")).body.page.as_of;
    const list = `/v1/violations?involved=latecomer&as_of=${before}`;
    const first = await get(list);
    expectProblem(first, 400, "bad-request", ["?involved"]);
    expect(messagesOf(first).join()).toContain("There is no actor `latecomer`.");
    const { updated_at } = await created(service, "actor", { id: "latecomer", name: "Late", kind: "OTHER" });
    expect(await idsOf(service, "/v1/violations?involved=latecomer", "public")).toEqual([]);
    expect((await get(list)).text).toBe(first.text);
    expect(await idsOf(service, `/v1/violations?involved=latecomer&as_of=${updated_at}`, "public")).toEqual(
      [],
    );
  });

  test("is left out by the filter id, which asks which records there are", async () => {
    expect(await idsOf(service, `/v1/actors?id=nosuch,${world.side}`, "public")).toEqual([world.side]);
  });
});

describe("the id of a RESTRICTED record", () => {
  const list = (id: string) => `/v1/sources?origin=${id}`;

  test("is unknown without a key, in the same words as one of no record, and known with a key", async () => {
    await created(service, "source", sourceBody("Hidden", { id: "hidden-one", visibility: "RESTRICTED" }));
    const [hidden, none] = [await get(list("hidden-one")), await get(list("hidden-two"))];
    expectProblem(hidden, 400, "bad-request", ["?origin"]);
    expect(messagesOf(hidden).join().replace("hidden-one", "hidden-two")).toBe(messagesOf(none).join());
    expect((await get(list("hidden-one"), "analyst")).status).toBe(200);
    expect(messagesOf(await get(list("hidden-two"), "analyst")).join()).toContain("`hidden-one`");
  });

  test("is unknown without a key also when it is deleted, and a deleted PUBLIC one is known", async () => {
    for (const [id, visibility] of [
      ["gone-hidden", "RESTRICTED"],
      ["gone-public", "PUBLIC"],
    ] as const) {
      await created(service, "source", sourceBody("Gone", { id, visibility }));
      await service.as("editor").delete(at("source", id)).set("If-Match", "*");
    }
    expect((await get(list("gone-hidden"))).status).toBe(400);
    expect((await get(list("gone-hidden"), "editor")).status).toBe(200);
    expect((await get(list("gone-public"))).status).toBe(200);
  });

  test("is unknown from the change that hides it on, also as of an earlier instant", async () => {
    const { updated_at } = await created(service, "source", sourceBody("Turned", { id: "turned" }));
    expect((await get(list("turned"))).status).toBe(200);
    await changed(service, "source", "turned", { visibility: "RESTRICTED" });
    expect((await get(list("turned"))).status).toBe(400);
    expect((await get(`${list("turned")}&as_of=${updated_at}`)).status).toBe(400);
    expect((await get(`${list("turned")}&as_of=${updated_at}`, "analyst")).status).toBe(200);
  });
});

describe("a code", () => {
  test.each([
    ["/v1/violations?type=armed_clash", "a-report"],
    ["/v1/violations?status=alleged&scope=Incident&visibility=public", "a-report"],
    ["/v1/actors?kind=state&country_code=aaa", world.side],
    ["/v1/ceasefires?declaration_type=bilateral", world.truce],
  ])("is read in capitals or not: %s", async (path, id) => {
    expect(await idsOf(service, path, "public")).toEqual([id]);
  });

  test("of a type of record is read in capitals or not", async () => {
    const answer = await get("/v1/changes?type=Conflict,ACTOR");
    expect(answer.status).toBe(200);
    expect(answer.body.data).not.toEqual([]);
  });

  test("that is misspelt is refused with the nearest", async () => {
    const answer = await get("/v1/violations?status=allegd");
    expectProblem(answer, 400, "bad-request", ["?status"]);
    expect(messagesOf(answer).join()).toContain("Did you mean `ALLEGED`?");
  });
});

describe("a country code", () => {
  test("finds records in capitals or not, several at once", async () => {
    expect(await idsOf(service, "/v1/actors?country_code=aaa,Bbb", "public")).toEqual([
      world.side,
      world.other,
    ]);
  });

  test.each([
    ["az", "Did you mean `AZE`?"],
    ["Azerbaijan", "Did you mean `AZE`?"],
    ["AZ1", "three letters"],
    ["QQA,CCD", "`CCD` is no country's code"],
  ])("that does not exist is refused: %s", async (code, remedy) => {
    for (const list of ["/v1/actors", "/v1/places"]) {
      const answer = await get(`${list}?country_code=${code}`);
      expectProblem(answer, 400, "bad-request", ["?country_code"]);
      expect(messagesOf(answer).join()).toContain(remedy);
    }
  });

  test.each(["aze", "SUN", "XKX", "AAZ"])(
    "that exists matches nothing until a record has it: %s",
    async (code) => {
      expect(await idsOf(service, `/v1/places?country_code=${code}`, "public")).toEqual([]);
    },
  );

  test("that a record holds is known although ISO 3166 does not assign it", async () => {
    expect((await get("/v1/places?country_code=CCE")).status).toBe(400);
    await created(service, "place", { id: "elsewhere", names: [{ name: "Elsewhere" }], country_code: "CCE" });
    expect(await idsOf(service, "/v1/places?country_code=cce", "public")).toEqual(["elsewhere"]);
  });
});

describe("a reversed span", () => {
  test.each([
    ["/v1/violations", "occurred", "2020-10-27", "2020-10-26"],
    ["/v1/violations", "occurred", "2020-10-26T12:00Z", "2020-10-26T12:00%2B04:00"],
    ["/v1/violations", "occurred", "2021", "2020-12-31"],
    [`/v1/ceasefires/${world.truce}/violations`, "occurred", "2021", "2020"],
    ["/v1/violations/claims", "occurred", "2021", "2020"],
    ["/v1/ceasefires", "effective", "2020-10-26T12:00:01Z", "2020-10-26T12:00:00Z"],
  ])("is refused with both parameters: %s %s from %s to %s", async (path, name, from, to) => {
    const answer = await get(`${path}?${name}_from=${from}&${name}_to=${to}`);
    expectProblem(answer, 400, "bad-request", [`?${name}_from`, `?${name}_to`]);
    expect(messagesOf(answer).join()).toContain("The span is reversed");
  });

  test.each([
    ["2020-10-26", "2020-10-26"],
    ["2020-10-26T12", "2020-10-26"],
    ["2020-10-26", "2020-10"],
    ["2020-10-26T12:00:00Z", "2020-10-26T12:00:00Z"],
  ])("is none where the end reaches the beginning: from %s to %s", async (from, to) => {
    expect((await get(`/v1/violations?occurred_from=${from}&occurred_to=${to}`)).status).toBe(200);
  });
});

test("or_undecided without active_at is refused, naming both", async () => {
  const answer = await get("/v1/ceasefires?or_undecided=true");
  expectProblem(answer, 400, "bad-request", ["?active_at"]);
  expect(messagesOf(answer)).toEqual(["`or_undecided` requires `active_at`."]);
});

test("a ceasefire may be asked for by the conflict and the parties that it has", async () => {
  const { id } = await created(service, "ceasefire", {
    id: "with-parties",
    ...ceasefireBody("With parties", { parties: [{ actor: world.side, role: "SIGNATORY" }] }),
  });
  expect(await idsOf(service, `/v1/ceasefires?conflict=${world.conflict}&party=${world.side}`)).toEqual([id]);
});
