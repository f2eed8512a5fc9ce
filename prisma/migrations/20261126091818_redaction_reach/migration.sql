-- A redaction empties a version of everything but who, when, what, why and its digest, and takes from the next version that
-- holds a text the old values that its changes repeat: also where the record was deleted in between and restored. Nothing
-- else ever changes a revision.
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
    IF becomes - 'changes' = was - 'changes' AND EXISTS (SELECT 1 FROM revisions redacted WHERE redacted.type = NEW.type AND redacted.id = NEW.id
         AND redacted.version < NEW.version AND redacted.salt IS NULL AND NOT EXISTS (SELECT 1 FROM revisions between_them
           WHERE between_them.type = NEW.type AND between_them.id = NEW.id AND between_them.document IS NOT NULL
             AND between_them.version > redacted.version AND between_them.version < NEW.version)) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A revision is never changed or deleted (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- A deletion has no text, so nothing could ever redact what it repeated of the version before: it says no more than the
-- feed of changes asks of it.
ALTER TABLE revisions DISABLE TRIGGER revisions_are_kept;
UPDATE revisions SET search = NULL, name = NULL, kind = NULL, part_of = NULL, country_code = NULL, latitude = NULL, longitude = NULL,
  affiliated_with = NULL, origin = NULL, publisher = NULL, published_earliest = NULL, parties = '{}', brokers = '{}', purposes = '{}',
  declaration_type = NULL, ceasefire_class = NULL, effective_earliest = NULL, effective_latest = NULL, types = '{}', accused = '{}',
  claimants = '{}', involved = '{}', places = '{}', status = NULL, scope = NULL, occurred_earliest = NULL, occurred_latest = NULL
WHERE document IS NULL AND salt IS NOT NULL;
ALTER TABLE revisions ENABLE TRIGGER revisions_are_kept;
