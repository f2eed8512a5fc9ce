import { once } from "node:events";
import http from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import request from "supertest";
import { waitUntil } from "../src/database/processes.ts";
import type { Server } from "../src/http/server.ts";
import { bodies, expectProblem, makeWorld, world } from "./support/builders.ts";
import { listening } from "./support/listening.ts";
import { type TestService, testService } from "./support/service.ts";

const limit_ms = 30_000;
let service: TestService;
const opened: Server[] = [];
const begun: http.IncomingMessage[] = [];

beforeAll(async () => {
  service = await testService({
    streamLifetime_ms: 600_000,
    capacity: { export: 2, heavy: 1, listener: 2 },
  });
  await makeWorld(service);
  // More than the network's buffers hold, so that an export waits for its reader.
  await service.pool.query(
    `INSERT INTO conflicts SELECT big.* FROM conflicts c, generate_series(1, 200) n,
       LATERAL jsonb_populate_record(c, jsonb_build_object('id', 'big-' || n, 'document', to_json(repeat('x', 300000))::text)) big WHERE c.id = $1`,
    [world.conflict],
  );
});

afterEach(async () => {
  for (const response of begun.splice(0)) response.destroy();
  await Promise.all(opened.splice(0).map((server) => server.close(0)));
  expect(await waitUntil(async () => (await copies()) === 0, limit_ms)).toBe(true);
});

afterAll(async () => {
  await service.close();
});

async function open(idleTimeout_ms = 120_000): Promise<number> {
  const { server, port } = await listening(service, { idleTimeout_ms });
  opened.push(server);
  return port;
}

/** Asks, and reads nothing but the head of the answer. */
async function begin(port: number, path: string): Promise<http.IncomingMessage> {
  const asked = http.get({ port, host: "127.0.0.1", path, agent: false });
  const [response] = await once(asked, "response");
  if (!(response instanceof http.IncomingMessage)) throw new Error("There was no answer.");
  response.on("error", () => undefined);
  begun.push(response);
  return response;
}

/** How many statements of exports the database still works at. */
async function copies(): Promise<number> {
  const { rows } = await service.pool.query<{ number: number }>(
    "SELECT count(*)::int AS number FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query LIKE 'COPY (%'",
  );
  return rows[0]?.number ?? 0;
}

const wholeList = "/v1/conflicts?format=ndjson";

