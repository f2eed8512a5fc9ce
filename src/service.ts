import { constants, existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Logger } from "pino";
import { seed } from "../seeds/seed.ts";
import { firstAdminKey } from "./access/keys.ts";
import { assemble, migrationsDir, type Parts } from "./assembly.ts";
import type { Config } from "./config.ts";
import { type Connection, connect } from "./database/client.ts";
import { writeComments } from "./database/comments.ts";
import { type EmbeddedPostgres, runningEmbedded, startEmbedded } from "./database/embedded.ts";
import { refuseUnusableFile } from "./database/folders.ts";
import { type MigrateOptions, migrate } from "./database/migrate.ts";
import { knownHome } from "./database/postgres-home.ts";
import { messageOf, startFailure } from "./database/start-failure.ts";
import { PrismaClient } from "./generated/prisma/client.ts";
import { createServer, listen } from "./http/server.ts";
import { type Sequencer, startSequencer } from "./ledger/sequencer.ts";
import type { Metrics } from "./pages/operations.ts";
import { recordComments } from "./record/comments.ts";
import { forgetOldKeys } from "./record/idempotency.ts";
import { startReindexing } from "./record/reindex.ts";
import { recordTypes } from "./record-types/index.ts";

/** A service that listens. */
export interface Service {
  readonly port: number;
  /** Where a person begins. */
  readonly url: string;
  /** How many seed records were written at this start. */
  readonly seeded: number;
  readonly adminKey: AdminKey;
  /** Finishes requests in flight, closes the database. Safe to call twice. */
  stop(): Promise<void>;
}

/** Where the admin key is: given, known from before, in a file, or new and told only now. */
type AdminKey =
  | { readonly given: true }
  | { readonly given: false; readonly file: string | undefined; readonly made: string | undefined };

/** The database of the configuration, up and reachable by its URL. */
export interface Database {
  readonly url: string;
  readonly embedded: EmbeddedPostgres | undefined;
}

/** Starts the embedded database, or takes the server of DATABASE_URL. Rejects with a sentence for the operator. */
export async function openDatabase(
  config: Config,
  log: Logger,
  onExit: (reason: Error) => void,
): Promise<Database> {
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, embedded: undefined };
  const embedded = await startEmbedded({ dataDir: path.resolve(config.DATA_DIR), log, onExit });
  return { url: embedded.url, embedded };
}

/** The database of the configuration for work beside a service: the embedded one is used as it runs, and started where it does not. */
export async function reachDatabase(
  config: Config,
  log: Logger,
  onExit: (reason: Error) => void,
): Promise<Database> {
  const running =
    config.DATABASE_URL === undefined ? await runningEmbedded(path.resolve(config.DATA_DIR)) : undefined;
  return running === undefined
    ? await openDatabase(config, log, onExit)
    : { url: running, embedded: undefined };
}

/** How a database is migrated: an embedded one that holds data is copied first. */
export function migrateOptions({ url, embedded }: Database, log: Logger): MigrateOptions {
  const options = { databaseUrl: url, migrationsDir, log };
  if (embedded === undefined) return options;
  return {
    ...options,
    beforeMigrating: async ([first = "migration"]) => {
      await embedded.copy(`before-${first}`);
    },
  };
}

