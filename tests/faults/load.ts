import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { waitUntil } from "../../src/database/processes.ts";
import { type Answered, longValue, type Sent, send } from "../support/hostile.ts";

// Sends hostile requests to a service in a process of its own, and measures meanwhile how long /healthz takes and how
// much memory the process has. Fails where /healthz takes 100 ms or more, memory reaches 300 MB, or the process ends.
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "100" },
  },
});
const seconds = Number(values.seconds);
const interval_ms = 1_000 / Number(values.rate);
const MAX_HEALTH_MS = 100;
const MAX_MEMORY_MB = 300;
const root = path.join(import.meta.dirname, "..", "..");

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly key: string;
  readonly stop: () => Promise<void>;
}

/** Starts the built service with a database of its own in a temporary folder. */
async function startService(): Promise<Service> {
  const folder = await mkdtemp(path.join(tmpdir(), "ceasefire-load-"));
  const { PATH = "", HOME = "" } = process.env;
  const environment = {
    PATH,
    HOME,
    DATA_DIR: folder,
    PORT: "0",
    LOG_LEVEL: "error",
    RATE_LIMIT_PUBLIC_PER_MINUTE: "1000000000",
    RATE_LIMIT_KEY_PER_MINUTE: "1000000000",
  };
  const child = spawn(process.execPath, ["dist/src/main.js"], { cwd: root, env: environment });
  let wrote = "";
  for (const output of [child.stdout, child.stderr])
    output.setEncoding("utf8").on("data", (text: string) => {
      wrote += text;
    });
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, "close") : undefined;
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const port = () => /ready: http:\/\/[^\s:]+:(\d+)/.exec(wrote)?.[1];
  await waitUntil(() => port() !== undefined || child.exitCode !== null, 120_000);
  const found = port();
  if (found !== undefined) {
    const key = (await readFile(path.join(folder, "admin-key"), "utf8")).trim();
    return { child, port: Number(found), key, stop };
  }
  await stop();
  throw new Error(`The service did not start: ${wrote}`);
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** The hostile requests, by what they are. */
async function hostileRequests({ port, key }: Service): Promise<ReadonlyMap<string, Sent>> {
  const keyed = { Authorization: `Bearer ${key}` };
  const id = "nagorno-karabakh-2020-v33";
  const target = `/v1/violations/${id}`;
  const patch = (operations: readonly object[]): Sent => ({
    method: "PATCH",
    path: target,
    headers: { ...keyed, "If-Match": '"2"', "Content-Type": "application/json-patch+json" },
    body: JSON.stringify(operations),
  });
  const long = { op: "replace", path: "/description", value: "x".repeat(20_000) };
  const made = await send(port, agent, {
    ...patch([long]),
    headers: { ...patch([]).headers, "If-Match": '"1"' },
  });
  if (made.status !== 200) throw new Error(`The long field was not written: ${made.text}`);
  const failing = { op: "test", path: "/description", value: "y" };
  const post = (body: unknown): Sent => ({
    method: "POST",
    path: "/v1/violations",
    headers: { ...keyed, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const get = (target: string): Sent => ({ method: "GET", path: target, headers: {} });
  const numbered = (count: number, name: string) =>
    Object.fromEntries(Array.from({ length: count }, (_none, place) => [`${name}_${place}`, 1]));
  const times = ["occurred_from", "occurred_to", "known_at", "active_at", "effective_from"];
  const timed = times.map((name): [string, Sent] => {
    const list = name.startsWith("a") || name.startsWith("e") ? "ceasefires" : "violations";
    return [`15,000 T in ${name}`, get(`/v1/${list}?${name}=${longValue("T", 15_000)}`)];
  });
  const shorter = times.map((name): [string, Sent] => {
    const list = name.startsWith("a") || name.startsWith("e") ? "ceasefires" : "violations";
    return [`8,000 T in ${name}`, get(`/v1/${list}?${name}=${longValue("T", 8_000)}`)];
  });
  const claims = (count: number) => Array(400).fill({ accused: Array(count).fill({}) });
  return new Map([
    ["a patch of 15,000 failing tests", patch(Array(15_000).fill(failing))],
    ["a patch of 1,000 failing tests", patch(Array(1_000).fill(failing))],
    ["60,000 unknown members", post(numbered(60_000, "m"))],
    ["160,000 new records", post({ claims: claims(400) })],
    ["24,000 new records", post({ claims: claims(58) })],
    ["400,000 numbers in a list", post({ types: Array(400_000).fill(1) })],
    ["2,500 unknown parameters", get(`/v1/violations?${queryOf(2_500)}`)],
    ["90 unknown parameters", get(`/v1/violations?${queryOf(90)}`)],
    ...timed,
    ...shorter,
  ]);
}

/** A query of so many parameters that nothing reads. */
function queryOf(count: number): string {
  return Array.from({ length: count }, (_none, place) => `p${place}=1`).join("&");
}

/** The answers so far: how many of each status, by request, and how many were sent that got none. */
class Tally {
  readonly #statuses = new Map<string, Map<string, number>>();

  count(what: string, status: string): void {
    const own = this.#statuses.get(what) ?? new Map<string, number>();
    this.#statuses.set(what, own.set(status, (own.get(status) ?? 0) + 1));
  }

  toJSON(): object {
    return Object.fromEntries([...this.#statuses].map(([what, own]) => [what, Object.fromEntries(own)]));
  }
}

async function sendAll(service: Service, requests: ReadonlyMap<string, Sent>, tally: Tally): Promise<void> {
  const all = [...requests];
  const running = new Set<Promise<void>>();
  const start = performance.now();
  for (let place = 0; performance.now() - start < seconds * 1_000; place += 1) {
    await later(start + place * interval_ms - performance.now());
    const [what, sent] = all[place % all.length] ?? ["", undefined];
    if (sent === undefined) break;
    const answered = send(service.port, agent, sent).then(
      ({ status }: Answered) => tally.count(what, String(status)),
      (error: Error) => tally.count(what, error.message),
    );
    const ended = answered.finally(() => running.delete(ended));
    running.add(ended);
  }
  await Promise.all(running);
}

/** How long /healthz takes, asked again and again on a connection of its own until `over`. */
async function watchHealth({ port }: Service, over: AbortSignal): Promise<readonly number[]> {
  const own = new http.Agent({ keepAlive: true });
  const took_ms: number[] = [];
  while (!over.aborted) {
    const start = performance.now();
    const { status } = await send(port, own, { method: "GET", path: "/healthz", headers: {} });
    took_ms.push(status === 200 ? performance.now() - start : Number.POSITIVE_INFINITY);
    await later(20);
  }
  own.destroy();
  return took_ms.toSorted((a, b) => a - b);
}

const run = promisify(execFile);

/** The most memory that the process had, looked at again and again until `over`, in MB. */
async function watchMemory({ child }: Service, over: AbortSignal): Promise<number> {
  let most_MB = 0;
  while (!over.aborted) {
    const { stdout } = await run("ps", ["-o", "rss=", "-p", String(child.pid)]);
    most_MB = Math.max(most_MB, Number(stdout) / 1_000);
    await later(250);
  }
  return most_MB;
}

async function measure(service: Service) {
  const requests = await hostileRequests(service);
  const over = new AbortController();
  const tally = new Tally();
  const [idle_MB] = await Promise.all([watchMemory(service, AbortSignal.timeout(1_000))]);
  const health = watchHealth(service, over.signal);
  const memory = watchMemory(service, over.signal);
  await sendAll(service, requests, tally);
  over.abort();
  const [took_ms, most_MB] = await Promise.all([health, memory]);
  const at = (share: number) => Math.round(took_ms[Math.ceil(share * took_ms.length) - 1] ?? 0);
  return {
    healthz_ms: { p50: at(0.5), p99: at(0.99), most: at(1), asked: took_ms.length },
    memory_MB: { idle: Math.round(idle_MB), most: Math.round(most_MB) },
    restarts: service.child.exitCode === null && service.child.signalCode === null ? 0 : 1,
    answers: tally,
  };
}

const service = await startService();
try {
  const result = await measure(service);
  console.log(JSON.stringify(result, null, 2));
  const well =
    result.healthz_ms.most < MAX_HEALTH_MS && result.memory_MB.most < MAX_MEMORY_MB && result.restarts === 0;
  process.exitCode = well ? 0 : 1;
} finally {
  agent.destroy();
  await service.stop();
}
