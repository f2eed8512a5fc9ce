import { z } from "zod";
import type { Expand } from "../record/expand.ts";
import { type Filter, rootCondition } from "../record/filter.ts";
import { jsonListSql, jsonMapSql, jsonObjectSql } from "../record/json-sql.ts";
import { parseInstantOrDate } from "../record/moment.ts";
import { type SqlContext, stampSql } from "../record/sql.ts";
import { ceasefireStatus } from "./codes/ceasefire.ts";
import { position } from "./codes/evidence.ts";
import { readingsSql } from "./violation-queries.ts";
import { elapsedSql, endSql, positionSql } from "./window-sql.ts";

/**
 * The status of a ceasefire at an instant by the adopted reading of its effect (design: shapes.md), as text: null before
 * it was announced, UNDECIDED wherever bounds overlap the instant.
 */
function statusSql(row: string, at: string, context: SqlContext): string {
  const end = endSql(row, context);
  const effect = (bound: string) => `${row}.effective_${bound}`;
  const announced = (bound: string) => `${row}.announced_${bound}`;
  return `CASE
    WHEN ${at} >= ${effect("earliest")} AND ${row}.ended_how IS NOT NULL AND ${row}.ended_moment_earliest IS NULL THEN 'UNDECIDED'
    WHEN ${at} >= ${effect("earliest")} AND ${at} >= ${end.latest} THEN 'ENDED'
    WHEN ${at} >= ${effect("latest")} AND (${end.earliest} IS NULL OR ${at} < ${end.earliest}) THEN 'IN_FORCE'
    WHEN ${at} >= ${effect("earliest")} THEN 'UNDECIDED'
    WHEN ${announced("earliest")} IS NULL THEN 'UNDECIDED'
    WHEN ${at} < ${announced("earliest")} THEN NULL
    WHEN ${effect("earliest")} IS NOT NULL AND ${at} >= ${announced("latest")} THEN 'ANNOUNCED'
    ELSE 'UNDECIDED' END`;
}

/** In force at an instant, or throughout a date; with or_undecided also where that is left open. */
export const activeAt: Filter = () =>
  z
    .string()
    .describe(
      "Ceasefires in force at this instant (RFC 3339), or throughout this date, hour or minute (with Z or an offset, else read in UTC), by the adopted reading.",
    )
    .transform((text, context) => {
      const read = parseInstantOrDate(text);
      if ("fault" in read) {
        context.addIssue({ code: "custom", message: read.fault.message, params: { code: read.fault.code } });
        return z.NEVER;
      }
      const { earliest, latest } = read.bounds;
      return rootCondition((row, sqlContext) => {
        const instant = (bound: string) => `${sqlContext.params.add(bound)}::timestamptz`;
        const first = instant(earliest);
        const wanted = sqlContext.given.has("or_undecided") ? "('IN_FORCE', 'UNDECIDED')" : "('IN_FORCE')";
        const ends =
          earliest === latest ? [first] : [first, `(${instant(latest)} - interval '1 microsecond')`];
        return ends.map((at) => `${statusSql(row, at, sqlContext)} IN ${wanted}`).join(" AND ");
      });
    });

/** A word to `activeAt`, which looks whether it was given. */
export const orUndecided: Filter = () =>
  z
    .enum(["true"], { error: "Give true, or leave it out." })
    .describe("true: with active_at, also ceasefires of which it is open whether they were in force then.")
    .transform(() => ({ list: null, needs: "active_at", sql: () => "TRUE" }));

const counts = z.record(z.string(), z.int().min(0));

