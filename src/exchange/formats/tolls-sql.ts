import type { SqlContext } from "../../record/sql.ts";

/** What is counted in casualties. */
export const measures = ["killed", "injured", "missing"] as const;

/**
 * One row with the low and high of each measure (`killed_low` … `missing_high`): the rule of the expand `casualties`, read
 * off the tables, which over many records takes a tenth of the time that parsing their documents does. A test holds the
 * two together.
 */
export function tollsSql(row: string, { view }: SqlContext): string {
  const sides = measures.map(
    (measure) =>
      `('${measure}', least(f.${measure}_min, f.${measure}_best, f.${measure}_max), greatest(f.${measure}_min, f.${measure}_best, f.${measure}_max), f.${measure}_contradictory)`,
  );
  const found = measures.map(
    (measure) =>
      `min(low) FILTER (WHERE measure = '${measure}') AS ${measure}_low, max(high) FILTER (WHERE measure = '${measure}') AS ${measure}_high`,
  );
  return `SELECT ${found.join(", ")}
    FROM (SELECT DISTINCT ON (measure, claimant, of, population) measure, low, high
      FROM (SELECT m.measure, f.claimant, f.of, f.population, m.low, m.high, f.position,
          coalesce(f.said, max(f.said) OVER (PARTITION BY m.measure, f.claimant, f.of, f.population ORDER BY f.position)) AS by_time
        FROM (${saidSql(row, view)}) AS f, LATERAL (VALUES ${sides.join(", ")}) AS m(measure, low, high, contradictory)
        WHERE NOT m.contradictory) AS dated
      ORDER BY measure, claimant, of, population, by_time DESC NULLS LAST, position DESC) AS last`;
}

/** Every figure with the latest bound of when it was said, else of the earliest publication among its sources. */
function saidSql(row: string, view: SqlContext["view"]): string {
  return `SELECT claim.*, coalesce(claim.stated_latest, (SELECT min(source.published_latest)
      FROM ${view.items("violations_casualty_claims_citations")} cited JOIN ${view.relation("source")} source ON source.id = cited.source
      WHERE cited.violation_id = claim.violation_id AND cited.casualty_claims_position = claim.position)) AS said
    FROM ${view.items("violations_casualty_claims")} claim WHERE claim.violation_id = ${row}.id OFFSET 0`;
}
