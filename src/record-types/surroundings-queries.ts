import { only, type Queryable } from "../record/sql.ts";
import type { Report, Surroundings } from "./likeness.ts";

/**
 * How long it is believed what an actor or a place is part of: it changes a few times a year, and looking it up would cost
 * every report a statement more. Too old an answer leaves a hint out, or gives one too many.
 */
const BELIEVED_MS = 10_000;
const MAX_BELIEVED = 10_000;

interface Believed extends Surroundings {
  readonly until_ms: number;
  /** How many have been looked up. */
  size: number;
}

const believed = new WeakMap<Queryable, Believed>();

/** The actors and places that these reports name, and all that they are part of. */
export async function surroundings(database: Queryable, reports: readonly Report[]): Promise<Surroundings> {
  const known = knownOf(database);
  const actors = reports.flatMap(({ claimants, accused }) => [...claimants, ...accused]);
  const places = reports.flatMap(({ locations }) => locations.flatMap(({ place }) => place ?? []));
  const unknown = {
    actors: [...new Set(actors)].filter((id) => !Object.hasOwn(known.actors, id)),
    places: [...new Set(places)].filter((id) => !Object.hasOwn(known.places, id)),
  };
  if (unknown.actors.length > 0 || unknown.places.length > 0) {
    const found = await lookUp(database, unknown);
    known.size += Object.keys(found.actors).length + Object.keys(found.places).length;
    Object.assign(known.actors, found.actors);
    Object.assign(known.places, found.places);
  }
  return known;
}

/** What is believed of this database, or a fresh start where that has grown old or too large. */
function knownOf(database: Queryable): Believed {
  const known = believed.get(database);
  if (known !== undefined && known.until_ms > Date.now() && known.size < MAX_BELIEVED) return known;
  const fresh = { actors: {}, places: {}, until_ms: Date.now() + BELIEVED_MS, size: 0 };
  believed.set(database, fresh);
  return fresh;
}

async function lookUp(
  database: Queryable,
  unknown: { readonly actors: readonly string[]; readonly places: readonly string[] },
): Promise<Surroundings> {
  const found = await database.query<Surroundings>({
    name: "surroundings",
    text: `WITH RECURSIVE actor AS (
        SELECT id, part_of FROM actors WHERE id = ANY($1::text[])
        UNION SELECT a.id, a.part_of FROM actor JOIN actors a ON a.id = actor.part_of),
      place AS (
        SELECT id, part_of, kind, latitude, longitude FROM places WHERE id = ANY($2::text[])
        UNION SELECT p.id, p.part_of, p.kind, p.latitude, p.longitude FROM place JOIN places p ON p.id = place.part_of)
      SELECT (SELECT coalesce(json_object_agg(id, part_of), '{}') FROM actor) AS actors,
        (SELECT coalesce(json_object_agg(id, json_build_object('part_of', part_of, 'kind', kind, 'latitude', latitude, 'longitude', longitude)), '{}')
          FROM place) AS places`,
    values: [unknown.actors, unknown.places],
  });
  return only(found);
}
