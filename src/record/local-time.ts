import { excerpt } from "../http/excerpt.ts";

/** What is wrong with a text: a stable code, and a sentence that names the value and the remedy. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

export type Unit = "year" | "month" | "day" | "hour" | "minute" | "second";

/**
 * A local time cut off where knowledge ends, as the stretch of wall clock that it leaves open: from `start_s` up to, not
 * including, `end_s`, in seconds since 1970-01-01T00:00 of the same wall clock. `unit` is the last part given.
 */
export interface LocalTime {
  readonly text: string;
  readonly unit: Unit;
  readonly year: number;
  readonly start_s: number;
  readonly end_s: number;
}

/** How long a date, local time or instant may be; a longer text is compared with no pattern. */
export const MAX_TIME_LENGTH = 64;

const CUT_OFF_UNITS: readonly Unit[] = ["year", "month", "day", "hour", "minute"];
const SECONDS = { day: 86_400, hour: 3600, minute: 60, second: 1 };
const FIRST_YEAR = 1800;

const LOCAL = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?$/;

/** Where a time stands: in a member `local` or `until` of a record, or in a parameter of a list. */
export type TimePlace = "record" | "filter";

type Remedy = readonly [RegExp, string];

const SEPARATE: Remedy = [/^[^tT]*\d[t ]\d/, 'Separate date and time by a capital "T".'];
const WHOLE_DATE: Remedy = [/^\d{4}(?:-\d\d)?T/, "A time of day needs the whole date before it."];

/** The most common faults of form, each with its remedy. The first that fits is reported. */
const REMEDIES: { readonly [place in TimePlace]: readonly Remedy[] } = {
  record: [
    SEPARATE,
    [/^[^T]*T.*(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/, "Leave the zone out here and give it as time_zone."],
    [/T\d\d:\d\d:\d\d[.,]\d+$/, "Leave out the fraction: times are kept to the second."],
    WHOLE_DATE,
  ],
  filter: [
    SEPARATE,
    WHOLE_DATE,
    [/^[^T]*T.* \d\d:\d\d$/, "In an address the + of an offset is written %2B."],
    [/^[^T]*T.*z$/, 'Write the zone as a capital "Z".'],
    [/^[^T]*T.*(?![+-]\d\d:\d\d$)[+-]\d{1,2}(?::?\d\d)?$/, "Write the offset as +HH:MM or -HH:MM."],
    [/^[^T]*T.*[.,]\d/, "Give a fraction only after whole seconds, with a point, and with Z or an offset."],
  ],
};

const FORMS: { readonly [place in TimePlace]: string } = {
  record:
    "date or local time such as 2020, 2020-10, 2020-10-26, 2020-10-26T08, 2020-10-26T08:00 or 2020-10-26T08:00:30",
  filter:
    "date or time such as 2020, 2020-10, 2020-10-26, 2020-10-26T04Z, 2020-10-26T04:00Z or 2020-10-26T08:00:00+04:00",
};

const ADVICE: { readonly [place in TimePlace]: string } = {
  record: "Give only the parts that the source gives.",
  filter: "A time without Z or an offset is read in UTC.",
};

/**
 * Reads 2020, 2020-10, 2020-10-26, 2020-10-26T08, 2020-10-26T08:00 or 2020-10-26T08:00:30, from the year 1800 on. `place`
 * decides what the message of a fault advises.
 */
export function parseLocal(
  text: string,
  place: TimePlace = "record",
): { time: LocalTime } | { fault: Fault } {
  const match = text.length > MAX_TIME_LENGTH ? null : LOCAL.exec(text);
  if (match === null) return { fault: malformed(text, place) };
  const parts = match.slice(1).filter((part) => part !== undefined);
  const year = Number(text.slice(0, 4));
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const fault =
    yearFault(text, year) ?? dateFault(text, year, month, day) ?? clockFault(text, hour, minute, second);
  if (fault !== null) return { fault };
  const unit = CUT_OFF_UNITS[parts.length - 1] ?? "second";
  const start_s = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  return { time: { text, unit, year, start_s, end_s: shift(start_s, unit, 1) } };
}

/** Whether the unit is a part of a date rather than of a time of day. */
export function isDate(unit: Unit): unit is "year" | "month" | "day" {
  return unit === "year" || unit === "month" || unit === "day";
}

/** The length in seconds of a unit of the time of day. */
export function lengthOf(unit: "hour" | "minute" | "second"): number {
  return SECONDS[unit];
}

/** Moves a wall-clock time that stands at the start of such a unit by so many of them, in the Gregorian calendar. */
export function shift(wall_s: number, unit: Unit, count: number): number {
  if (unit !== "year" && unit !== "month") return wall_s + count * SECONDS[unit];
  const date = new Date(wall_s * 1000);
  const months = unit === "year" ? 12 * count : count;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / 1000;
}

/** A value as a message shows it: quoted, and cut if it is long. */
export function quote(text: string): string {
  return JSON.stringify(excerpt(text));
}

function malformed(text: string, place: TimePlace): Fault {
  const known =
    text.length > MAX_TIME_LENGTH ? undefined : REMEDIES[place].find(([pattern]) => pattern.test(text));
  const remedy = known?.[1] ?? ADVICE[place];
  return { code: "malformed_time", message: `${quote(text)} is not a ${FORMS[place]}. ${remedy}` };
}

function yearFault(text: string, year: number): Fault | null {
  if (year >= FIRST_YEAR) return null;
  return {
    code: "too_early",
    message: `${quote(text)} lies before ${FIRST_YEAR}, where this record begins. Check the year.`,
  };
}

function dateFault(text: string, year: number, month: number, day: number): Fault | null {
  if (month < 1 || month > 12) {
    return {
      code: "impossible_date",
      message: `${quote(text)} has a month ${month}. Months are 01 to 12; where the month is not known, give only ${year}.`,
    };
  }
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day >= 1 && day <= days) return null;
  const name = `${year}-${String(month).padStart(2, "0")}`;
  return {
    code: "impossible_date",
    message: `${quote(text)} has a day ${day}, but ${name} has ${days} days. Where the day is not known, give only ${name}.`,
  };
}

function clockFault(text: string, hour: number, minute: number, second: number): Fault | null {
  if (hour <= 23 && minute <= 59 && second <= 59) return null;
  const remedy =
    hour === 24
      ? "Midnight at the end of a day is written T00:00 of the next day."
      : "Hours are 00 to 23, minutes and seconds 00 to 59; a leap second is written as second 59.";
  return { code: "impossible_time", message: `${quote(text)} has no such time of day. ${remedy}` };
}
