import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type pg from "pg";
import { openPool } from "../../src/database/client.ts";
import { migrate } from "../../src/database/migrate.ts";
import { pendingMigrations } from "../../src/database/migration-state.ts";
import { isStartFailure } from "../../src/database/start-failure.ts";
import { cloneDatabase, openTemporaryDir, recordingLog, silentLog } from "../support/postgres.ts";

let migrationsDir: string;
let database: { url: string; drop: () => Promise<void> };
let pool: pg.Pool;

beforeEach(async () => {
  migrationsDir = await openTemporaryDir();
  database = await cloneDatabase({ empty: true });
  pool = openPool(database.url, "test", 2, 0, silentLog);
  await add("01_thing", thing);
});

afterEach(async () => {
  await pool.end();
  await database.drop();
  await rm(migrationsDir, { recursive: true, force: true });
});

const thing = `
-- a comment; with a semicolon and a ' quote
CREATE TABLE thing (id TEXT COLLATE "C" PRIMARY KEY, n INTEGER NOT NULL CHECK (n > 0));
COMMENT ON TABLE thing IS 'one; two -- three';
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.n = 13 THEN RAISE EXCEPTION 'not; thirteen'; END IF;
  RETURN NEW;
END;
$$;
CREATE TRIGGER refuse BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION refuse();
`;

async function add(name: string, sql: string): Promise<void> {
  await mkdir(path.join(migrationsDir, name));
  await writeFile(path.join(migrationsDir, name, "migration.sql"), sql);
}

function run(more: { beforeMigrating?: (pending: string[]) => Promise<void> } = {}) {
  return migrate({ databaseUrl: database.url, migrationsDir, log: silentLog, ...more });
}

async function column(sql: string): Promise<unknown[]> {
  return (await pool.query({ text: sql, rowMode: "array" })).rows.flat();
}

describe("migrating", () => {
  test("takes function bodies, quotes and comments whole", async () => {
    expect(await run()).toEqual({ applied: ["01_thing"] });
    await expect(pool.query("INSERT INTO thing VALUES ('a', 13)")).rejects.toThrow("not; thirteen");
    expect(await column("SELECT obj_description('thing'::regclass)")).toEqual(["one; two -- three"]);
  });

  test("applies a migration once when two processes start at the same time", async () => {
    await add("02_row", "INSERT INTO thing VALUES ('a', 1); SELECT pg_sleep(0.3);");
    const log = recordingLog();
    const both = await Promise.all([
      run(),
      migrate({ databaseUrl: database.url, migrationsDir, log }),
      run(),
    ]);
    expect(both.flatMap(({ applied }) => applied)).toEqual(["01_thing", "02_row"]);
    expect(await column("SELECT count(*)::int FROM thing")).toEqual([1]);
    expect(await column("SELECT migration_name FROM _prisma_migrations ORDER BY 1")).toEqual([
      "01_thing",
      "02_row",
    ]);
  });

  test("tells which migrations a database lacks", async () => {
    expect(await pendingMigrations(pool, migrationsDir)).toEqual(["01_thing"]);
    await run();
    await add("02_more", "SELECT 1;");
    expect(await pendingMigrations(pool, migrationsDir)).toEqual(["02_more"]);
  });

  test("leaves nothing of a failing migration, says why, and tries again at the next start", async () => {
    await run();
    await pool.query("INSERT INTO thing VALUES ('a', 1)");
    await add("02_large", "CREATE TABLE early (); ALTER TABLE thing ADD CONSTRAINT large CHECK (n > 5);");
    const failure = await run().catch((error: unknown) => error);
    expect(isStartFailure(failure)).toBe(true);
    expect(String(failure)).toBe(
      'StartFailure: The migration 02_large failed and changed nothing: ERROR: check constraint "large" of relation ' +
        '"thing" is violated by some row. ' +
        "Remove what stands in its way and start again, or go back to the release before.",
    );
    expect(await column("SELECT to_regclass('early') IS NULL")).toEqual([true]);
    await pool.query("UPDATE thing SET n = 6");
    expect(await run()).toEqual({ applied: ["02_large"] });
  });

  test("applies a migration again that was cut off when its process was killed", async () => {
    await run();
    await add("02_more", "CREATE TABLE more ();");
    await pool.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', '02_more')",
    );
    const log = recordingLog();
    expect(await migrate({ databaseUrl: database.url, migrationsDir, log })).toEqual({
      applied: ["02_more"],
    });
    expect(log.lines.join("\n")).toMatch(/warn: The migration 02_more was cut off after .*Z/);
    expect(await run()).toEqual({ applied: [] });
  });

  test("says that a migration is done in the very transaction that does it", async () => {
    await add(
      "02_more",
      "CREATE TABLE done_by AS SELECT txid_current() AS transaction;" +
        "CREATE TABLE told_by (transaction bigint);" +
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO told_by VALUES (txid_current()); RETURN NULL; END $$;" +
        "CREATE TRIGGER tell AFTER UPDATE OF finished_at ON _prisma_migrations FOR EACH ROW EXECUTE FUNCTION tell();",
    );
    await run();
    expect(await column("SELECT count(*)::int FROM done_by JOIN told_by USING (transaction)")).toEqual([1]);
  });

  test("refuses a database that a newer release has migrated", async () => {
    await add("02_newer", "SELECT 1;");
    await run();
    await rm(path.join(migrationsDir, "02_newer"), { recursive: true });
    await expect(run()).rejects.toThrow(/migrated by another release \(02_newer\)/);
  });

  test("asks for a copy only before changing a database that holds data", async () => {
    const beforeMigrating = jest.fn((_pending: string[]) => Promise.resolve());
    await run({ beforeMigrating });
    await add("02_more", "SELECT 1;");
    await run({ beforeMigrating });
    expect(beforeMigrating).not.toHaveBeenCalled();
    await pool.query("INSERT INTO thing VALUES ('a', 1)");
    await run({ beforeMigrating });
    expect(beforeMigrating).not.toHaveBeenCalled();
    await add("03_most", "SELECT 1;");
    await run({ beforeMigrating });
    expect(beforeMigrating.mock.calls).toEqual([[["03_most"]]]);
  });

  test("changes nothing when the copy fails", async () => {
    await run();
    await pool.query("INSERT INTO thing VALUES ('a', 1)");
    await add("02_more", "CREATE TABLE more ();");
    const beforeMigrating = () => Promise.reject(new Error("the disk is full"));
    await expect(run({ beforeMigrating })).rejects.toThrow("the disk is full");
    expect(await pendingMigrations(pool, migrationsDir)).toEqual(["02_more"]);
  });
});
