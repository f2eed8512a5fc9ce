import { statfs } from "node:fs/promises";
import type { DatabaseLog } from "./log.ts";
import { messageOf } from "./start-failure.ts";

/**
 * With less than this left, writes are refused. PostgreSQL that cannot go on with its log (files of 16 MB) stops at once
 * and does not start again before there is room, and reads stop with it.
 */
const needed_bytes = 64 * 1024 * 1024;
const look_ms = 500;

/** Watches how much room a folder's disk has. */
export type DiskRoom = {
  /** False while the disk is nearly full. */
  hasDiskRoom: () => boolean;
  stop: () => void;
};

/** Asks for the free bytes of the folder's disk twice a second; tells the log when they run out and when they are back. */
export async function watchDiskRoom(folder: string, log: DatabaseLog, free = freeBytes): Promise<DiskRoom> {
  let room = true;
  let readable = true;
  const look = async (): Promise<void> => {
    try {
      const bytes = await free(folder);
      if (room && bytes < needed_bytes)
        log.error(
          `The disk of ${folder} has less than ${megabytes(needed_bytes)} left: writes are refused until there is room again.`,
        );
      if (!room && bytes >= needed_bytes) log.info(`The disk of ${folder} has room again: writes are taken.`);
      room = bytes >= needed_bytes;
      readable = true;
    } catch (error) {
      if (readable) log.warn(`How much room the disk of ${folder} has cannot be read (${messageOf(error)}).`);
      readable = false;
    }
  };
  await look();
  const timer = setInterval(() => void look(), look_ms);
  timer.unref();
  return { hasDiskRoom: () => room, stop: () => clearInterval(timer) };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
