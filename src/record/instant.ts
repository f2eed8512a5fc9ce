import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { MAX_TIME_LENGTH } from "./local-time.ts";

/** The text of a time; a longer one is refused before any pattern reads it. */
const timeText = z.string().max(MAX_TIME_LENGTH, { abort: true });

/** The text of an instant with a fraction of at most six digits. */
export const instantText = timeText.regex(
  /^[^.]*(\.\d{1,6}(\D.*)?)?$/,
  "Instants are kept to the microsecond: six digits after the point at most.",
);

/** Date and hour, or date, hour and minute, with a zone. */
const CUT_OFF = /^(\d{4}-\d\d-\d\dT\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

function withSeconds(text: string): string {
  return text.replace(
    CUT_OFF,
    (_whole, hour: string, minute = ":00", zone: string) => `${hour}${minute}:00${zone}`,
  );
}

/**
 * An instant that a parameter compares with: RFC 3339, or cut off after the hour or the minute. Parts that are left out are
 * 00. The result is in UTC, in a form that PostgreSQL reads.
 */
export function instantSchema() {
  return instantText
    .transform(withSeconds)
    .pipe(z.iso.datetime({ offset: true }))
    .transform((instant, context) => {
      const utc = Temporal.Instant.from(instant).toString();
      if (/^\d{4}-/.test(utc) && !utc.startsWith("0000")) return utc;
      context.addIssue({ code: "custom", message: "Give an instant in the years 0001 to 9999 (UTC)." });
      return z.NEVER;
    });
}
