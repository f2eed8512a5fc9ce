import { jsonObjectSql } from "../record/json-sql.ts";
import type { SqlContext } from "../record/sql.ts";

/**
 * Where a report lies against one reading of a ceasefire's effect, in SQL, because lists, exports and summaries ask it of
 * many rows at once. The rule is `position` of record/moment.ts, and after it the ceasefire's end and its hours; a test
 * holds the two together. Bounds are half open: A is before B where A.latest <= B.earliest.
 */
export interface PositionParts {
  /** Alias of the violation's row. */
  readonly violation: string;
  /** Alias of the ceasefire's row. */
  readonly ceasefire: string;
  /** Expressions of the reading's bounds, timestamptz; null where the reading has no moment. */
  readonly earliest: string;
  readonly latest: string;
}

/** One of BEFORE, AFTER, ACROSS, AFTER_END, OUTSIDE_HOURS, UNDECIDED, as text. */
export function positionSql(parts: PositionParts, context: SqlContext): string {
  const { violation: v, ceasefire: c, earliest, latest } = parts;
  const [startEarliest, startLatest] = [`${v}.occurred_start_earliest`, `${v}.occurred_start_latest`];
  const finish = (bound: string) => `coalesce(${v}.occurred_end_${bound}, ${v}.occurred_ongoing_at_${bound})`;
  // What is said to have still gone on at the very instant of effect lies across it; what ended at it, before.
  const goesOnAtEffect = `${v}.occurred_end_earliest IS NULL AND ${finish("earliest")} >= ${latest}`;
  const end = endSql(c, context);
  return `CASE
    WHEN ${earliest} IS NULL OR ${startEarliest} IS NULL THEN 'UNDECIDED'
    WHEN ${startEarliest} >= ${latest} THEN CASE
      WHEN ${end.latest} <= ${startEarliest} THEN 'AFTER_END'
      WHEN ${end.earliest} < ${startLatest} THEN 'UNDECIDED'
      WHEN ${c}.schedule_from IS NULL THEN 'AFTER'
      ELSE ${withinHoursSql(c, startEarliest, startLatest)} END
    WHEN ${finish("latest")} <= ${earliest} AND NOT (${goesOnAtEffect}) THEN 'BEFORE'
    WHEN ${startLatest} <= ${earliest} AND ${finish("earliest")} IS NULL THEN 'BEFORE'
    WHEN ${startLatest} <= ${earliest} AND ${finish("earliest")} >= ${latest} THEN 'ACROSS'
    ELSE 'UNDECIDED' END`;
}

/** Seconds from effect to start as a range, as json; null where the reading or the report has no moment. */
export function elapsedSql({ violation: v, earliest, latest }: PositionParts): string {
  const seconds = (to: string, from: string) =>
    `extract(epoch FROM ${v}.occurred_start_${to} - ${from})::bigint`;
  return `CASE WHEN ${earliest} IS NULL OR ${v}.occurred_start_earliest IS NULL THEN NULL
    ELSE ${jsonObjectSql({ min: seconds("earliest", latest), max: seconds("latest", earliest) })} END`;
}

/** Bounds of the first end to come: its ending or, unless another extends it, its expiry. Null where nobody gives a moment. */
export function endSql(
  c: string,
  context: SqlContext,
): { readonly earliest: string; readonly latest: string } {
  const bound = (side: string) =>
    `least(${c}.ended_moment_${side}, CASE WHEN NOT ${extendedSql(c, context)} THEN ${c}.expires_${side} END)`;
  return { earliest: bound("earliest"), latest: bound("latest") };
}

function extendedSql(c: string, { view }: SqlContext): string {
  return `EXISTS (SELECT 1 FROM ${view.items("ceasefires_relations")} r JOIN ${view.relation("ceasefire")} later ON later.id = r.ceasefire_id
    WHERE r.ceasefire = ${c}.id AND r.kind = 'EXTENDS')`;
}

/**
 * Whether a start lies within the hours of a daily schedule: AFTER, OUTSIDE_HOURS, or UNDECIDED where it overlaps an edge.
 * On a day whose clock jumps, the hours may come out the wrong way round; there are none then.
 */
function withinHoursSql(c: string, earliest: string, latest: string): string {
  // An instant, with no width, is a range that is empty but for its ends.
  const start = `tstzrange(${earliest}, ${latest}, CASE WHEN ${earliest} = ${latest} THEN '[]' ELSE '[)' END)`;
  const local = (instant: string) => `timezone(${zoneSql(c)}, ${instant})`;
  const edge = (time: string, days: string) => `timezone(${zoneSql(c)}, day + ${time}::time + ${days})`;
  return `(SELECT CASE
      WHEN hours @> ${start} THEN 'AFTER'
      WHEN hours && ${start} THEN 'UNDECIDED'
      ELSE 'OUTSIDE_HOURS' END
    FROM (SELECT coalesce(range_agg(tstzrange(opens, greatest(opens, closes))), '{}') AS hours
      FROM (SELECT ${edge(`${c}.schedule_from`, "interval '0'")} AS opens,
        ${edge(`${c}.schedule_to`, `CASE WHEN ${c}.schedule_to <= ${c}.schedule_from THEN interval '1 day' ELSE interval '0' END`)} AS closes
      FROM generate_series(date_trunc('day', ${local(earliest)}) - interval '1 day', ${local(latest)} + interval '1 day', interval '1 day') AS day
      WHERE upper(trim(to_char(day, 'DAY'))) = ANY(${c}.schedule_days::text[])) AS days) AS schedule)`;
}

/** Postgres reads '+04:00' as a POSIX zone, west of Greenwich; with the sign turned it means what people mean. */
function zoneSql(c: string): string {
  return `CASE WHEN ${c}.schedule_time_zone ~ '^[+-]' THEN translate(${c}.schedule_time_zone, '+-', '-+') ELSE ${c}.schedule_time_zone END`;
}
