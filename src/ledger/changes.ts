import type pg from "pg";
import type { Principal } from "../http/route.ts";
import { only, type Queryable, stampSql } from "../record/sql.ts";

/** One creation, update or deletion, as the feed tells it. */
interface Change {
  readonly cursor: string;
  readonly operation: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly at: string;
}

/** A change with what listeners choose by. */
export interface Entry extends Omit<Change, "cursor"> {
  /** Its number: among all changes, or among those that everybody sees. */
  readonly position: number;
  /** The conflict it belongs to, as its record has it today or had it last; null: none. */
  readonly conflict: string | null;
}

/** What of the feed is wanted. */
export interface Wanted {
  readonly types: readonly string[] | undefined;
  readonly conflicts: readonly string[] | undefined;
}

/** Which entries of the ledger a reader sees: with a key all of them, without one the public ones, numbered apart. */
export type Feed = "all" | "public";

export function feedOf({ role }: Pick<Principal, "role">): Feed {
  return role === "public" ? "public" : "all";
}

/** From after one number up to another, and at most so many. */
interface Span {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

/**
 * Changes after a number and up to another, in the order of the ledger. Numbers have no gaps, so a stretch of them holds no
 * more changes than it is long: a page costs the same however much of the ledger is still to come, and one that is searched
 * for what is wanted little more than it finds.
 */
export async function readChanges(
  database: Queryable,
  feed: Feed,
  { after, upTo, limit }: Span,
  wanted: Wanted,
): Promise<Entry[]> {
  const found: Entry[] = [];
  let from = after;
  for (let stretch = limit; found.length < limit && from < upTo; stretch *= 2) {
    const to = Math.min(upTo, from + stretch);
    const span = { after: from, upTo: to, limit: limit - found.length };
    found.push(...(await readStretch(database, feed, span, wanted)));
    from = to;
  }
  return found;
}

async function readStretch(
  database: Queryable,
  feed: Feed,
  span: Span,
  { types, conflicts }: Wanted,
): Promise<Entry[]> {
  const position = positionSql(feed);
  const { rows } = await database.query<Entry>({
    name: `changes_${feed}`,
    text: `SELECT position, operation, type, id, version, at, conflict FROM (
        SELECT l.${position}::float8 AS position, ${feed === "all" ? "r.operation" : "l.public_operation"}::text AS operation,
          l.type::text AS type, l.id, l.version, ${stampSql("r.recorded_at")} AS at, ${conflictSql} AS conflict
        FROM ledger l JOIN revisions r ON r.type = l.type AND r.id = l.id AND r.version = l.version
        WHERE l.${position} > $1 AND l.${position} <= $2 AND ($4::text[] IS NULL OR l.type = ANY($4::text[]::record_type[]))
        ORDER BY l.${position}) AS told
      WHERE $5::text[] IS NULL OR conflict = ANY($5::text[]) ORDER BY position LIMIT $3`,
    values: [span.after, span.upTo, span.limit, types ?? null, conflicts ?? null],
  });
  return rows;
}

function positionSql(feed: Feed): string {
  return feed === "all" ? "position" : "public_position";
}

/** A conflict's own id, a ceasefire's conflict, and that of a report's ceasefire. */
const conflictSql = `CASE l.type WHEN 'conflict' THEN l.id WHEN 'ceasefire' THEN r.conflict WHEN 'violation' THEN
    coalesce((SELECT c.conflict FROM ceasefires c WHERE c.id = r.ceasefire), (SELECT c.conflict FROM revisions c
      WHERE c.type = 'ceasefire' AND c.id = r.ceasefire AND c.conflict IS NOT NULL ORDER BY c.version DESC LIMIT 1)) END`;

/** The number of the newest change, and when it was looked at. */
export async function readEnd(
  database: Queryable,
  feed: Feed,
): Promise<{ readonly position: number; readonly as_of: string }> {
  const found = await database.query<{ position: number; as_of: string }>({
    name: `changes_end_${feed}`,
    text: `SELECT coalesce(max(${positionSql(feed)}), 0)::float8 AS position, ${stampSql("now()")} AS as_of FROM ledger`,
  });
  return only(found);
}

/** The number after which every change recorded at or after an instant stands. */
export async function positionBefore(pool: pg.Pool, feed: Feed, since: string): Promise<number> {
  const position = positionSql(feed);
  const found = await pool.query<{ before: number }>(
    `SELECT coalesce((SELECT min(l.${position}) - 1 FROM revisions r JOIN ledger l USING (type, id, version)
         WHERE r.recorded_at >= $1::timestamptz), (SELECT max(${position}) FROM ledger), 0)::float8 AS before`,
    [since],
  );
  return only(found).before;
}
