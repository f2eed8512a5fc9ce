import { type Bounds, compare, elapsed } from "../record/interval.ts";
import type { likeness } from "./codes/likeness.ts";

/**
 * Which of the reports on record may tell of the same act as a new one, and why. Pure: what stands near in time is read
 * by `duplicate-queries.ts`, and weighed here.
 *
 * Two reports are near one another where both of these hold:
 *
 * - in time: the earliest they may have begun lies within three days, neither leaves its start open for longer than
 *   that, and the acts overlap by their bounds; where both starts are known to the hour the acts may also lie up to six
 *   hours apart. A new report without a time is near those of the same type that cite the same source.
 * - in place or parties: in place, where both name the same one, one names a part of the other's, or their points lie
 *   within 15 km (a country is no place to agree in); in parties, where the same side is accused or tells it, or each
 *   side tells of the other. Parties alone do not do for two reports whose points all lie more than 50 km apart.
 */

/** What of a report is compared. Actors, places and sources are ids. */
export interface Report {
  readonly id: string;
  /** The bounds of the whole act and of its start; null where nobody says when. */
  readonly occurred: Bounds | null;
  readonly start: Bounds | null;
  readonly types: readonly string[];
  readonly claimants: readonly string[];
  readonly accused: readonly string[];
  readonly sources: readonly string[];
  /** As dataset:id, whatever the relation. */
  readonly external_ids: readonly string[];
  readonly locations: readonly Spot[];
}

