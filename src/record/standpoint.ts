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
  /** "to come", "settled", or the number of a transaction that began after the instant had passed. */
  readonly next: string;
}

/**
 * A version's instant is read after its transaction has its number (`recording_instant`). So once an instant has passed, a
 * number taken then is above that of every write recorded by it. No snapshot tells such a number: where one ends, a write
 * may be under way that has a higher one. Of long ago only such transactions matter as began by then.
 */
async function settled(pool: pg.Pool, as_of: string): Promise<string> {
  const found = await pool.query<Asked>({
    name: "as_of_asked",
    text: `SELECT ${stampSql("asked.at")} AS instant, CASE WHEN asked.at > clock_timestamp() THEN 'to come'
        WHEN ${longSettledSql("asked.at")} THEN 'settled' ELSE pg_current_xact_id()::text END AS next
      FROM (SELECT $1::timestamptz AS at) AS asked`,
    values: [as_of],
  });
  const asked = only(found);
  if (asked.next === "to come") {
    const message = "This instant has not come yet. Leave as_of out for the present state.";
    throw problem("bad-request", message, {
      errors: [{ parameter: "as_of", code: "not_yet", message }],
    });
  }
  if (asked.next !== "settled") await waitForWrites(pool, asked);
  return asked.instant;
}

function longSettledSql(at: string): string {
  return `(${at} < clock_timestamp() - interval '10 seconds'
    AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start <= ${at}))`;
}

async function waitForWrites(pool: pg.Pool, { instant, next }: Asked): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = 1; Date.now() < deadline; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const found = await pool.query<{ settled: boolean }>({
      name: "as_of_settled",
      text: `SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $2::text::xid8 OR ${longSettledSql("$1::timestamptz")} AS settled`,
      values: [instant, next],
    });
    if (only(found).settled) return;
    await later(pause);
  }
  throw problem(
    "service-unavailable",
    "Something that began by the instant in as_of is still being written. Ask again after the time in Retry-After.",
  );
}
