import { z } from "zod";
import { boxSchema, inBoxSql } from "../record/box.ts";
import type { Expand } from "../record/expand.ts";
import { type Filter, referenceList, rootCondition } from "../record/filter.ts";
import { jsonListSql, jsonObjectSql } from "../record/json-sql.ts";
import { boundSql, type SqlContext } from "../record/sql.ts";
import { position } from "./codes/evidence.ts";
import { elapsedSql, positionSql } from "./window-sql.ts";

/** Reports under a ceasefire of one of these conflicts. */
export const violationConflict: Filter = () =>
  referenceList(
    "Reports under a ceasefire of this conflict. An id, or several separated by commas.",
  ).transform((conflicts) => ({
    ...rootCondition(
      (row, { params, view }) =>
        `${row}.ceasefire IN (SELECT truce.id FROM ${view.relation("ceasefire")} truce WHERE truce.conflict = ANY(${params.add(conflicts)}::text[]))`,
    ),
    refers: { target: "conflict", ids: conflicts },
  }));

/** Reports with a location in the box: by the location's own point, else its place's. */
export const violationBox: Filter = (type) =>
  boxSchema("Reports with a location in this box, by its own point, else its place's:").transform((box) => {
    const list = type.table.children.find((child) => child.name === "violations_locations") ?? null;
    return {
      list,
      sql: (item, context) => {
        const own = inBoxSql(item, box, context);
        const places = context.view.relation("place");
        return `CASE WHEN ${item}.latitude IS NOT NULL THEN ${own}
          ELSE EXISTS (SELECT 1 FROM ${places} spot WHERE spot.id = ${item}.place AND ${inBoxSql("spot", box, context)}) END`;
      },
    };
  });

const elapsed = z
  .strictObject({ min: z.int(), max: z.int() })
  .nullable()
  .describe("Whole seconds from effect to start, as a range; null where either has no moment.");

/** Where a report lies against each reading of its ceasefire's effect. */
export const window: Expand = {
  description:
    "Where the report lies against each reading of its ceasefire's effect; null where it is linked to none.",
  answer: z
    .array(
      z.strictObject({
        reading: z.int().min(0).describe("The reading's place in the ceasefire's effective_readings."),
        adopted: z.boolean().describe("Whether filters and status go by this reading."),
        position: z.enum(position.values).describe(position.description),
        elapsed_s: elapsed,
      }),
    )
    .nullable(),
  sql(context) {
    const parts = {
      violation: context.row,
      ceasefire: "truce",
      earliest: "reading.earliest",
      latest: "reading.latest",
    };
    const one = jsonObjectSql({
      reading: "reading.place",
      adopted: "reading.adopted",
      position: positionSql(parts, context),
      elapsed_s: elapsedSql(parts),
    });
    return `(SELECT (SELECT ${jsonListSql(one, "reading.place")} FROM ${readingsSql("truce")} reading)
    FROM ${context.view.relation("ceasefire")} truce WHERE truce.id = ${context.row}.ceasefire)`;
  },
};

/** The readings of a ceasefire's document as rows: place, adopted, earliest, latest. */
export function readingsSql(ceasefire: string): string {
  return `(SELECT place - 1 AS place, (item->>'adopted')::boolean AS adopted,
      (item->'moment'->>'earliest')::timestamptz AS earliest, (item->'moment'->>'latest')::timestamptz AS latest
    FROM jsonb_array_elements(${ceasefire}.document::jsonb->'effective_readings') WITH ORDINALITY AS listed(item, place))`;
}

const measures = ["killed", "injured", "missing"] as const;
const figure = z.int().nullable();
const measure = z.strictObject({
  low: figure.describe("The least figure among the latest ones; null: none given."),
  high: figure.describe("The greatest figure among the latest ones; null: none given."),
  latest: z
    .array(
      z.strictObject({
        claimant: z.string().nullable(),
        of: z.string().nullable(),
        population: z.string(),
        min: figure,
        best: figure,
        max: figure,
        stated: z
          .string()
          .nullable()
          .describe("The latest bound of when it was said or published; null: not known."),
      }),
    )
    .describe("Each claimant's last figure, apart by whose people and which population."),
});

