import { readFile, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { freePort } from "../../src/database/postmaster.ts";
import { isAlive, isPostgresOn, sleep, waitUntil } from "../../src/database/processes.ts";
import { messageOf } from "../../src/database/start-failure.ts";
import { openTemporaryDir } from "../support/postgres.ts";
import { type Running, startProcess } from "../support/process.ts";

/** The key that the harness gives the service, and writes with. */
export const adminKey = "the-key-of-the-fault-harness";

/** A service on a database of its own that is started again whenever it ends, as systemd does it. */
export interface Kept {
  /** Where it answers, also after it was started again. */
  readonly url: string;
  /** How often it was started. */
  starts(): number;
  /** What a service wrote last that did not start, or ended although nobody had killed it. */
  readonly failures: readonly string[];
  /** Where its embedded database is now, with the password. */
  databaseUrl(): Promise<string>;
  /** Kills the service's process as it stands, if there is one: kill -9. */
  killService(): Promise<void>;
  /** Kills the first process of its database, if there is one: kill -9. */
  killPostgres(): Promise<void>;
  /** Whether it says of itself that it is ready. */
  isReady(): Promise<boolean>;
  /** Ends both, and takes the data folder away. Safe to call twice. */
  end(): Promise<void>;
}

/** systemd's RestartSec, shortened. */
const pause_ms = 100;
/** A service that does not start so many times on end is not coming back by itself. */
const mostFailedStarts = 40;

/** Starts a service on an empty database in this folder (a new one where none is given), and keeps it running. */
export async function keepService(given?: string): Promise<Kept> {
  const dataDir = given ?? (await openTemporaryDir());
  const port = await freePort();
  const ending = new AbortController();
  const failures: string[] = [];
  let running: Running | undefined;
  let killed: Running | undefined;
  let starts = 0;
  const environment = { DATA_DIR: dataDir, PORT: String(port), SEED: "none", ADMIN_API_KEY: adminKey };
  const keeping = (async () => {
    let failedOnEnd = 0;
    while (!ending.signal.aborted && failedOnEnd < mostFailedStarts) {
      starts += 1;
      try {
        running = await startProcess({ LOG_LEVEL: "warn", ...environment }, ending.signal);
        failedOnEnd = 0;
        await running.ended;
        if (killed !== running && !ending.signal.aborted)
          failures.push(`Ended by itself: ${running.output().slice(-2_000)}`);
      } catch (error) {
        failedOnEnd += 1;
        failures.push(messageOf(error));
      }
      running = undefined;
      await sleep(pause_ms);
    }
  })();
  const url = `http://127.0.0.1:${port}`;
  const kept: Kept = {
    url,
    starts: () => starts,
    failures,
    databaseUrl: () => databaseUrl(dataDir),
    killService: async () => {
      killed = running;
      killed?.child.kill("SIGKILL");
      await killed?.ended;
    },
    killPostgres: () => killPostgres(dataDir),
    isReady: () => isReady(url),
    end: async () => {
      ending.abort();
      await keeping;
      await killPostgres(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (await waitUntil(kept.isReady, 60_000)) return kept;
  await kept.end();
  throw new Error(`The service did not start: ${failures.at(-1) ?? "it wrote nothing"}`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

interface Lock {
  readonly pid: number;
  readonly port: number;
}

/** What the running database says of itself: its process in the first line, its port in the fourth. */
async function readLock(dataDir: string): Promise<Lock | undefined> {
  const file = path.join(dataDir, "postgres/cluster/postmaster.pid");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

async function databaseUrl(dataDir: string): Promise<string> {
  const lock = await readLock(dataDir);
  const password = await readFile(path.join(dataDir, "postgres/password"), "utf8");
  return `postgresql://postgres:${password}@127.0.0.1:${lock?.port}/ceasefire_tracker`;
}

async function killPostgres(dataDir: string): Promise<void> {
  const lock = await readLock(dataDir);
  // The service stops its database before it ends, and the lock file may be an old one, with a number that is another's now.
  if (lock === undefined || !(await isPostgresOn(lock.pid, await cluster(dataDir)))) return;
  process.kill(lock.pid, "SIGKILL");
  await waitUntil(() => !isAlive(lock.pid), 10_000);
}

async function cluster(dataDir: string): Promise<string> {
  return await realpath(path.join(dataDir, "postgres/cluster"));
}
