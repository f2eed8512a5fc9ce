import { constants, type Stats } from "node:fs";
import { access, lstat, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

/** PostgreSQL keeps paths in buffers of 1,024 bytes. From about 960 bytes on its programs crash or never end. */
const LONGEST_PATH_BYTES = 900;

/** Throws a sentence where PostgreSQL cannot have its files below this folder, whatever the system says. */
export function refuseUnusablePath(dataDir: string): void {
  const size = Buffer.byteLength(dataDir);
  if (size > LONGEST_PATH_BYTES)
    throw startFailure(
      `The path of the data folder has ${size} bytes, and PostgreSQL takes at most ${LONGEST_PATH_BYTES}: ${dataDir.slice(0, 100)}…. ` +
        "Set DATA_DIR to a folder with a shorter path.",
    );
  if (/[\r\n]/.test(dataDir))
    throw startFailure(
      `The path of the data folder has a line break: ${JSON.stringify(dataDir)}. Set DATA_DIR to a folder without one.`,
    );
}

/**
 * Throws a sentence where a path in the data folder exists, but is not a regular file with this access. Does not open the
 * file: to open a FIFO blocks until another process opens its other end.
 */
export async function refuseUnusableFile(file: string, mode = constants.R_OK): Promise<void> {
  const entry = await lstat(file).catch(() => undefined);
  if (entry === undefined) return;
  try {
    const found = await stat(file);
    if (!found.isFile())
      throw unusableFile(file, `${file} is ${kindOf(found)}, not a regular file`, "Move it away");
    await access(file, mode);
  } catch (error) {
    // Another process may have removed the file in the meantime. A link is still there, and its target is missing.
    if (codeOf(error) === "ENOENT" && !entry.isSymbolicLink()) return;
    if (codeOf(error) === undefined) throw error;
    throw unusableFile(file, messageOf(error), "Make it a regular file that this user can read and write");
  }
}

function unusableFile(file: string, cause: string, remedy: string): Error {
  return startFailure(
    `The data folder ${path.dirname(file)} cannot be used (${cause}). ${remedy}, or set DATA_DIR to another folder.`,
  );
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a FIFO";
  return found.isSocket() ? "a socket" : "a device";
}

/**
 * Makes a folder, and the folders above it that are missing, and does nothing where it is there. Node's own `recursive`
 * never ends below /proc, where the system answers ENOENT although the folder above is there.
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  if (await isFolder(folder)) return;
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Another process may have made it in the meantime.
    if (codeOf(error) === "EEXIST" && (await isFolder(folder))) return;
    const above = path.dirname(folder);
    if (codeOf(error) !== "ENOENT" || (await isFolder(above))) throw error;
    await makeFolder(above, mode);
    await makeFolder(folder, mode);
  }
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
