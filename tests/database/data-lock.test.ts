import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { lockDataDir } from "../../src/database/data-lock.ts";
import { startMark } from "../../src/database/processes.ts";
import { openTemporaryDir } from "../support/postgres.ts";

let base: string;

beforeEach(async () => {
  base = await openTemporaryDir();
});

afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

async function leaveLock(
  folder: string,
  holder: { pid: number; mark: string; host: string },
): Promise<string> {
  const file = path.join(folder, "service.lock");
  await writeFile(file, JSON.stringify(holder));
  return file;
}

/** A living process that is not this one. */
const otherPid = process.ppid;

describe("the lock of a data folder", () => {
  test("is refused while the process that holds it lives", async () => {
    await leaveLock(base, { pid: otherPid, mark: startMark(otherPid), host: hostname() });
    await expect(lockDataDir(base)).rejects.toThrow(`in use by process ${otherPid}`);
  });

  test("is taken over from a process that is gone, and leaves no file when released", async () => {
    await leaveLock(base, { pid: 2 ** 22 + 1, mark: "1", host: hostname() });
    const lock = await lockDataDir(base);
    lock.release();
    expect(await readdir(base)).toEqual([]);
  });

  test("is taken over when the process id was given to another process since", async () => {
    await leaveLock(base, { pid: otherPid, mark: "0", host: hostname() });
    const lock = await lockDataDir(base);
    lock.release();
  });

  test("is taken over from another machine only when its heart has stopped", async () => {
    const stopped = await openTemporaryDir();
    const holder = { pid: 1, mark: "1", host: "another-container" };
    const file = await leaveLock(base, holder);
    await leaveLock(stopped, holder);
    const beat = setInterval(() => void utimes(file, new Date(), new Date()), 500);
    const [beating, silent] = await Promise.allSettled([lockDataDir(base), lockDataDir(stopped)]);
    clearInterval(beat);
    await rm(stopped, { recursive: true });
    expect(beating).toMatchObject({ status: "rejected" });
    if (silent.status === "rejected") throw silent.reason;
    silent.value.release();
  }, 15_000);

  test("says what to do about a data folder that is a file", async () => {
    const file = path.join(base, "file");
    await writeFile(file, "");
    await expect(lockDataDir(file)).rejects.toThrow(/cannot be made .* Set DATA_DIR/);
  });
});
