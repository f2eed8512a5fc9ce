import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import pg from "pg";
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  runningEmbedded,
  startEmbedded,
} from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { isRoot, unprivilegedUser } from "../../src/database/posix-user.ts";
import { reachableBinaries } from "../../src/database/postgres-binaries.ts";
import { isAlive, waitUntil } from "../../src/database/processes.ts";
import { isStartFailure } from "../../src/database/start-failure.ts";
import { openTemporaryDir, recordingLog } from "../support/postgres.ts";

const childScript = fileURLToPath(new URL("../support/embedded-child.ts", import.meta.url));
const asRoot = isRoot() ? test : test.skip;

/** A data folder made once: copying it saves each test the time to make its own. */
let madeOnce: string;
let base: string;
let children: ChildProcess[];
let servers: EmbeddedPostgres[];

beforeAll(async () => {
  madeOnce = await openTemporaryDir();
  const fallbackDirs = [path.join(madeOnce, "fallback")];
  const dataDir = path.join(madeOnce, "data");
  await (await startEmbedded({ dataDir, log: recordingLog(), durable: false, fallbackDirs })).stop();
});

afterAll(async () => {
  await rm(madeOnce, { recursive: true, force: true });
});

beforeEach(async () => {
  base = await openTemporaryDir();
  children = [];
  servers = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of servers) await server.stop();
  await rm(base, { recursive: true, force: true });
});

function options(more: Partial<EmbeddedOptions> = {}): EmbeddedOptions {
  const dataDir = path.join(base, "data");
  return {
    dataDir,
    log: recordingLog(),
    durable: false,
    fallbackDirs: [path.join(base, "fallback")],
    ...more,
  };
}

async function start(more: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded(options(more));
  servers.push(server);
  return server;
}

function copyMadeOnce(dataDir = path.join(base, "data")): string {
  execFileSync("cp", ["-a", path.join(madeOnce, "data"), dataDir]);
  return dataDir;
}

/** Starts the database in a process of its own and reads the one line it writes. */
async function startChild(dataDir: string): Promise<{ child: ChildProcess; url?: string; error?: string }> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", childScript, dataDir, path.join(base, "fallback")],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  return { child, ...JSON.parse(String(line)) };
}