describe("while clients that do not read hold every place for exports", () => {
  test("records, pages and writes are answered, further exports are not, and the place of one who leaves is taken", async () => {
    const port = await open();
    const slow = [await begin(port, wholeList), await begin(port, wholeList)];
    expect(slow.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(await copies()).toBe(2);

    expect((await service.as("public").get(`/v1/conflicts/${world.conflict}`)).status).toBe(200);
    expect((await service.as("public").get("/v1/actors?limit=500")).status).toBe(200);
    expect((await service.as("public").get("/v1/actors?count=true&q=side")).status).toBe(200);
    const written = await service.as("editor").post("/v1/conflicts").send(bodies.conflict("meanwhile"));
    expect(written.status).toBe(201);
    const others = [wholeList, "/v1/places/names", `/v1/ceasefires/${world.truce}/history`, "/v1/ledger"];
    for (const answer of await Promise.all(others.map((path) => service.as("analyst").get(path)))) {
      expectProblem(answer, 503, "too-busy");
      expect(answer.headers["retry-after"]).toBe("5");
    }

    slow[0]?.destroy();
    const next = async () => (await service.as("public").get("/v1/actors?format=csv")).status === 200;
    expect(await waitUntil(next, limit_ms)).toBe(true);
    expect(await waitUntil(async () => (await copies()) === 1, limit_ms)).toBe(true);
  });

  test("they are dropped after a while, with the connections to the database they held", async () => {
    const port = await open(500);
    const slow = await Promise.all([begin(port, wholeList), begin(port, wholeList)]);
    expect(slow.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(await waitUntil(async () => (await copies()) === 0, limit_ms)).toBe(true);
    expect((await service.as("public").get("/v1/actors?format=csv")).status).toBe(200);
  });
});

describe("while a heavy question is answered", () => {
  const longAgo = "2020-01-01T00:00:00Z";
  const heavy = [
    "/v1/actors?q=side",
    "/v1/actors?count=true",
    `/v1/actors?as_of=${longAgo}`,
    "/v1/ceasefires?expand=summary",
    `/v1/ceasefires/${world.truce}?expand=conflict,summary`,
    `/v1/ceasefires/${world.truce}/violations?count=true`,
    `/v1/brokers?as_of=${longAgo}`,
    "/",
  ];
  const plain: readonly (readonly [path: string, status: number])[] = [
    ["/v1/conflicts?limit=1", 200],
    ["/v1/actors?kind=STATE&count=false", 200],
    ["/v1/violations?expand=window,ceasefire", 200],
    [`/v1/ceasefires/${world.truce}?expand=conflict`, 200],
    [`/v1/actors/${world.side}?as_of=${longAgo}`, 404],
    [`/v1/ceasefires/${world.truce}/violations`, 200],
    ["/v1/brokers", 200],
    ["/v1/places?format=ndjson", 200],
    ["/healthz", 200],
  ];

  test("others have to wait and are turned away in the end, and all that costs little is answered", async () => {
    const client = await service.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("LOCK TABLE sources IN ACCESS EXCLUSIVE MODE");
      const first = service
        .as("public")
        .get("/v1/sources?count=true")
        .then(({ status }) => status);
      const isBlocked = async () => {
        const { rows } = await client.query(
          "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'sources'::regclass",
        );
        return rows.length > 0;
      };
      expect(await waitUntil(isBlocked, limit_ms)).toBe(true);
      const answers = await Promise.all(heavy.map((path) => service.as("public").get(path)));
      expect(answers.map(({ status, body }) => [status, body.type])).toEqual(
        heavy.map(() => [503, "http://localhost/problems/too-busy"]),
      );
      for (const [path, status] of plain) {
        const answer = await service.as("public").get(path);
        expect([path, answer.status]).toEqual([path, status]);
      }
      await client.query("ROLLBACK");
      expect(await first).toBe(200);
    } finally {
      client.release(true);
    }
    for (const path of heavy) {
      const { status } = await service.as("public").get(path);
      expect([path, status]).toEqual([path, 200]);
    }
  });
});

describe("the stream of changes", () => {
  test("has so many listeners at once, and the place of one who leaves is taken", async () => {
    const port = await open();
    const listeners = [await begin(port, "/v1/changes/stream"), await begin(port, "/v1/changes/stream")];
    expect(listeners.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const third = await begin(port, "/v1/changes/stream");
    expect([third.statusCode, third.headers["retry-after"]]).toEqual([503, "5"]);
    listeners[0]?.destroy();
    const next = async () => (await begin(port, "/v1/changes/stream")).statusCode === 200;
    expect(await waitUntil(next, limit_ms)).toBe(true);
  });
});

describe("the rate", () => {
  let strict: TestService;

  beforeAll(async () => {
    strict = await testService({ rates: { publicPerMinute: 4, keyPerMinute: 6 } });
  });
  afterAll(async () => {
    await strict.close();
  });

  const leftOf = ({ headers }: { readonly headers: { readonly [name: string]: string } }) =>
    Number(/;r=(\d+);/.exec(headers.ratelimit ?? "")?.[1]);

  test("is each key's own, also where two keys share a name", async () => {
    const make = async () => {
      const made = await strict.as("admin").post("/v1/api-keys").send({ name: "desk-2", role: "analyst" });
      return String(made.body.key);
    };
    const ask = (key: string) => request(strict.app).get("/v1/actors").set("Authorization", `Bearer ${key}`);
    const [one, two] = [await make(), await make()];
    for (let left = 5; left >= 0; left -= 1) expect(leftOf(await ask(one))).toBe(left);
    expectProblem(await ask(one), 429, "too-many-requests");
    expect(leftOf(await ask(two))).toBe(5);
  });

  test("is not asked of those who look after the service, and is of everybody else", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      for (let asked = 0; asked < 8; asked += 1) {
        const { status, headers } = await strict.as("admin").get(path);
        expect({ path, status, ratelimit: headers.ratelimit }).toEqual({
          path,
          status: 200,
          ratelimit: undefined,
        });
      }
    }
    for (let left = 3; left >= 0; left -= 1)
      expect(leftOf(await strict.as("public").get("/v1/actors"))).toBe(left);
    const over = await strict.as("public").get("/v1/actors");
    expectProblem(over, 429, "too-many-requests");
    expect(Number(over.headers["retry-after"])).toBeGreaterThan(0);
    expect((await strict.as("public").get("/healthz")).status).toBe(200);
  });

  test("lets through no write beyond it", async () => {
    const post = () => strict.as("editor").post("/v1/conflicts").send(bodies.conflict("one of many"));
    const statuses: number[] = [];
    for (let sent = 0; sent < 8; sent += 1) statuses.push((await post()).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 201, 429, 429]);
    const { rows } = await strict.pool.query("SELECT count(*)::int AS number FROM conflicts");
    expect(rows[0].number).toBe(6);
  });
});
