/**
 * The status of a violation in SQL, for reports of which something is left out: the rule is `statusOf` of
 * violation-rules.ts, and a test holds the two together. `list` gives the items of a list as rows: item (jsonb), place.
 */
export function violationStatusSql(list: (member: string) => string): string {
  return `(SELECT CASE
      WHEN found.refuted AND found.upheld THEN 'DISPUTED'
      WHEN found.last IS NOT NULL THEN found.last
      WHEN answered.admitted THEN 'ADMITTED'
      WHEN answered.denied THEN 'DISPUTED'
      ELSE 'ALLEGED' END
    FROM (SELECT bool_or(r.item->>'kind' = 'ADMISSION') AS admitted, bool_or(r.item->>'kind' IN ('DENIAL', 'COUNTER_CLAIM')) AS denied
        FROM ${list("responses")} r) AS answered,
      (SELECT bool_or(v.verdict = 'REFUTED') AS refuted, bool_or(v.verdict <> 'REFUTED') AS upheld,
          (array_agg(v.verdict ORDER BY v.earliest DESC, v.place DESC))[1] AS last
        FROM (${latestSql(list)}) AS v WHERE v.verdict <> 'INCONCLUSIVE') AS found)`;
}

/** Each assessor's latest verdict on OCCURRENCE, those of the sides aside; undated ones come first. */
function latestSql(list: (member: string) => string): string {
  return `SELECT DISTINCT ON (a.item->>'assessor') a.item->>'verdict' AS verdict, a.place,
      coalesce(a.item->'on'->>'earliest', '') COLLATE "C" AS earliest
    FROM ${list("assessments")} a WHERE a.item->>'of' = 'OCCURRENCE' AND a.item->>'assessor' <> ALL(ARRAY(${sidesSql(list)}))
    ORDER BY a.item->>'assessor', earliest DESC, a.place DESC`;
}

function sidesSql(list: (member: string) => string): string {
  return `SELECT c.item->>'claimant' FROM ${list("claims")} c WHERE c.item->>'claimant' IS NOT NULL
    UNION ALL SELECT jsonb_array_elements_text(c.item->'accused') FROM ${list("claims")} c
    UNION ALL SELECT r.item->>'actor' FROM ${list("responses")} r`;
}

/** A bound of the adopted reading of a ceasefire's effect, likewise: null where none of those left is adopted. */
export function adoptedSql(bound: "earliest" | "latest") {
  return (list: (member: string) => string): string =>
    `(SELECT (reading.item->'moment'->>'${bound}')::timestamptz FROM ${list("effective_readings")} reading
      WHERE (reading.item->>'adopted')::boolean ORDER BY reading.place LIMIT 1)`;
}
