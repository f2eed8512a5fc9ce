import { randomUUID } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Route } from "../src/http/route.ts";
import type { Server } from "../src/http/server.ts";
import { describeService } from "../src/pages/openapi.ts";
import { isObject } from "../src/record/json.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { anyText, arbitraryFor } from "./support/arbitrary.ts";
import { created, sourceBody, violationBody } from "./support/builders.ts";
import { entityTagLists } from "./support/entity-tags.ts";
import { longUnits, longValue, type Sent, send } from "./support/hostile.ts";
import { listening } from "./support/listening.ts";
import { unicodeName } from "./support/names.ts";
import { anyPatch } from "./support/patches.ts";
import { type TestService, testService } from "./support/service.ts";

/** How many requests are sent; `FUZZ_RUNS=50000 npm run jest -- tests/fuzz.test.ts` is the long run. */
const runs = Number(process.env.FUZZ_RUNS ?? 2_000);
/** With what keys: `public` sends none, `analyst`, `editor` and `admin` that role's. Else all are mixed. */
const fuzzedRole = process.env.FUZZ_ROLE;
/** Stands in every text and id of the records that nobody may see without a key. */
const secret = `hidden-${randomUUID()}`;

let service: TestService;
let server: Server;
let port = 0;
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  service = await testService({ seeded: true });
  ({ server, port } = await listening(service));
  const hidden = { id: secret, visibility: "RESTRICTED" };
  await created(service, "source", sourceBody(secret, hidden));
  const claim = { capacity: "MEDIA", accused: [], words: secret, citations: [{ source: secret }] };
  const under = { ceasefire: "nagorno-karabakh-2020-10-26", description: secret, claims: [claim] };
  await created(service, "violation", violationBody({ ...hidden, ...under }));
});

afterAll(async () => {
  agent.destroy();
  await server.close(0);
  await service.close();
});

/** The longest refusal, and the longest time that one answer may take on a machine with other work to do. */
const MAX_PROBLEM_BYTES = 64 * 1024;
const MAX_ANSWER_MS = 10_000;

/** A value of up to 20,000 characters that repeats one unit. */
const longText = fc
  .tuple(fc.constantFrom(...longUnits), fc.constantFrom(101, 1_000, 7_000, 20_000))
  .map(([unit, length]) => longValue(unit, length));

/** An example of the description with one member as another request has it. */
function nearly(example: unknown, other: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.tuple(other, fc.nat()).map(([made, pick]) => {
    if (!isObject(example) || !isObject(made)) return JSON.stringify(example);
    const { id: _id, ...rest } = example;
    const members = Object.entries(made);
    const [member, value] = members[pick % (members.length + 1)] ?? [];
    return JSON.stringify(member === undefined ? rest : { ...rest, [member]: value });
  });
}

/** A JSON Patch with pointers into a record of the route's type, and beyond it. */
function patchTo(route: Route): fc.Arbitrary<string> {
  const type = recordTypes.find(({ collection }) => route.path.startsWith(`/v1/${collection}/`));
  return anyPatch(type?.example ?? {}).map((patch) => JSON.stringify(patch));
}

/** A long value of a member that many types have. */
const longMembers = fc
  .tuple(
    fc.constantFrom("name", "title", "description", "words", "local", "url", "id", "citations"),
    longText,
  )
  .map(([member, text]) => ({ [member]: text }));

/** The keys that requests come with, "" for none; of several kinds, each as often as it stands here. */
function tokens(): string[] {
  const { analyst, editor, admin } = service.keys;
  if (fuzzedRole === undefined)
    return ["", admin, admin, admin, admin, editor, editor, analyst, "cft_nobody"];
  const token = new Map(Object.entries({ public: "", analyst, editor, admin })).get(fuzzedRole);
  if (token === undefined) throw new Error(`FUZZ_ROLE=${fuzzedRole}: there is no such role.`);
  return [token];
}

