import pg from "pg";
import type { DatabaseLog } from "./log.ts";
import { assertServer, parseDatabaseUrl, readAddress } from "./server-check.ts";

export type ConnectOptions = {
  databaseUrl: string;
  /** Connections for requests. */
  poolSize: number;
  /** After this time the server ends a request's statement. */
  statementTimeout_ms: number;
  /** Connections for COPY, on top of the pool. */
  exportPoolSize?: number;
  exportTimeout_ms?: number;
  log: DatabaseLog;
};

export type Connection = {
  pool: pg.Pool;
  /** The connection for statements that write for several requests: they wait for no lock for long. */
  groupPool: pg.Pool;
  /** A few connections of their own for COPY, so that long exports leave the requests theirs. */
  exportPool: pg.Pool;
  /** Waits for running statements, then closes all connections. */
  close: () => Promise<void>;
};

const connectLimit_ms = 5_000;

/** One: groups on several would be smaller, and so cost more (a seventh fewer records a second on two cores). */
const GROUP_POOL_SIZE = 1;
/** After this time a group gives way, and its records are written one by one. */
const GROUP_LOCK_TIMEOUT_MS = 100;
/** How much longer than the server may take is waited for its answer: a connection gone silent must not keep all groups waiting. */
const GROUP_GRACE_MS = 1_000;

/** Opens the connection pools. Rejects with a sentence when the server cannot be reached or cannot be used. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { databaseUrl, poolSize, statementTimeout_ms, log } = options;
  const { exportPoolSize = 3, exportTimeout_ms = 600_000 } = options;
  const name = "ceasefire-tracker";
  const pool = openPool(databaseUrl, name, poolSize, statementTimeout_ms, log);
  try {
    await assertServer(pool, databaseUrl);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const groupPool = openPool(databaseUrl, `${name} groups`, GROUP_POOL_SIZE, statementTimeout_ms, log, {
    lock_timeout: GROUP_LOCK_TIMEOUT_MS,
    query_timeout: statementTimeout_ms + GROUP_GRACE_MS,
  });
  const exportPool = openPool(databaseUrl, `${name} export`, exportPoolSize, exportTimeout_ms, log);
  return {
    pool,
    groupPool,
    exportPool,
    close: async () => {
      await Promise.all([pool.end(), groupPool.end(), exportPool.end()]);
    },
  };
}

/**
 * A pool in UTC, which compiles no expressions: for statements that cut documents that would take seconds. Its broken
 * connections end up in the log or with who uses them; unhandled they would end the process.
 */
export function openPool(
  databaseUrl: string,
  name: string,
  size: number,
  statementTimeout_ms: number,
  log: DatabaseLog,
  more: Pick<pg.PoolConfig, "lock_timeout" | "query_timeout"> = {},
): pg.Pool {
  const pool = new pg.Pool({
    application_name: name,
    max: size,
    // 0 leaves the statement without a limit, as PostgreSQL has it.
    statement_timeout: statementTimeout_ms,
    connectionTimeoutMillis: connectLimit_ms,
    ...more,
    ...readAddress(withSettings(databaseUrl)),
  });
  // The pool hears of idle connections alone. One that breaks between two statements of a transaction fails the next.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", (error) => log.warn(`A database connection was lost: ${error.message}`));
  return pool;
}

/** What the address says wins over all else, so the settings are put there, behind the options that it has already. */
function withSettings(databaseUrl: string): string {
  const url = parseDatabaseUrl(databaseUrl);
  const own = url.searchParams.get("options");
  url.searchParams.set("options", `${own === null ? "" : `${own} `}-c timezone=UTC -c jit=off`);
  return url.href;
}
