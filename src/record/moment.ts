import { type Bounds, compare } from "./interval.ts";
import {
  type Fault,
  isDate,
  type LocalTime,
  lengthOf,
  MAX_TIME_LENGTH,
  parseLocal,
  quote,
  shift,
} from "./local-time.ts";
import { ANYWHERE, type Timeline, timelineOf, UTC } from "./zone.ts";

/** A time as a source gives it. Null or absent: not said. */
export interface MomentInput {
  readonly local: string;
  readonly until?: string | null | undefined;
  readonly time_zone?: string | null | undefined;
  readonly approximate?: boolean | undefined;
  readonly words?: string | null | undefined;
}

/** The same time, every member said, with the bounds in UTC that follow from it. */
export interface Moment extends Bounds {
  readonly local: string;
  readonly until: string | null;
  readonly time_zone: string | null;
  readonly approximate: boolean;
  readonly words: string | null;
}

/**
 * How exactly a text means what it says. "observed": something seen; to the minute it spans that minute. "prescribed":
 * something laid down; to the minute or second it is an instant. "expiry": prescribed, and a day means the instant at
 * which that day ends.
 */
export type MomentKind = "observed" | "prescribed" | "expiry";

export interface MomentFault extends Fault {
  readonly member: "local" | "until" | "time_zone";
}

const LAST_INSTANT_S = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/**
 * Derives the bounds of a time, or tells everything that is wrong with it at once.
 *
 * - The bounds hold every instant that the text allows: the whole of the last part given, in the zone given; without a
 *   zone from UTC+14 to UTC-12; a wall-clock time that a fold repeats, from its first to its last passing.
 * - `until` ends the bounds: as a time of day at exactly that time, as a date after it.
 * - `approximate` widens each end by one unit of the last part given there: dates by the calendar, times of day by
 *   the seconds that pass.
 * - A prescribed minute or second is an instant. An expiry known to the day, with no `until` or one that is a date,
 *   reaches from the end of the first day to the end of the last; an expiry known to the month or year keeps all of it,
 *   since any day in it may be meant.
 *
 * Refused: what is not a date or time, before 1800, after the end of the year that follows `now` (observed only), an
 * unknown zone, a time that the zone's clock skips, an `until` before `local`, bounds after the year 9999.
 */
export function resolveMoment(
  input: MomentInput,
  kind: MomentKind,
  now: Date,
): { moment: Moment } | { faults: MomentFault[] } {
  const { local, until = null, time_zone = null, approximate = false, words = null } = input;
  const faults: MomentFault[] = [];
  const start = readTime(local, "local", kind, now, faults);
  const end = until === null ? null : readTime(until, "until", kind, now, faults);
  const zone = readZone(time_zone, faults);
  const timeline = zone === null ? null : zone.timeline;
  if (start !== null && timeline !== null) faults.push(...skipFaults("local", start, time_zone, timeline));
  if (end !== null && timeline !== null) faults.push(...skipFaults("until", end, time_zone, timeline));
  // Without a zone both ends still share one, whichever it is: their wall clocks can be compared.
  const clock = time_zone === null || timeline === null ? UTC : timeline;
  if (start !== null && end !== null && endsBefore(end, start, clock)) {
    faults.push(untilBeforeLocal(start, end));
  }
  if (start === null || zone === null || timeline === null || faults.length > 0) return { faults };
  const widening = approximate ? 1 : 0;
  const bounds = boundsOf(
    earliestOf(start, end, timeline, kind, widening),
    latestOf(start, end, timeline, kind, widening),
  );
  if (bounds === null) {
    return { faults: [{ member: end === null ? "local" : "until", ...tooLate((end ?? start).text) }] };
  }
  return { moment: { local, until, time_zone: zone.name, approximate, words, ...bounds } };
}

function readTime(
  text: string,
  member: "local" | "until",
  kind: MomentKind,
  now: Date,
  faults: MomentFault[],
): LocalTime | null {
  const read = parseLocal(text);
  if ("fault" in read) {
    faults.push({ member, ...read.fault });
    return null;
  }
  const lastYear = now.getUTCFullYear() + 1;
  if (kind === "observed" && read.time.year > lastYear) {
    const message = `${quote(text)} lies after the end of ${lastYear}; what was observed cannot. Check the year.`;
    faults.push({ member, code: "too_late", message });
  }
  return read.time;
}

