import { randomUUID } from "node:crypto";
import { access, chmod, chown, lstat, readFile, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder, refuseUnusableFile, refuseUnusablePath } from "./folders.ts";
import type { DatabaseLog } from "./log.ts";
import { canEnter, isRoot, makeOwnFolder, type PosixUser, unprivilegedUser } from "./posix-user.ts";
import { run } from "./processes.ts";
import { messageOf, startFailure } from "./start-failure.ts";

/** Where the database lives. `user` is set only where the service runs as root and the database as somebody else. */
export type Home = { folder: string; cluster: string; passwordFile: string; user: PosixUser | undefined };

/** Folders for root to fall back on when the database user cannot enter the data folder. */
export const defaultFallbackDirs = ["/var/lib/ceasefire-tracker", "/var/tmp/ceasefire-tracker"];

/**
 * Finds or makes the folder of the database: `postgres` in the data folder. Where the service runs as root and the
 * database user cannot enter that (a folder above it has mode 0700), it is a folder elsewhere, whose path is kept in the
 * file `postgres.path` in the data folder.
 */
export async function findHome(dataDir: string, fallbackDirs: string[], log: DatabaseLog): Promise<Home> {
  const inside = path.join(await realpath(dataDir), "postgres");
  refuseUnusablePath(inside);
  const elsewhere = await storedFolder(dataDir);
  if (!isRoot()) {
    await makeFolder(inside, 0o700);
    await refuseForeignOwner(inside);
    return home(inside, undefined);
  }
  if (await holdsCluster(inside)) return useExisting(inside, log);
  if (elsewhere !== "" && (await holdsCluster(elsewhere))) {
    log.info(`The database of ${dataDir} is kept in ${elsewhere}.`);
    return useExisting(elsewhere, log);
  }
  const user = await unprivilegedUser(log);
  if (await makeFor(inside, user)) {
    await rm(pointerFile(dataDir), { force: true });
    return home(inside, user);
  }
  for (const base of fallbackDirs) {
    const folder = path.join(base, randomUUID());
    if (!(await makeOwnFolder(base)) || !(await makeFor(folder, user))) continue;
    await writeFile(pointerFile(dataDir), `${folder}\n`);
    log.warn(`The database is kept in ${folder}, because its user cannot enter ${dataDir}.`);
    return home(folder, user);
  }
  throw startFailure(
    `The database user can enter neither ${dataDir} nor ${fallbackDirs.join(" nor ")}. ` +
      "Set DATA_DIR to a folder below no closed one (mode 0755 all the way up), or run as an ordinary user.",
  );
}

/**
 * The folder of a database that was made before, in the data folder or elsewhere; undefined where there is none. Changes
 * nothing, and needs no data folder.
 */
export async function knownHome(dataDir: string): Promise<Home | undefined> {
  const inside = path.join(await realpath(dataDir).catch(() => dataDir), "postgres");
  const elsewhere = await storedFolder(dataDir);
  for (const folder of [inside, elsewhere])
    if (folder !== "" && (await holdsCluster(folder))) return home(folder, undefined);
  return undefined;
}

/** Says where the database is kept, where that is not in the data folder. */
function pointerFile(dataDir: string): string {
  return path.join(dataDir, "postgres.path");
}

/** The folder that `postgres.path` names; empty where there is no such file. */
async function storedFolder(dataDir: string): Promise<string> {
  const pointer = pointerFile(dataDir);
  await refuseUnusableFile(pointer);
  return (await readFile(pointer, "utf8").catch(() => "")).trim();
}

function home(folder: string, user: PosixUser | undefined): Home {
  return {
    folder,
    cluster: path.join(folder, "cluster"),
    passwordFile: path.join(folder, "password"),
    user,
  };
}

async function holdsCluster(folder: string): Promise<boolean> {
  return access(path.join(folder, "cluster", "PG_VERSION")).then(
    () => true,
    () => false,
  );
}

/** As root, runs an existing database as the user it belongs to; one that belongs to root (a copy put back) is given away. */
async function useExisting(folder: string, log: DatabaseLog): Promise<Home> {
  const { uid, gid } = await lstat(path.join(folder, "cluster"));
  const user = uid === 0 ? await unprivilegedUser(log) : { uid, gid };
  if (uid === 0) await run("chown", ["-R", `${user.uid}:${user.gid}`, folder]);
  if (canEnter(folder, user)) return home(folder, user);
  throw startFailure(
    `The database in ${folder} cannot be reached by its user (uid ${user.uid}), because a folder above it is closed. ` +
      "Let others enter those folders (chmod o+x), or move the data folder and set DATA_DIR to its new place.",
  );
}

async function makeFor(folder: string, user: PosixUser): Promise<boolean> {
  try {
    await makeFolder(folder);
    await chown(folder, user.uid, user.gid);
    await chmod(folder, 0o700);
    if (canEnter(folder, user)) return true;
    await rm(folder, { recursive: true, force: true });
    return false;
  } catch {
    return false;
  }
}

async function refuseForeignOwner(folder: string): Promise<void> {
  const uid = process.getuid?.();
  const { uid: owner } = await lstat(folder).catch((error: unknown) => {
    throw startFailure(`The database folder ${folder} cannot be read (${messageOf(error)}).`, error);
  });
  if (uid === undefined || owner === uid) return;
  throw startFailure(
    `The database folder ${folder} belongs to another user (uid ${owner}; this process has ${uid}). ` +
      "Start the service as that user, or give the folder away with chown -R, or set DATA_DIR to another folder.",
  );
}
