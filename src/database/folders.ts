import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf, startFailure } from "./start-failure.ts";

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
