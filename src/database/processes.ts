import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { codeOf } from "./start-failure.ts";

/** Runs a program to its end and gives back its standard output; rejects when it fails or cannot be found. */
export async function run(program: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { encoding: "utf8" });
  return stdout;
}

/** True while a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return false;
  }
  // In a container whose first process collects no orphans, an ended process keeps its id as a zombie.
  return statFields(pid)[0] !== "Z";
}

/**
 * A mark that tells two processes with the same id apart, one after the other: when the process started, in clock
 * ticks since the machine did. Empty where the system does not say (anything but Linux).
 */
export function startMark(pid: number): string {
  return statFields(pid)[19] ?? "";
}

/** The fields of /proc/<pid>/stat from the third (the state) on; none where there is no such file. */
function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold blanks; count from behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** True when the process is a postgres server that serves this data folder. */
export async function isPostgresOn(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    try {
      // A server makes its data folder its working directory.
      const [program, folder] = await Promise.all([
        readlink(`/proc/${pid}/exe`),
        readlink(`/proc/${pid}/cwd`),
      ]);
      return path.basename(program).startsWith("postgres") && folder === cluster;
    } catch {
      return false;
    }
  }
  if (process.platform === "win32") {
    return (await run("tasklist", ["/FI", `PID eq ${pid}`]).catch(() => "")).includes("postgres");
  }
  const command = await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => "");
  return command.includes("postgres") && command.includes(cluster);
}

/** Waits until the test holds, asking every 20 ms; false when the time runs out first. */
export async function waitUntil(
  test: () => boolean | Promise<boolean>,
  timeout_ms: number,
): Promise<boolean> {
  const end = performance.now() + timeout_ms;
  while (!(await test())) {
    if (performance.now() >= end) return false;
    await sleep(20);
  }
  return true;
}

/** Resolves after this time. */
export function sleep(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