/** The zone of a moment, whose name is null where the source gives none; null where the zone is refused. */
function readZone(
  zone: string | null,
  faults: MomentFault[],
): { readonly name: string | null; readonly timeline: Timeline } | null {
  if (zone === null) return { name: null, timeline: ANYWHERE };
  const read = timelineOf(zone);
  if ("timeline" in read) return read;
  faults.push({ member: "time_zone", ...read.fault });
  return null;
}

function skipFaults(
  member: "local" | "until",
  time: LocalTime,
  zone: string | null,
  timeline: Timeline,
): MomentFault[] {
  if (timeline.first(time.start_s) < timeline.before(time.end_s)) return [];
  const message = `${quote(time.text)} never was in ${zone}: the clock jumped over it. Give the time that the clock showed, or as time_zone the offset that the source goes by.`;
  return [{ member, code: "skipped_time", message }];
}

/** Whether `until`, as far as it reaches, leaves nothing of `local`. */
function endsBefore(until: LocalTime, local: LocalTime, timeline: Timeline): boolean {
  const start_s = timeline.first(local.start_s);
  if (isDate(until.unit)) return timeline.before(until.end_s) <= start_s;
  return timeline.last(until.start_s) < start_s;
}

function untilBeforeLocal(local: LocalTime, until: LocalTime): MomentFault {
  const message = `until (${until.text}) lies before local (${local.text}). It is the latest time that the source allows: give a later one, exchange the two, or leave it out.`;
  return { member: "until", code: "until_before_local", message };
}

function tooLate(text: string): Fault {
  return { code: "too_late", message: `${quote(text)} reaches beyond the year 9999. Check the year.` };
}

function earliestOf(
  local: LocalTime,
  until: LocalTime | null,
  timeline: Timeline,
  kind: MomentKind,
  widening: number,
): number {
  const endOfDay = kind === "expiry" && local.unit === "day" && (until === null || isDate(until.unit));
  const wall_s = endOfDay ? local.end_s : local.start_s;
  if (isDate(local.unit)) return timeline.first(shift(wall_s, local.unit, -widening));
  return timeline.first(wall_s) - widening * lengthOf(local.unit);
}

function latestOf(
  local: LocalTime,
  until: LocalTime | null,
  timeline: Timeline,
  kind: MomentKind,
  widening: number,
): number {
  const { unit, start_s, end_s } = until ?? local;
  if (isDate(unit)) return timeline.before(shift(end_s, unit, widening));
  const exact = until !== null || (kind !== "observed" && unit !== "hour");
  return (exact ? timeline.last(start_s) : timeline.before(end_s)) + widening * lengthOf(unit);
}

/** Null where the end no longer fits the four digits of a year. */
function boundsOf(earliest_s: number, latest_s: number): Bounds | null {
  if (latest_s > LAST_INSTANT_S) return null;
  return { earliest: instantText(earliest_s), latest: instantText(latest_s) };
}

function instantText(instant_s: number): string {
  return `${new Date(instant_s * 1000).toISOString().slice(0, 19)}Z`;
}

/** Date and time of day, cut off at any part of the time, with a zone. */
const ZONED = /^(\d{4}-\d\d-\d\dT\d\d(?::\d\d(?::\d\d)?)?)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads what a filter compares with: a date, or a date and time with Z or an offset. Either may be cut off at any part, and
 * spans the last part that is given. A second with a zone is an instant (RFC 3339); with a fraction it spans the second.
 * Without a zone the text is read in UTC.
 */
export function parseInstantOrDate(text: string): { bounds: Bounds } | { fault: Fault } {
  const read = readFilterTime(text);
  if ("fault" in read) return read;
  const bounds = boundsOf(read.start_s, read.end_s);
  return bounds === null ? { fault: tooLate(text) } : { bounds };
}

