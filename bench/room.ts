import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** Where a run keeps its files and processes, all of which go when it ends, also by Ctrl-C. */
export interface Room {
  /** A temporary folder that every user may enter, for the database runs as another one. */
  readonly folder: string;
  /** Starts a program that is ended with the run. */
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Aborted as soon as the run is interrupted. */
  readonly signal: AbortSignal;
  /** Something to be undone at the end; the last one first. */
  onClose(undo: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Makes the room, and sees to it that an interrupted run leaves nothing behind. */
export async function openRoom(): Promise<Room> {
  const folder = await mkdtemp(path.join(tmpdir(), "ceasefire-bench-"));
  await chmod(folder, 0o755);
  const undo = [() => rm(folder, { recursive: true, force: true })];
  const interrupted = new AbortController();
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    for (const step of undo.reverse())
      await step().catch((error: unknown) => progress(`Not cleaned up: ${String(error)}`));
  };
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) return;
      progress("Interrupted; cleaning up.");
      interrupted.abort();
      void close().then(() => process.exit(130));
    });
  }
  return {
    folder,
    signal: interrupted.signal,
    close,
    onClose: (step) => void undo.push(step),
    spawn(program, args, options) {
      interrupted.signal.throwIfAborted();
      // A group of its own: Ctrl-C in a terminal reaches this process first, which ends the others in order.
      const child = spawn(program, args, { ...options, detached: true });
      undo.push(() => end(child));
      return child;
    },
  };
}

/** Ends a program: politely, and after ten seconds at once. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exited;
  clearTimeout(late);
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

/** Waits until an address answers 200; rejects when the program that should answer has ended, or after a minute. */
export async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The program behind ${url} ended with ${child.exitCode}.`);
    const answered = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer within a minute.`);
}

export function sleep(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}

const started_ms = performance.now();

/** One line of progress on standard error, behind the seconds since the start. */
export function progress(line: string): void {
  const seconds = ((performance.now() - started_ms) / 1000).toFixed(0);
  process.stderr.write(`${seconds.padStart(5)} s  ${line}\n`);
}
