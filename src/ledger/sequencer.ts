import { setTimeout as later } from "node:timers/promises";
import pg from "pg";
import { readAddress } from "../database/server-check.ts";
import { only } from "../record/sql.ts";
import { CHANNEL, type ChainEnd, chainBatch, readChainEnd } from "./sequence.ts";

/** The one that orders, chains and numbers versions after their writes, and tells of it. */
export interface Sequencer {
  /** Something was written here; it is chained within 100 ms. Costs the writer nothing. */
  readonly wake: () => void;
  /** Calls back whenever the ledger has grown, by whichever process; returns how to stop that. */
  readonly onGrowth: (listener: () => void) => () => void;
  /** Ends after the batch under way. */
  readonly stop: () => Promise<void>;
}

interface Log {
  info(message: string): void;
  warn(fields: object, message: string): void;
}

/** The least time between two batches: each costs a commit, which at a thousand writes a second many writes share. */
const PACE_MS = 30;
/** How often the database is asked for what other processes wrote. */
const IDLE_MS = 90;
/** How often a process that is not the sequencer tries to become it. */
const TAKE_OVER_MS = 250;
const RECONNECT_MS = 500;
/** Whoever holds this advisory lock alone writes the ledger: the sequencer of one process, or a restore. An SQL expression. */
export const sequencerLock = "hashtextextended('ceasefire-tracker sequencer', 0)";

/**
 * Starts the sequencer. Of all processes on one database the one that holds the advisory lock writes the ledger; when it
 * dies, its session's lock goes with it and another takes over. All of them listen.
 */
export function startSequencer(databaseUrl: string, log: Log): Sequencer {
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  const bell = alarm();
  const grown = () => {
    for (const listener of listeners) listener();
  };
  const done = run({ databaseUrl, log, signal: stopping.signal, wait: bell.wait, grown });
  return {
    wake: bell.ring,
    onGrowth: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      stopping.abort();
      bell.ring();
      await done;
    },
  };
}

interface Work {
  readonly databaseUrl: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Resolves when something was written, or after a time. */
  readonly wait: (atMost_ms: number) => Promise<void>;
  readonly grown: () => void;
}

async function run(work: Work): Promise<void> {
  let complained = false;
  while (!work.signal.aborted) {
    let client: pg.Client | undefined;
    try {
      client = await connected(work);
      if (complained) work.log.info("The sequencer has its database again.");
      complained = false;
      // What was written while no connection listened.
      work.grown();
      await serve(client, work);
    } catch (error) {
      if (!complained) work.log.warn({ err: error }, "The sequencer has lost its database and tries again.");
      complained = true;
      await work.wait(RECONNECT_MS);
    } finally {
      await client?.end().catch(() => undefined);
    }
  }
}

/** Opens a connection that listens for growth of the ledger. */
async function connected({ databaseUrl, grown }: Work): Promise<pg.Client> {
  const client = new pg.Client({
    application_name: "ceasefire-tracker sequencer",
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    ...readAddress(databaseUrl),
  });
  // The statement that fails reports the error as well. Without a listener here it would end the process.
  client.on("error", () => undefined);
  client.on("notification", grown);
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Waits for the lock, then chains for as long as the connection holds. */
async function serve(client: pg.Client, { signal, wait }: Work): Promise<void> {
  while (!signal.aborted && !(await takesLock(client))) await wait(TAKE_OVER_MS);
  if (signal.aborted) return;
  let end: ChainEnd = await readChainEnd(client);
  while (!signal.aborted) {
    const batch = await chainBatch(client, end);
    end = batch.end;
    if (batch.more) continue;
    if (batch.added === 0) await wait(IDLE_MS);
    else await later(PACE_MS);
  }
  // What was acknowledged before the service was asked to stop is in the chain when it has stopped.
  await chainBatch(client, end);
}

async function takesLock(client: pg.Client): Promise<boolean> {
  return only(
    await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${sequencerLock}) AS taken`),
  ).taken;
}

/** A bell that wakes whoever waits; rung while nobody waits, it is heard by the next. */
function alarm(): { readonly ring: () => void; readonly wait: (atMost_ms: number) => Promise<void> } {
  let rung = false;
  let heard: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      heard?.();
    },
    wait: async (atMost_ms) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMost_ms);
          heard = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      heard = undefined;
      rung = false;
    },
  };
}
