import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Route } from "../src/http/route.ts";
import {
  type Answered,
  hostileBodies,
  longUnits,
  longValue,
  pathOf,
  type Sent,
  send,
} from "./support/hostile.ts";
import { type Running, startProcess } from "./support/process.ts";
import { type TestService, testService } from "./support/service.ts";

/** The longest answer to a request that is refused. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** How much memory one request may need beyond that of the idle service. */
const EXTRA_MEMORY_MB = 50;
/** How long one request may keep the event loop from doing anything else. */
const MAX_DELAY_MS = 50;
const limit_ms = 300_000;

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
let database: TestService;
let service: Running;
let port = 0;

const environment = () => ({
  DATABASE_URL: database.databaseUrl,
  LOG_LEVEL: "error",
  RATE_LIMIT_PUBLIC_PER_MINUTE: "1000000000",
  RATE_LIMIT_KEY_PER_MINUTE: "1000000000",
});

async function start(more: { readonly [name: string]: string } = {}): Promise<void> {
  service = await startProcess({ ...environment(), ...more });
  port = Number(new URL(service.url).port);
}

async function stop(): Promise<void> {
  service.child.kill("SIGTERM");
  await service.ended;
}

beforeAll(async () => {
  database = await testService({ seeded: true });
}, limit_ms);

afterAll(async () => {
  agent.destroy();
  await database.close();
});

const key = (route: Route) =>
  route.role === "public" ? {} : { Authorization: `Bearer ${database.keys.admin}` };

/** The service's metrics that have no labels. */
async function metrics(): Promise<ReadonlyMap<string, number>> {
  const headers = { Authorization: `Bearer ${database.keys.admin}` };
  const { text } = await send(port, agent, { method: "GET", path: "/metrics", headers });
  return new Map(
    text.split("\n").flatMap((line): [string, number][] => {
      const [name = "", value] = line.split(" ");
      return value === undefined || name === "#" ? [] : [[name, Number(value)]];
    }),
  );
}

/** What must hold of every answer to a hostile request. */
function expectBounded(what: string, answer: Answered, value?: string): void {
  const isProblem = answer.status >= 400;
  expect({
    what,
    status: answer.status < 500,
    long: isProblem && answer.text.length > MAX_ANSWER_BYTES,
  }).toEqual({
    what,
    status: true,
    long: false,
  });
  if (!isProblem) return;
  expect({ what, bytes: Buffer.byteLength(answer.text) <= MAX_ANSWER_BYTES, type: answer.type }).toEqual({
    what,
    bytes: true,
    type: "application/problem+json",
  });
  const { errors } = JSON.parse(answer.text);
  expect({ what, errors: errors.length <= 100 }).toEqual({ what, errors: true });
  if (value !== undefined)
    expect({ what, repeats: answer.text.includes(value.slice(0, 101)) }).toEqual({ what, repeats: false });
}

describe("every route", () => {
  beforeAll(async () => {
    await start();
    const idle_MB = Math.ceil(((await metrics()).get("nodejs_heap_size_used_bytes") ?? 0) / 2 ** 20);
    await stop();
    // The heap cannot grow beyond this limit: a request that needs more memory ends the process.
    await start({ NODE_OPTIONS: `--max-old-space-size=${idle_MB + EXTRA_MEMORY_MB}` });
  }, limit_ms);
  afterAll(stop);

  test(
    "answers bodies that are wrong in very many places in at most 64 KB and with little memory",
    async () => {
      const statuses = new Map<number, number>();
      for (const route of database.routes) {
        for (const mediaType of Object.keys(route.body ?? {})) {
          const example = route.body?.["application/json"]?.example;
          for (const [name, body] of Object.entries(hostileBodies(example))) {
            const headers = { ...key(route), "Content-Type": mediaType, "If-Match": '"1"' };
            const answer = await send(port, agent, {
              method: route.method,
              path: pathOf(route),
              headers,
              body,
            });
            expectBounded(`${route.method} ${route.path} ${mediaType}: ${name}`, answer);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          }
        }
      }
      expect(service.child.exitCode).toBeNull();
      expect([...statuses.keys()]).toEqual(expect.arrayContaining([400, 413, 422]));
    },
    limit_ms,
  );

  test(
    "repeats at most 100 characters of a long id, parameter name, parameter value or header",
    async () => {
      const long = "x".repeat(4_000);
      for (const route of database.routes) {
        const { method } = route;
        const ask = async (path: string, headers: { readonly [name: string]: string } = {}) => {
          const answer = await send(port, agent, { method, path, headers: { ...key(route), ...headers } });
          expectBounded(`${method} ${path.slice(0, 80)} ${Object.keys(headers).join()}`, answer, long);
        };
        await ask(pathOf(route, long));
        await ask(`${pathOf(route)}/${long}`);
        await ask(`${pathOf(route)}?${long}=1`);
        for (const name of Object.keys(route.query.shape)) await ask(`${pathOf(route)}?${name}=${long}`);
        for (const name of route.headers ?? []) await ask(pathOf(route), { [name]: long });
        await ask(pathOf(route), { "Content-Type": `application/${long}`, "Content-Encoding": long });
      }
      expect(service.child.exitCode).toBeNull();
    },
    limit_ms,
  );

  test(
    "refuses more than 100 parameters, and says how many are read",
    async () => {
      for (const route of database.routes) {
        const query = Array.from({ length: 101 }, (_none, place) => `p${place}=1`).join("&");
        const { method } = route;
        const answer = await send(port, agent, {
          method,
          path: `${pathOf(route)}?${query}`,
          headers: key(route),
        });
        expectBounded(`${method} ${route.path}`, answer);
        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.text).detail).toMatch(/has 101 parameters; at most 100/);
      }
    },
    limit_ms,
  );
});

