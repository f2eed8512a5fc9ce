import { spawnSync } from "node:child_process";
import { lstat } from "node:fs/promises";
import { makeFolder } from "./folders.ts";
import type { DatabaseLog } from "./log.ts";
import { run } from "./processes.ts";
import { startFailure } from "./start-failure.ts";

export type PosixUser = { uid: number; gid: number };

/** True when this process is root, as whom PostgreSQL refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user the database runs as when the service runs as root: `postgres`, made where there is none, or `nobody` on a
 * system that lets no user be made. initdb looks its user's name up, so a bare number does not do.
 */
export async function unprivilegedUser(log: DatabaseLog): Promise<PosixUser> {
  const existing = await lookUp("postgres");
  if (existing !== undefined) return existing;
  const made =
    (await succeeds("useradd", ["--system", "--user-group", "--no-create-home", "postgres"])) ||
    (await succeeds("adduser", ["-S", "-D", "-H", "postgres"]));
  const user = made ? await lookUp("postgres") : undefined;
  if (user !== undefined) {
    log.info("Made the system user postgres, because PostgreSQL refuses to run as root.");
    return user;
  }
  const nobody = await lookUp("nobody");
  if (nobody !== undefined) return nobody;
  throw startFailure(
    "PostgreSQL refuses to run as root, and no user postgres could be made. " +
      "Run the service as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own.",
  );
}

async function lookUp(name: string): Promise<PosixUser | undefined> {
  try {
    const uid = Number(await run("id", ["-u", name]));
    const gid = Number(await run("id", ["-g", name]));
    return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

/** True when the user can enter the folder, tried for real: modes, access lists and mounts all count. */
export function canEnter(folder: string, user: PosixUser): boolean {
  const shell = spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], {
    ...user,
    cwd: "/",
    stdio: "ignore",
  });
  return shell.status === 0;
}

/**
 * Makes a folder for this process where it is missing. False when that fails, or when somebody else owns it or may write
 * in it: below /var/tmp anybody could have put programs of his own there.
 */
export async function makeOwnFolder(folder: string): Promise<boolean> {
  try {
    await makeFolder(folder, 0o755);
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
