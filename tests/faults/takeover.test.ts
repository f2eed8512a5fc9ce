import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { cloneDatabase } from "../support/postgres.ts";
import { type Running, startProcess } from "../support/process.ts";
import { audit } from "./audit.ts";
import { adminKey } from "./keeper.ts";
import { followChanges } from "./reader.ts";
import { setToWork } from "./writers.ts";

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let pool: pg.Pool;
let first: Running;
let second: Running;
const limit_ms = 60_000;

/** The database's process that serves the sequencer which holds the lock. */
async function sequencer(): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
     WHERE a.datname = current_database() AND a.application_name = 'ceasefire-tracker sequencer'`,
  );
  return rows[0]?.pid;
}

beforeAll(async () => {
  database = await cloneDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const environment = {
    DATABASE_URL: database.url,
    SEED: "none",
    ADMIN_API_KEY: adminKey,
    LOG_LEVEL: "warn",
  };
  first = await startProcess(environment);
  await waitUntil(async () => (await sequencer()) !== undefined, limit_ms);
  second = await startProcess(environment);
}, 2 * limit_ms);

afterAll(async () => {
  for (const { child, ended } of [first, second]) {
    child.kill("SIGKILL");
    await ended;
  }
  await pool.end();
  await database.drop();
}, limit_ms);

test("of two processes on one database, the second goes on with the ledger when the first is killed, and skips nothing", async () => {
  const killed = new AbortController();
  const over = new AbortController();
  const ofFirst = setToWork(first.url, 4, killed.signal);
  const ofSecond = setToWork(second.url, 4, over.signal);
  const reader = followChanges(second.url, over.signal);
  const grows = async () => {
    const before = ofSecond.done.acknowledged.size;
    return await waitUntil(() => ofSecond.done.acknowledged.size > before + 20, limit_ms);
  };
  try {
    expect(await grows()).toBe(true);
    const before = await sequencer();
    expect(before).toBeDefined();
    first.child.kill("SIGKILL");
    killed.abort();
    await ofFirst.finish();
    const isTaken = async () => ![undefined, before].includes(await sequencer());
    expect(await waitUntil(isTaken, limit_ms)).toBe(true);
    expect(await grows()).toBe(true);
    await ofSecond.finish();
    const done = {
      acknowledged: new Map([...ofFirst.done.acknowledged, ...ofSecond.done.acknowledged]),
      abandoned: new Set([...ofFirst.done.abandoned, ...ofSecond.done.abandoned]),
    };
    expect(ofFirst.done.acknowledged.size).toBeGreaterThan(0);
    const service = { url: second.url, databaseUrl: async () => database.url };
    expect(await audit(service, done, await reader.finish())).toEqual([]);
    expect([ofFirst.done.surprises, ofSecond.done.surprises]).toEqual([[], []]);
  } finally {
    over.abort();
    killed.abort();
  }
}, 200_000);