/** Names of request headers that the service or what it is made of reads, on every route. */
const readHeaders = [
  "Accept",
  "Accept-Encoding",
  "Authorization",
  "If-None-Match",
  "If-Match",
  "Origin",
  "X-Request-Id",
  "X-Forwarded-For",
  "Content-Type",
  "Access-Control-Request-Method",
  "Idempotency-Key",
  "Change-Reason",
  "Last-Event-ID",
];

describe("a long value", () => {
  beforeAll(() => start(), limit_ms);
  afterAll(stop);

  /** The longest delay of the event loop while these requests were answered, as the service's own metric tells it. */
  async function delayOf(requests: readonly Sent[]): Promise<number> {
    await metrics();
    for (const sent of requests) await send(port, agent, sent);
    return 1_000 * ((await metrics()).get("nodejs_eventloop_lag_max_seconds") ?? Number.NaN);
  }

  /**
   * The same of one request. A machine with much to do delays the loop too, so that the time counts only as far as the
   * process was computing, and only where it is as long every time.
   */
  async function delayOfOne(sent: Sent): Promise<number> {
    const delays_ms: number[] = [];
    for (let again = 0; again < 5; again += 1) {
      const before = (await metrics()).get("process_cpu_seconds_total") ?? 0;
      await send(port, agent, sent);
      const after = await metrics();
      const lag_s = after.get("nodejs_eventloop_lag_max_seconds") ?? Number.NaN;
      const cpu_s = (after.get("process_cpu_seconds_total") ?? Number.NaN) - before;
      delays_ms.push(1_000 * Math.min(lag_s, cpu_s));
    }
    return Math.min(...delays_ms);
  }

  async function expectShort(what: string, requests: readonly Sent[]): Promise<void> {
    if ((await delayOf(requests)) <= MAX_DELAY_MS) return;
    for (const sent of requests) {
      const delay_ms = await delayOfOne(sent);
      if (delay_ms <= MAX_DELAY_MS) continue;
      throw new Error(`${what}: ${delay_ms} ms for ${JSON.stringify(sent).slice(0, 200)}`);
    }
  }

  test(
    "in any parameter keeps the event loop for at most 50 ms",
    async () => {
      const seen = new Set<string>();
      for (const route of database.routes.filter((one) => one.method === "GET")) {
        const own = key(route);
        for (const [name, schema] of Object.entries(route.query.shape)) {
          // A list and the series below it read the same parameter in the same way.
          const parameter = `${name}: ${schema.description}`;
          if (seen.has(parameter)) continue;
          seen.add(parameter);
          const values = longUnits.map((unit) => longValue(encoded(unit), 7_900));
          const paths = values.map((value) => `${pathOf(route)}?${name}=${value}`);
          await expectShort(
            `${route.path} ${name}`,
            paths.map((path) => ({ method: "GET", path, headers: own })),
          );
        }
        const paths = longUnits.map((unit) =>
          pathOf(route, longValue(encoded(unit).replaceAll("/", "%2F"), 7_900)),
        );
        if (route.path.includes("{id}"))
          await expectShort(
            `${route.path} id`,
            paths.map((path) => ({ method: "GET", path, headers: own })),
          );
      }
    },
    2 * limit_ms,
  );

  test(
    "in any header keeps the event loop for at most 50 ms",
    async () => {
      const seen = new Set<string>();
      const kernel = new Set(["list_conflicts", "change_actor"]);
      for (const route of database.routes) {
        // What reads the headers that no route declares is the same for all routes.
        const names = kernel.has(route.operation) ? readHeaders : (route.headers ?? []);
        for (const name of names) {
          // The collections have the same calls, and the series below them too.
          const call = route.path.replace(/^\/v1\/[^/]+/, "/v1/…").replace(/^\/v1\/…\/[a-z_]+$/, "/v1/…/…");
          if (seen.has(`${route.method} ${call} ${name}`)) continue;
          seen.add(`${route.method} ${call} ${name}`);
          const { method } = route;
          const [mediaType, content] = Object.entries(route.body ?? {})[0] ?? [];
          const body = content === undefined ? undefined : JSON.stringify(content.example);
          const typed = mediaType === undefined ? {} : { "Content-Type": mediaType };
          const requests = longUnits.map((unit) => {
            const value = longValue(unit, 15_000).trim() || "x";
            return { method, path: pathOf(route), headers: { ...key(route), ...typed, [name]: value }, body };
          });
          await expectShort(`${method} ${route.path} ${name}`, requests);
        }
      }
    },
    2 * limit_ms,
  );

  /** A unit as it may stand in a query. */
  function encoded(unit: string): string {
    return unit.replace(/[^!-~]|["#&<>\\^`{|}]/g, (character) => encodeURIComponent(character));
  }
});
