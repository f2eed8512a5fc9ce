import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { seed } from "../../seeds/seed.ts";
import { waitUntil } from "../../src/database/processes.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { isList, isObject, type JsonObject } from "../../src/record/json.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { at } from "../support/builders.ts";
import { ask, questions } from "../support/questions.ts";
import { type TestService, testService } from "../support/service.ts";

let whole: TestService;
let without: TestService;

/** Both databases read the same clock, which the test sets. */
async function setClock(service: TestService, second: number): Promise<void> {
  await service.pool.query(
    `CREATE OR REPLACE FUNCTION recording_instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
     BEGIN PERFORM pg_current_xact_id(); RETURN timestamptz '2026-01-01T00:00:00Z' + interval '1 second' * ${second}; END $$`,
  );
}

/** Digests without salts, so that the same versions have the same digests, and the same public entries the same hashes. */
const unsaltedDigest = `CREATE OR REPLACE FUNCTION revision_digest(
    salt bytea, document text, type record_type, id text, version int, operation operation,
    recorded_at timestamptz, author text, reason text, import text
  ) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(json_build_array(document, type, id, version, operation, recorded_at, author, reason, import)::text, 'UTF8'))
  $$`;

beforeAll(async () => {
  [whole, without] = await Promise.all([testService(), testService()]);
});

afterAll(async () => {
  await whole.close();
  await without.close();
});

interface Step {
  readonly kind: "create" | "restrict" | "patch" | "delete" | "restore" | "cite";
  readonly type: "violation" | "source";
  readonly pick: number;
  readonly other: number;
  readonly member: number;
}

const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("create", "restrict", "restrict", "patch", "patch", "delete", "restore", "cite"),
  type: fc.constantFrom("violation", "violation", "source"),
  pick: fc.nat(),
  other: fc.nat(),
  member: fc.nat(),
});

/** What every history begins with, so that none is without restricted records of both types. */
const opening: readonly Step[] = [
  { kind: "restrict", type: "source", pick: 0, other: 0, member: 0 },
  { kind: "restrict", type: "violation", pick: 0, other: 0, member: 0 },
];

const kept = new Set(["id", "version", "created_at", "updated_at", "visibility", "external_ids", "origin"]);

async function recordsOf(service: TestService, type: RecordTypeName): Promise<JsonObject[]> {
  const { data } = (await ask(service, "editor", `${at(type)}?limit=500`)).body;
  return isList(data) ? data.filter(isObject) : [];
}

/** A write as both would be asked for it: what it touches, and how. */
interface Write {
  readonly restricted: boolean;
  send(service: TestService): Promise<unknown>;
}

async function writeOf({ kind, type, pick, other, member }: Step, turn: number): Promise<Write> {
  const all = await recordsOf(whole, type);
  const model = all[pick % all.length] ?? {};
  const restrictedOnes = all.filter(({ visibility }) => visibility === "RESTRICTED");
  if (kind === "create" || kind === "restrict" || kind === "cite") {
    const visibility = kind === "create" ? model.visibility : "RESTRICTED";
    const sources = (await recordsOf(whole, "source")).map(({ id }) => String(id));
    const cited = sources[other % sources.length] ?? "";
    const body: JsonObject = {
      ...model,
      visibility: visibility ?? "PUBLIC",
      id: `made-${turn}`,
      external_ids: [],
      ...(kind === "cite" && { citations: [{ source: cited }] }),
      ...(kind === "cite" && type === "source" && { origin: cited }),
    };
    const restricted = body.visibility === "RESTRICTED";
    return { restricted, send: async (service) => service.as("editor").post(at(type)).send(body) };
  }
  const pool = member % 3 === 0 ? all : restrictedOnes;
  const own = pool[pick % Math.max(1, pool.length)] ?? model;
  const donor = all[other % all.length] ?? {};
  const path = at(type, String(own.id));
  const names = Object.keys(own).filter((name) => !kept.has(name));
  const name = names[member % names.length] ?? "";
  const restricted = own.visibility === "RESTRICTED";
  return {
    restricted,
    send: async (service) => {
      const editor = service.as("editor");
      if (kind === "patch")
        return editor
          .patch(path)
          .set("If-Match", "*")
          .send({ [name]: donor[name] ?? null });
      if (kind === "delete") return editor.delete(path).set("If-Match", "*");
      return editor.post(`${path}/revisions/1/restore`).set("If-Match", "*");
    },
  };
}

