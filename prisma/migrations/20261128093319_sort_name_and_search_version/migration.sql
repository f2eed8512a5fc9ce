-- DropIndex
DROP INDEX "conflicts_name_id_idx";

-- DropIndex
DROP INDEX "actors_name_id_idx";

-- AlterTable
ALTER TABLE "conflicts" ADD COLUMN     "sort_name" TEXT COLLATE "C" NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "actors" ADD COLUMN     "sort_name" TEXT COLLATE "C" NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "revisions" ADD COLUMN     "search_version" SMALLINT,
ADD COLUMN     "sort_name" TEXT COLLATE "C";

-- CreateIndex
CREATE INDEX "conflicts_sort_name_id_idx" ON "conflicts"("sort_name", "id");

-- CreateIndex
CREATE INDEX "actors_sort_name_id_idx" ON "actors"("sort_name", "id");


-- A whole new actor in a request is found again by its name, which no index leads any more.
CREATE INDEX "actors_name_found_idx" ON "actors" USING hash ("name");

-- The versions whose words and sort key an earlier folding made; see FOLD_VERSION. The service makes them again after its
-- start, a few at a time, so that this migration changes no row.
CREATE INDEX "revisions_to_reindex" ON "revisions" ("type", "id", "version")
  WHERE "document" IS NOT NULL AND "search_version" IS DISTINCT FROM 1;

-- A redaction empties a version of everything but who, when, what, why and its digest, and takes from the next version that
-- holds a text the old values that its changes repeat: also where the record was deleted in between and restored. What search
-- and sorting by name read follows from the document, and is made again when the folding changes. Nothing else ever changes a
-- revision.
CREATE OR REPLACE FUNCTION refuse_change_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept constant text[] := ARRAY['type', 'id', 'version', 'operation', 'recorded_at', 'author', 'reason', 'import', 'visibility', 'digest', 'xid'];
  folded constant text[] := ARRAY['search', 'search_version', 'sort_name'];
  was jsonb;
  becomes jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    was := to_jsonb(OLD);
    becomes := to_jsonb(NEW);
    IF OLD.document IS NOT NULL AND NEW.search_version <> coalesce(OLD.search_version, 0) AND becomes - folded = was - folded THEN
      RETURN NEW;
    END IF;
    IF OLD.document IS NOT NULL AND (SELECT jsonb_object_agg(name, becomes->name) = jsonb_object_agg(name, was->name) FROM unnest(kept) AS name)
       AND NOT EXISTS (SELECT 1 FROM jsonb_each(becomes - kept) AS member WHERE member.value NOT IN ('null', '[]')) THEN
      RETURN NEW;
    END IF;
    IF becomes - 'changes' = was - 'changes' AND EXISTS (SELECT 1 FROM revisions redacted WHERE redacted.type = NEW.type AND redacted.id = NEW.id
         AND redacted.version < NEW.version AND redacted.salt IS NULL AND NOT EXISTS (SELECT 1 FROM revisions between_them
           WHERE between_them.type = NEW.type AND between_them.id = NEW.id AND between_them.document IS NOT NULL
             AND between_them.version > redacted.version AND between_them.version < NEW.version)) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A revision is never changed or deleted (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
