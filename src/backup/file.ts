import { randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, open, realpath, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { type Duplex, PassThrough, pipeline, type Readable, type Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { codeOf, messageOf, startFailure } from "../database/start-failure.ts";

/** It holds what is RESTRICTED, and the hashes of keys. */
const MODE = 0o600;

function isPacked(file: string): boolean {
  return file.endsWith(".gz");
}

/**
 * Writes a file whole or not at all: under another name beside it, which becomes its own once all is on the disk. A name
 * that ends in .gz is compressed. `write` ends the sink it is given. Rejects with a sentence where the file cannot be written.
 */
export async function writeWhole<T>(file: string, write: (sink: Writable) => Promise<T>): Promise<T> {
  const blaming = (error: unknown) => {
    throw startFailure(writeSentence(file, error), error);
  };
  const target = await targetOf(file);
  const unfinished = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.unfinished`);
  const disk = await open(unfinished, "wx", MODE).catch(blaming);
  try {
    const made = await written(disk.createWriteStream({ flush: true }), isPacked(file), write, blaming);
    await rename(unfinished, target).then(() => syncFolder(path.dirname(target)), blaming);
    return made;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function written<T>(
  disk: Writable,
  packed: boolean,
  write: (sink: Writable) => Promise<T>,
  blaming: (error: unknown) => never,
): Promise<T> {
  const way: Duplex = packed ? createGzip() : new PassThrough();
  pipeline(way, disk, () => undefined);
  const [made, kept] = await Promise.allSettled([write(way), finished(disk)]);
  // The disk's own errors have a code of the system; where the writing ended first, the disk was only cut off.
  if (kept.status === "rejected" && isSystemError(kept.reason)) blaming(kept.reason);
  if (made.status === "rejected") throw made.reason;
  return made.value;
}

/** Where a name leads; what is there may be a link to a file, but nothing else than a file. */
async function targetOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return path.resolve(file);
  if (found.isFile()) return await realpath(file);
  throw startFailure(
    `${file} is there already and is no file. Name a file; without a name the backup goes to standard output.`,
  );
}

/** The new name itself has to reach the disk. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function writeSentence(file: string, error: unknown): string {
  const remedy = codeOf(error) === "ENOSPC" ? "Make room there" : "Name a file in a folder you may write in";
  return `The backup could not be written to ${file} (${messageOf(error)}). ${remedy}. Nothing was left behind.`;
}

/** Rejects with a sentence where there is no such file, or none that may be read: before a database is started for it. */
export async function refuseUnreadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw startFailure(readSentence(file, error), error);
  });
}

/** The bytes of a backup, unpacked where its name ends in .gz. Reading throws a sentence where the file cannot be read. */
export async function* bytesOfFile(file: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(file);
  const bytes: Readable = isPacked(file) ? pipeline(raw, createGunzip(), () => undefined) : raw;
  try {
    yield* bytes;
  } catch (error) {
    throw isSystemError(error) ? startFailure(readSentence(file, error), error) : error;
  } finally {
    raw.destroy();
  }
}

function readSentence(file: string, error: unknown): string {
  const packed = codeOf(error)?.startsWith("Z_") === true;
  const remedy = packed
    ? "It is cut off, damaged or not compressed; take another copy"
    : "Name a backup that you may read";
  return `${file} cannot be read (${messageOf(error)}). ${remedy}. Nothing was restored.`;
}

/** An error of the file system or of unpacking, which has a code; other errors are told by whoever threw them. */
function isSystemError(error: unknown): boolean {
  return /^(E[A-Z0-9]+|Z_[A-Z_]+)$/.test(codeOf(error) ?? "");
}