/** A point in degrees, WGS 84, or none. */
interface Point {
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface Spot extends Point {
  readonly place: string | null;
}

/** The actors and places that reports name, and all that these are part of. */
export interface Surroundings {
  /** What each actor is part of. */
  readonly actors: { readonly [id: string]: string | null };
  readonly places: {
    readonly [id: string]: Point & { readonly part_of: string | null; readonly kind: string | null };
  };
}

export interface PossibleDuplicate {
  readonly violation: string;
  readonly why: readonly { readonly code: (typeof likeness.values)[number]; readonly message: string }[];
}

/** One thing in which two reports agree; the sum of the weights orders those that are near. */
interface Agreement {
  readonly code: (typeof likeness.values)[number];
  readonly message: string;
  readonly weight: number;
}

const MOST_NAMED = 10;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** How far apart two acts may lie, and their starts. The query reads what begins within these. */
export const REACH_S = { act: 6 * HOUR_S, start: 3 * DAY_S } as const;
/** "About 02" leaves three hours open, and is still known to the hour. */
const TO_THE_HOUR_S = 3 * HOUR_S;
const NEAR_KM = 15;
const FAR_KM = 50;

/** The reports near a new one, at most ten, those that agree in the most first. */
export function possibleDuplicates(
  own: Report,
  others: readonly Report[],
  around: Surroundings,
): PossibleDuplicate[] {
  return others
    .map((other) => ({ other, agreed: agreements(own, other, around) }))
    .filter(({ agreed }) => agreed.length > 0)
    .toSorted((a, b) => weightOf(b.agreed) - weightOf(a.agreed) || (a.other.id < b.other.id ? -1 : 1))
    .slice(0, MOST_NAMED)
    .map(({ other, agreed }) => ({
      violation: other.id,
      why: agreed.map(({ code, message }) => ({ code, message })),
    }));
}

function weightOf(agreed: readonly Agreement[]): number {
  return agreed.reduce((sum, { weight }) => sum + weight, 0);
}

/** All in which two reports agree, or nothing where that is not enough to name the one to the other's writer. */
function agreements(own: Report, other: Report, around: Surroundings): Agreement[] {
  const time = timeAgreement(own, other);
  const place = placeAgreement(own, other, around);
  const parties = partyAgreements(own, other, around);
  const types = shared(own.types, other.types);
  const source = shared(own.sources, other.sources);
  const inTime = time.length > 0 || (own.start === null && types.length > 0 && source.length > 0);
  const inPlace = place.length > 0 || (parties.length > 0 && !farApart(own, other, around));
  if (!inTime || !inPlace) return [];
  const names = shared(own.external_ids, other.external_ids);
  return [
    ...time,
    ...place,
    ...parties,
    ...told(1, "SAME_TYPE", types, (codes) => `Tells of ${codes}, as this one does.`),
    ...told(2, "SAME_SOURCE", source, (ids) => `Cites ${ids}, as this one does.`),
    ...told(4, "SAME_EXTERNAL_ID", names, (ids) => `Belongs with ${ids}, as this one does.`),
  ];
}

/** An agreement that names what is shared; none where nothing is. */
function told(
  weight: number,
  code: Agreement["code"],
  found: readonly string[],
  sentence: (ids: string) => string,
): Agreement[] {
  return found.length === 0 ? [] : [{ weight, code, message: sentence(listed(found)) }];
}

const MOST_LISTED = 3;

function listed(ids: readonly string[]): string {
  const more = ids.length - MOST_LISTED;
  return more > 0 ? `${ids.slice(0, MOST_LISTED).join(", ")} and ${more} more` : ids.join(" and ");
}

function shared(one: readonly string[], two: readonly string[]): string[] {
  const known = new Set(two);
  return [...new Set(one)].filter((value) => known.has(value));
}

function timeAgreement(own: Report, other: Report): Agreement[] {
  if (own.occurred === null || other.occurred === null || own.start === null || other.start === null)
    return [];
  const open = Math.max(width(own.start), width(other.start));
  const begun = Math.abs(seconds(own.start.earliest, other.start.earliest));
  const toTheHour = open <= TO_THE_HOUR_S;
  const acts = apart(own.occurred, other.occurred).min;
  if (open > REACH_S.start || begun > REACH_S.start || acts > (toTheHour ? REACH_S.act : 0)) return [];
  const order = compare(other.start, own.start);
  if (order !== "BEFORE" && order !== "AFTER") {
    const alike = own.start.earliest === other.start.earliest && own.start.latest === other.start.latest;
    const message = alike
      ? "Begins at the same time, as far as both tell."
      : "May have begun at the same time.";
    return [{ code: "SAME_TIME", message, weight: (toTheHour ? 3 : 2) + (alike ? 1 : 0) }];
  }
  const starts = apart(own.start, other.start);
  const message = `Begins ${between(starts)} ${order === "BEFORE" ? "before" : "after"} this one.`;
  return [{ code: "NEAR_TIME", message, weight: starts.min > HOUR_S ? 1 : 2 }];
}

/** The seconds between two stretches of time, as the range in which they must lie; from 0 where they may overlap. */
function apart(one: Bounds, two: Bounds): { readonly min: number; readonly max: number } {
  const { min, max } = elapsed(one, two);
  return { min: Math.max(0, min, -max), max: Math.max(Math.abs(min), Math.abs(max)) };
}

function width({ earliest, latest }: Bounds): number {
  return seconds(earliest, latest);
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** "between 4 and 6 minutes", rounded outwards. */
function between({ min, max }: { readonly min: number; readonly max: number }): string {
  const [unit, unit_s] =
    max <= 2 * HOUR_S
      ? (["minute", 60] as const)
      : max <= 2 * DAY_S
        ? (["hour", HOUR_S] as const)
        : (["day", DAY_S] as const);
  const [least, most] = [Math.floor(min / unit_s), Math.ceil(max / unit_s)];
  const units = `${most} ${unit}${most === 1 ? "" : "s"}`;
  if (least === most) return units;
  return least === 0 ? `at most ${units}` : `between ${least} and ${units}`;
}

/** The closest agreement of any two locations. */
function placeAgreement(own: Report, other: Report, around: Surroundings): Agreement[] {
  const found = own.locations.flatMap((here) =>
    other.locations.flatMap((there) => spotAgreement(here, there, around)),
  );
  return found.toSorted((a, b) => b.weight - a.weight).slice(0, 1);
}

function spotAgreement(here: Spot, there: Spot, around: Surroundings): Agreement[] {
  const [mine, theirs] = [smallerThanCountry(here.place, around), smallerThanCountry(there.place, around)];
  if (mine !== null && mine === theirs)
    return [{ code: "SAME_PLACE", weight: 4, message: `Is placed at ${theirs}, as this one is.` }];
  const km = distance(here, there, around);
  if (km !== undefined && km <= NEAR_KM) {
    const words = km < 1 ? "less than 1 km" : `about ${Math.round(km)} km`;
    return [{ code: "NEAR_PLACE", weight: 3, message: `Is placed ${words} from this one.` }];
  }
  if (mine === null || theirs === null) return [];
  const inside = (part: string, whole: string) =>
    chain(part, (id) => around.places[id]?.part_of).includes(whole);
  if (inside(theirs, mine))
    return [{ code: "PART_OF_PLACE", weight: 2, message: `Is placed at ${theirs}, which lies in ${mine}.` }];
  if (inside(mine, theirs))
    return [{ code: "PART_OF_PLACE", weight: 2, message: `Is placed at ${theirs}, in which ${mine} lies.` }];
  return [];
}

function smallerThanCountry(place: string | null, { places }: Surroundings): string | null {
  return place === null || places[place]?.kind === "COUNTRY" ? null : place;
}

/** Whether both reports are placed by points, each of which lies far from all of the other's. */
function farApart(own: Report, other: Report, around: Surroundings): boolean {
  const distances = own.locations.flatMap((here) =>
    other.locations.map((there) => distance(here, there, around) ?? 0),
  );
  return distances.length > 0 && distances.every((km) => km > FAR_KM);
}

/** Kilometres between two locations by their own points, else their places'; undefined where one has none. */
function distance(here: Spot, there: Spot, around: Surroundings): number | undefined {
  const [a, b] = [pointOf(here, around), pointOf(there, around)];
  return a === undefined || b === undefined ? undefined : haversine_km(a, b);
}

type Degrees = { readonly latitude: number; readonly longitude: number };

function pointOf(spot: Spot, { places }: Surroundings): Degrees | undefined {
  const place = spot.place === null ? undefined : places[spot.place];
  const { latitude, longitude } =
    spot.latitude !== null || place === undefined || place.kind === "COUNTRY" ? spot : place;
  return latitude === null || longitude === null ? undefined : { latitude, longitude };
}

const EARTH_KM = 6_371;

/** The great circle between two points on a sphere (haversine formula); good to half a percent. */
function haversine_km(a: Degrees, b: Degrees): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
  const h =
    half(a.latitude, b.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

function partyAgreements(own: Report, other: Report, around: Surroundings): Agreement[] {
  const sides = (actors: readonly string[]) => actors.map((actor) => sideOf(actor, around));
  const [accused, claimants] = [sides(own.accused), sides(own.claimants)];
  const [theirAccused, theirClaimants] = [sides(other.accused), sides(other.claimants)];
  const both = shared(accused, theirAccused);
  const exact = shared(own.claimants, other.claimants);
  return [
    ...told(2, "SAME_ACCUSED", both, (ids) => `Accuses ${ids}, as this one does.`),
    ...(exact.length > 0
      ? told(2, "SAME_CLAIMANT", exact, (ids) => `Is told by ${ids}, as this one is.`)
      : told(
          1,
          "SAME_CLAIMANT",
          shared(claimants, theirClaimants),
          (ids) => `Is told on the side of ${ids}, as this one is.`,
        )),
    ...(both.length > 0 ? [] : otherSide(shared(accused, theirClaimants), shared(claimants, theirAccused))),
  ];
}

/** `tellers`: whom the new report accuses and who tell the other; `answered`: who tell the new one and are accused there. */
function otherSide(tellers: readonly string[], answered: readonly string[]): Agreement[] {
  const clauses = [
    ...(tellers.length > 0 ? [`is told on the side of ${listed(tellers)}, accused in this one`] : []),
    ...(answered.length > 0 ? [`accuses ${listed(answered)}, on whose side this one is told`] : []),
  ];
  const message = `It ${clauses.join(", and ")}: it may be the other side's account of the same act, to be linked as MIRRORS.`;
  return clauses.length === 0 ? [] : [{ code: "OTHER_SIDE", weight: 2, message }];
}

/** The one that an office or force in the end belongs to. */
function sideOf(actor: string, { actors }: Surroundings): string {
  return chain(actor, (id) => actors[id]).at(-1) ?? actor;
}

/** An id and all that it is part of, the nearest first; ends even where parts go round. */
function chain(id: string, partOf: (id: string) => string | null | undefined): string[] {
  const trail = [id];
  for (let at = partOf(id); at != null && !trail.includes(at); at = partOf(at)) trail.push(at);
  return trail;
}