/** Each claimant's last figures, and their low and high. */
export const casualties: Expand = {
  description:
    "What each claimant last said of killed, injured and missing, and the least and greatest of these figures.",
  answer: z.strictObject({ killed: measure, injured: measure, missing: measure }),
  sql: (context) =>
    jsonObjectSql(Object.fromEntries(measures.map((name) => [name, measureSql(name, context)]))),
};

/**
 * A claimant's last figure is the last by `stated`, else by the earliest publication of its sources; one without either
 * goes by its place in the list, that is with those before it. Contradictory figures stay out.
 */
function measureSql(name: (typeof measures)[number], context: SqlContext): string {
  const figures = "(figure->>'min')::int, (figure->>'best')::int, (figure->>'max')::int";
  const one = jsonObjectSql({
    claimant: "item->'claimant'",
    of: "item->'of'",
    population: "item->'population'",
    min: "figure->'min'",
    best: "figure->'best'",
    max: "figure->'max'",
    stated: boundSql("said"),
  });
  const measured = jsonObjectSql({
    low: `min(least(${figures}))`,
    high: `max(greatest(${figures}))`,
    latest: jsonListSql(one, "place"),
  });
  return `(SELECT ${measured}
    FROM (SELECT DISTINCT ON (item->'claimant', item->'of', item->'population') item, figure, place, said
      FROM (SELECT item, item->'${name}' AS figure, place, said,
          coalesce(said, max(said) OVER (PARTITION BY item->'claimant', item->'of', item->'population' ORDER BY place)) AS by_time
        FROM (SELECT item, place, ${saidSql("item", context)} AS said
          FROM jsonb_array_elements(${context.row}.document::jsonb->'casualty_claims') WITH ORDINALITY AS listed(item, place)) AS dated
        WHERE item->'${name}' <> 'null' AND NOT (item->'${name}'->>'contradictory')::boolean) AS figures
      ORDER BY item->'claimant', item->'of', item->'population', by_time DESC NULLS LAST, place DESC) AS last)`;
}

/** When something was said: the latest bound of \`stated\`, else of the earliest publication among its sources. */
function saidSql(item: string, { view }: SqlContext): string {
  return `coalesce((${item}->'stated'->>'latest')::timestamptz, (SELECT min(s.published_latest) FROM ${view.relation("source")} s
    WHERE s.id IN (SELECT cited->>'source' FROM jsonb_array_elements(${item}->'citations') cited)))`;
}

/** The sources cited in claims, each followed to what it repeats: three outlets with one origin are one. */
export const independentSources: Expand = {
  description: "How many sources the claims rest on once each is followed to what it repeats.",
  answer: z.strictObject({
    count: z.int().min(0).describe("Distinct root origins; says nothing of reliability."),
    origins: z.array(z.string()).describe("Their ids, in order."),
  }),
  // Sources that repeat one another in a circle count as one, the first of them by id.
  sql: ({ row, view }) => `(WITH RECURSIVE up AS (
      SELECT s.id, s.origin, ARRAY[s.id] AS trail FROM ${view.relation("source")} s
        WHERE s.id IN (SELECT jsonb_path_query(${row}.document::jsonb, '$.claims[*].citations[*].source') #>> '{}')
      UNION ALL SELECT s.id, s.origin, up.trail || s.id FROM ${view.relation("source")} s JOIN up ON s.id = up.origin AND s.id <> ALL(up.trail)),
    root AS (SELECT DISTINCT CASE WHEN origin IS NULL THEN id
        ELSE (SELECT min(one) FROM unnest(trail[array_position(trail, origin):]) one) END AS id
      FROM up WHERE origin IS NULL OR origin = ANY(trail))
    SELECT ${jsonObjectSql({ count: "count(*)", origins: jsonListSql("id", "id") })} FROM root)`,
};
