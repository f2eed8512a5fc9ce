import { rmSync, utimesSync } from "node:fs";
import { open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { makeFolder, refuseUnusableFile } from "./folders.ts";
import { isAlive, sleep, startMark } from "./processes.ts";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

const heartbeat_ms = 1_000;
const takeoverLimit_ms = 5_000;

/** Who holds the folder. `mark` tells a process from a later one that was given the same id. */
const holderSchema = z.object({ pid: z.number(), mark: z.string(), host: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** Folders this very process holds: its own id in a lock file is otherwise taken for a leftover. */
const held = new Set<string>();

export type DataLock = { release: () => void };

/**
 * Takes a data folder for this process, and makes the folder where there is none. A lock left by a process that is
 * gone is taken over. Two processes that start at once: one gets the folder, the other a sentence.
 */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  await makeDataDir(dataDir);
  const file = lockFile(dataDir);
  await refuseUnusableFile(file);
  await refuseUnusableFile(takeoverFile(file));
  const own: Holder = { pid: process.pid, mark: startMark(process.pid), host: hostname() };
  if (held.has(file) || !(await claim(file, own))) throw await inUse(dataDir, file);
  held.add(file);
  const beat = setInterval(() => touch(file), heartbeat_ms);
  beat.unref();
  const release = () => {
    clearInterval(beat);
    process.off("exit", release);
    if (held.delete(file)) rmSync(file, { force: true });
  };
  process.on("exit", release);
  return { release };
}

/**
 * Whether another living process has taken this data folder. Changes nothing, and needs no folder. Rejects with a sentence
 * where the lock is not a readable regular file.
 */
export async function isTaken(dataDir: string): Promise<boolean> {
  const file = lockFile(dataDir);
  await refuseUnusableFile(file);
  const found = await readFile(file, "utf8").catch(() => undefined);
  return found !== undefined && !held.has(file) && (await isHeld(file, found));
}

function lockFile(dataDir: string): string {
  return path.join(dataDir, "service.lock");
}

/** The lock of the process that replaces a lock left by a process that is gone. */
function takeoverFile(file: string): string {
  return `${file}.takeover`;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw startFailure(
      `The data folder ${dataDir} cannot be made (${messageOf(error)}). ` +
        "Set DATA_DIR to a folder this user may write in.",
      error,
    );
  }
}

/** Writes the lock; false when a living process holds it. */
async function claim(file: string, own: Holder): Promise<boolean> {
  if (await writeNew(file, own)) return true;
  const found = await readFile(file, "utf8").catch(() => "");
  if (await isHeld(file, found)) return false;
  // Only one process at a time may take a leftover lock away, or the second would remove the first one's new lock.
  const takeover = takeoverFile(file);
  if (!(await writeNew(takeover, own))) {
    if ((await age_ms(takeover)) < takeoverLimit_ms) return false;
    await rm(takeover, { force: true });
    return claim(file, own);
  }
  try {
    if ((await readFile(file, "utf8").catch(() => found)) !== found) return false;
    await rm(file, { force: true });
    return await writeNew(file, own);
  } finally {
    await rm(takeover, { force: true });
  }
}

async function writeNew(file: string, own: Holder): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o644);
    await handle.writeFile(JSON.stringify(own));
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw startFailure(
      `The data folder ${path.dirname(file)} cannot be written in (${messageOf(error)}). ` +
        "Give it to the user who runs the service, or set DATA_DIR to another folder.",
      error,
    );
  }
}

async function isHeld(file: string, content: string): Promise<boolean> {
  const holder = parseHolder(content);
  // A lock without content is one whose owner has not come to write it, or was killed just then.
  if (holder === undefined) return (await age_ms(file)) < heartbeat_ms;
  if (holder.host !== hostname()) return isBeating(file);
  if (holder.pid === process.pid || !isAlive(holder.pid)) return false;
  return startMark(holder.pid) === holder.mark;
}

/** The process may run in another container on the same folder, where its id says nothing: see if its heart beats. */
async function isBeating(file: string): Promise<boolean> {
  const before = await mtime_ms(file);
  await sleep(2.5 * heartbeat_ms);
  return (await mtime_ms(file)) !== before;
}

function parseHolder(content: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

async function inUse(dataDir: string, file: string): Promise<Error> {
  const holder = parseHolder(await readFile(file, "utf8").catch(() => ""));
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return startFailure(
    `The data folder ${dataDir} is in use by ${who}. ` +
      "Stop that one first, or set DATA_DIR to another folder for a second service.",
  );
}

async function mtime_ms(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
}

async function age_ms(file: string): Promise<number> {
  return Date.now() - (await mtime_ms(file));
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The folder was taken away while the service runs; whoever looks next will say so.
  }
}
