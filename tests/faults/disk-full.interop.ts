import { open, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { audit } from "./audit.ts";
import { adminKey, type Kept, keepService } from "./keeper.ts";
import { followChanges, type Reader } from "./reader.ts";
import { type Crowd, setToWork } from "./writers.ts";

// Needs a disk that is soon full, which only check:interop makes: a file system of 256 MB in memory.
const disk = process.env.SMALL_DISK ?? "";
const ballast = path.join(disk, "ballast");
const mb = 1024 * 1024;
const limit_ms = 60_000;

const over = new AbortController();
let kept: Kept;
let crowd: Crowd;
let reader: Reader;

beforeAll(async () => {
  if (disk === "") throw new Error("SMALL_DISK names no disk: run this by npm run check:interop.");
  kept = await keepService(path.join(disk, "data"));
  crowd = setToWork(kept.url, 4, over.signal);
  reader = followChanges(kept.url, over.signal);
}, limit_ms);

afterAll(async () => {
  over.abort();
  await kept?.end();
  await rm(ballast, { force: true });
}, limit_ms);

/** Fills the disk but for so many bytes, as another program might. */
async function fillBut(left_bytes: number): Promise<void> {
  const file = await open(ballast, "w");
  const block = Buffer.alloc(mb / 4);
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(disk);
      const room = bavail * bsize - left_bytes;
      if (room <= 0) return;
      await file.write(block, 0, Math.min(block.length, room));
    }
  } catch (error) {
    if (!String(error).includes("ENOSPC")) throw error;
  } finally {
    await file.close();
  }
}

async function write(): Promise<string> {
  const answer = await fetch(`${kept.url}/v1/conflicts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "One more" }),
  });
  return `${answer.status} ${await answer.text()}`;
}

async function read(): Promise<number> {
  const answer = await fetch(`${kept.url}/v1/violations?limit=1`);
  await answer.arrayBuffer();
  return answer.status;
}

async function isWrittenTo(): Promise<boolean> {
  const { size } = crowd.done.acknowledged;
  return await waitUntil(() => crowd.done.acknowledged.size > size + 20, limit_ms);
}

/** Makes the database begin new files of its log until there is room for none. */
async function exhaustLog(): Promise<void> {
  const client = new pg.Client({ connectionString: await kept.databaseUrl() });
  client.on("error", () => undefined);
  try {
    await client.connect();
    for (;;) await client.query("SELECT pg_switch_wal(), pg_current_xact_id()");
  } catch {
    // That it stops is what was wanted.
  } finally {
    await client.end().catch(() => undefined);
  }
}

test("a disk filled by writes refuses writes, answers reads, and takes writes again once there is room", async () => {
  await fillBut(64 * mb + 4 * mb);
  expect(await waitUntil(async () => (await write()).startsWith("503"), limit_ms)).toBe(true);
  expect(await write()).toMatch(/^503 .*no room left\. Nothing was written\./);
  expect(await read()).toBe(200);
  expect(await kept.isReady()).toBe(true);
  await rm(ballast);
  expect(await isWrittenTo()).toBe(true);
}, 200_000);

test("a disk that others fill to its end stops the database, which comes back by itself once there is room", async () => {
  await fillBut(0);
  await exhaustLog();
  expect(await waitUntil(async () => (await read()) === 503, limit_ms)).toBe(true);
  expect(await write()).toMatch(/^503 /);
  await rm(ballast);
  expect(await isWrittenTo()).toBe(true);
}, 200_000);

test("of all that, nothing acknowledged is lost, doubled or half written", async () => {
  await crowd.finish();
  expect(await audit(kept, crowd.done, await reader.finish())).toEqual([]);
  expect([crowd.done.surprises, kept.failures]).toEqual([[], []]);
}, 200_000);
