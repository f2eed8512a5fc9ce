import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import type { Role } from "../../src/http/route.ts";
import { createServer, type Server } from "../../src/http/server.ts";
import {
  at,
  bodies,
  changed,
  created,
  dataOf,
  expectProblem,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let server: Server;
let port = 0;

beforeAll(async () => {
  service = await testService({ streamLifetime_ms: 60_000 });
  await makeWorld(service);
  server = createServer(service.app, {
    baseUrl: "http://localhost",
    requestTimeout_ms: 30_000,
    headersTimeout_ms: 10_000,
    keepAliveTimeout_ms: 65_000,
    idleTimeout_ms: 120_000,
  });
  port = await server.listen(0, "127.0.0.1");
});

afterAll(async () => {
  await server.close(0);
  await service.close();
});

interface Told {
  readonly cursor: string;
  readonly operation: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
}

async function settled(): Promise<void> {
  const behind = async () =>
    (
      await service.pool.query(
        "SELECT (SELECT count(*) FROM revisions) = (SELECT count(*) FROM ledger) AS even",
      )
    ).rows[0].even;
  expect(await waitUntil(behind, 5_000)).toBe(true);
}

/** Every change of a feed from a cursor on, by pages of a few. */
async function feed(role: Role, query = "", after?: string): Promise<Told[]> {
  await settled();
  const found: Told[] = [];
  let from = after;
  for (;;) {
    const answer = await service
      .as(role)
      .get(`/v1/changes?limit=7${query}${from === undefined ? "" : `&after=${from}`}`);
    const page = dataOf(answer).map(toldOf);
    found.push(...page);
    if (answer.body.page.next === null) return found;
    expect(answer.body.page.next).toBe(page.at(-1)?.cursor);
    from = page.at(-1)?.cursor;
  }
}

function toldOf(change: object): Told {
  const text = (name: string) => String(Object.entries(change).find(([key]) => key === name)?.[1]);
  return {
    cursor: text("cursor"),
    operation: text("operation"),
    type: text("type"),
    id: text("id"),
    version: Number(text("version")),
  };
}

const short = ({ operation, id, version }: Told) => `${operation} ${id} ${version}`;

describe("the feed of changes", () => {
  test("tells every creation, update, deletion and restoring in order", async () => {
    const before = (await feed("editor")).at(-1)?.cursor;
    await created(service, "actor", { ...bodies.actor("fed"), id: "fed" });
    await changed(service, "actor", "fed", { name: "Fed again" });
    await service.as("editor").delete(at("actor", "fed")).set("If-Match", "*");
    await service
      .as("editor")
      .post(`${at("actor", "fed")}/revisions/1/restore`)
      .set("If-Match", '"3"');
    const told = await feed("editor", "", before);
    expect(told.map(short)).toEqual(["create fed 1", "update fed 2", "delete fed 3", "restore fed 4"]);
    expect((await feed("public", "&type=actor")).slice(-4).map(short)).toEqual(told.map(short));
  });

  test("tells everybody of hiding as a deletion, of publishing as a creation, and of what was never public nothing", async () => {
    const before = (await feed("public")).at(-1)?.cursor;
    const set = (visibility: string) => changed(service, "violation", "seen", { visibility });
    await created(service, "violation", violationBody({ id: "unseen", visibility: "RESTRICTED" }));
    await created(service, "violation", violationBody({ id: "seen", visibility: "RESTRICTED" }));
    await changed(service, "violation", "unseen", { description: "x" });
    await set("PUBLIC");
    await changed(service, "violation", "seen", { description: "x" });
    await set("RESTRICTED");
    await changed(service, "violation", "seen", { description: "y" });
    await service.as("editor").delete(at("violation", "unseen")).set("If-Match", "*");
    const told = await feed("public", "", before);
    expect(told.map(short)).toEqual(["create seen 2", "update seen 3", "delete seen 4"]);
    const numbers = await service.pool.query(
      "SELECT count(*)::int AS number, max(public_position)::int AS last FROM ledger WHERE public_position IS NOT NULL",
    );
    expect(numbers.rows[0].number).toBe(numbers.rows[0].last);
  });

  test("is narrowed by type and conflict, and begun at an instant", async () => {
    const now = await service.pool.query<{ now: string }>("SELECT clock_timestamp()::text AS now");
    const since = encodeURIComponent(now.rows[0]?.now.replace(" ", "T").replace(/\+00$/, "Z") ?? "");
    await created(service, "conflict", { id: "other-war", name: "Other War" });
    await created(service, "ceasefire", {
      ...bodies.ceasefire("of another"),
      id: "other-truce",
      conflict: "other-war",
    });
    await created(service, "violation", violationBody({ id: "of-other", ceasefire: "other-truce" }));
    await created(service, "violation", violationBody({ id: "of-this", ceasefire: world.truce }));
    await settled();
    const of = async (query: string) =>
      dataOf(await service.as("public").get(`/v1/changes?since=${since}&${query}`)).map(({ id }) => id);
    expect(await of("conflict=other-war")).toEqual(["other-war", "other-truce", "of-other"]);
    expect(await of(`conflict=${world.conflict}`)).toEqual(["of-this"]);
    expect(await of("type=violation,conflict")).toEqual(["other-war", "of-other", "of-this"]);
  });

  test("refuses a cursor of the other feed, a made-up one, and two beginnings at once", async () => {
    const cursor = (await feed("editor")).at(-1)?.cursor;
    expectProblem(await service.as("public").get(`/v1/changes?after=${cursor}`), 400, "bad-request", [
      "?after",
    ]);
    expectProblem(await service.as("public").get("/v1/changes?after=abc"), 400, "bad-request", ["?after"]);
    const both = await service.as("editor").get(`/v1/changes?after=${cursor}&since=2026-01-01T00:00:00Z`);
    expectProblem(both, 400, "bad-request", ["?since"]);
    const header = await service.as("editor").get("/v1/changes/stream").set("Last-Event-ID", "abc");
    expectProblem(header, 400, "bad-request", ["Last-Event-ID:"]);
  });
});

interface Following {
  readonly told: Told[];
  readonly status: () => number;
  stop(): void;
  readonly ended: () => boolean;
}

/** Follows the stream as a browser's EventSource would. */
function follow(role: Role, query = "", lastId?: string): Following {
  const told: Told[] = [];
  let status = 0;
  let ended = false;
  const headers = {
    ...(role !== "public" && { Authorization: `Bearer ${service.keys[role]}` }),
    ...(lastId !== undefined && { "Last-Event-ID": lastId }),
    "Accept-Encoding": "gzip",
  };
  const request = http.get(
    { port, host: "127.0.0.1", path: `/v1/changes/stream${query}`, headers },
    (answer) => {
      status = answer.statusCode ?? 0;
      let rest = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        const events = `${rest}${chunk}`.split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) told.push(toldOf(JSON.parse(data)));
        }
      });
      answer.on("close", () => {
        ended = true;
      });
    },
  );
  request.on("error", () => undefined);
  return { told, status: () => status, stop: () => request.destroy(), ended: () => ended };
}