/** Headers that differ from request to request, whatever is on record. */
const volatile = new Set([
  "date",
  "data-as-of",
  "x-request-id",
  "ratelimit",
  "ratelimit-policy",
  "content-length",
]);

/** What the public is answered, headers included, without the instants of the asking itself. */
async function told(service: TestService, question: string): Promise<string> {
  const { status, text, headers } = await service.as("public").get(question).buffer(true);
  const names = Object.keys(headers).filter((name) => !volatile.has(name));
  const sent = names.map((name) => `${name}: ${headers[name]}\n`).join("");
  return `${status} ${sent}\n${text}`
    .replace(/"(as_of|at)":"2026-(?!01-01)[0-9T:.-]*Z"/g, '"$1":"now"')
    .replace(/as_of=2026-(?!01-01)[0-9A-Z%:.-]*Z/g, "as_of=now");
}

async function settled(service: TestService): Promise<void> {
  const even = async () =>
    (
      await service.pool.query(
        "SELECT (SELECT count(*) FROM revisions) = (SELECT count(*) FROM ledger) AS even",
      )
    ).rows[0].even;
  expect(await waitUntil(even, 10_000)).toBe(true);
}

async function restrictedVersions(service: TestService): Promise<number> {
  const { rows } = await service.pool.query(
    "SELECT count(*)::int AS versions FROM revisions WHERE visibility = 'RESTRICTED'",
  );
  return rows[0].versions;
}

const more: readonly string[] = [
  "/v1/ledger/head",
  "/v1/ledger/public",
  "/readyz",
  "/v1/changes?limit=500",
  "/v1/changes?type=violation,source&limit=500",
  "/v1/sources?origin=made-3&limit=500",
  "/",
  "/v1/violations?visibility=RESTRICTED",
  "/v1/violations?limit=3&count=true&sort=-updated_at",
  ...Array.from({ length: 30 }, (_none, turn) => `/v1/violations/made-${turn}`),
  ...Array.from({ length: 30 }, (_none, turn) => `/v1/sources/made-${turn}/revisions`),
  ...Array.from({ length: 30 }, (_none, turn) => `/v1/violations/made-${turn}/revisions/1`),
];

test("every public answer is that of a database in which the restricted records never existed", async () => {
  // The same seeds at the same instant, through the same stores.
  for (const service of [whole, without]) {
    await setClock(service, 0);
    await service.pool.query(unsaltedDigest);
    await seed(service.pool, recordTypes, "nagorno-karabakh-2020");
  }
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 12, maxLength: 30 }), async (history) => {
      for (const step of [...opening, ...history]) {
        turn += 1;
        const write = await writeOf(step, turn);
        await setClock(whole, turn);
        await write.send(whole);
        if (write.restricted) continue;
        await setClock(without, turn);
        await write.send(without);
      }
      await Promise.all([settled(whole), settled(without)]);
      const now = ["", `as_of=2026-01-01T00:00:${String(Math.min(59, turn)).padStart(2, "0")}Z`];
      for (const question of [...questions, ...more]) {
        for (const as_of of /^\/v1\/(?!changes|ledger)/.test(question) ? now : [""]) {
          const asked = as_of === "" ? question : `${question}${question.includes("?") ? "&" : "?"}${as_of}`;
          const [open, never] = await Promise.all([told(whole, asked), told(without, asked)]);
          expect({ asked, answer: open }).toEqual({ asked, answer: never });
        }
      }
    }),
    { numRuns: Number(process.env.RESTRICTED_RUNS ?? 1), endOnFailure: true },
  );
  expect(await restrictedVersions(whole)).toBeGreaterThan(1);
  expect(await restrictedVersions(without)).toBe(0);
}, 600_000);
