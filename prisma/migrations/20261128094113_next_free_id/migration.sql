-- The ids that are derived from one name, in order: the stem itself, then stem-2, stem-3 and so on, each at most 120 long.
CREATE FUNCTION numbered_id(stem text, number bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN number = 1 THEN stem ELSE rtrim(left(stem, 119 - length(number::text)), '-') || '-' || number END
$$;

-- Whether a record has the id, or a deleted record had it: every record keeps its first version.
CREATE FUNCTION id_is_taken(wanted record_type, candidate text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM revisions r WHERE r.type = wanted AND r.id = candidate AND r.version = 1)
$$;

-- The next free id of a stem: the lowest free one of the first ten, then one whose predecessor is taken. Beyond ten, the search
-- doubles its step until an id is free and then halves the interval, so that its cost grows with the logarithm of the number
-- of namesakes.
--
-- Concurrent transactions get different ids without waiting for each other: an id on which another transaction holds an
-- advisory lock counts as taken. With reserve, the lock on the id that is returned is held until the transaction ends.
-- Without, it is not held: a transaction that creates many records would fill the lock table.
--
-- The function is VOLATILE, so that each of its statements sees what has been committed by then. Therefore the id is looked
-- up again once it is locked: the transaction that had locked it may have been committed during the search.
CREATE FUNCTION next_free_id(wanted record_type, stem text, avoided text[], reserve boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  taken bigint := 0;
  free bigint;
  middle bigint;
  step bigint;
  candidate text;
  lock_key bigint;
  is_locked boolean;
BEGIN
  LOOP
    step := 1;
    LOOP
      free := taken + step;
      candidate := numbered_id(stem, free);
      EXIT WHEN candidate <> ALL (avoided) AND NOT id_is_taken(wanted, candidate);
      taken := free;
      IF free >= 10 THEN
        step := step * 2;
      END IF;
    END LOOP;
    WHILE free - taken > 1 LOOP
      middle := (taken + free) / 2;
      candidate := numbered_id(stem, middle);
      IF candidate = ANY (avoided) OR id_is_taken(wanted, candidate) THEN
        taken := middle;
      ELSE
        free := middle;
      END IF;
    END LOOP;
    candidate := numbered_id(stem, free);
    lock_key := hashtextextended('new id ' || wanted || '/' || candidate, 0);
    IF reserve THEN
      is_locked := NOT pg_try_advisory_xact_lock(lock_key);
    ELSE
      is_locked := NOT pg_try_advisory_lock(lock_key);
      IF NOT is_locked THEN
        PERFORM pg_advisory_unlock(lock_key);
      END IF;
    END IF;
    IF NOT is_locked AND NOT id_is_taken(wanted, candidate) THEN
      RETURN candidate;
    END IF;
    taken := free;
  END LOOP;
END $$;
