import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import autocannon from "autocannon";

/** What is sent: lines of a file in turn, as paths of GET or bodies of POST. */
export interface Work {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly file: string;
  /** The path of a POST. */
  readonly path?: string;
  readonly key?: string;
}

export interface Rate {
  readonly perSecond: number;
  readonly median_ms: number;
  readonly failed: number;
}

const run = promisify(execFile);
const connections = 32;

/** Whether wrk is there. Without it autocannon sends, which takes a good part of a core from what it measures. */
export async function hasWrk(): Promise<boolean> {
  return await run("wrk", ["--version"]).then(
    () => true,
    // wrk --version ends with 1.
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ENOENT"),
  );
}

export interface Sending {
  readonly wrk: boolean;
  readonly signal: AbortSignal;
}

/** Sends for some seconds over 32 connections as fast as answers come. */
export async function send(work: Work, seconds: number, { wrk, signal }: Sending): Promise<Rate> {
  signal.throwIfAborted();
  return wrk ? await sendByWrk(work, seconds, signal) : await sendByAutocannon(work, seconds);
}

/** How many bodies have been posted. Each goes out once: a report told again would have ever more like it to be named with it. */
let posted = 0;

async function sendByWrk(work: Work, seconds: number, signal: AbortSignal): Promise<Rate> {
  const script = path.join(import.meta.dirname, "traffic.lua");
  const env = {
    ...process.env,
    BENCH_METHOD: work.method,
    BENCH_FILE: work.file,
    BENCH_PATH: work.path,
    BENCH_KEY: work.key,
    BENCH_FROM: String(work.method === "POST" ? posted : 0),
  };
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script, work.url];
  const { stdout } = await run("wrk", args, { env, signal });
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const read: unknown = JSON.parse(last);
  const requests = numberIn(read, "requests");
  if (work.method === "POST") posted += requests + connections;
  return {
    perSecond: requests / (numberIn(read, "duration_us") / 1e6),
    median_ms: numberIn(read, "median_us") / 1000,
    failed: numberIn(read, "failed"),
  };
}

function numberIn(value: unknown, name: string): number {
  const found = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Number(found.find(([key]) => key === name)?.[1]);
}

async function sendByAutocannon(work: Work, seconds: number): Promise<Rate> {
  const all = (await readFile(work.file, "utf8")).trimEnd().split("\n");
  const from = work.method === "POST" ? posted : 0;
  // It makes all requests anew for each connection before the first is sent.
  const lines = all.slice(from, from + 500);
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (work.key !== undefined) headers.Authorization = `Bearer ${work.key}`;
  const requests = lines.map((line) =>
    work.method === "GET"
      ? { method: work.method, path: line }
      : { method: work.method, path: work.path ?? "/", headers, body: line },
  );
  const result = await autocannon({ url: work.url, connections, duration: seconds, requests });
  if (work.method === "POST") posted += lines.length;
  return {
    perSecond: result["2xx"] / result.duration,
    median_ms: result.latency.p50,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}
