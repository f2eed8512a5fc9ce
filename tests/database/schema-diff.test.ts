import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { missingSql, withFixedCollation, writeMigration } from "../../scripts/kept-schema.ts";
import { openPool } from "../../src/database/client.ts";
import { migrate } from "../../src/database/migrate.ts";
import { cloneDatabase, openTemporaryDir, silentLog } from "../support/postgres.ts";

let prismaDir: string;

beforeEach(async () => {
  prismaDir = path.join(await openTemporaryDir(), "prisma");
  await mkdir(prismaDir);
  await writeFile(path.join(prismaDir, "schema.prisma"), 'datasource db {\n  provider = "postgresql"\n}\n');
  await writeModel("  id String @id\n  tags String[]\n  size Int");
});

afterEach(async () => {
  await rm(path.dirname(prismaDir), { recursive: true, force: true });
});

async function writeModel(fields: string): Promise<void> {
  await writeFile(path.join(prismaDir, "model.prisma"), `model Thing {\n${fields}\n}\n`);
}

async function keep(name: string, second: number): Promise<string> {
  const sql = await missingSql(prismaDir);
  return writeMigration(prismaDir, name, sql ?? "", new Date(Date.UTC(2026, 0, 1, 0, 0, second)));
}

describe("the difference of schema and migrations", () => {
  test("is all of the schema before the first migration, with one collation for text", async () => {
    const sql = await missingSql(prismaDir);
    expect(sql).toContain('"id" TEXT COLLATE "C" NOT NULL,');
    expect(sql).toContain('"tags" TEXT[] COLLATE "C",');
    // A role that may not make schemas could not run this, even where the schema is there.
    expect(sql).not.toContain("CREATE SCHEMA");
  });

  test("is none once a migration was written for it, whatever was changed by hand in its SQL", async () => {
    const folder = await keep("first", 1);
    expect(folder).toBe("20260101000001_first");
    expect((await readdir(path.join(prismaDir, "migrations"))).sort()).toEqual([
      folder,
      "migration_lock.toml",
    ]);
    await writeFile(path.join(prismaDir, "migrations", folder, "migration.sql"), "-- by hand");
    expect(await missingSql(prismaDir)).toBeUndefined();
    await writeModel("  /// a comment changes no table\n  id String @id\n  tags String[]\n  size Int");
    expect(await missingSql(prismaDir)).toBeUndefined();
  });

  test("is what changed since the newest migration", async () => {
    await keep("first", 1);
    await writeModel("  id String @id\n  tags String[]\n  size String\n  name String?\n  other String?");
    const folder = await keep("second", 2);
    const sql = await readFile(path.join(prismaDir, "migrations", folder, "migration.sql"), "utf8");
    expect(sql).toContain('ADD COLUMN     "name" TEXT COLLATE "C",');
    expect(sql).toContain('ADD COLUMN     "other" TEXT COLLATE "C",');
    expect(sql).not.toContain("CREATE TABLE");
    expect(sql.match(/TEXT/g)?.length).toBe(sql.match(/TEXT COLLATE "C"/g)?.length);
    expect(await missingSql(prismaDir)).toBeUndefined();
  });

  test("makes tables whose text columns sort by code point", async () => {
    await keep("first", 1);
    await writeModel("  id String @id\n  tags String[]\n  size Int\n  name String?");
    await keep("second", 2);
    const database = await cloneDatabase({ empty: true });
    try {
      const migrationsDir = path.join(prismaDir, "migrations");
      const { applied } = await migrate({ databaseUrl: database.url, migrationsDir, log: silentLog });
      expect(applied).toEqual(["20260101000001_first", "20260101000002_second"]);
      const pool = openPool(database.url, "test", 1, 0, silentLog);
      const { rows } = await pool.query(
        `SELECT column_name AS name, collation_name AS collation FROM information_schema.columns
          WHERE table_name = 'Thing' AND udt_name IN ('text', '_text') ORDER BY 1`,
      );
      await pool.end();
      expect(rows).toEqual(["id", "name", "tags"].map((name) => ({ name, collation: "C" })));
    } finally {
      await database.drop();
    }
  });

  test("tells what is wrong with a schema that is none", async () => {
    await writeModel("  id Strang @id");
    await expect(missingSql(prismaDir)).rejects.toThrow(/Strang/);
  });
});

describe("the collation of text", () => {
  test.each([
    ['ALTER TABLE "a" ADD COLUMN     "b" TEXT;', 'ALTER TABLE "a" ADD COLUMN     "b" TEXT COLLATE "C";'],
    [
      "    \"b\" TEXT NOT NULL DEFAULT 'x TEXT, y',",
      '    "b" TEXT COLLATE "C" NOT NULL DEFAULT \'x TEXT, y\',',
    ],
    ['ALTER COLUMN "b" SET DATA TYPE TEXT,', 'ALTER COLUMN "b" SET DATA TYPE TEXT COLLATE "C",'],
    ['    "b" "TEXT" NOT NULL,', '    "b" "TEXT" NOT NULL,'],
    ['CREATE INDEX "TEXT" ON "a"("TEXT");', 'CREATE INDEX "TEXT" ON "a"("TEXT");'],
  ])("turns %s into %s", (from, to) => {
    expect(withFixedCollation(from)).toBe(to);
  });
});
