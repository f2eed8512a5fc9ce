import { readFile, rm, stat } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { pino } from "pino";
import { readConfig } from "../src/config.ts";
import { freePort } from "../src/database/postmaster.ts";
import { isAlive, sleep, waitUntil } from "../src/database/processes.ts";
import { startService } from "../src/service.ts";
import { cloneDatabase, openTemporaryDir } from "./support/postgres.ts";
import { ceasefire, type Ended, type Running, startProcess } from "./support/process.ts";

const limit_ms = 60_000;
const stopLimit_ms = 2_000;

let dataDir: string;
let running: Running;

const start = async (): Promise<void> => {
  running = await startProcess({ DATA_DIR: dataDir });
};
const adminKey = async (): Promise<string> =>
  (await readFile(path.join(dataDir, "admin-key"), "utf8")).trim();
const postmaster = async (): Promise<number> =>
  Number((await readFile(path.join(dataDir, "postgres/cluster/postmaster.pid"), "utf8")).split("\n")[0]);
const conflict = (id: string) => ({ id, name: `The war of ${id}` });

async function write(id: string): Promise<number> {
  const answer = await fetch(`${running.url}/v1/conflicts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${await adminKey()}`, "Content-Type": "application/json" },
    body: JSON.stringify(conflict(id)),
  });
  return answer.status;
}

async function read(id: string): Promise<number> {
  return (await fetch(`${running.url}/v1/conflicts/${id}`)).status;
}

async function terminate(): Promise<{ ended: Ended; took_ms: number }> {
  const began = performance.now();
  running.child.kill("SIGTERM");
  const ended = await running.ended;
  return { ended, took_ms: performance.now() - began };
}

beforeAll(async () => {
  dataDir = await openTemporaryDir();
  await start();
}, limit_ms);

afterAll(async () => {
  running.child.kill("SIGTERM");
  await running.ended;
  await rm(dataDir, { recursive: true, force: true });
}, limit_ms);

describe("the admin key", () => {
  test("is in a file that only its owner reads, which the start names, and in nothing the service writes", async () => {
    const file = path.join(dataDir, "admin-key");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const key = await adminKey();
    expect(key).toMatch(/^cft_[\w-]{43}$/);
    expect(await write("by-key")).toBe(201);
    expect(running.output()).toContain(file);
    expect(running.output()).not.toContain(key);
    expect(running.output()).not.toContain(key.slice("cft_".length));
  });
});

describe("a backup", () => {
  test(
    "is made beside the running service, and restored into a new data folder, where its keys open what it held",
    async () => {
      const folder = await openTemporaryDir();
      const file = path.join(folder, "backup.ndjson.gz");
      const other = path.join(folder, "data");
      expect(await write("backed-up")).toBe(201);
      const made = await ceasefire(["backup", file], { DATA_DIR: dataDir, LOG_LEVEL: "error" });
      expect(made).toMatchObject({
        code: 0,
        stderr: "",
        stdout: expect.stringMatching(/^Backed up \d+ versions/),
      });
      const busy = await ceasefire(["restore", file], { DATA_DIR: dataDir, LOG_LEVEL: "error" });
      expect(busy.stderr).toMatch(/is in use by process \d+ .*Stop that one first/);
      const done = await ceasefire(["restore", file], { DATA_DIR: other, LOG_LEVEL: "error" });
      expect(done).toMatchObject({
        code: 0,
        stderr: "",
        stdout: expect.stringMatching(/^Restored \d+ versions/),
      });
      const second = await startProcess({ DATA_DIR: other });
      const answer = await fetch(`${second.url}/v1/api-keys`, {
        headers: { Authorization: `Bearer ${await adminKey()}` },
      });
      expect(answer.status).toBe(200);
      expect((await fetch(`${second.url}/v1/conflicts/backed-up`)).status).toBe(200);
      second.child.kill("SIGTERM");
      await second.ended;
      await rm(folder, { recursive: true, force: true });
    },
    3 * limit_ms,
  );
});

describe("the database dies", () => {
  test(
    "reads and writes are 503 with Retry-After meanwhile, and the same process serves again afterwards",
    async () => {
      const before = await postmaster();
      process.kill(before, "SIGKILL");
      const seen = new Map<number, string | null>();
      const back = await waitUntil(async () => {
        const answer = await fetch(`${running.url}/v1/conflicts`);
        await answer.arrayBuffer();
        seen.set(answer.status, answer.headers.get("Retry-After"));
        return answer.status === 200 && seen.has(503);
      }, 30_000);
      expect(back).toBe(true);
      expect([...seen.keys()].sort((a, b) => a - b)).toEqual([200, 503]);
      expect(Number(seen.get(503))).toBeGreaterThan(0);
      expect(await postmaster()).not.toBe(before);
      expect(await write("after-its-death")).toBe(201);
      expect(running.child.exitCode).toBeNull();
    },
    limit_ms,
  );
});