/** Starts everything in order; what was started is stopped again when a later step fails. */
export async function startService(
  config: Config,
  logger: Logger,
  onExit: (reason: Error) => void,
): Promise<Service> {
  const undo: (() => Promise<void>)[] = [];
  const stopAll = once(async () => {
    for (const step of undo.reverse())
      await step().catch((error: unknown) => logger.error({ err: error }, "A step of stopping failed."));
  });
  try {
    await refuseUnusableKeyFile(config);
    const database = await openDatabase(config, logger, onExit);
    if (database.embedded !== undefined) undo.push(database.embedded.stop);
    if (config.MIGRATE_ON_START) await migrate(migrateOptions(database, logger));
    const connection = await connect({
      databaseUrl: database.url,
      poolSize: config.POOL_SIZE,
      statementTimeout_ms: config.STATEMENT_TIMEOUT_MS,
      exportPoolSize: config.EXPORT_POOL_SIZE,
      exportTimeout_ms: config.EXPORT_TIMEOUT_MS,
      log: logger,
    });
    undo.push(connection.close);
    const prisma = new PrismaClient({ adapter: new PrismaPg(connection.pool) });
    await writeComments(connection.pool, recordComments(recordTypes));
    const seeded = config.SEED === "none" ? 0 : await seed(connection.pool, recordTypes, config.SEED);
    const adminKey = await provideAdminKey(config, prisma);
    undo.push(forgetKeysHourly(connection.pool, logger));
    const sequencer = startSequencer(database.url, logger);
    undo.push(sequencer.stop);
    undo.push(startReindexing(connection.pool, recordTypes, logger));
    const hasDiskRoom = database.embedded?.hasDiskRoom ?? (() => true);
    const port = await serve(config, logger, { connection, sequencer, hasDiskRoom }, undo);
    return { port, url: publicUrl(config, port), seeded, adminKey, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

const hour_ms = 3_600_000;

/** Forgets used Idempotency-Keys once an hour; returns how to stop that. */
function forgetKeysHourly(pool: Connection["pool"], logger: Logger): () => Promise<void> {
  const timer = setInterval(() => {
    forgetOldKeys(pool).catch((error: unknown) =>
      logger.warn({ err: error }, "Old Idempotency-Keys could not be forgotten; the next hour tries again."),
    );
  }, hour_ms);
  timer.unref();
  return async () => clearInterval(timer);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}

function publicUrl(config: Config, port: number): string {
  const host =
    config.HOST === "0.0.0.0" || config.HOST === "127.0.0.1" || config.HOST === "::"
      ? "localhost"
      : config.HOST;
  const url = config.PUBLIC_URL ?? `http://${host}:${port}`;
  return url.slice(0, Array.from(url).findLastIndex((character) => character !== "/") + 1);
}

async function serve(
  config: Config,
  logger: Logger,
  up: Pick<Parts, "connection" | "hasDiskRoom"> & { readonly sequencer: Sequencer },
  undo: (() => Promise<void>)[],
): Promise<number> {
  const stopping = new AbortController();
  const baseUrl = publicUrl(config, config.PORT);
  const { app, metrics } = assemble({
    ...up,
    streamLifetime_ms: 600_000,
    logger,
    baseUrl,
    adminApiKey: config.ADMIN_API_KEY,
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS,
    maxBody_bytes: config.MAX_BODY_BYTES,
    rates: {
      publicPerMinute: config.RATE_LIMIT_PUBLIC_PER_MINUTE,
      keyPerMinute: config.RATE_LIMIT_KEY_PER_MINUTE,
    },
    capacity: {
      export: config.EXPORT_POOL_SIZE,
      heavy: config.MAX_EXPENSIVE ?? Math.ceil(config.POOL_SIZE / 2),
      listener: config.MAX_LISTENERS,
    },
    stopping: stopping.signal,
  });
  const server = createServer(app, {
    baseUrl,
    requestTimeout_ms: config.REQUEST_TIMEOUT_MS,
    headersTimeout_ms: Math.min(config.REQUEST_TIMEOUT_MS, 10_000),
    keepAliveTimeout_ms: 65_000,
    idleTimeout_ms: config.IDLE_TIMEOUT_MS,
  });
  const port = await server.listen(config.PORT, config.HOST).catch((error: unknown) => {
    throw startFailure(messageOf(error), error);
  });
  undo.push(async () => {
    const closed = server.close(config.SHUTDOWN_GRACE_MS);
    stopping.abort();
    await closed;
  });
  if (config.METRICS_PORT !== undefined)
    undo.push(await listenForMetrics(config.METRICS_PORT, config.HOST, metrics));
  return port;
}

/** /metrics on a port of its own, for a scraper inside the network; needs no key. Resolves to how it is closed. */
async function listenForMetrics(
  port: number,
  host: string,
  { registry }: Metrics,
): Promise<() => Promise<void>> {
  const server = http.createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "Content-Type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, port, host, "METRICS_PORT").catch((error: unknown) => {
    throw startFailure(messageOf(error), error);
  });
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

function adminKeyFile(config: Config): string {
  return path.resolve(config.DATA_DIR, "admin-key");
}

/**
 * Throws a sentence where the file of the admin key cannot be used, before a database is made. A database that exists
 * usually has an admin key, so the file may then be one that this user cannot write.
 */
async function refuseUnusableKeyFile(config: Config): Promise<void> {
  if (config.ADMIN_API_KEY !== undefined || config.DATABASE_URL !== undefined) return;
  const hasDatabase = (await knownHome(path.resolve(config.DATA_DIR))) !== undefined;
  await refuseUnusableFile(
    adminKeyFile(config),
    hasDatabase ? constants.F_OK : constants.R_OK | constants.W_OK,
  );
}

/** Makes the first admin key where none is given: into a file beside the embedded database, else to be shown once. */
async function provideAdminKey(config: Config, prisma: PrismaClient): Promise<AdminKey> {
  if (config.ADMIN_API_KEY !== undefined) return { given: true };
  if (config.DATABASE_URL !== undefined)
    return { given: false, file: undefined, made: await firstAdminKey(prisma, async () => undefined) };
  const file = adminKeyFile(config);
  await firstAdminKey(prisma, async (key) => {
    await writeFile(file, `${key}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw startFailure(
        `The first admin key cannot be written to ${file} (${messageOf(error)}). Correct that, or set ADMIN_API_KEY.`,
        error,
      );
    });
  });
  // An operator who has stored the key elsewhere may have taken the file away.
  return { given: false, file: existsSync(file) ? file : undefined, made: undefined };
}
