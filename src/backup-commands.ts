import type { Logger } from "pino";
import { migrationsDir, version } from "./assembly.ts";
import { bytesOfFile, writeWhole } from "./backup/file.ts";
import { readBackup, strangerThan } from "./backup/read.ts";
import { refuseNonEmpty, restoreBackup } from "./backup/restore.ts";
import { type Made, writeBackup } from "./backup/write.ts";
import { type Connection, connect } from "./database/client.ts";
import { databaseTrouble } from "./database/errors.ts";
import { migrate } from "./database/migrate.ts";
import { migrationNames, pendingMigrations } from "./database/migration-state.ts";
import { codeOf, isStartFailure, messageOf, startFailure } from "./database/start-failure.ts";
import { progressLine } from "./progress.ts";
import { recordTypes } from "./record-types/index.ts";
import { type Database, migrateOptions } from "./service.ts";

/** What the two commands need. */
interface Tools {
  readonly database: Database;
  readonly log: Logger;
  /** Where words go while standard output is the backup's. */
  readonly output: { error(text: string): void };
}

/** `ceasefire backup`: into a file, or to standard output where none is named. Resolves to what was done, if it may be said there. */
export async function backupDatabase(
  file: string | undefined,
  { database, log, output }: Tools,
): Promise<string | undefined> {
  const line = progressLine();
  const made = await interruptible("No backup was written.", (signal) =>
    withPool({ database, log }, async (pool) => {
      const pending = await pendingMigrations(pool, migrationsDir);
      if (pending.length > 0)
        throw startFailure(`The database lacks ${pending.join(", ")}. Run \`ceasefire migrate\` first.`);
      const progress = (done: number, of: number) => line.tell(done, of, "versions");
      const options = { service_version: version, progress, signal };
      return file === undefined
        ? await writeBackup(pool, process.stdout, options).catch(blamingOutput)
        : await writeWhole(file, (sink) => writeBackup(pool, sink, options));
    }),
  ).finally(() => line.clear());
  if (file !== undefined) return `${madeSentence(made)} It stands in ${file}.`;
  output.error(madeSentence(made));
  return undefined;
}

/** Whoever reads the output has gone, like `head` after its lines. */
function blamingOutput(error: unknown): never {
  throw codeOf(error) === "EPIPE"
    ? startFailure("Standard output was closed before the backup was whole.", error)
    : error;
}

function madeSentence({ header, end }: Made): string {
  const waiting = end.versions - end.entries;
  const tail = waiting === 0 ? "" : ` ${waiting} versions are not chained yet.`;
  return `Backed up ${end.versions} versions as of ${header.taken_at}. The head is ${header.head ?? "none"}.${tail}`;
}

/** `ceasefire restore`: from a file into an empty database. Resolves to what was done. */
export async function restoreDatabase(file: string, { database, log }: Tools): Promise<string> {
  const line = progressLine();
  return await interruptible("Nothing was restored.", async (signal) => {
    const backup = await readBackup(file, bytesOfFile(file));
    try {
      const stranger = strangerThan(await migrationNames(migrationsDir), backup.header);
      if (stranger !== undefined) throw startFailure(stranger);
      // Before anything is done to a database that holds something.
      await withPool({ database, log }, (pool) => refuseNonEmpty(pool, recordTypes));
      await migrate(migrateOptions(database, log));
      return await withPool({ database, log }, async (pool) => {
        const restored = await restoreBackup(pool, backup, {
          types: recordTypes,
          progress: (stage, done, of) => line.tell(done, of, stage),
          signal,
        });
        // Else the first lists would be read by plans for a database that nobody has counted yet.
        await pool
          .query("VACUUM (ANALYZE)")
          .catch((error: unknown) => log.warn({ err: error }, "The restored tables could not be vacuumed."));
        const { versions, records, head, unchained } = restored;
        const tail =
          unchained === 0
            ? ""
            : ` ${unchained} versions are not chained yet; the service does so when it starts.`;
        return `Restored ${versions} versions and the ${records} records that stand. The head is ${head}.${tail}`;
      });
    } finally {
      await backup.close();
      line.clear();
    }
  });
}

/** Work of any length on a connection of its own. */
async function withPool<T>(
  { database, log }: Pick<Tools, "database" | "log">,
  work: (pool: Connection["pool"]) => Promise<T>,
): Promise<T> {
  const { pool, close } = await connect({
    databaseUrl: database.url,
    poolSize: 1,
    statementTimeout_ms: 0,
    log,
  });
  try {
    return await work(pool);
  } finally {
    await close();
  }
}

/** Work that Ctrl-C ends in order; a second one ends the process. */
async function interruptible<T>(left: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    return await work(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) throw startFailure(`Interrupted. ${left}`, error);
    if (isStartFailure(error) || databaseTrouble(error) === undefined) throw error;
    throw startFailure(`The database failed on the way (${messageOf(error)}). Run the command again.`, error);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}
