import { constants } from "node:fs";
import { cp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { isTaken, lockDataDir } from "./data-lock.ts";
import { watchDiskRoom } from "./disk-room.ts";
import { makeFolder, refuseUnusablePath } from "./folders.ts";
import type { DatabaseLog } from "./log.ts";
import { findBinaries, reachableBinaries } from "./postgres-binaries.ts";
import { defaultFallbackDirs, findHome, type Home, knownHome } from "./postgres-home.ts";
import {
  initCluster,
  portOfRunning,
  refuseOtherMajor,
  type ServerPlan,
  stopOrphan,
  superuser,
} from "./postmaster.ts";
import { codeOf, isStartFailure, messageOf, startFailure } from "./start-failure.ts";
import { type Supervisor, supervise } from "./supervisor.ts";

const databaseName = "ceasefire_tracker";
const keptCopies = 3;

export type EmbeddedOptions = {
  /** Absolute path. Holds `postgres/`, `backups/` and `service.lock`. */
  dataDir: string;
  log: DatabaseLog;
  /** Called once when the server died and does not start again: the service can only end. */
  onExit?: (reason: Error) => void;
  /** False gives up safety against power cuts for speed: for tests only. */
  durable?: boolean;
  /** Where root puts what the database user cannot reach in the data folder; the first that works is taken. */
  fallbackDirs?: string[];
};

export type EmbeddedPostgres = {
  /** Connection URL with the password; it stays the same for as long as this process runs. */
  url: string;
  /** The folder the database is kept in: below the data folder, or where a log line said. */
  location: string;
  /** Whether its disk has room for writes; false keeps them from filling it to the end, where reads would stop as well. */
  hasDiskRoom: () => boolean;
  /** Copies the stopped database into `backups/`; the server is down meanwhile. Resolves to the copy's folder. */
  copy: (reason: string) => Promise<string>;
  /** Shuts down cleanly and lets go of the data folder. */
  stop: () => Promise<void>;
};

/**
 * Starts the PostgreSQL that comes with npm on a data folder, which it makes at the first start and finds again later.
 * It listens on the loopback address only, on a free port. A server left by a killed process is stopped first, one that
 * dies is started again. Rejects with a sentence when the folder is in use or not usable.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  refuseUnusablePath(dataDir);
  const lock = await lockDataDir(dataDir).catch((error: unknown) => {
    throw unusableFolder(dataDir, error);
  });
  try {
    const plan = await makePlan(dataDir, options);
    await stopOrphan(plan);
    if (await isMissing(path.join(plan.home.cluster, "PG_VERSION"))) await initCluster(plan);
    else await refuseOtherMajor(plan);
    const supervisor = await supervise(plan, options.onExit ?? (() => undefined));
    const url = await connectionUrl(plan, supervisor);
    const room = await watchDiskRoom(plan.home.folder, plan.log);
    return {
      url,
      location: plan.home.folder,
      hasDiskRoom: room.hasDiskRoom,
      copy: (reason) => supervisor.whileStopped(() => copyHome(plan, dataDir, reason)),
      stop: async () => {
        room.stop();
        await supervisor.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw unusableFolder(dataDir, error);
  }
}

/** An error of the file system as a sentence; every other error as it is. */
function unusableFolder(dataDir: string, error: unknown): unknown {
  if (isStartFailure(error) || !/^(E|ERR_FS_)[A-Z0-9]+$/.test(codeOf(error) ?? "")) return error;
  return startFailure(
    `The data folder ${dataDir} cannot be used (${messageOf(error)}). ` +
      "Correct that, or set DATA_DIR to another folder.",
    error,
  );
}

/**
 * The address of the server that another process runs on this data folder; undefined where none does. For work that goes
 * on beside a service: whoever takes the folder for itself uses {@link startEmbedded}.
 */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  if (!(await isTaken(dataDir))) return undefined;
  const home = await knownHome(dataDir);
  const port = home && (await portOfRunning(home.cluster));
  if (home === undefined || port === undefined) return undefined;
  return `${await serverAddress(home, port)}/${databaseName}`;
}

async function serverAddress({ passwordFile }: Home, port: number): Promise<string> {
  return `postgresql://${superuser}:${await readFile(passwordFile, "utf8")}@127.0.0.1:${port}`;
}

async function makePlan(dataDir: string, options: EmbeddedOptions): Promise<ServerPlan> {
  const { log, durable = true, fallbackDirs = defaultFallbackDirs } = options;
  const found = await findBinaries();
  const home = await findHome(dataDir, fallbackDirs, log);
  const binaries = await reachableBinaries(found, home.user, fallbackDirs, log);
  return { binaries, home, durable, log };
}

/** Makes the service's own database where it is missing, and gives its address. */
async function connectionUrl(plan: ServerPlan, supervisor: Supervisor): Promise<string> {
  try {
    const address = await serverAddress(plan.home, supervisor.port);
    const client = new pg.Client({ connectionString: `${address}/postgres` });
    // Told of by the statement that fails as well; unheard here it would end the process.
    client.on("error", () => undefined);
    await client.connect();
    try {
      const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [databaseName]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
    } finally {
      await client.end();
    }
    return `${address}/${databaseName}`;
  } catch (error) {
    await supervisor.stop();
    throw startFailure(
      `The database in ${plan.home.folder} runs but cannot be used (${messageOf(error)}). ` +
        `Put back a copy of the whole folder from backups, with its file "password".`,
      error,
    );
  }
}

/** Copies the folder of the stopped database, keeping the last few copies. */
async function copyHome(plan: ServerPlan, dataDir: string, reason: string): Promise<string> {
  const backups = path.join(dataDir, "backups");
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, "").slice(0, 15);
  const target = path.join(backups, `${stamp}-before-${reason.replaceAll(/[^\w.-]/g, "_")}`);
  const unfinished = `${target}.unfinished`;
  try {
    await makeFolder(backups, 0o700);
    await rm(unfinished, { recursive: true, force: true });
    await cp(plan.home.folder, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await rm(target, { recursive: true, force: true });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw startFailure(
      `The database could not be copied to ${target} before its change (${messageOf(error)}), so nothing was changed. ` +
        "Make room on the disk or make that folder writable, then start again.",
      error,
    );
  }
  await dropOldCopies(backups);
  plan.log.info(`Copied the database to ${target}. To go back, put it in the place of ${plan.home.folder}.`);
  return target;
}

async function dropOldCopies(backups: string): Promise<void> {
  const copies = (await readdir(backups)).filter((name) => /^\d{8}T\d{6}-before-/.test(name)).sort();
  for (const name of copies.slice(0, -keptCopies)) {
    await rm(path.join(backups, name), { recursive: true, force: true });
  }
}

async function isMissing(file: string): Promise<boolean> {
  try {
    await stat(file);
    return false;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    throw startFailure(`The database file ${file} cannot be read (${messageOf(error)}).`, error);
  }
}
