import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { migrationNames } from "../src/database/migration-state.ts";
import { diffSchemas } from "../src/database/schema-engine.ts";

/** The present schema: all `*.prisma` files of the folder, one behind the other in the order of their names. */
export async function presentSchema(prismaDir: string): Promise<string> {
  const names = (await readdir(prismaDir)).filter((name) => name.endsWith(".prisma")).sort();
  const files = await Promise.all(names.map((name) => readFile(path.join(prismaDir, name), "utf8")));
  return files.map((content) => `${content.trim()}\n`).join("\n");
}

/** The schema the newest migration was made for, undefined before the first migration. */
export async function newestKeptSchema(migrationsDir: string): Promise<string | undefined> {
  const newest = (await migrationNames(migrationsDir)).at(-1);
  if (newest === undefined) return undefined;
  return readFile(path.join(migrationsDir, newest, "schema.txt"), "utf8");
}

/** The SQL from the newest migration to the present schema, undefined when the two agree. */
export async function missingSql(prismaDir: string): Promise<string | undefined> {
  const [kept, present] = await Promise.all([
    newestKeptSchema(path.join(prismaDir, "migrations")),
    presentSchema(prismaDir),
  ]);
  const sql = await diffSchemas(kept, present);
  return sql === undefined ? undefined : withFixedCollation(sql);
}

/**
 * Gives every text column the collation "C", so that text sorts by code point on every server, whatever locale its
 * database was made with.
 */
export function withFixedCollation(sql: string): string {
  const column = /^(\s*(?:ALTER TABLE "[^"]+" )?(?:ADD COLUMN\s+)?"[^"]+" TEXT(?:\[\])?)(?=[\s,;]|$)/gm;
  const change =
    /^((?:ALTER TABLE "[^"]+" |\s*)ALTER COLUMN "[^"]+" SET DATA TYPE TEXT(?:\[\])?)(?=[\s,;]|$)/gm;
  return sql.replaceAll(column, '$1 COLLATE "C"').replaceAll(change, '$1 COLLATE "C"');
}

/** Writes a migration folder and resolves to its name, `<yyyymmddhhmmss>_<name>` in UTC. */
export async function writeMigration(
  prismaDir: string,
  name: string,
  sql: string,
  now: Date,
): Promise<string> {
  const migrationsDir = path.join(prismaDir, "migrations");
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = path.join(migrationsDir, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(migrationsDir, "migration_lock.toml"), 'provider = "postgresql"\n');
  await writeFile(path.join(folder, "migration.sql"), sql);
  await writeFile(path.join(folder, "schema.txt"), await presentSchema(prismaDir));
  return path.basename(folder);
}
