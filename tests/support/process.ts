import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { waitUntil } from "../../src/database/processes.ts";

const root = path.join(import.meta.dirname, "..", "..");
const start_ms = 60_000;

type Environment = { readonly [name: string]: string };

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A service in a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** Where it answers, without a trailing slash. */
  readonly url: string;
  /** All it wrote so far, on both outputs. */
  output(): string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ended>;
}

/**
 * Runs one of the two programs in src/ with this environment and no other variable that the service reads, until it ends
 * or is cancelled.
 */
function launch(
  program: "cli.ts" | "main.ts",
  args: readonly string[],
  environment: Environment,
  cancelled?: AbortSignal,
) {
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", path.join(root, "src", program), ...args], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const cancel = () => child.kill("SIGKILL");
  cancelled?.addEventListener("abort", cancel, { once: true });
  const wrote = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    wrote.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    wrote.stderr += text;
  });
  const ended = once(child, "close").then(() => {
    cancelled?.removeEventListener("abort", cancel);
    return { code: child.exitCode, ...wrote };
  });
  return { child, ended, wrote };
}

/** Runs the `ceasefire` command to its end. */
export async function ceasefire(args: readonly string[], environment: Environment): Promise<Ended> {
  return await startCeasefire(args, environment).ended;
}

/** Starts the `ceasefire` command, to be stopped on its way. */
export function startCeasefire(
  args: readonly string[],
  environment: Environment,
): Pick<Running, "child" | "ended"> {
  const { child, ended } = launch("cli.ts", args, environment);
  return { child, ended };
}

/**
 * Starts the service as `npm start` does, on a free port where none is given. Rejects with what it wrote when it does not
 * get ready. Once `cancelled` it is killed, ready or not.
 */
export async function startProcess(environment: Environment, cancelled?: AbortSignal): Promise<Running> {
  const { child, ended, wrote } = launch("main.ts", [], { PORT: "0", ...environment }, cancelled);
  const output = () => `${wrote.stdout}${wrote.stderr}`;
  const address = () => /ready: (http:\/\/\S+)/.exec(wrote.stdout)?.[1];
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  await waitUntil(() => address() !== undefined || gone(), start_ms);
  const url = address();
  if (url !== undefined) return { child, url, output, ended };
  child.kill("SIGKILL");
  throw new Error(`The service did not start: ${output()}`);
}
