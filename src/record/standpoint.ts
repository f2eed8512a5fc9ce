import { setTimeout as later } from "node:timers/promises";
import type pg from "pg";
import { problem } from "../http/problem.ts";
import type { Principal } from "../http/route.ts";
import { asOfViewpoint } from "./as-of.ts";
import type { RecordsDeps } from "./deps.ts";
import { knownViewpoint } from "./known-at.ts";
import { currentViewpoint, only, stampSql, type Viewpoint } from "./sql.ts";

/** The two clocks a question may set: what the service held at an instant, and of that what had been said by one. */
export interface Clocks {
  readonly as_of?: string | undefined;
  readonly known_at?: string | undefined;
}

/** Whether a question sets a clock: lists are then read off documents, which is heavy work. */
export function looksBack({ as_of, known_at }: Clocks): boolean {
  return as_of !== undefined || known_at !== undefined;
}

/** From where a call looks at the records: what its caller may see, as of when, and known by when. */
export interface Standpoint {
  readonly viewpoint: Viewpoint;
  readonly withKey: boolean;
  /** The instant asked for, in the service's own form; undefined: the present. */
  readonly as_of: string | undefined;
  /** The instant by which things were known, and the viewpoint of all that is held; undefined: all of it is seen. */
  readonly known?: { readonly at: string; readonly of: Viewpoint };
}

/**
 * The standpoint of a caller. One in the past is waited for: whatever was being written when the question came and
 * may yet be recorded by that instant is done with before the answer is read, so that the same question gets the same
 * answer for ever. Throws bad-request for an as_of to come, service-unavailable where a write goes on for too long.
 */
export async function standpoint(
  { pool, types }: RecordsDeps,
  principal: Principal,
  { as_of, known_at }: Clocks,
): Promise<Standpoint> {
  const withKey = principal.role !== "public";
  const instant = as_of === undefined ? undefined : await settled(pool, as_of);
  const all = instant === undefined ? currentViewpoint(withKey) : asOfViewpoint(types, withKey, instant);
  if (known_at === undefined) return { viewpoint: all, withKey, as_of: instant };
  const viewpoint = knownViewpoint(types, all, known_at);
  return { viewpoint, withKey, as_of: instant, known: { at: known_at, of: all } };
}

const PATIENCE_MS = 10_000;
const LONGEST_PAUSE_MS = 50;

interface Asked {
  readonly instant: string;
  readonly to_come: boolean;
  /** The first transaction number not yet given out; every write recorded by the instant has a lower one. */
  readonly next: string;
  readonly settled: boolean;
}

/**
 * A version's instant is read after its transaction has its number (`recording_instant`), so a write recorded by an
 * instant that has passed has a number by now. Of long ago only such transactions matter as began by then.
 */
async function settled(pool: pg.Pool, as_of: string): Promise<string> {
  const found = await pool.query<Asked>({
    name: "as_of_asked",
    text: `SELECT ${stampSql("asked.at")} AS instant, asked.at > clock_timestamp() AS to_come,
        pg_snapshot_xmax(pg_current_snapshot())::text AS next, ${settledSql("asked.at", "pg_snapshot_xmax(pg_current_snapshot())")} AS settled
      FROM (SELECT $1::timestamptz AS at) AS asked`,
    values: [as_of],
  });
  const asked = only(found);
  if (asked.to_come) {
    const message = "This instant has not come yet. Leave as_of out for the present state.";
    throw problem("bad-request", message, {
      errors: [{ parameter: "as_of", code: "not_yet", message }],
    });
  }
  if (!asked.settled) await waitForWrites(pool, asked);
  return asked.instant;
}

function settledSql(at: string, next: string): string {
  return `(pg_snapshot_xmin(pg_current_snapshot()) >= ${next} OR (${at} < clock_timestamp() - interval '10 seconds'
    AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start <= ${at})))`;
}

async function waitForWrites(pool: pg.Pool, { instant, next }: Asked): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = 2; Date.now() < deadline; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    await later(pause);
    const found = await pool.query<{ settled: boolean }>({
      name: "as_of_settled",
      text: `SELECT ${settledSql("$1::timestamptz", "$2::text::xid8")} AS settled`,
      values: [instant, next],
    });
    if (only(found).settled) return;
  }
  throw problem(
    "service-unavailable",
    "Something that began by the instant in as_of is still being written. Ask again after the time in Retry-After.",
  );
}
