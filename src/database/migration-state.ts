import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import type { Migration } from "./schema-engine.ts";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

/** Anything that runs a query: a pool or one client. */
type Queryable = Pick<pg.Pool, "query">;

/** The state of `_prisma_migrations`: finished migrations, and those begun but neither finished nor rolled back. */
export type MigrationState = { applied: string[]; unfinished: { name: string; started_at: Date }[] };

/** The names of the migration folders, oldest first. None when the folder does not exist. */
export async function migrationNames(migrationsDir: string): Promise<string[]> {
  try {
    const entries = await readdir(migrationsDir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw startFailure(`The migrations in ${migrationsDir} cannot be read (${messageOf(error)}).`, error);
  }
}

/** The migrations with their SQL, oldest first. */
export async function readMigrations(migrationsDir: string): Promise<Migration[]> {
  const names = await migrationNames(migrationsDir);
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(migrationsDir, name, "migration.sql");
      try {
        return { name, sql: await readFile(file, "utf8") };
      } catch (error) {
        throw startFailure(
          `The migration ${name} cannot be read (${messageOf(error)}). Put its file back, or install the service again.`,
          error,
        );
      }
    }),
  );
}

/** Reads which migrations the database has seen; a database without the table has seen none. */
export async function readState(database: Queryable): Promise<MigrationState> {
  try {
    const { rows } = await database.query<{ name: string; started_at: Date; finished: boolean }>(
      `SELECT migration_name AS name, started_at, finished_at IS NOT NULL AS finished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    return {
      applied: rows.filter((row) => row.finished).map((row) => row.name),
      unfinished: rows.filter((row) => !row.finished),
    };
  } catch (error) {
    if (codeOf(error) === "42P01") return { applied: [], unfinished: [] };
    throw error;
  }
}

/**
 * The migrations the database still lacks, oldest first. One small query, fit for a readiness check.
 * Rejects when the database cannot be asked.
 */
export async function pendingMigrations(database: Queryable, migrationsDir: string): Promise<string[]> {
  const [names, { applied }] = await Promise.all([migrationNames(migrationsDir), readState(database)]);
  return names.filter((name) => !applied.includes(name));
}

/** True when any table but the migrations' own has a row. */
export async function holdsData(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
      WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
        AND relname <> '_prisma_migrations'`,
  );
  if (rows.length === 0) return false;
  const tests = rows.map(({ name }) => `EXISTS (SELECT FROM ${name})`).join(" OR ");
  const answer = await database.query<{ any: boolean }>(`SELECT ${tests} AS any`);
  return answer.rows[0]?.any === true;
}