async function addMigration(migrationsDir: string, name: string, sql: string): Promise<void> {
  await mkdir(path.join(migrationsDir, name), { recursive: true });
  await writeFile(path.join(migrationsDir, name, "migration.sql"), sql);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(server: EmbeddedPostgres): Promise<number> {
  return Number(
    (await readFile(path.join(server.location, "cluster/postmaster.pid"), "utf8")).split("\n")[0],
  );
}

describe("the embedded database", () => {
  test("keeps its data from one start to the next", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 'yes' AS answer");
    const pid = await serverPid(first);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await readdir(path.join(base, "data"))).toEqual(["postgres"]);
    const second = await start();
    expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: "yes" }]);
  });

  test("listens on the loopback address alone, lets nobody in without the password, and holds UTF8", async () => {
    copyMadeOnce();
    const { url } = await start();
    const settings =
      "SELECT current_setting('listen_addresses') AS on, current_setting('server_encoding') AS as";
    expect(await query(url, settings)).toEqual([{ on: "127.0.0.1", as: "UTF8" }]);
    const wrong = new URL(url);
    wrong.password = "wrong";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test("is refused a second time on the same folder, and allowed once the first has stopped", async () => {
    copyMadeOnce();
    const first = await start();
    const failure = await startEmbedded(options()).catch((error: unknown) => error);
    expect(isStartFailure(failure)).toBe(true);
    expect(String(failure)).toMatch(/data folder .* is in use by process \d+ .*set DATA_DIR/);
    await first.stop();
    await expect(start()).resolves.toHaveProperty("url");
  });

  test("goes to one of two processes that start at once, the other gets a sentence", async () => {
    const dataDir = path.join(base, "data");
    const both = await Promise.all([startChild(dataDir), startChild(dataDir)]);
    expect(both.filter(({ url }) => url !== undefined)).toHaveLength(1);
    expect(both.map(({ error }) => error ?? "").join("")).toMatch(/is in use by .* set DATA_DIR/);
    const pid = Number(
      (await readFile(path.join(dataDir, "postgres/cluster/postmaster.pid"), "utf8")).split("\n")[0],
    );
    for (const { child } of both) child.kill("SIGKILL");
    process.kill(pid, "SIGINT");
    await waitUntil(() => !isAlive(pid), 5_000);
  });

  test("is found where another process runs it, and neither its own nor one left behind", async () => {
    const dataDir = copyMadeOnce();
    expect(await runningEmbedded(dataDir)).toBeUndefined();
    const { child, url } = await startChild(dataDir);
    expect(await runningEmbedded(dataDir)).toBe(url);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await runningEmbedded(dataDir)).toBeUndefined();
    await start();
    expect(await runningEmbedded(dataDir)).toBeUndefined();
    expect(await runningEmbedded(path.join(base, "nowhere"))).toBeUndefined();
  });

  test("stops the server a killed process left behind, and finds all that was committed", async () => {
    const dataDir = copyMadeOnce();
    const { child, url = "" } = await startChild(dataDir);
    await query(url, "CREATE TABLE kept AS SELECT 1 AS n");
    const orphan = Number(
      (await readFile(path.join(dataDir, "postgres/cluster/postmaster.pid"), "utf8")).split("\n")[0],
    );
    child.kill("SIGKILL");
    await once(child, "close");
    expect(isAlive(orphan)).toBe(true);
    const log = recordingLog();
    const server = await start({ log });
    expect(isAlive(orphan)).toBe(false);
    expect(log.lines.join("\n")).toContain(`Stopping the database server (process ${orphan})`);
    expect(await query(server.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
  });

  test("is started again at the same address when its server is killed", async () => {
    copyMadeOnce();
    const log = recordingLog();
    // Without durability the last commits before a crash are lost.
    const server = await start({ log, durable: true });
    await query(server.url, "CREATE TABLE kept AS SELECT 1 AS n");
    const pid = await serverPid(server);
    process.kill(pid, "SIGKILL");
    expect(await waitUntil(() => log.lines.includes("info: The database is running again."), 10_000)).toBe(
      true,
    );
    expect(await serverPid(server)).not.toBe(pid);
    expect(await query(server.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
    expect(log.lines.filter((line) => line.startsWith("error: ")).join()).toContain("started again");
  });

  test("starts although the process id in its old lock file is another program's now", async () => {
    copyMadeOnce();
    const server = await start();
    await server.stop();
    const other = spawn("sleep", ["30"], { stdio: "ignore" });
    children.push(other);
    const lines = [
      other.pid,
      path.join(server.location, "cluster"),
      "1700000000",
      "5432",
      "",
      "127.0.0.1",
      "",
      "ready",
    ];
    await writeFile(path.join(server.location, "cluster/postmaster.pid"), `${lines.join("\n")}\n`);
    const again = await start();
    expect(await query(again.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
  });

  test("is copied before a migration when it holds data, keeps three copies, and starts from a copy put back", async () => {
    const backups = path.join(copyMadeOnce(), "backups");
    for (const day of ["01", "02", "03"]) {
      await mkdir(path.join(backups, `202001${day}T000000-before-x`), { recursive: true });
    }
    const server = await start();
    const migrationsDir = path.join(base, "migrations");
    const beforeMigrating = async ([first = ""]: string[]) => void (await server.copy(first));
    const run = () =>
      migrate({ databaseUrl: server.url, migrationsDir, log: recordingLog(), beforeMigrating });
    await addMigration(migrationsDir, "01_kept", "CREATE TABLE kept AS SELECT 1 AS n;");
    await run();
    await addMigration(migrationsDir, "02_drop", "DROP TABLE kept;");
    expect(await run()).toEqual({ applied: ["02_drop"] });
    const [, , copy = ""] = (await readdir(backups)).sort();
    expect(await readdir(backups)).toHaveLength(3);
    expect(copy).toMatch(/^\d{8}T\d{6}-before-02_drop$/);
    await server.stop();
    await rm(server.location, { recursive: true });
    await rename(path.join(backups, copy), server.location);
    const restored = await start();
    expect(await query(restored.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
  });

  test("refuses the data of another PostgreSQL version with what to do", async () => {
    const cluster = path.join(base, "data/postgres/cluster");
    await mkdir(cluster, { recursive: true });
    await writeFile(path.join(cluster, "PG_VERSION"), "14\n");
    await expect(startEmbedded(options())).rejects.toThrow(/written by PostgreSQL 14.*restore the backup/);
  });

  asRoot("goes to a folder its user can enter, says so, and is found there again", async () => {
    const closed = path.join(base, "closed");
    await mkdir(closed);
    await chmod(closed, 0o700);
    const log = recordingLog();
    const first = await start({ dataDir: path.join(closed, "data"), log });
    expect(first.location.startsWith(path.join(base, "fallback"))).toBe(true);
    expect(log.lines.join("\n")).toContain(`The database is kept in ${first.location}`);
    expect((await stat(first.location)).uid).not.toBe(0);
    await query(first.url, "CREATE TABLE kept AS SELECT 1 AS n");
    await first.stop();
    // Opening the folder later must not lose sight of the data.
    await chmod(closed, 0o755);
    const second = await start({ dataDir: path.join(closed, "data") });
    expect(await query(second.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
  });

  asRoot("is refused with a sentence when a folder above its data was closed later", async () => {
    const parent = path.join(base, "parent");
    const dataDir = path.join(parent, "data");
    await mkdir(parent);
    copyMadeOnce(dataDir);
    await chmod(parent, 0o700);
    await expect(startEmbedded(options({ dataDir }))).rejects.toThrow(
      /a folder above it is closed.*chmod o\+x/,
    );
  });

  asRoot("runs from a copy of its programs where its user cannot enter the installed ones", async () => {
    const folder = path.join(base, "closed/native");
    await mkdir(path.join(folder, "bin"), { recursive: true });
    await writeFile(path.join(folder, "bin/postgres"), "program");
    await writeFile(path.join(folder, "only-for-compilers.a"), "");
    const user = await unprivilegedUser(recordingLog());
    const installed = { folder, version: "18.4.0" };
    // The second could hold anybody's programs.
    const writable = path.join(base, "writable");
    await mkdir(writable);
    await chmod(writable, 0o777);
    const fallbackDirs = [path.join(base, "closed/too"), writable, path.join(base, "fallback")];
    const find = () => reachableBinaries(installed, user, fallbackDirs, recordingLog());
    expect(await find()).toEqual(installed);
    await chmod(path.join(base, "closed"), 0o700);
    const copied = { folder: path.join(base, "fallback/postgresql-18.4.0"), version: "18.4.0" };
    expect(await find()).toEqual(copied);
    expect(await find()).toEqual(copied);
    expect(await readdir(copied.folder)).toEqual(["bin"]);
    expect(await readdir(path.join(base, "fallback"))).toEqual(["postgresql-18.4.0"]);
  });
});
