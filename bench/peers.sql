-- What PostgREST and the bare server run: the same documents, filters, page and rows as the service, written as one
-- would write them for PostgREST.
CREATE ROLE bench_anonymous NOLOGIN;
CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench, public TO bench_anonymous;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO bench_anonymous;

CREATE FUNCTION bench.violations(ceasefire text, type public.violation_type, occurred_from timestamptz, occurred_to timestamptz)
RETURNS json LANGUAGE sql STABLE AS $$
  SELECT ('{"data":[' || coalesce(string_agg(document, ',' ORDER BY occurred_earliest, id), '')
      || '],"page":{"limit":50,"last":' || coalesce(to_json(max(id))::text, 'null') || '}}')::json
  FROM (SELECT v.id, v.occurred_earliest FROM violations v
    WHERE v.visibility = 'PUBLIC' AND v.ceasefire = $1 AND v.types && ARRAY[$2]
      AND v.occurred_latest >= $3 AND (v.occurred_latest > $3 OR v.occurred_earliest = v.occurred_latest) AND v.occurred_earliest < $4
    ORDER BY v.occurred_earliest, v.id LIMIT 50) AS chosen JOIN (SELECT id, document FROM violations) AS page USING (id)
$$;

CREATE FUNCTION bench.violation(id text) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT v.document::json FROM violations v WHERE v.id = $1 AND v.visibility = 'PUBLIC'
$$;