describe("stopping and starting", () => {
  test(
    "SIGTERM lets the request in flight end, takes no other, and ends within two seconds with code 0",
    async () => {
      const body = JSON.stringify(conflict("in-flight"));
      const headers = {
        Authorization: `Bearer ${await adminKey()}`,
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(body),
      };
      const request = http.request(`${running.url}/v1/conflicts`, { method: "POST", headers });
      const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        request.on("error", reject).on("response", (response) => {
          text(response).then((read) => resolve({ status: response.statusCode, body: read }), reject);
        });
      });
      request.write(body.slice(0, 10));
      await sleep(200);

      const server = await postmaster();
      const stopping = terminate();
      await sleep(200);
      await expect(fetch(`${running.url}/healthz`)).rejects.toThrow();
      request.end(body.slice(10));

      expect(await answered).toMatchObject({ status: 201, body: expect.stringContaining("in-flight") });
      const { ended, took_ms } = await stopping;
      expect(ended.code).toBe(0);
      expect(took_ms).toBeLessThan(stopLimit_ms);
      expect(isAlive(server)).toBe(false);
    },
    limit_ms,
  );

  test(
    "a second start keeps key and records, and writes no seeds again",
    async () => {
      const key = await adminKey();
      await start();
      expect(await adminKey()).toBe(key);
      expect(running.output()).not.toContain("seed records");
      expect([await read("in-flight"), await read("by-key")]).toEqual([200, 200]);
      expect(await write("second-start")).toBe(201);
    },
    limit_ms,
  );

  test(
    "a start after kill -9 stops the database left behind, and has every acknowledged write",
    async () => {
      expect(await write("before-the-kill")).toBe(201);
      const orphan = await postmaster();
      running.child.kill("SIGKILL");
      await running.ended;
      expect(isAlive(orphan)).toBe(true);
      await start();
      expect(isAlive(orphan)).toBe(false);
      expect(await read("before-the-kill")).toBe(200);
    },
    limit_ms,
  );
});

describe("startService on a server of one's own", () => {
  const logger = pino({ level: "silent" });
  const lost = (reason: Error) => {
    throw reason;
  };
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  const configure = (more: { readonly [name: string]: string }) =>
    readConfig({ PORT: "0", SEED: "none", DATABASE_URL: database.url, ...more });

  beforeAll(async () => {
    database = await cloneDatabase({ empty: true });
  });

  afterAll(async () => {
    await database.drop();
  });

  test("makes the tables, tells the new admin key once, and says where it is reached from outside", async () => {
    const first = await startService(configure({ PUBLIC_URL: "https://desk.example/" }), logger, lost);
    expect(first).toMatchObject({ url: "https://desk.example", seeded: 0, adminKey: { file: undefined } });
    expect(first.adminKey).toHaveProperty("made", expect.stringMatching(/^cft_/));
    await first.stop();
    await expect(first.stop()).resolves.toBeUndefined();

    const second = await startService(
      configure({ HOST: "127.0.0.1", MIGRATE_ON_START: "false" }),
      logger,
      lost,
    );
    expect(second.adminKey).toEqual({ given: false, file: undefined, made: undefined });
    expect(second.url).toBe(`http://localhost:${second.port}`);
    await second.stop();
  });

  test("takes a given admin key, and serves metrics without a key on their own port alone", async () => {
    const metricsPort = await freePort();
    const key = "a-key-of-the-operator";
    const service = await startService(
      configure({ ADMIN_API_KEY: key, METRICS_PORT: String(metricsPort) }),
      logger,
      lost,
    );
    try {
      expect(service.adminKey).toEqual({ given: true });
      const metrics = `http://127.0.0.1:${metricsPort}`;
      expect(await (await fetch(`${metrics}/metrics`)).text()).toContain("process_cpu_seconds_total");
      expect((await fetch(`${metrics}/v1/conflicts`)).status).toBe(404);
      const own = `http://127.0.0.1:${service.port}/metrics`;
      expect((await fetch(own)).status).not.toBe(200);
      expect((await fetch(own, { headers: { Authorization: `Bearer ${key}` } })).status).toBe(200);
    } finally {
      await service.stop();
    }
  });

  test("lets go of the database when a later step of the start fails", async () => {
    const service = await startService(configure({}), logger, lost);
    try {
      const pool = new pg.Pool({ connectionString: database.url });
      const connections = async () => {
        const { rows } = await pool.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ 'tracker$'",
        );
        return rows.length;
      };
      const before = await connections();
      await expect(startService(configure({ PORT: String(service.port) }), logger, lost)).rejects.toThrow(
        /is taken/,
      );
      expect(await waitUntil(async () => (await connections()) <= before, 5_000)).toBe(true);
      await pool.end();
    } finally {
      await service.stop();
    }
  });
});

describe("startService on its own database", () => {
  test(
    "makes it, seeds it, keeps the admin key in a file for its owner alone, and finds all again",
    async () => {
      const dataDir = await openTemporaryDir();
      const lost = (reason: Error) => {
        throw reason;
      };
      const start = () =>
        startService(readConfig({ PORT: "0", DATA_DIR: dataDir }), pino({ level: "silent" }), lost);
      const first = await start();
      try {
        expect(first.seeded).toBeGreaterThan(200);
        const { adminKey } = first;
        if (adminKey.given || adminKey.file === undefined) throw new Error("The key's file is told.");
        expect((await stat(adminKey.file)).mode & 0o777).toBe(0o600);
        const key = (await readFile(adminKey.file, "utf8")).trim();
        const headers = { Authorization: `Bearer ${key}` };
        expect((await fetch(`${first.url}/metrics`, { headers })).status).toBe(200);
        expect(
          (await fetch(`${first.url}/v1/ledger`, { headers: { Authorization: "Basic abc" } })).status,
        ).toBe(401);
      } finally {
        await first.stop();
      }
      const second = await start();
      expect(second.seeded).toBe(0);
      // A service that is stopped at once may leave its last versions to the next one's sequencer.
      const chained = async () =>
        (await (await fetch(`${second.url}/v1/ledger/head`)).text()).includes(`"position":${first.seeded},`);
      expect(await waitUntil(chained, 10_000)).toBe(true);
      await second.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    limit_ms,
  );
});
