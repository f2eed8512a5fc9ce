import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import pg from "pg";
import { projectRoot } from "../../src/config.ts";
import type { RepeatableRequest } from "../../src/http/idempotency-key.ts";
import { describeService } from "../../src/pages/openapi.ts";
import { createdReply } from "../../src/record/created-reply.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import {
  at,
  bodies,
  changed,
  claimBody,
  created,
  makeWorld,
  rowCounts,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

/** What a creation's answer names beside the record. */
type Named = readonly {
  readonly violation: string;
  readonly why: readonly { code: string; message: string }[];
}[];

const utc = (local: string) => ({ start: { local, time_zone: "+00:00" } });

describe("of the seeds", () => {
  let service: TestService;
  const set = "nagorno-karabakh-2020";
  const seeds: readonly JsonObject[] = JSON.parse(
    readFileSync(path.join(projectRoot, "seeds", set, "violations.json"), "utf8"),
  );

  beforeAll(async () => {
    service = await testService({ seeded: true });
  });

  afterAll(async () => {
    await service.close();
  });

  /** A desk's own account of what a seed tells: other words, another source, none of the seed's ids. */
  function retold(number: string): JsonObject {
    const seed = seeds.find(({ id }) => id === `${set}-v${number}`);
    if (seed === undefined) throw new Error(`There is no seed ${number}.`);
    const { ceasefire, types, scope, visibility, occurred, locations } = JSON.parse(JSON.stringify(seed));
    const [{ claimant, capacity, accused }] = JSON.parse(JSON.stringify(seed.claims));
    const source = { kind: "NEWS", visibility: "PUBLIC", title: `A wire of its own, of ${number}` };
    return {
      ...{ ceasefire, types, scope, visibility, occurred, locations },
      description: "A desk's own words for it.",
      claims: [{ claimant, capacity, accused, words: "Told again.", citations: [{ source }] }],
    };
  }

  const post = async (body: JsonObject): Promise<Named> => {
    const answer = await service.as("analyst").post("/v1/violations").send(body);
    expect(answer.status).toBe(201);
    const { id } = answer.body;
    await service.as("editor").delete(at("violation", id)).set("If-Match", "*");
    return answer.body.possible_duplicates;
  };

  test("every one that tells a time is named first when it is told again", async () => {
    const missed: string[] = [];
    for (const { id } of seeds) {
      const [first] = await post(retold(String(id).slice(-2)));
      if (first?.violation !== id) missed.push(`${String(id)}: ${first?.violation}`);
    }
    expect(missed).toEqual([]);
  }, 60_000);

  test("Ganja in the night of 11 October is found again by a desk that knows the night and no ceasefire", async () => {
    const named = await post({
      ...retold("06"),
      ceasefire: null,
      occurred: { start: { local: "2020-10-11T02:30", time_zone: "+04:00" } },
      types: ["ATTACK_ON_CIVILIANS"],
    });
    expect(named[0]).toEqual({
      violation: `${set}-v06`,
      why: [
        { code: "SAME_TIME", message: "May have begun at the same time." },
        { code: "SAME_PLACE", message: "Is placed at ganja, as this one is." },
        { code: "SAME_ACCUSED", message: "Accuses armenia, as this one does." },
        {
          code: "SAME_CLAIMANT",
          message: "Is told by azerbaijan-ministry-of-foreign-affairs, as this one is.",
        },
      ],
    });
    expect(named.map(({ violation: id }) => id)).not.toContain(`${set}-v15`);
  });

  test("the other side's account of the fighting on the Araxes is named as such", async () => {
    const named = await post(retold("22"));
    const mirror = named.find(({ violation: id }) => id === `${set}-v23`);
    expect(mirror?.why.map(({ code }) => code)).toEqual(["NEAR_TIME", "OTHER_SIDE", "SAME_TYPE"]);
  });
});