-- A moment with the bounds that follow from it: a day or a minute, in a zone given as an offset.
CREATE FUNCTION bench.moment(given jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('local', given->'local', 'until', NULL, 'time_zone', given->'time_zone', 'approximate', false, 'words', NULL,
    'earliest', to_char(earliest, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'latest', to_char(earliest + CASE length(given->>'local') WHEN 10 THEN interval '1 day' ELSE interval '1 minute' END, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
  FROM (SELECT (rpad(given->>'local', 16, 'T00:00') || (given->>'time_zone'))::timestamptz AT TIME ZONE 'UTC' AS earliest) AS read
$$;

CREATE FUNCTION bench.create_violation(jsonb) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  given ALIAS FOR $1;
  made_id constant text := uuidv7()::text;
  made_at constant timestamptz := now();
  stamp constant text := to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  start constant jsonb := bench.moment(given->'occurred'->'start');
  starts constant timestamptz := (start->>'earliest')::timestamptz;
  ends constant timestamptz := (start->>'latest')::timestamptz;
  made_types constant text[] := ARRAY(SELECT jsonb_array_elements_text(given->'types'));
  -- The words alone, as the service keeps them: no positions, and compounds only by their parts.
  words constant tsvector := strip(to_tsvector('simple', replace(concat_ws(' ', given->>'description',
    given->'claims'->0->>'words', given->'locations'->0->>'words'), '-', ' ')));
  salt constant bytea := uuid_send(gen_random_uuid());
  claims jsonb;
  locations jsonb;
  document text;
BEGIN
  SELECT jsonb_agg(claim || jsonb_build_object('stated', bench.moment(claim->'stated'), 'citations',
      (SELECT jsonb_agg('{"fields":[],"relation":"SUPPORTS","quotation":null}'::jsonb || cited) FROM jsonb_array_elements(claim->'citations') AS cited)))
    INTO claims FROM jsonb_array_elements(given->'claims') AS claim;
  SELECT jsonb_agg('{"latitude":null,"longitude":null}'::jsonb || location)
    INTO locations FROM jsonb_array_elements(given->'locations') AS location;
  document := ('{"external_ids":[],"citations":[],"scope":"INCIDENT","status":"ALLEGED","weapons":[],"involved":[],"casualty_claims":[],"counts":[],"responses":[],"assessments":[],"links":[]}'::jsonb
    || given || jsonb_build_object('id', made_id, 'version', 1, 'created_at', stamp, 'updated_at', stamp, 'claims', claims, 'locations', locations,
      'occurred', jsonb_build_object('start', start, 'end', NULL, 'ongoing_at', NULL, 'earliest', start->'earliest', 'latest', start->'latest')))::text;
  INSERT INTO violations (id, version, created_at, updated_at, ceasefire, types, scope, visibility, status, description, targets,
      occurred_start_local, occurred_start_time_zone, occurred_start_approximate, occurred_start_earliest, occurred_start_latest,
      occurred_earliest, occurred_latest, search, document)
    VALUES (made_id, 1, made_at, made_at, given->>'ceasefire', made_types::violation_type[], 'INCIDENT', (given->>'visibility')::visibility,
      'ALLEGED', given->>'description', ARRAY(SELECT jsonb_array_elements_text(given->'targets'))::target_kind[], start->>'local',
      start->>'time_zone', false, starts, ends, starts, ends, words, document);
  INSERT INTO violations_claims (violation_id, position, claimant, capacity, stated_local, stated_time_zone, stated_approximate,
      stated_earliest, stated_latest, words)
    SELECT made_id, place - 1, claim->>'claimant', (claim->>'capacity')::claim_capacity, claim->'stated'->>'local', claim->'stated'->>'time_zone',
      false, (claim->'stated'->>'earliest')::timestamptz, (claim->'stated'->>'latest')::timestamptz, claim->>'words'
    FROM jsonb_array_elements(claims) WITH ORDINALITY AS listed(claim, place);
  INSERT INTO violations_claims_accused (violation_id, claims_position, position, actor)
    SELECT made_id, listed.place - 1, accused.place - 1, accused.actor
    FROM jsonb_array_elements(claims) WITH ORDINALITY AS listed(claim, place),
      jsonb_array_elements_text(claim->'accused') WITH ORDINALITY AS accused(actor, place);
  INSERT INTO violations_claims_citations (violation_id, claims_position, position, source, fields, relation)
    SELECT made_id, listed.place - 1, cited.place - 1, citation->>'source', '{}', (citation->>'relation')::citation_relation
    FROM jsonb_array_elements(claims) WITH ORDINALITY AS listed(claim, place),
      jsonb_array_elements(claim->'citations') WITH ORDINALITY AS cited(citation, place);
  INSERT INTO violations_locations (violation_id, position, place, geo_precision, words)
    SELECT made_id, listed.place - 1, location->>'place', (location->>'geo_precision')::geo_precision, location->>'words'
    FROM jsonb_array_elements(locations) WITH ORDINALITY AS listed(location, place);
  INSERT INTO revisions (type, id, version, operation, recorded_at, author, changes, document, salt, digest, search, search_version, visibility,
      ceasefire, types, accused, claimants, involved, places, status, scope, occurred_earliest, occurred_latest)
    VALUES ('violation', made_id, 1, 'create', made_at, 'bench', '[]', document, salt,
      revision_digest(salt, document, 'violation', made_id, 1, 'create', made_at, 'bench', NULL, NULL), words, 1,
      (given->>'visibility')::visibility, given->>'ceasefire', made_types,
      ARRAY(SELECT DISTINCT accused FROM jsonb_array_elements(claims) AS claim, jsonb_array_elements_text(claim->'accused') AS accused),
      ARRAY(SELECT DISTINCT claim->>'claimant' FROM jsonb_array_elements(claims) AS claim), '{}',
      ARRAY(SELECT DISTINCT location->>'place' FROM jsonb_array_elements(locations) AS location),
      'ALLEGED', 'INCIDENT', starts, ends);
  RETURN document::json;
END $$;

-- The least that storing a report could cost: one table, nothing derived, no history.
CREATE TABLE bench.bare_violations (
  id text COLLATE "C" PRIMARY KEY DEFAULT uuidv7()::text,
  ceasefire text COLLATE "C" NOT NULL REFERENCES ceasefires,
  types violation_type[] NOT NULL,
  visibility visibility NOT NULL,
  description text,
  targets target_kind[],
  occurred jsonb,
  claims jsonb,
  locations jsonb
);
CREATE INDEX ON bench.bare_violations (ceasefire, id);
GRANT SELECT, INSERT ON bench.bare_violations TO bench_anonymous;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bench TO bench_anonymous;
