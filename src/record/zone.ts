import { Temporal } from "temporal-polyfill";
import { type Fault, quote } from "./local-time.ts";
import { refusedName, spelledOffset } from "./zone-advice.ts";

/**
 * Where the wall clock of one zone meets the world: takes seconds of wall clock since 1970-01-01T00:00, gives seconds
 * since 1970-01-01T00:00Z. A wall-clock time that a gap skips stands for the instant of the jump; one that a fold
 * repeats has a first and a last instant.
 */
export interface Timeline {
  /** The first instant at which the clock shows this or has jumped over it. */
  first(wall_s: number): number;
  /** The last instant at which the clock shows this, or that at which it jumped over it. */
  last(wall_s: number): number;
  /** The instant from which on the clock never again shows anything just before this. */
  before(wall_s: number): number;
}

const OFFSET = /^(?:UTC)?([+-])(\d\d):(\d\d)$/;
const NAME = /^(?!SystemV\/)[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;
const EASTERNMOST_S = 14 * 3600;
const WESTERNMOST_S = -12 * 3600;

/** Coordinated universal time. */
export const UTC = offsets(0, 0);

/** Any place on earth: a wall clock whose zone is not known runs somewhere from UTC+14 to UTC-12. */
export const ANYWHERE = offsets(EASTERNMOST_S, WESTERNMOST_S);

/** A zone as a record keeps it, and its timeline. */
interface Zone {
  /** An IANA name, or an offset in the form +HH:MM. */
  readonly name: string;
  readonly timeline: Timeline;
}

/**
 * Reads a time zone: an IANA name of the form Area/Location in its usual capitals, `UTC`, or an offset. An offset is written
 * +HH:MM, or UTC+HH:MM as in CSV files, and lies between -12:00 and +14:00. `ANYWHERE` spans the same range, so that a zone
 * that becomes known never contradicts one that was unknown.
 *
 * Refused are names that do not identify the clock of one place: abbreviations, and the names whose sign is inverted
 * (`Etc/GMT+4` is UTC-04:00).
 */
export function timelineOf(zone: string): Zone | { readonly fault: Fault } {
  const offset = OFFSET.exec(zone);
  if (offset !== null) return offsetTimeline(zone, offset);
  const name = NAME.test(zone) ? canonicalName(zone) : null;
  const advice = refusedName(name ?? zone) ?? spelledOffset(zone);
  if (advice !== undefined) return unknown(`${quote(zone)} ${advice}`);
  if (name === null) {
    return unknown(
      `${quote(zone)} is not a time zone. Give an IANA name such as Asia/Baku, an offset such as +04:00, or null where the source gives none.`,
    );
  }
  if (name !== zone) return unknown(`${quote(zone)} is not written as the zone is named: write ${name}.`);
  return { name, timeline: namedTimeline(zone) };
}

function unknown(message: string): { fault: Fault } {
  return { fault: { code: "unknown_zone", message } };
}

function offsetTimeline(
  zone: string,
  [, sign, hours, minutes]: RegExpExecArray,
): Zone | { readonly fault: Fault } {
  const size_s = Number(hours) * 3600 + Number(minutes) * 60;
  const offset_s = sign === "-" ? -size_s : size_s;
  if (Number(minutes) > 59 || offset_s > EASTERNMOST_S || offset_s < WESTERNMOST_S) {
    return unknown(`${quote(zone)} is an offset that no place has. Offsets go from -12:00 to +14:00.`);
  }
  // RFC 3339 and RFC 9557 give -00:00 the meaning "UTC is known, the local offset is not".
  const name = `${sign}${hours}:${minutes}`;
  if (name === "-00:00") {
    return unknown(
      `${quote(zone)} says that the offset is not known. Write +00:00 for UTC, or null where no zone is given.`,
    );
  }
  return { name, timeline: offsets(offset_s, offset_s) };
}

function offsets(first_s: number, last_s: number): Timeline {
  return {
    first: (wall_s) => wall_s - first_s,
    last: (wall_s) => wall_s - last_s,
    before: (wall_s) => wall_s - last_s,
  };
}

/** The name with its usual capitals, or null. Temporal takes any capitals; the record keeps one spelling. */
function canonicalName(zone: string): string | null {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  } catch {
    return null;
  }
}

function namedTimeline(zone: string): Timeline {
  function place(wall_s: number, side: "earlier" | "later"): { instant_s: number; shown: boolean } {
    const local = Temporal.PlainDateTime.from(new Date(wall_s * 1000).toISOString().slice(0, -1));
    const found = local.toZonedDateTime(zone, { disambiguation: side });
    if (found.toPlainDateTime().equals(local)) {
      return { instant_s: found.epochMilliseconds / 1000, shown: true };
    }
    // Skipped: Temporal's "earlier" lies before the jump by less than the gap, so the jump is the next transition.
    const before = local.toZonedDateTime(zone, { disambiguation: "earlier" });
    const jump = before.getTimeZoneTransition("next") ?? before;
    return { instant_s: jump.epochMilliseconds / 1000, shown: false };
  }
  return {
    first: (wall_s) => place(wall_s, "earlier").instant_s,
    last: (wall_s) => place(wall_s, "later").instant_s,
    // Asked of the second before: at the start of a fold this wall-clock time repeats but nothing before it does.
    before: (wall_s) => {
      const { instant_s, shown } = place(wall_s - 1, "later");
      return shown ? instant_s + 1 : instant_s;
    },
  };
}
