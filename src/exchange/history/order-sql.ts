/**
 * The order of a history. `lines` is a CTE with the columns n (a number of its own for each line), type, id, kind, rank,
 * pointer, place, earliest and latest; both bounds are null where no time is known. The result has n, and the sort keys
 * that `historyOrder` needs beside type, rank and place.
 *
 * 1. A statement about an act (claim, figures, response, assessment) is not earlier than the start of the act, and a response
 *    is not earlier than the first claim: its earliest bound is raised to theirs. Where its recorded time lies wholly before
 *    theirs, it counts as no later than theirs.
 * 2. Lines of one act whose times can all be the same form a group. Groups are made from the left: a line belongs to the group
 *    of the first end of any line of the act after the line's own earliest bound.
 * 3. A group stands at the greatest earliest bound of its lines. This time lies within the bounds of every line, so that a
 *    line that is certainly before another always precedes it. Lines of the ceasefire stand alone.
 *
 * Lines without a time come last, those of one record together.
 */
export function placedSql(lines: string): string {
  return `WITH act AS (SELECT line.*, ${actSql} AS act, max(earliest) FILTER (WHERE kind = 'violation') OVER record AS act_earliest,
        max(latest) FILTER (WHERE kind = 'violation') OVER record AS act_latest
      FROM ${lines} line WINDOW record AS (PARTITION BY ${actSql})),
    statement AS (SELECT n, act, kind, rank, ${raised("act_earliest", "act_latest")} FROM act),
    claimed AS (SELECT statement.*, min(earliest) FILTER (WHERE kind = 'claim') OVER record AS claim_earliest,
        max(latest) FILTER (WHERE kind = 'claim') OVER record AS claim_latest
      FROM statement WINDOW record AS (PARTITION BY act)),
    answer AS (SELECT n, act, rank, ${raised(onlyAnswers("claim_earliest"), onlyAnswers("claim_latest"))} FROM claimed),
    bound AS (SELECT n, act, earliest AS at, NULL::timestamptz AS ending FROM answer
      UNION ALL SELECT NULL, act, ${endSql}, ${endSql} FROM answer WHERE earliest IS NOT NULL),
    ended AS (SELECT n, min(ending) OVER (PARTITION BY act ORDER BY at DESC, ending NULLS FIRST ROWS UNBOUNDED PRECEDING) AS group_end FROM bound)
    SELECT n, act, earliest, latest, group_end, max(earliest) OVER whole AS group_start, min(rank) OVER whole AS group_rank
      FROM answer JOIN ended USING (n) WINDOW whole AS (PARTITION BY act, group_end)`;
}

/** The sort keys of a history, for the rows of `placedSql`. */
export const historyOrder = `group_start NULLS LAST, group_end, group_rank, type = 'violation', act, earliest, rank, latest, place`;

/** All lines of a report belong to one act; each line of the ceasefire is one of its own. No id begins with a slash. */
const actSql = `(CASE type WHEN 'violation' THEN id ELSE pointer END COLLATE "C")`;

/** Bounds raised to others, which are null where they do not apply. */
function raised(earliest: string, latest: string): string {
  return `greatest(earliest, CASE WHEN earliest IS NOT NULL THEN ${earliest} END) AS earliest,
    CASE WHEN earliest < ${earliest} AND latest <= ${earliest} THEN ${latest} ELSE latest END AS latest`;
}

function onlyAnswers(bound: string): string {
  return `(CASE WHEN kind = 'response' THEN ${bound} END)`;
}

/** The end of a line's bounds. An instant has no width and still needs an end after its beginning. */
const endSql = `greatest(latest, earliest + interval '1 microsecond')`;
