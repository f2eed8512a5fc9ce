import { distance } from "fastest-levenshtein";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import { idStem } from "./document.ts";
import type { RecordTypeName } from "./field.ts";
import { isRestrictable, params, stampSql, type Viewpoint } from "./sql.ts";

/** What a reader may see, and as of when; a `Standpoint` has it. */
interface Reader {
  readonly viewpoint: Viewpoint;
  readonly withKey: boolean;
  /** In the service's own form; undefined: the present. */
  readonly as_of: string | undefined;
}

/** Looks up which ids a reader may know. */
export interface KnownIds {
  /**
   * Those of the ids that name no record, of the present or of the past up to `as_of`. A deleted record counts as known; a
   * RESTRICTED one only for a reader with a key. `known_at` changes nothing: it hides what was unsaid, not what exists.
   */
  unknown(target: RecordTypeName, ids: readonly string[], from: Reader): Promise<string[]>;
  /** The ids nearest to an unknown one, of those that the reader can see: at most five that resemble it, else three. */
  nearest(target: RecordTypeName, id: string, from: Reader): Promise<string[]>;
}

/** Ids whose first version is remembered. An id stays known for ever, because revisions are kept. */
const MAX_REMEMBERED = 20_000;

export function knownIds(database: pg.Pool): KnownIds {
  const firstRecorded = new LRUCache<string, string>({ max: MAX_REMEMBERED });

  async function recorded(target: RecordTypeName, ids: readonly string[], as_of: string | undefined) {
    const keyOf = (id: string) => `${target}/${id}`;
    const missing = ids.filter((id) => !firstRecorded.has(keyOf(id)));
    if (missing.length > 0) {
      const { rows } = await database.query<{ id: string; at: string }>({
        name: "first_versions",
        text: `SELECT id, ${stampSql("recorded_at")} AS at FROM revisions WHERE type = $1 AND id = ANY($2::text[]) AND version = 1`,
        values: [target, missing],
      });
      for (const { id, at } of rows) firstRecorded.set(keyOf(id), at);
    }
    return (id: string) => {
      const at = firstRecorded.get(keyOf(id));
      return at !== undefined && (as_of === undefined || at <= as_of);
    };
  }

  return {
    async unknown(target, ids, { withKey, as_of }) {
      const known =
        isRestrictable(target) && !withKey
          ? await publicIds(database, target, ids, as_of)
          : await recorded(target, ids, as_of);
      return ids.filter((id) => !known(id));
    },
    nearest: (target, id, from) => nearest(database, target, id, from),
  };
}

/** The ids of records whose last version is PUBLIC, and was the last PUBLIC one at the instant. A deletion keeps the visibility. */
async function publicIds(
  database: pg.Pool,
  target: RecordTypeName,
  ids: readonly string[],
  as_of: string | undefined,
) {
  const last = (
    at: string,
  ) => `(SELECT last.visibility FROM revisions last WHERE last.type = $1 AND last.id = given.id ${at}
    ORDER BY last.version DESC LIMIT 1) = 'PUBLIC'`;
  const { rows } = await database.query<{ id: string }>({
    name: "public_ids",
    text: `SELECT given.id FROM (SELECT unnest($2::text[]) COLLATE "C" AS id) AS given
      WHERE ${last("")} AND ($3::timestamptz IS NULL OR ${last("AND last.recorded_at <= $3::timestamptz")})`,
    values: [target, ids, as_of ?? null],
  });
  const found = new Set(rows.map(({ id }) => id));
  return (id: string) => found.has(id);
}

/** How many ids before and after an unknown one, in their order, are compared with it: all of a small collection. */
const COMPARED = 500;
const MAX_ALIKE = 5;
const MAX_OTHERS = 3;

async function nearest(
  database: pg.Pool,
  target: RecordTypeName,
  id: string,
  { viewpoint }: Reader,
): Promise<string[]> {
  const collected = params();
  const records = viewpoint(collected).relation(target);
  const meant = idStem(id) || id;
  const text = collected.add(meant);
  const { rows } = await database.query<{ id: string }>(
    `(SELECT t.id FROM ${records} t WHERE t.id >= ${text} ORDER BY t.id LIMIT ${COMPARED})
     UNION ALL (SELECT t.id FROM ${records} t WHERE t.id < ${text} ORDER BY t.id DESC LIMIT ${COMPARED})`,
    [...collected.values],
  );
  return nearestOf(
    meant,
    rows.map((row) => row.id),
  );
}

/** The nearest first. Ids resemble one another that differ by a third of their letters, or of which one is part of the other. */
function nearestOf(id: string, candidates: readonly string[]): string[] {
  const limit = Math.max(2, Math.ceil(id.length / 3));
  const sorted = candidates
    .map((candidate) => ({ candidate, apart: isPart(id, candidate) ? 0 : distance(id, candidate) }))
    .sort((a, b) => a.apart - b.apart || (a.candidate < b.candidate ? -1 : 1));
  const alike = sorted.filter(({ apart }) => apart <= limit).slice(0, MAX_ALIKE);
  return (alike.length > 0 ? alike : sorted.slice(0, MAX_OTHERS)).map(({ candidate }) => candidate);
}

/** Whether one id is part of the other, as `stepanakert` is of `khankendi-stepanakert`. */
function isPart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.includes(short);
}
