-- DropIndex
DROP INDEX "revisions_type_recorded_at_id_idx";

-- AlterTable
ALTER TABLE "revisions" ADD COLUMN     "xid" xid8 DEFAULT pg_current_xact_id();

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "last_used_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "ledger" (
    "position" BIGINT NOT NULL,
    "type" "record_type" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "public_position" BIGINT,
    "public_operation" "operation",

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "principal" TEXT COLLATE "C" NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "request_sha256" BYTEA NOT NULL,
    "type" "record_type" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("principal","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "ledger_public_position_key" ON "ledger"("public_position");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_type_id_version_key" ON "ledger"("type", "id", "version");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "revisions_xid_idx" ON "revisions"("xid");

-- Lists as of an instant read the revisions; these serve what lists of reports are mostly asked for.
CREATE INDEX "revisions_violations_of_ceasefire_idx" ON "revisions" ("ceasefire", "occurred_earliest", "id") WHERE "type" = 'violation' AND "ceasefire" IS NOT NULL;
CREATE INDEX "revisions_violations_occurred_idx" ON "revisions" ("occurred_earliest", "id") WHERE "type" = 'violation';

-- The instant a transaction's versions are recorded at: read once, after the transaction has its number, so that
-- whoever asks for the state at an instant and waits for the transactions then under way has waited for all of them.
CREATE FUNCTION recording_instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  instant text := current_setting('ceasefire.recording_instant', true);
BEGIN
  IF coalesce(instant, '') = '' THEN
    PERFORM pg_current_xact_id();
    instant := set_config('ceasefire.recording_instant', clock_timestamp()::text, true);
  END IF;
  RETURN instant::timestamptz;
END $$;

-- A redaction empties a version of everything but who, when, what, why and its digest, and takes from the version after
-- it the old values that its changes repeat. Nothing else ever changes a revision.
CREATE OR REPLACE FUNCTION refuse_change_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept constant text[] := ARRAY['type', 'id', 'version', 'operation', 'recorded_at', 'author', 'reason', 'import', 'visibility', 'digest', 'xid'];
  was jsonb;
  becomes jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    was := to_jsonb(OLD);
    becomes := to_jsonb(NEW);
    IF OLD.document IS NOT NULL AND (SELECT jsonb_object_agg(name, becomes->name) = jsonb_object_agg(name, was->name) FROM unnest(kept) AS name)
       AND NOT EXISTS (SELECT 1 FROM jsonb_each(becomes - kept) AS member WHERE member.value NOT IN ('null', '[]')) THEN
      RETURN NEW;
    END IF;
    IF becomes - 'changes' = was - 'changes' AND EXISTS (SELECT 1 FROM revisions before WHERE before.type = NEW.type AND before.id = NEW.id
         AND before.version = NEW.version - 1 AND before.document IS NULL AND before.operation <> 'delete') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A revision is never changed or deleted (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Entries of the ledger are written once, one after the other.
CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'An entry of the ledger is never changed or deleted (%)', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER ledger_is_kept BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change_of_ledger();
CREATE TRIGGER ledger_is_not_truncated BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger();

ALTER TABLE ledger
  ADD CONSTRAINT ledger_position_positive CHECK (position >= 1),
  ADD CONSTRAINT ledger_hash_is_sha256 CHECK (octet_length(hash) = 32),
  ADD CONSTRAINT ledger_public_whole CHECK ((public_position IS NULL) = (public_operation IS NULL));
ALTER TABLE idempotency_keys
  ADD CONSTRAINT idempotency_keys_sha256 CHECK (octet_length(request_sha256) = 32);
