import { setTimeout as later } from "node:timers/promises";
import { sleep, waitUntil } from "../../src/database/processes.ts";
import { audit } from "./audit.ts";
import { type Kept, keepService } from "./keeper.ts";
import { followChanges } from "./reader.ts";
import { type Crowd, setToWork } from "./writers.ts";

export interface Plan {
  /** How often the service's process is killed. */
  readonly serviceKills: number;
  /** How often the database's first process is killed. */
  readonly postgresKills: number;
  readonly writers: number;
  /** Ends the run early, without a result. */
  readonly cancelled: AbortSignal;
  /** Told how far it has come. */
  readonly report: (line: string) => void;
}

export interface Outcome {
  /** A sentence for each thing that is not as it must be; empty when all is well. */
  readonly found: readonly string[];
  readonly acknowledged: number;
  readonly retried: number;
  readonly abandoned: number;
  readonly starts: number;
  /** What a service wrote that did not start, or ended although nobody had killed it. */
  readonly failures: readonly string[];
  readonly longestAway_ms: number;
}

/** How long the service may be away after a kill. Far above what it takes: it tells one that comes back from one that does not. */
const mostAway_ms = 90_000;

/**
 * Kills a service and its database again and again while many write to it, starting the service anew as systemd would and
 * nothing else; then holds what is there against what was acknowledged. Leaves no process and no folder.
 *
 * @throws the reason of `cancelled`
 */
export async function killAndAudit(plan: Plan): Promise<Outcome> {
  const over = new AbortController();
  const kept = await keepService();
  try {
    const cancelled = AbortSignal.any([plan.cancelled, over.signal]);
    const crowd = setToWork(kept.url, plan.writers, cancelled);
    const reader = followChanges(kept.url, cancelled);
    const longestAway_ms = await killAll(kept, crowd, plan);
    await bounded(crowd.finish(), "The writers have not come to an end.");
    const heard = await bounded(reader.finish(), "The reader of the feed has not come to its end.");
    plan.cancelled.throwIfAborted();
    const { done } = crowd;
    return {
      found: [...done.surprises, ...(await audit(kept, done, heard))],
      acknowledged: done.acknowledged.size,
      retried: done.retried,
      abandoned: done.abandoned.size,
      starts: kept.starts(),
      failures: kept.failures,
      longestAway_ms,
    };
  } finally {
    over.abort();
    await kept.end();
  }
}

/** The kills, one after the other, those of the database spread evenly among the others. */
async function killAll(
  kept: Kept,
  crowd: Crowd,
  { serviceKills, postgresKills, ...plan }: Plan,
): Promise<number> {
  const kills = serviceKills + postgresKills;
  let longestAway_ms = 0;
  let ofPostgres = 0;
  await writesGoOn(crowd, plan);
  for (let kill = 1; kill <= kills; kill += 1) {
    // At no moment in particular.
    await sleep(Math.random() * 300);
    const began = performance.now();
    const isPostgres = Math.round((kill * postgresKills) / kills) > ofPostgres;
    if (isPostgres) {
      ofPostgres += 1;
      await kept.killPostgres();
    } else await kept.killService();
    await writesGoOn(crowd, plan);
    const away_ms = performance.now() - began;
    longestAway_ms = Math.max(longestAway_ms, away_ms);
    const { acknowledged, retried } = crowd.done;
    plan.report(
      `kill ${kill} of ${kills} (${isPostgres ? "database" : "service"}): written to again after ${Math.round(away_ms)} ms; ${acknowledged.size} writes acknowledged, ${retried} requests sent again`,
    );
  }
  return longestAway_ms;
}

/** Waits until the writers have had some answers each. */
async function writesGoOn({ done }: Crowd, { writers, cancelled }: Pick<Plan, "writers" | "cancelled">) {
  const enough = done.acknowledged.size + 4 * writers;
  const goOn = () => cancelled.aborted || done.acknowledged.size >= enough || done.surprises.length > 0;
  const came = await waitUntil(goOn, mostAway_ms);
  cancelled.throwIfAborted();
  if (!came)
    throw new Error(
      `No ${4 * writers} writes were acknowledged within ${mostAway_ms} ms: the service is not back.`,
    );
}

async function bounded<T>(work: Promise<T>, late: string): Promise<T> {
  const bound = later(mostAway_ms, undefined, { ref: false }).then(() => Promise.reject(new Error(late)));
  return await Promise.race([work, bound]);
}