describe("the answer to a creation", () => {
  let service: TestService;

  beforeAll(async () => {
    service = await testService();
    await makeWorld(service);
    const body = { ceasefire: world.truce, occurred: utc("2020-10-12T10:00"), locations: [inTown] };
    await created(service, "violation", violationBody({ id: "first", ...body }));
  });

  afterAll(async () => {
    await service.close();
  });

  const inTown = { place: world.town, geo_precision: "SETTLEMENT" };
  const post = (body: JsonObject, route = "/v1/violations", more: { [name: string]: string } = {}) =>
    service.as("analyst").post(route).set(more).send(body);
  const alike = (more: JsonObject = {}) =>
    violationBody({
      ceasefire: world.truce,
      occurred: utc("2020-10-12T10:05"),
      locations: [inTown],
      ...more,
    });
  const namedIn = (body: JsonObject): string[] => {
    const { possible_duplicates: named } = body;
    return Array.isArray(named) ? named.map(({ violation: id }) => id) : [];
  };
  const remove = (id: string) => service.as("editor").delete(at("violation", id)).set("If-Match", "*");

  test("names what stands near, under /v1/violations and under the ceasefire, and says why", async () => {
    for (const route of ["/v1/violations", `${at("ceasefire", world.truce)}/violations`]) {
      const answer = await post(alike(), route);
      expect(answer.status).toBe(201);
      expect(answer.headers.etag).toBe('"1"');
      expect(answer.body.possible_duplicates).toEqual([
        {
          violation: "first",
          why: [
            { code: "NEAR_TIME", message: "Begins between 4 and 6 minutes before this one." },
            { code: "SAME_PLACE", message: "Is placed at a-town, as this one is." },
            { code: "SAME_ACCUSED", message: "Accuses side-b, as this one does." },
            { code: "SAME_CLAIMANT", message: "Is told by side-a, as this one is." },
            { code: "SAME_TYPE", message: "Tells of ARMED_CLASH, as this one does." },
            { code: "SAME_SOURCE", message: "Cites a-source, as this one does." },
          ],
        },
      ]);
      await remove(answer.body.id);
    }
  });

  test("fits its description, and so do those that name nobody", async () => {
    const ajv = new Ajv.default({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: "api", ...describeService(service.routes, recordTypes, "0", "http://localhost") });
    const fits = ajv.compile({ $ref: "api#/components/schemas/CreatedViolation" });
    for (const body of [alike(), violationBody()]) {
      const answer = await post(body);
      expect([fits(answer.body), fits.errors]).toEqual([true, null]);
      await remove(answer.body.id);
    }
  });

  test("names nobody where nothing is near, and has no such member on other types", async () => {
    const answer = await post(alike({ occurred: utc("2020-11-12T10:05") }));
    expect(answer.body.possible_duplicates).toEqual([]);
    await remove(answer.body.id);
    const actor = await service.as("editor").post("/v1/actors").send(bodies.actor("alone"));
    expect(actor.body).not.toHaveProperty("possible_duplicates");
  });

  test("is the only place that names them: neither the record nor its versions hold the member", async () => {
    const { body } = await post(alike());
    const { possible_duplicates: named, ...record } = body;
    expect(namedIn(body)).toEqual(["first"]);
    expect((await service.as("public").get(at("violation", body.id))).body).toEqual(record);
    expect((await service.as("public").get(`${at("violation", body.id)}/revisions/1`)).body).toEqual(record);
    const { rows } = await service.pool.query("SELECT document FROM revisions WHERE id = $1", [body.id]);
    expect(rows[0].document).not.toContain("possible_duplicates");
    const list = await service.as("public").get("/v1/violations?format=ndjson").buffer(true);
    expect(list.text).not.toContain("possible_duplicates");
    const again = await service
      .as("editor")
      .patch(at("violation", body.id))
      .set("If-Match", '"1"')
      .send({ ...body, description: "Changed" });
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty("possible_duplicates");
    const twice = await post({ ...body, id: "written-back" });
    expect(namedIn(twice.body)).toEqual([body.id, "first"].toSorted());
    expect(named).toHaveLength(1);
    await remove(body.id);
    await remove("written-back");
  });

  test("is refused as unknown in a body of another type", async () => {
    const answer = await service
      .as("editor")
      .post("/v1/actors")
      .send({ ...bodies.actor("with it"), possible_duplicates: [] });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toMatchObject({ pointer: "/possible_duplicates", code: "unknown_member" });
  });

  test("leaves out what the new report links to already, and reports of the other scope", async () => {
    const linked = await post(alike({ links: [{ kind: "DUPLICATE_OF", violation: "first" }] }));
    expect(namedIn(linked.body)).toEqual([]);
    await remove(linked.body.id);
    const total = await post(alike({ scope: "AGGREGATE" }));
    expect(namedIn(total.body)).toEqual([]);
    await remove(total.body.id);
  });

  test("finds one under no ceasefire from one under a ceasefire, and the other way round, but none under another", async () => {
    const loose = await post(alike({ ceasefire: null }));
    expect(namedIn(loose.body)).toEqual(["first"]);
    const tied = await post(alike());
    expect(namedIn(tied.body)).toContain(loose.body.id);
    const other = await created(service, "ceasefire", {
      ...{ id: "another-truce", name: "Another", conflict: world.conflict },
      ...{ declaration_type: "BILATERAL", form: "SIGNED" },
    });
    const elsewhere = await post(alike({ ceasefire: other.id }));
    expect(namedIn(elsewhere.body)).toEqual([loose.body.id]);
    for (const { body } of [loose, tied, elsewhere]) await remove(body.id);
  });

  test("names restricted ones too, for whoever writes holds a key", async () => {
    const secret = await post(alike({ visibility: "RESTRICTED", occurred: utc("2020-10-12T10:06") }));
    const answer = await post(alike());
    expect(namedIn(answer.body)).toContain(secret.body.id);
    for (const { body } of [secret, answer]) await remove(body.id);
  });

  test("goes by source and type where the new report tells no time", async () => {
    const { occurred: _occurred, ...undated } = alike();
    const answer = await post(undated);
    expect(namedIn(answer.body)).toEqual(["first"]);
    const other = await post({ ...undated, types: ["OVERFLIGHT"] });
    expect(namedIn(other.body)).toEqual([]);
    for (const { body } of [answer, other]) await remove(body.id);
  });

  test("sees one that another desk wrote meanwhile: of many at once the later see the earlier", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(alike())));
    const pairs = answers.flatMap(({ body }) =>
      namedIn(body).map((id) => [body.id, id].toSorted().join(" ")),
    );
    const ids = answers.map(({ body }) => String(body.id));
    for (const [place, one] of ids.entries())
      for (const two of ids.slice(place + 1)) expect(pairs).toContain([one, two].toSorted().join(" "));
    for (const id of ids) await remove(id);
  });

  test("that comes again under its Idempotency-Key is the same byte for byte, whatever was written since", async () => {
    const key = { "Idempotency-Key": "near" };
    const first = await post(alike(), undefined, key);
    expect(namedIn(first.body)).toEqual(["first"]);
    await changed(service, "violation", "first", { locations: [], claims: [claimBody({ accused: [] })] });
    const later = await post(alike());
    const counts = await rowCounts(service);
    const again = await post(alike(), undefined, key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await rowCounts(service)).toEqual(counts);
    for (const { body } of [first, later]) await remove(body.id);
    await service
      .as("editor")
      .post(`${at("violation", "first")}/revisions/1/restore`)
      .set("If-Match", "*");
  });

  test("whose first answer was never made is made when the request comes again, and kept", async () => {
    const key = { "Idempotency-Key": "cut-short" };
    const first = await post(alike(), undefined, key);
    await service.pool.query("UPDATE idempotency_keys SET told = NULL WHERE key = 'cut-short'");
    const again = await post(alike(), undefined, key);
    expect(again.text).toBe(first.text);
    const { rows } = await service.pool.query("SELECT told FROM idempotency_keys WHERE key = 'cut-short'");
    expect(rows[0].told).toBe(JSON.stringify(first.body.possible_duplicates));
    await remove(first.body.id);
  });
});

