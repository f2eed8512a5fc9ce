/** Part of a moment that tells a reader when something was; see record/moment. */
interface MomentParts {
  readonly local: string;
  readonly until: string | null;
  readonly time_zone: string | null;
  readonly approximate: boolean;
  /** RFC 3339, UTC. */
  readonly earliest: string;
  readonly latest: string;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** A reduced ISO 8601 date and time in words: "2020-10-26T08:00" is "26 October 2020, 08:00". Nothing is filled in. */
export function dateWords(iso: string): string {
  const [date = "", time] = iso.split("T");
  const [year = "", month, day] = date.split("-");
  const words = [day === undefined ? "" : String(Number(day)), monthName(month), year].filter(
    (part) => part !== "",
  );
  if (time === undefined) return words.join(" ");
  return `${words.join(" ")}, ${time.includes(":") ? time : `${time}h`}`;
}

function monthName(month: string | undefined): string {
  return month === undefined ? "" : (months[Number(month) - 1] ?? "");
}

/** Local date and time as the source has them, with their zone: "26 October 2020, 08:00 (UTC+04:00)". */
export function localWords({ local, until, time_zone, approximate }: MomentParts): string {
  const about = approximate ? "about " : "";
  const end = until === null ? "" : `, at the latest ${dateWords(until)}`;
  return `${about}${dateWords(local)}${end} (${zoneWords(time_zone)})`;
}

function zoneWords(zone: string | null): string {
  if (zone === null) return "time zone not given";
  return /^[+-]/.test(zone) ? `UTC${zone}` : zone;
}

/** The bounds in UTC: one instant where they are one, else both ends. */
export function utcWords({ earliest, latest }: Pick<MomentParts, "earliest" | "latest">): string {
  const words = (bound: string) => dateWords(bound.replace(/:00Z$/, "").replace(/Z$/, ""));
  return earliest === latest
    ? `${words(earliest)} UTC`
    : `between ${words(earliest)} and ${words(latest)} UTC`;
}

const day = { name: "day", length_s: 86_400 };
const hour = { name: "hour", length_s: 3_600 };
const minute = { name: "minute", length_s: 60 };
const second = { name: "second", length_s: 1 };

/**
 * How long after the effect, as the bounds allow: {300, 360} is "after 5 to 6 minutes". The lower bound is rounded down
 * and the upper one up, so that the words never promise more than is known.
 */
export function elapsedWords({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min <= 0) return max <= 0 ? "at that very moment" : `within ${atMost(max)}`;
  const unit = unitOf(min);
  const [low, high] = [Math.floor(min / unit.length_s), Math.ceil(max / unit.length_s)];
  return `after ${low === high ? low : `${low} to ${high}`} ${unit.name}${high === 1 ? "" : "s"}`;
}

function atMost(seconds: number): string {
  const unit = unitOf(seconds);
  return counted(Math.ceil(seconds / unit.length_s), unit.name);
}

/** The largest unit of which there are at least two; of minutes one will do. */
function unitOf(seconds: number) {
  if (seconds >= 2 * day.length_s) return day;
  if (seconds >= 2 * hour.length_s) return hour;
  return seconds >= minute.length_s ? minute : second;
}

/** A code as words within a sentence: COUNTER_CLAIM is "counter claim". */
export function codeWords(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

/** "A", "A and B", "A, B and C". */
export function listWords(items: readonly string[]): string {
  const [last = "", ...before] = items.toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(", ")} and ${last}`;
}

/** "1 report", "2 reports". */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