/** Requests to one route: parameters, headers and body made from its description, right, nearly right and wrong. */
function requestsTo(route: Route, schemas: { readonly [name: string]: unknown }): fc.Arbitrary<Sent> {
  const path = fc.tuple(anyText, fc.constantFrom("1", "2", "0", "99999999999", "x")).map(([id, version]) =>
    route.path
      .replace("{id}", encodeURIComponent(id) || "x")
      .replace("{version}", version)
      .replace(/\{\w+\}/g, encodeURIComponent(id) || "x"),
  );
  const names = Object.keys(route.query.shape);
  const value = fc.oneof(
    anyText,
    longText,
    fc.constantFrom(
      "true",
      "none",
      "json",
      "csv",
      "ndjson",
      "5",
      "46,39,47,40",
      "PUBLIC",
      "ALLEGED",
      "window",
      "id,name",
      "-updated_at",
      "name",
      "occurred",
    ),
  );
  const query =
    names.length === 0
      ? fc.constant("")
      : fc
          .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 2 })
          .map((pairs) => new URLSearchParams(pairs).toString());
  const key = fc.constantFrom(...tokens());
  const mediaTypes = Object.keys(route.body ?? {});
  const body =
    mediaTypes.length === 0
      ? fc.constant({ type: "", text: undefined })
      : fc.constantFrom(...mediaTypes).chain((type) =>
          fc
            .oneof(
              {
                weight: 10,
                arbitrary: arbitraryFor(route.body?.[type]?.schema, schemas).map((made) =>
                  JSON.stringify(made),
                ),
              },
              {
                weight: 12,
                arbitrary: nearly(
                  route.body?.[type]?.example,
                  arbitraryFor(route.body?.[type]?.schema, schemas),
                ),
              },
              { weight: type === "application/json-patch+json" ? 20 : 0, arbitrary: patchTo(route) },
              { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
              { weight: 1, arbitrary: nearly(route.body?.[type]?.example, longMembers) },
            )
            .map((text) => ({ type, text })),
        );
  const match = fc.oneof(fc.constantFrom("", "*", "1"), entityTagLists);
  return fc.tuple(path, query, key, body, match).map(([at, search, token, sent, ifMatch]) => ({
    method: route.method,
    path: search === "" ? at : `${at}?${search}`,
    headers: {
      ...(token !== "" && { Authorization: `Bearer ${token}` }),
      ...(sent.type !== "" && { "Content-Type": sent.type }),
      ...(ifMatch !== "" && { "If-Match": ifMatch }),
    },
    body: sent.text,
  }));
}

test(
  `answers ${runs} requests, right and wrong, without a single 5xx, and every refusal is a problem that says where`,
  async () => {
    const description = describeService(service.routes, recordTypes, "0", "http://localhost");
    const components =
      isObject(description.components) && isObject(description.components.schemas)
        ? description.components.schemas
        : {};
    const routes = service.routes.filter((route) => route.path.startsWith("/v1/"));
    const requests = fc.oneof(...routes.map((route) => requestsTo(route, components)));
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const start = performance.now();
        const answer = await send(port, agent, sent);
        expect(performance.now() - start).toBeLessThan(MAX_ANSWER_MS);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        const { Authorization: keyed = "Bearer cft_nobody" } = sent.headers;
        if (keyed === "Bearer cft_nobody") expect(answer.text).not.toContain(secret);
        if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
        if (answer.status < 400) return;
        expect(answer.type).toBe("application/problem+json");
        expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
        const problem = JSON.parse(answer.text);
        expect(problem).toMatchObject({
          status: answer.status,
          title: expect.any(String),
          detail: expect.any(String),
        });
        if (answer.status === 422) expect(problem.errors.length).toBeGreaterThan(0);
      }),
      {
        numRuns: runs,
        endOnFailure: true,
        ...(process.env.FUZZ_SEED !== undefined && { seed: Number(process.env.FUZZ_SEED) }),
      },
    );
    if (process.env.FUZZ_RUNS !== undefined) console.log(Object.fromEntries([...seen].sort()));
    // A fuzz that only ever bounces off the first check tests nothing.
    expect(seen.get(200) ?? 0).toBeGreaterThan(runs / 50);
    if (fuzzedRole !== undefined) return;
    expect(seen.get(422) ?? 0).toBeGreaterThan(runs / 50);
    expect(seen.get(201) ?? 0).toBeGreaterThan(runs / 400);
  },
  600_000 + runs * 40,
);

test("keeps a name in any script normalized and finds it by its spellings, or refuses it with the place", async () => {
  const headers = { Authorization: `Bearer ${service.keys.admin}`, "Content-Type": "application/json" };
  let kept = 0;
  const seen = new Set<number>();
  const body = (name: string) => JSON.stringify({ name, kind: "OTHER" });
  await fc.assert(
    fc.asyncProperty(unicodeName, async (name) => {
      const answer = await send(port, agent, {
        method: "POST",
        path: "/v1/actors",
        headers,
        body: body(name),
      });
      seen.add(answer.status);
      const record = JSON.parse(answer.text);
      if (answer.status !== 201) {
        expect([answer.status, record.errors[0].pointer]).toEqual([422, "/name"]);
        return;
      }
      kept += 1;
      expect(record.name).toBe(record.name.normalize("NFC").trim());
      expect(record.name).toMatch(/[\p{L}\p{N}\p{P}\p{S}\p{Co}]/u);
      expect(record.name).not.toMatch(/[\u202d\u202e\u200b\ufeff]|\s\s/);
      const path = `/v1/actors?id=${record.id}&known_at=2999-01-01&q=`;
      for (const spelling of [record.name, record.name.normalize("NFD"), record.name.toUpperCase()]) {
        const found = await send(port, agent, {
          method: "GET",
          path: path + encodeURIComponent(spelling),
          headers,
          body: undefined,
        });
        // A name of punctuation alone holds no word.
        if (found.status !== 400)
          expect([spelling, JSON.parse(found.text).data.length]).toEqual([spelling, 1]);
      }
    }),
    { numRuns: 150 },
  );
  expect([...seen].sort()).toEqual([201, 422]);
  expect(kept).toBeGreaterThan(30);
}, 600_000);
