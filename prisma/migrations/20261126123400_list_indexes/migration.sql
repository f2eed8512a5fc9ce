-- Pages are chosen from these alone, as a ceasefire's reports are from theirs since list_index: reports from a late day on have
-- thousands before them in the order of time, of which each was fetched to see that it had ended by then. As of an instant
-- there is one row a version instead of one a report.
DROP INDEX "violations_occurred_earliest_id_idx";
CREATE INDEX "violations_occurred_earliest_id_idx" ON "violations" ("occurred_earliest", "id")
  INCLUDE ("occurred_latest", "types", "visibility");

DROP INDEX "revisions_violations_of_ceasefire_idx";
CREATE INDEX "revisions_violations_of_ceasefire_idx" ON "revisions" ("ceasefire", "occurred_earliest", "id")
  INCLUDE ("version", "recorded_at", "occurred_latest", "types", "visibility")
  WHERE "type" = 'violation' AND "ceasefire" IS NOT NULL AND "document" IS NOT NULL;

DROP INDEX "revisions_violations_occurred_idx";
CREATE INDEX "revisions_violations_occurred_idx" ON "revisions" ("occurred_earliest", "id")
  INCLUDE ("version", "recorded_at", "occurred_latest", "types", "visibility")
  WHERE "type" = 'violation' AND "document" IS NOT NULL;

-- How long before the first day asked for a report may begin and still reach into it: as long as the longest lasted.
CREATE INDEX "revisions_violations_longest_idx" ON "revisions" (("occurred_latest" - "occurred_earliest")) WHERE "type" = 'violation';