describe("a record is acknowledged", () => {
  const written = { id: "x", version: 1, document: '{"id":"x"}', at: "2026-11-26T00:00:00.000000Z" };
  /** A database that nobody answers at. */
  const pool = new pg.Pool({ host: "127.0.0.1", port: 1 });

  async function answered(find: () => Promise<unknown>, repeatable?: RepeatableRequest) {
    const warned: unknown[] = [];
    const log = { warn: (line: unknown) => void warned.push(line) };
    const reply = await createdReply(
      { pool },
      { collection: "violations", search: [] },
      find,
      written,
      { baseUrl: "", log },
      repeatable,
    );
    return { status: reply.status, body: reply.body, warned: warned.length };
  }

  test("also where looking for duplicates fails, or takes too long; it says null then", async () => {
    const unknown = { status: 201, body: '{"id":"x","possible_duplicates":null}', warned: 1 };
    expect(await answered(() => Promise.reject(new Error("The database is away.")))).toEqual(unknown);
    expect(await answered(() => new Promise(() => undefined))).toEqual(unknown);
  });

  test("also where what it names cannot be kept for a repetition", async () => {
    const repeatable = { principal: "desk", key: "k", request_sha256: Buffer.alloc(32) };
    expect(await answered(async () => [], repeatable)).toEqual({
      status: 201,
      body: '{"id":"x","possible_duplicates":[]}',
      warned: 1,
    });
  });
});