describe("the stream of changes", () => {
  test("tells what comes, and goes on after the last id seen without a gap or a repetition", async () => {
    await settled();
    const first = follow("editor");
    await waitUntil(async () => first.status() === 200, 5_000);
    await created(service, "actor", { ...bodies.actor("live"), id: "live-1" });
    expect(await waitUntil(async () => first.told.length === 1, 5_000)).toBe(true);
    first.stop();
    await created(service, "actor", { ...bodies.actor("live"), id: "live-2" });
    await created(service, "violation", violationBody({ id: "live-3", visibility: "RESTRICTED" }));
    await settled();
    const second = follow("editor", "?type=actor,violation", first.told[0]?.cursor);
    await waitUntil(async () => second.status() === 200, 5_000);
    await created(service, "actor", { ...bodies.actor("live"), id: "live-4" });
    await created(service, "conflict", { ...bodies.conflict("live"), id: "live-5" });
    await created(service, "actor", { ...bodies.actor("live"), id: "live-6" });
    expect(await waitUntil(async () => second.told.length === 4, 5_000)).toBe(true);
    second.stop();
    expect(second.told.map(({ id }) => id)).toEqual(["live-2", "live-3", "live-4", "live-6"]);
  });

  test("serves 500 listeners at once, who all hear the same in the same order while many write", async () => {
    await settled();
    const start = (await feed("public")).at(-1)?.cursor;
    const listeners = Array.from({ length: 500 }, () => follow("public", "", start));
    expect(await waitUntil(async () => listeners.every((one) => one.status() === 200), 30_000)).toBe(true);
    await Promise.all(
      Array.from({ length: 8 }, async (_none, writer) => {
        for (let made = 0; made < 10; made += 1)
          await created(service, "source", {
            ...bodies.source(`many ${writer}`),
            id: `many-${writer}-${made}`,
          });
      }),
    );
    const all = (await feed("public", "", start)).map(({ cursor }) => cursor);
    expect(all).toHaveLength(80);
    expect(await waitUntil(async () => listeners.every((one) => one.told.length >= 80), 30_000)).toBe(true);
    for (const { told, stop } of listeners) {
      stop();
      expect(told.map(({ cursor }) => cursor)).toEqual(all);
    }
  });

  test("ends after its time, so that its client comes back with a key that still lives", async () => {
    const brief = await testService({ streamLifetime_ms: 100 });
    const answer = await brief.as("public").get("/v1/changes/stream").buffer(true);
    expect(answer.text).toMatch(/^retry: \d+\n\n/);
    await brief.close();
  });
});

test("a reader by sequence number would skip what a reader of the feed does not", async () => {
  await service.pool.query("CREATE TABLE numbered (number bigserial PRIMARY KEY, id text NOT NULL)");
  await service.pool.query(
    `CREATE FUNCTION number_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO numbered (id) VALUES (NEW.id); PERFORM pg_sleep(random() * 0.01); RETURN NEW; END $$`,
  );
  await service.pool.query(
    "CREATE TRIGGER numbering AFTER INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION number_it()",
  );
  const start = (await feed("editor")).at(-1)?.cursor;
  const byNumber = new Set<string>();
  const byFeed = new Set<string>();
  let last = 0;
  let cursor = start;
  let writing = true;
  const reader = (async () => {
    while (writing) {
      const { rows } = await service.pool.query(
        "SELECT number::int, id FROM numbered WHERE number > $1 ORDER BY number",
        [last],
      );
      for (const row of rows) byNumber.add(row.id);
      last = rows.at(-1)?.number ?? last;
      const page = dataOf(await service.as("editor").get(`/v1/changes?limit=500&after=${cursor}`)).map(
        toldOf,
      );
      for (const change of page) byFeed.add(change.id);
      cursor = page.at(-1)?.cursor ?? cursor;
    }
  })();
  await Promise.all(
    Array.from({ length: 8 }, async (_none, writer) => {
      for (let made = 0; made < 40; made += 1)
        await created(service, "source", {
          ...bodies.source(`n ${writer}`),
          id: `numbered-${writer}-${made}`,
        });
    }),
  );
  writing = false;
  await reader;
  await service.pool.query("DROP TRIGGER numbering ON revisions");
  for (const change of await feed("editor", "", cursor)) byFeed.add(change.id);
  expect(byFeed.size).toBe(320);
  expect(byNumber.size).toBeLessThan(320);
}, 60_000);
