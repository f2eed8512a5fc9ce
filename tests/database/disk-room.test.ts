import { tmpdir } from "node:os";
import { expect, test } from "@jest/globals";
import { watchDiskRoom } from "../../src/database/disk-room.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { recordingLog } from "../support/postgres.ts";

const mb = 1024 * 1024;
const limit_ms = 10_000;

test("tells once that the disk is nearly full, and once that it has room again", async () => {
  const log = recordingLog();
  let left = 200 * mb;
  const room = await watchDiskRoom("/data", log, async () => left);
  expect(room.hasDiskRoom()).toBe(true);
  left = 63 * mb;
  expect(await waitUntil(() => !room.hasDiskRoom(), limit_ms)).toBe(true);
  left = 62 * mb;
  let looks = 0;
  const stillFull = await watchDiskRoom("/data", recordingLog(), async () => {
    looks += 1;
    return left;
  });
  expect(await waitUntil(() => looks > 2, limit_ms)).toBe(true);
  left = 64 * mb;
  expect(await waitUntil(() => room.hasDiskRoom() && stillFull.hasDiskRoom(), limit_ms)).toBe(true);
  expect(log.lines).toEqual([
    "error: The disk of /data has less than 64 MB left: writes are refused until there is room again.",
    "info: The disk of /data has room again: writes are taken.",
  ]);
  room.stop();
  stillFull.stop();
});

test("goes on with what it knew where the disk does not say, and complains once", async () => {
  const log = recordingLog();
  let looks = 0;
  const room = await watchDiskRoom("/data", log, async () => {
    looks += 1;
    if (looks > 1) throw new Error("gone");
    return 0;
  });
  expect(await waitUntil(() => looks > 3, limit_ms)).toBe(true);
  expect(room.hasDiskRoom()).toBe(false);
  expect(log.lines.filter((line) => line.startsWith("warn"))).toEqual([
    "warn: How much room the disk of /data has cannot be read (gone).",
  ]);
  room.stop();
});

test("reads the free bytes of a folder's disk by itself", async () => {
  const room = await watchDiskRoom(tmpdir(), recordingLog());
  expect(typeof room.hasDiskRoom()).toBe("boolean");
  room.stop();
});
