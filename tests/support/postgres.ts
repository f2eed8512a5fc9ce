import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startEmbedded } from "../../src/database/embedded.ts";
import type { DatabaseLog } from "../../src/database/log.ts";
import { migrate } from "../../src/database/migrate.ts";

const migrationsDir = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../prisma/migrations");

/** Pass the addresses of the server and of its migrated template database from the global setup to the test files. */
const serverVariable = "TEST_SERVER_DATABASE_URL";
const templateVariable = "TEST_TEMPLATE_DATABASE_URL";

/** A log that keeps quiet. */
export const silentLog: DatabaseLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A log that keeps its lines, each behind its level. */
export function recordingLog(): DatabaseLog & { lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A folder below the system's temporary one that every user may enter. */
export async function openTemporaryDir(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "ceasefire-test-"));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * Starts one server for the whole test run (or takes that of DATABASE_URL) and makes a migrated template database on it.
 * Resolves to the function that takes everything away again.
 */
export async function startTestServer(): Promise<() => Promise<void>> {
  const own = process.env.DATABASE_URL;
  const server =
    own === undefined || own === "" ? await startThrowAwayServer() : { url: own, stop: async () => {} };
  const name = `test_template_${process.pid}_${Date.now()}`;
  const url = otherDatabase(server.url, name);
  try {
    await administer(server.url, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    await migrate({ databaseUrl: url, migrationsDir, log: silentLog });
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env[serverVariable] = server.url;
  process.env[templateVariable] = url;
  return async () => {
    await administer(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.stop();
  };
}

async function startThrowAwayServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = await openTemporaryDir();
  const fallback = await openTemporaryDir();
  const remove = async () => {
    await rm(dataDir, { recursive: true, force: true });
    await rm(fallback, { recursive: true, force: true });
  };
  try {
    const server = await startEmbedded({ dataDir, log: silentLog, durable: false, fallbackDirs: [fallback] });
    const stop = async () => {
      await server.stop();
      await remove();
    };
    return { url: server.url, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A database of its own for one test file: a copy of the migrated template, or an empty one. */
export async function cloneDatabase(
  options: { empty?: boolean } = {},
): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = process.env[serverVariable];
  const template = process.env[templateVariable];
  if (server === undefined || template === undefined)
    throw new Error("The test server is not running: run the tests through jest.");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const url = otherDatabase(template, name);
  const source = options.empty === true ? "template0" : new URL(template).pathname.slice(1);
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${source}`);
  return { url, drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** The same server's address with another database in it. */
export function otherDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The same address with more parameters. */
export function withParameters(databaseUrl: string, parameters: { readonly [name: string]: string }): string {
  const url = new URL(databaseUrl);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

async function administer(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
