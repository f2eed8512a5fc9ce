-- What Prisma's schema cannot say: the revisions' immutability and digest, bounds, and indexes of its own kinds.

-- The digest of one version: SHA-256(salt ‖ document ‖ newline ‖ metadata as a JSON array). A document holds no raw
-- newline, so the two parts cannot be shifted against each other. Changes are left out: they follow from the documents,
-- and a redaction empties their old values.
CREATE FUNCTION revision_digest(
  salt bytea, document text, type record_type, id text, version int, operation operation,
  recorded_at timestamptz, author text, reason text, import text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(salt || convert_to(
    coalesce(document, '') || E'\n' || json_build_array(
      type::text, id, version, operation::text,
      to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), author, reason, import)::text, 'UTF8'))
$$;

-- Revisions are written once. A redaction alone may empty what could get someone killed: text, salt, what follows from
-- the text, and old values in changes. Everything else, the digest above all, stays.
CREATE FUNCTION refuse_change_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  emptied constant text[] := ARRAY['document', 'salt', 'changes', 'search', 'name'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.document IS NOT NULL AND NEW.document IS NULL AND NEW.salt IS NULL
     AND NEW.search IS NULL AND NEW.name IS NULL
     AND to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A revision is never changed or deleted (% of %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER revisions_are_kept BEFORE UPDATE OR DELETE ON revisions FOR EACH ROW EXECUTE FUNCTION refuse_change_of_revision();
CREATE TRIGGER revisions_are_not_truncated BEFORE TRUNCATE ON revisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_revision();

ALTER TABLE revisions
  ADD CONSTRAINT revisions_version_positive CHECK (version >= 1),
  ADD CONSTRAINT revisions_digest_is_sha256 CHECK (octet_length(digest) = 32),
  ADD CONSTRAINT revisions_first_is_creation CHECK ((version = 1) = (operation = 'create'));

-- A name that says nothing, and one that could not stand in a path.
DO $$
DECLARE
  collection text;
BEGIN
  FOREACH collection IN ARRAY ARRAY['conflicts', 'actors', 'places', 'sources', 'ceasefires', 'violations'] LOOP
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (id ~ ''^[a-z0-9]+(-[a-z0-9]+)*$'' AND length(id) <= 120)', collection, collection || '_id_well_formed');
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (version >= 1)', collection, collection || '_version_positive');
    EXECUTE format('CREATE INDEX %I ON %I USING gin (search) WITH (fastupdate = on)', collection || '_search_idx', collection);
  END LOOP;
END $$;

-- Every moment's earliest bound is at or before its latest.
DO $$
DECLARE
  bound record;
BEGIN
  FOR bound IN
    SELECT a.table_name, left(a.column_name, -9) AS stem
    FROM information_schema.columns a
    JOIN information_schema.columns b USING (table_schema, table_name)
    WHERE a.table_schema = current_schema() AND a.column_name LIKE '%\_earliest' AND b.column_name = left(a.column_name, -9) || '_latest'
  LOOP
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%I <= %I)', bound.table_name,
      left(bound.table_name, 30) || '_' || left(bound.stem, 20) || '_ordered', bound.stem || '_earliest', bound.stem || '_latest');
  END LOOP;
END $$;

ALTER TABLE places
  ADD CONSTRAINT places_latitude CHECK (latitude BETWEEN -90 AND 90),
  ADD CONSTRAINT places_longitude CHECK (longitude BETWEEN -180 AND 180),
  ADD CONSTRAINT places_whole_point CHECK ((latitude IS NULL) = (longitude IS NULL)),
  ADD CONSTRAINT places_not_part_of_itself CHECK (part_of <> id);
ALTER TABLE actors ADD CONSTRAINT actors_not_part_of_itself CHECK (part_of <> id);
ALTER TABLE sources ADD CONSTRAINT sources_not_their_own_origin CHECK (origin <> id);
ALTER TABLE violations_locations
  ADD CONSTRAINT violations_locations_latitude CHECK (latitude BETWEEN -90 AND 90),
  ADD CONSTRAINT violations_locations_longitude CHECK (longitude BETWEEN -180 AND 180),
  ADD CONSTRAINT violations_locations_whole_point CHECK ((latitude IS NULL) = (longitude IS NULL));
ALTER TABLE violations_counts ADD CONSTRAINT violations_counts_min_max CHECK (min <= max);
ALTER TABLE violations ADD CONSTRAINT violations_have_a_type CHECK (cardinality(types) >= 1);
ALTER TABLE violations_links ADD CONSTRAINT violations_links_another CHECK (violation <> violation_id);
ALTER TABLE ceasefires_relations ADD CONSTRAINT ceasefires_relations_another CHECK (ceasefire <> ceasefire_id);

-- At most one reading of a ceasefire's effect is adopted.
CREATE UNIQUE INDEX ceasefires_one_adopted_reading ON ceasefires_effective_readings (ceasefire_id) WHERE adopted;

-- Lists of one day's or one type's reports, and those that wait to be linked.
CREATE INDEX violations_types_idx ON violations USING gin (types);
CREATE INDEX violations_unlinked_idx ON violations (occurred_earliest, id) WHERE ceasefire IS NULL;

-- Finding places in a box.
CREATE INDEX places_latitude_longitude_idx ON places (latitude, longitude);

-- A set of records that refer to one another (the seeds, an import) is written in one transaction, whose references are
-- looked at when it ends: SET CONSTRAINTS ALL DEFERRED. Elsewhere they are looked at with each statement.
DO $$
DECLARE
  reference record;
BEGIN
  FOR reference IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE', reference.relation, reference.conname);
  END LOOP;
END $$;
