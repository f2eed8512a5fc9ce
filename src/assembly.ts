import { readFileSync } from "node:fs";
import path from "node:path";
import type { Logger } from "pino";
import type { KeysDeps } from "./access/key-routes.ts";
import { keyring } from "./access/keys.ts";
import { createApp, reads } from "./app.ts";
import { projectRoot } from "./config.ts";
import type { Connection } from "./database/client.ts";
import { pendingMigrations } from "./database/migration-state.ts";
import { formats } from "./exchange/formats/index.ts";
import type { Rates } from "./http/rate-limits.ts";
import type { Capacity } from "./http/room.ts";
import { feedOf } from "./ledger/changes.ts";
import { readHead } from "./ledger/heads.ts";
import { createHub, type Hub } from "./ledger/hub.ts";
import type { Sequencer } from "./ledger/sequencer.ts";
import { headText } from "./ledger/verify.ts";
import { createMetrics, type Metrics } from "./pages/operations.ts";
import { groupCommit } from "./record/group-commit.ts";
import { knownIds } from "./record/known-ids.ts";
import { codeLists } from "./record-types/codes/index.ts";
import { recordTypeOf, recordTypes } from "./record-types/index.ts";
import type { RouteDeps } from "./routes.ts";

/** What an application is assembled from: connections and settings, no environment. */
export interface Parts {
  readonly connection: Connection;
  readonly sequencer: Pick<Sequencer, "wake" | "onGrowth">;
  /** After this time a stream of changes ends, so that a revoked key does not hear on for ever; its client comes back. */
  readonly streamLifetime_ms: number;
  readonly logger: Logger;
  /** PUBLIC_URL without a trailing slash. */
  readonly baseUrl: string;
  readonly adminApiKey: string | undefined;
  readonly trustProxy: number;
  readonly corsOrigins: readonly string[];
  readonly maxBody_bytes: number;
  /** Whether the database has room for writes. */
  readonly hasDiskRoom: () => boolean;
  readonly rates: Rates;
  readonly capacity: Capacity;
  readonly stopping: AbortSignal;
}

/** Well below the minute after which proxies take a silent connection for dead. */
const HEARTBEAT_MS = 15_000;

export const migrationsDir = path.join(projectRoot, "prisma", "migrations");

/** The service's version, as package.json has it. */
export const version = readVersion();

function readVersion(): string {
  const read: unknown = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8"));
  return typeof read === "object" && read !== null && "version" in read ? String(read.version) : "";
}

/** What the routes need, from connections alone; the description of the API is made from the same. */
export function routeDeps(
  connection: Connection,
  metrics: Metrics,
  more: { readonly hub: Hub; readonly streamLifetime_ms: number } & Omit<KeysDeps, "pool">,
): RouteDeps {
  const { pool, groupPool, exportPool } = connection;
  return {
    ...more,
    heartbeat_ms: HEARTBEAT_MS,
    pool,
    writeFirst: groupCommit(groupPool, pool),
    exportPool,
    recordTypes,
    types: recordTypeOf,
    knownIds: knownIds(pool),
    ledgerHead: async (reader) => headText(await readHead(pool, feedOf(reader))),
    codeLists,
    formats: formats({ pool, exportPool }),
    version,
    registry: metrics.registry,
    ready: async () => ({ database: true, pending: await pendingMigrations(pool, migrationsDir) }),
  };
}

/** Puts the application together. The process and the tests use the very same. */
export function assemble(parts: Parts): {
  readonly app: ReturnType<typeof createApp>;
  readonly metrics: Metrics;
  readonly hub: Hub;
} {
  const { connection, sequencer, streamLifetime_ms, logger } = parts;
  const { pool, groupPool, exportPool } = connection;
  const hub = createHub(pool, sequencer.onGrowth, (error) =>
    logger.warn(
      { err: error },
      "New changes could not be read for those who follow them; tried again in a second.",
    ),
  );
  const keys = keyring(pool, parts.adminApiKey, (error) =>
    logger.warn({ err: error }, "That a key was used could not be noted."),
  );
  const metrics = createMetrics({ requests: pool, groups: groupPool, exports: exportPool });
  const app = createApp({
    ...parts,
    routes: routeDeps(connection, metrics, {
      hub,
      streamLifetime_ms,
      adminKeyGiven: parts.adminApiKey !== undefined,
      forgetKeys: keys.forget,
    }),
    measure: (line) => {
      metrics.measure(line);
      if (line.status < 300 && !reads.has(line.method)) sequencer.wake();
    },
    identify: keys.identify,
  });
  return { app, metrics, hub };
}
