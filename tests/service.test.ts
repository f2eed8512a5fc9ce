import { readFile, rm, stat } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { isAlive, sleep, waitUntil } from "../src/database/processes.ts";
import { openTemporaryDir } from "./support/postgres.ts";
import { type Ended, type Running, startProcess } from "./support/process.ts";

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
