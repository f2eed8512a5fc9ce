import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import type pg from "pg";
import type { DatabaseLog } from "./log.ts";

type SchemaEngine = engineModule.SchemaEngine;

/** One migration folder: its name and the SQL in it. */
export type Migration = { name: string; sql: string };

/** Everything in the database is the migrations' to manage. */
export const filters = { externalTables: [], externalEnums: [] };
const datasourceOnly = 'datasource db {\n  provider = "postgresql"\n}\n';

/** The part used here; the type library that knows it is that of browsers. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, Record<string, unknown>>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let loading: Promise<void> | undefined;

/** Prepares the WebAssembly module once for the whole process. */
function load(): Promise<void> {
  loading ??= (async () => {
    const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
    const bytes = await readFile(path.join(path.dirname(entry), "schema_engine_bg.wasm"));
    const imports = { "./schema_engine_bg.js": withoutHoldingTimers() };
    const { instance } = await WebAssembly.instantiate(bytes, imports);
    engineModule.__wbg_set_wasm(instance.exports);
    const begin = instance.exports.__wbindgen_start;
    if (typeof begin !== "function") throw new Error("The schema engine's WebAssembly module has no start.");
    begin();
  })();
  return loading;
}

/**
 * What the module imports. The engine sets a timer of ten seconds for its own lock and leaves it running; with a plain
 * timer a program that only migrates would not end before.
 */
function withoutHoldingTimers(): Record<string, unknown> {
  const setTimer = (callback: () => void, delay_ms: number) => setTimeout(callback, delay_ms).unref();
  return Object.fromEntries(
    Object.entries(engineModule).map(([name, imported]) =>
      name.startsWith("__wbg_setTimeout") ? [name, setTimer] : [name, imported],
    ),
  );
}

async function open(
  factory: SqlMigrationAwareDriverAdapterFactory,
  log?: DatabaseLog,
): Promise<SchemaEngine> {
  await load();
  return engineModule.SchemaEngine.new(
    { datamodels: undefined },
    (line: string) => log?.debug(`schema engine: ${line}`),
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/** An engine that works on the database behind the pool. Free it in the end; the pool stays the caller's. */
export async function openEngine(pool: pg.Pool, log: DatabaseLog): Promise<SchemaEngine> {
  const prisma = new PrismaPg(pool);
  const connect = async (): Promise<SqlDriverAdapter> => sendScriptsWhole(await prisma.connect());
  return open(
    { provider: "postgres", adapterName: prisma.adapterName, connect, connectToShadowDb: connect },
    log,
  );
}

/** Says of the migration under way, of which there is one at a time, that it is done. The engine says so only after it. */
const finish =
  "UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL";

/**
 * Prisma's adapter cuts a script at every semicolon, also at those within a function's body. The server takes a script
 * whole, and then runs it in one transaction, so that a failing migration leaves nothing behind. That it is done is
 * written in the same transaction: wherever a process is killed, a migration is there and said to be, or neither.
 */
function sendScriptsWhole(adapter: SqlDriverAdapter): SqlDriverAdapter {
  adapter.executeScript = async (script) => {
    await adapter.executeRaw({ sql: `${script}\n;${finish}`, args: [], argTypes: [] });
  };
  return adapter;
}

/** The form in which the engine takes the migrations. */
export function migrationList(baseDir: string, migrations: Migration[]) {
  return {
    baseDir,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
    })),
  };
}

/**
 * The SQL that leads from one Prisma schema to another, undefined when none is needed. Without a first schema it starts
 * from an empty database. Needs no server. Rejects with the engine's message for a schema that is not valid.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string | undefined> {
  const engine = await open(offlineFactory());
  try {
    const { exitCode, stdout } = await engine.diff({
      from: asTarget("kept.prisma", from ?? datasourceOnly),
      to: asTarget("present.prisma", to),
      script: true,
      exitCode: true,
      filters,
    });
    return exitCode === 0 ? undefined : (stdout ?? undefined);
  } finally {
    engine.free();
  }
}

function asTarget(name: string, content: string) {
  return { tag: "schemaDatamodel" as const, files: [{ path: name, content }] };
}

/** Stands in for a server: to compare two schemas the engine asks for nothing but the server's version. */
function offlineFactory(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => Promise.reject(new Error("The schema comparison has no server."));
  const adapter: SqlDriverAdapter = {
    provider: "postgres",
    adapterName: "offline",
    queryRaw: async () => ({
      columnNames: ["exists", "version", "numeric_version"],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, "PostgreSQL 15.0", 150_000]],
    }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: () => Promise.resolve(),
  };
  const connect = () => Promise.resolve(adapter);
  return { provider: "postgres", adapterName: "offline", connect, connectToShadowDb: connect };
}