/** What a ceasefire came to: its status now, its reported violations, and the first by each reading of its effect. */
export const summary: Expand = {
  heavy: true,
  description:
    "Status now (with known_at: at that instant, if it has passed), counts of its reported violations (incidents; duplicates and aggregates aside), and the first reported after each reading of its effect.",
  answer: z.strictObject({
    at: z.string().describe("The instant the status is of."),
    status: z
      .enum(ceasefireStatus.values)
      .nullable()
      .describe(`${ceasefireStatus.description} Null before it was announced.`),
    violations: z.strictObject({
      total: z.int().min(0).describe("Incidents reported under it."),
      by_status: counts.describe("Incidents by the status of the report."),
      by_accused: counts.describe("Incidents by actor accused; a report that accuses two counts for both."),
      by_type: counts.describe("Incidents by type; a report of two types counts for both."),
    }),
    first_violation: z.array(
      z.strictObject({
        reading: z.int().min(0),
        violation: z
          .string()
          .nullable()
          .describe("The earliest report surely after this reading; null: none."),
        position: z.enum(position.values).nullable(),
        elapsed_s: z.strictObject({ min: z.int(), max: z.int() }).nullable(),
        claimants: z.array(z.string()),
        undecided: z
          .array(z.string())
          .describe(
            "Other reports that may have come after this reading and earlier than the first; their times leave it open.",
          ),
      }),
    ),
  }),
  sql: (context) => `(WITH incident AS MATERIALIZED (
      SELECT v.* FROM ${context.view.relation("violation")} v WHERE v.ceasefire = ${context.row}.id AND v.scope = 'INCIDENT'
        AND NOT EXISTS (SELECT 1 FROM ${context.view.items("violations_links")} link WHERE link.violation_id = v.id AND link.kind = 'DUPLICATE_OF'))
    SELECT ${summarySql(context)})`,
};

function summarySql(context: SqlContext): string {
  return jsonObjectSql({
    at: stampSql(context.view.today),
    status: statusSql(context.row, context.view.today, context),
    violations: jsonObjectSql({
      total: "(SELECT count(*) FROM incident)",
      by_status: countsSql("SELECT status::text AS key FROM incident"),
      by_accused: countsSql(
        "SELECT DISTINCT id, jsonb_path_query(document::jsonb, '$.claims[*].accused[*]') #>> '{}' AS key FROM incident",
      ),
      by_type: countsSql("SELECT DISTINCT id, unnest(types)::text AS key FROM incident"),
    }),
    first_violation: firstSql(context),
  });
}

function countsSql(keys: string): string {
  return `(SELECT ${jsonMapSql("key", "number")} FROM (SELECT key, count(*) AS number FROM (${keys}) AS keyed GROUP BY key) AS counted)`;
}

/**
 * The first report by each reading: of those surely after it, the one that surely had begun before any other. A report
 * known only to the day may have begun earlier still; such ones are named, not guessed about.
 */
function firstSql(context: SqlContext): string {
  const parts = {
    violation: "v",
    ceasefire: context.row,
    earliest: "reading.earliest",
    latest: "reading.latest",
  };
  const one = jsonObjectSql({
    reading: "reading.place",
    violation: "first.id",
    position: "first.position",
    elapsed_s: "first.elapsed_s",
    claimants: "coalesce(first.claimants, '[]'::json)",
    undecided: `(SELECT ${jsonListSql("v.id", "v.occurred_start_earliest, v.id")} FROM incident v
        WHERE ${positionSql(parts, context)} IN ('AFTER', 'UNDECIDED') AND v.id IS DISTINCT FROM first.id AND v.occurred_start_earliest IS NOT NULL
          AND (first.id IS NULL OR v.occurred_start_earliest < first.start_latest))`,
  });
  return `(SELECT ${jsonListSql(one, "reading.place")}
    FROM ${readingsSql(context.row)} reading
    LEFT JOIN LATERAL (SELECT v.id, 'AFTER' AS position, ${elapsedSql(parts)} AS elapsed_s, v.occurred_start_latest AS start_latest,
        (SELECT ${jsonListSql("id", "id")} FROM (SELECT DISTINCT claimant #>> '{}' AS id
          FROM jsonb_path_query(v.document::jsonb, '$.claims[*].claimant') claimant WHERE claimant <> 'null') AS named) AS claimants
      FROM incident v WHERE ${positionSql(parts, context)} = 'AFTER'
      ORDER BY v.occurred_start_latest, v.occurred_start_earliest, v.id LIMIT 1) AS first ON TRUE)`;
}
