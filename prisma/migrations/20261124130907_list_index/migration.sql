-- A page of a ceasefire's reports is chosen from this index alone, whatever its filters on time, type and visibility; only
-- the chosen reports' documents are fetched. Prisma has no word for INCLUDE, so the index is made anew by hand.
DROP INDEX "violations_ceasefire_occurred_earliest_id_idx";
CREATE INDEX "violations_ceasefire_occurred_earliest_id_idx" ON "violations" ("ceasefire", "occurred_earliest", "id")
  INCLUDE ("occurred_latest", "types", "visibility");