interface Stretch {
  readonly start_s: number;
  readonly end_s: number;
}

function readFilterTime(text: string): Stretch | { readonly fault: Fault } {
  const [, zoned, fraction = "", offset = ""] =
    (text.length > MAX_TIME_LENGTH ? null : ZONED.exec(text)) ?? [];
  if (zoned === undefined || (fraction !== "" && zoned.length < SECOND_LENGTH)) {
    const local = parseLocal(text, "filter");
    return "fault" in local ? local : local.time;
  }
  const local = parseLocal(zoned, "filter");
  if ("fault" in local) return local;
  // RFC 3339 gives -00:00 to an instant in UTC at an unknown place.
  const zone = offset === "Z" || offset === "-00:00" ? { timeline: UTC } : timelineOf(offset);
  if ("fault" in zone) return zone;
  const { unit, start_s, end_s } = local.time;
  const start = zone.timeline.first(start_s);
  const isInstant = unit === "second" && Number(`0${fraction}`) === 0;
  return { start_s: start, end_s: isInstant ? start : start + (end_s - start_s) };
}

const SECOND_LENGTH = "2020-10-26T04:00:00".length;

/** When something went on. `end` null: not known; `ongoing_at`: a source says that it still went on then. */
export interface Span<M extends Bounds = Moment> {
  readonly start: M;
  readonly end: M | null;
  readonly ongoing_at: M | null;
}

export interface SpanFault extends Fault {
  readonly member: "end" | "ongoing_at";
}

/** From the earliest start to the latest end; with no end to the latest that it is said to have gone on, else its start. */
export function spanBounds({ start, end, ongoing_at }: Span<Bounds>): Bounds {
  const last = end ?? ongoing_at ?? start;
  if (last.latest < start.latest) return { earliest: start.earliest, latest: start.latest };
  return { earliest: start.earliest, latest: last.latest };
}

/** What cannot be true of a span, all at once. What only may be untrue, because bounds overlap, is no fault. */
export function spanFaults({ start, end, ongoing_at }: Span): SpanFault[] {
  const faults: SpanFault[] = [];
  if (end !== null && compare(end, start) === "BEFORE") {
    const message = `The end (${end.local}, at the latest ${end.latest}) lies before the start (${start.local}, at the earliest ${start.earliest}). Check both times and their zones.`;
    faults.push({ member: "end", code: "end_before_start", message });
  }
  if (ongoing_at !== null && compare(ongoing_at, start) === "BEFORE") {
    const message = `It cannot have still gone on (${ongoing_at.local}, at the latest ${ongoing_at.latest}) before it started (${start.local}, at the earliest ${start.earliest}). Check both times and their zones.`;
    faults.push({ member: "ongoing_at", code: "ongoing_before_start", message });
  }
  if (ongoing_at !== null && end !== null && compare(ongoing_at, end) === "AFTER") {
    const message = `It cannot have still gone on (${ongoing_at.local}, at the earliest ${ongoing_at.earliest}) after it ended (${end.local}, at the latest ${end.latest}). Check both times and their zones.`;
    faults.push({ member: "ongoing_at", code: "ongoing_after_end", message });
  }
  return faults;
}

export type Position = "BEFORE" | "AFTER" | "ACROSS" | "UNDECIDED";

/**
 * How a span without faults lies to an effective time. ACROSS: it began before and ended after. What starts at the very
 * instant of effect is AFTER, since the ceasefire then holds; what ends at it is BEFORE; what is said to have still gone
 * on at it is ACROSS. Without an end it goes by `ongoing_at`, without either by its start.
 */
export function position(effect: Bounds, { start, end, ongoing_at }: Span<Bounds>): Position {
  const began = compare(start, effect);
  if (began === "AFTER" || began === "EQUAL") return "AFTER";
  const last = end ?? ongoing_at;
  if (last === null) return began;
  const lasted = compare(last, effect);
  if (lasted === "BEFORE" || (lasted === "EQUAL" && end !== null)) return "BEFORE";
  return began === "BEFORE" && lasted !== "UNDECIDED" ? "ACROSS" : "UNDECIDED";
}
