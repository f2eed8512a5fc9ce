import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { backupOfHistory, run } from "../support/backup.ts";
import { holdsAnything } from "../support/history.ts";
import { cloneDatabase, openTemporaryDir } from "../support/postgres.ts";
import { startCeasefire } from "../support/process.ts";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await openTemporaryDir();
  file = await backupOfHistory(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a process", () => {
  /** Runs the command until it waits for a table that somebody holds. */
  async function heldUp(url: string, table: string, ...args: readonly string[]) {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const running = startCeasefire(args, { DATABASE_URL: url, LOG_LEVEL: "fatal" });
    const waits = async () =>
      (await holder.query("SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass", [table]))
        .rowCount !== 0;
    expect(await waitUntil(waits, 60_000)).toBe(true);
    return { ...running, letGo: () => holder.end() };
  }

  test("that is killed in the middle of restoring leaves the database empty, to be restored into again", async () => {
    const database = await cloneDatabase();
    const { child, ended, letGo } = await heldUp(
      database.url,
      "violations_claims_citations",
      "restore",
      file,
    );
    child.kill("SIGKILL");
    expect((await ended).code).toBeNull();
    await letGo();
    expect(await holdsAnything(database.url)).toBe(false);
    expect(await run(database.url, "restore", file)).toMatch(/^Restored/);
    await database.drop();
  });

  test("that is interrupted says so, and leaves neither half a file nor half a database", async () => {
    const database = await cloneDatabase();
    const restoring = await heldUp(database.url, "violations_claims_citations", "restore", file);
    restoring.child.kill("SIGINT");
    await restoring.letGo();
    expect(await restoring.ended).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "Interrupted. Nothing was restored.\n",
    });
    expect(await holdsAnything(database.url)).toBe(false);
    expect(await run(database.url, "restore", file)).toMatch(/^Restored/);
    const own = path.join(folder, "own");
    await mkdir(own);
    const backing = await heldUp(
      database.url,
      "idempotency_keys",
      "backup",
      path.join(own, "backup.ndjson.gz"),
    );
    expect(await readdir(own)).toEqual([expect.stringMatching(/^\.backup\.ndjson\.gz\..*\.unfinished$/)]);
    backing.child.kill("SIGINT");
    expect(await backing.ended).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "Interrupted. No backup was written.\n",
    });
    expect(await readdir(own)).toEqual([]);
    await backing.letGo();
    await database.drop();
  });

  test("writes the backup to standard output where no file is named, and its words beside it", async () => {
    const database = await cloneDatabase();
    await run(database.url, "restore", file);
    const { ended } = startCeasefire(["backup"], { DATABASE_URL: database.url, LOG_LEVEL: "fatal" });
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Backed up \d+ versions as of \S+ The head is \S+\n$/),
    ]);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    expect(stdout.split("\n").slice(1, -2)).toEqual(lines.slice(1, -1));
    const unread = startCeasefire(["backup"], { DATABASE_URL: database.url, LOG_LEVEL: "fatal" });
    unread.child.stdout?.destroy();
    expect(await unread.ended).toMatchObject({
      code: 1,
      stderr: "Standard output was closed before the backup was whole.\n",
    });
    await database.drop();
  });
});
