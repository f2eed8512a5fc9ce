import type pg from "pg";
import { openPool } from "./client.ts";
import type { DatabaseLog } from "./log.ts";
import { holdsData, type MigrationState, readMigrations, readState } from "./migration-state.ts";
import { sleep } from "./processes.ts";
import { filters, type Migration, migrationList, openEngine } from "./schema-engine.ts";
import { assertServer } from "./server-check.ts";
import { messageOf, startFailure } from "./start-failure.ts";

/** Any number will do as long as it stays, and differs from the one Prisma's engine locks for itself. */
const lockKey = 6_172_834_501;
const lockPoll_ms = 200;
const lockNotice_ms = 5_000;

export type MigrateOptions = {
  databaseUrl: string;
  /** Holds one folder for each migration, with its `migration.sql`. */
  migrationsDir: string;
  log: DatabaseLog;
  /**
   * Called with the waiting migrations before any is applied to a database that holds data. No connection is open
   * meanwhile, so the server may be stopped and started. When it rejects, nothing is changed.
   */
  beforeMigrating?: (pending: string[]) => Promise<void>;
};

/**
 * Applies the migrations the database lacks, one process at a time. Each runs in one transaction. Rejects with a
 * sentence when the server cannot be used, a migration fails, or the database is ahead of this release.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.migrationsDir);
  const { beforeMigrating } = options;
  if (beforeMigrating !== undefined) {
    const pending = await withLock(options, async (pool) => {
      const waiting = pendingOf(migrations, await readState(pool));
      return waiting.length > 0 && (await holdsData(pool)) ? waiting : [];
    });
    if (pending.length > 0) await beforeMigrating(pending);
  }
  return withLock(options, (pool) => apply(pool, migrations, options));
}

/** Runs the work while this process alone may migrate. The lock has a connection of its own, which holds it. */
async function withLock<T>(options: MigrateOptions, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const { databaseUrl, log } = options;
  const pool = openPool(databaseUrl, "ceasefire-tracker migrate", 2, 0, log);
  try {
    await assertServer(pool, databaseUrl);
    const client = await pool.connect();
    try {
      await takeLock(client, log);
      return await work(pool);
    } finally {
      // Closing the connection frees the lock, whatever state the connection is in.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function takeLock(client: pg.PoolClient, log: DatabaseLog): Promise<void> {
  let noticeAt = performance.now();
  while (!(await tryLock(client))) {
    if (performance.now() >= noticeAt) {
      log.info("Another process is changing the database's tables; waiting for it.");
      noticeAt = performance.now() + lockNotice_ms;
    }
    await sleep(lockPoll_ms);
  }
}

async function tryLock(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [
    lockKey,
  ]);
  return rows[0]?.taken === true;
}

/** The migrations still to apply; throws a sentence where the database is in no state to get any. */
function pendingOf(migrations: Migration[], state: MigrationState): string[] {
  const known = new Set(migrations.map(({ name }) => name));
  const newer = state.applied.filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw startFailure(
      `The database was migrated by another release (${newer.join(", ")}), which this one does not know. ` +
        "Run that release, or put back the copy of the database made before it.",
    );
  }
  return migrations.map(({ name }) => name).filter((name) => !state.applied.includes(name));
}

async function apply(
  pool: pg.Pool,
  migrations: Migration[],
  { migrationsDir, log }: MigrateOptions,
): Promise<{ applied: string[] }> {
  const pending = pendingOf(migrations, await readState(pool));
  if (pending.length === 0) return { applied: [] };
  log.info(`Applying ${pending.length === 1 ? "the migration" : "the migrations"} ${pending.join(", ")}.`);
  const engine = await openEngine(pool, log);
  const markRolledBack = (migrationName: string) => engine.markMigrationRolledBack({ migrationName });
  try {
    await forgetCutOff(pool, log, markRolledBack);
    const migrationsList = migrationList(migrationsDir, migrations);
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    return { applied: appliedMigrationNames };
  } catch (error) {
    throw await failedMigration(pool, error, markRolledBack);
  } finally {
    engine.free();
  }
}

/**
 * A migration that was begun and is not recorded as finished was cut off when its process was killed, and left nothing
 * behind: that it is done is part of its transaction. It is applied again.
 */
async function forgetCutOff(
  pool: pg.Pool,
  log: DatabaseLog,
  markRolledBack: (name: string) => Promise<unknown>,
): Promise<void> {
  for (const { name, started_at } of (await readState(pool)).unfinished) {
    log.warn(
      `The migration ${name} was cut off after ${started_at.toISOString()}. It left nothing and is applied again.`,
    );
    await markRolledBack(name);
  }
}

/** A migration whose statement failed has left nothing behind, so its record is settled and a later start tries again. */
async function failedMigration(
  pool: pg.Pool,
  error: unknown,
  markRolledBack: (name: string) => Promise<unknown>,
): Promise<Error> {
  const [failed] = (await readState(pool).catch(() => undefined))?.unfinished ?? [];
  const what = serverMessage(messageOf(error));
  if (failed === undefined) return startFailure(`The database's tables could not be changed: ${what}`, error);
  await markRolledBack(failed.name);
  return startFailure(
    `The migration ${failed.name} failed and changed nothing: ${what} ` +
      "Remove what stands in its way and start again, or go back to the release before.",
    error,
  );
}

/** What the server said, on one line, without the engine's own trace around it. */
function serverMessage(text: string): string {
  const [said = ""] = text.split(/\n[^\S\n]+0: /);
  return said
    .replace(/^external connector error\s+/, "")
    .replace(/^Error querying the database: /, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[^.!?]$/, "$&.");
}
