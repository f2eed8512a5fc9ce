import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import type { DatabaseLog } from "./log.ts";
import type { Binaries } from "./postgres-binaries.ts";
import type { Home } from "./postgres-home.ts";
import { isAlive, isPostgresOn, run, waitUntil } from "./processes.ts";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

export const superuser = "postgres";
const startLimit_ms = 300_000;
const fastStopLimit_ms = 20_000;
const immediateStopLimit_ms = 5_000;

/** All that is needed to run a server. `durable: false` trades safety for speed and is for tests. */
export type ServerPlan = { binaries: Binaries; home: Home; durable: boolean; log: DatabaseLog };

/** A started server. `exited` resolves, with the last lines it wrote, when its process ends for whatever reason. */
export type Postmaster = { pid: number; exited: Promise<string> };

/** Settings of the embedded server, given at each start so that an existing data folder follows a new release. */
function settings(durable: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "60",
    shared_buffers: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    // Failing statements are the service's own to log.
    log_min_messages: "log",
    log_checkpoints: "off",
    synchronous_commit: durable ? "on" : "off",
    fsync: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
  };
}

/** Makes the data folder of a server, with a password of its own. A start cut short leaves nothing that counts. */
export async function initCluster({ binaries, home, durable }: ServerPlan): Promise<void> {
  const unfinished = `${home.cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(home.passwordFile, randomBytes(24).toString("hex"), { mode: 0o600 });
  await chmod(home.passwordFile, 0o600);
  if (home.user !== undefined) await chown(home.passwordFile, home.user.uid, home.user.gid);
  const child = start(home, path.join(binaries.folder, "bin", "initdb"), [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${home.passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"]),
  ]);
  const tail = collectTail(child);
  const code = await endOf(child);
  if (code !== 0)
    throw startFailure(
      `The database could not be made in ${home.folder} (${tail()}). Correct that, or set DATA_DIR to another folder.`,
    );
  await rename(unfinished, home.cluster);
}

/** Refuses a data folder of another PostgreSQL major version than the programs'. */
export async function refuseOtherMajor({ binaries, home }: ServerPlan): Promise<void> {
  const found = (await readFile(path.join(home.cluster, "PG_VERSION"), "utf8")).trim();
  const own = binaries.version.split(".")[0];
  if (found === own) return;
  throw startFailure(
    `The database in ${home.folder} was written by PostgreSQL ${found}, and this release brings PostgreSQL ${own}. ` +
      "Make a backup with the release that wrote it, set DATA_DIR to a new folder, and restore the backup there.",
  );
}

/** Starts a server on the port and waits until it takes connections; after a crash that includes its recovery. */
export async function startServer(plan: ServerPlan, port: number): Promise<Postmaster> {
  const { binaries, home, log } = plan;
  await forgetReusedPid(home.cluster);
  const flags = Object.entries(settings(plan.durable)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = start(home, path.join(binaries.folder, "bin", "postgres"), [
    "-D",
    home.cluster,
    "-p",
    String(port),
    ...flags,
  ]);
  const tail = collectTail(child, log);
  let over = false;
  const exited = endOf(child).then(() => {
    over = true;
    return tail();
  });
  const ready = await waitUntil(
    async () => over || (await readPidFile(home.cluster))?.readyPid === child.pid,
    startLimit_ms,
  );
  if (over || child.pid === undefined) {
    throw startFailure(`The database in ${home.folder} did not start: ${await exited}`);
  }
  if (!ready) {
    await stopServer(plan, child.pid);
    throw startFailure(`The database in ${home.folder} took more than five minutes to start: ${tail()}`);
  }
  return { pid: child.pid, exited };
}

/** Stops a server left behind by a process that was killed. */
export async function stopOrphan(plan: ServerPlan): Promise<void> {
  const pid = (await readPidFile(plan.home.cluster))?.pid;
  if (pid === undefined || !(await isPostgresOn(pid, plan.home.cluster))) return;
  plan.log.warn(
    `Stopping the database server (process ${pid}) that was left behind when the service was killed.`,
  );
  await stopServer(plan, pid);
}

/** Shuts a server down: open transactions are rolled back, and what is committed is written before it ends. */
export async function stopServer(plan: ServerPlan, pid: number): Promise<void> {
  await sendSignal(plan.binaries, pid, "INT");
  if (await waitUntil(() => !isAlive(pid), fastStopLimit_ms)) return;
  plan.log.warn(
    "The database did not shut down in time; it is stopped at once and recovers at its next start.",
  );
  await sendSignal(plan.binaries, pid, "QUIT");
  if (await waitUntil(() => !isAlive(pid), immediateStopLimit_ms)) return;
  throw startFailure(
    `The database server (process ${pid}) does not stop. End that process, then start again.`,
  );
}

async function sendSignal(binaries: Binaries, pid: number, signal: "INT" | "QUIT"): Promise<void> {
  try {
    // Windows has no signals; pg_ctl speaks to the server by other means.
    if (process.platform === "win32") {
      await run(path.join(binaries.folder, "bin", "pg_ctl"), ["kill", signal, String(pid)]);
    } else {
      process.kill(pid, `SIG${signal}`);
    }
  } catch (error) {
    if (isAlive(pid)) throw startFailure(`The database server cannot be stopped: ${messageOf(error)}`, error);
  }
}

/** A TCP port on the loopback address that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no TCP port.");
  return address.port;
}

function start(home: Home, program: string, args: string[]): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return spawn(program, args, {
    ...home.user,
    // The database user may be unable to enter the folder this process was started in.
    cwd: home.folder,
    env: { ...Object.fromEntries(inherited), LC_ALL: "C" },
    // A group of its own: Ctrl-C in a terminal must reach the service first, which then stops the database.
    detached: process.platform !== "win32",
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
}

/** Keeps the last lines a program writes, for the sentence when it fails, and passes them on to the log. */
function collectTail(child: ChildProcess, log?: DatabaseLog): () => string {
  const lines: string[] = [];
  child.once("error", (error) => lines.push(messageOf(error)));
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line.trim());
      if (lines.length > 12) lines.shift();
      log?.debug(`postgres: ${line}`);
    });
  }
  return () => lines.filter((line) => line !== "").join(" | ");
}

/** The exit code once the program has ended and its output was read; null when a signal or a failed start ended it. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("close", (code) => resolve(code));
    child.once("error", () => resolve(null));
  });
}

/** The port of the server that serves this folder and takes connections, whoever started it; undefined where none does. */
export async function portOfRunning(cluster: string): Promise<number | undefined> {
  const found = await readPidFile(cluster);
  if (found?.readyPid === undefined || !(await isPostgresOn(found.readyPid, cluster))) return undefined;
  return found.port;
}

type PidFile = { pid: number; port: number; readyPid: number | undefined };

/** Reads `postmaster.pid`: the server's process id in the first line, its port in the fourth, its state in the eighth. */
async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const lines = (await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), readyPid: lines[7]?.trim() === "ready" ? pid : undefined };
}

/**
 * After a reboot or in a new container the process id in `postmaster.pid` may belong to some other program, and the
 * server would refuse to start. It takes its parent's id for a leftover, so that is put in the place; the rest of the
 * file stays, by which the server still finds out about processes of its own that live on.
 */
async function forgetReusedPid(cluster: string): Promise<void> {
  const file = path.join(cluster, "postmaster.pid");
  const pid = (await readPidFile(cluster))?.pid;
  if (pid === undefined || (await isPostgresOn(pid, cluster))) return;
  try {
    const [, ...rest] = (await readFile(file, "utf8")).split("\n");
    await writeFile(file, [String(process.pid), ...rest].join("\n"));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
