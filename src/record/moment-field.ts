import { z } from "zod";
import { flag, ignored, mark, metaOf, optional, text } from "./field.ts";
import { type MomentKind, resolveMoment, spanBounds, spanFaults } from "./moment.ts";

/** RFC 3339 UTC to the second, as bounds of moments are written. */
const bound = (description: string) =>
  mark(
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      .describe(description),
    { kind: "instant" },
  );
const earliest = () => bound("The first second that the words allow, in UTC.");
const latest = () => bound("The end of what the words allow, in UTC; the bound itself lies outside.");

/** A local date and time, checked with the moment that it belongs to. */
function localTime(description: string) {
  return mark(z.string().max(40).describe(description), { kind: "local" });
}

const momentMembers = {
  local: localTime(
    "ISO 8601 local date and time, cut off where knowledge ends: 2020, 2020-10, 2020-10-26, 2020-10-26T08, 2020-10-26T08:00 or …:30.",
  ),
  until: optional(
    localTime(
      "The latest the source allows, written like local. Uncertainty, not duration; a date includes its day.",
    ),
  ),
  time_zone: optional(
    mark(
      z
        .string()
        .max(64)
        .describe(
          "An IANA name such as Asia/Baku, or an offset such as +04:00 (also UTC+04:00); null where the source gives none.",
        ),
      { kind: "zone" },
    ),
  ),
  approximate: flag("Whether the source says about: widens by one unit of the last part given."),
  words: optional(text("The source's own words.")),
};

/** A point in time as precisely as it is known, with the UTC bounds that follow. Kinds: see `MomentKind`. */
export function moment(kind: MomentKind, description: string) {
  const answer = z
    .strictObject({ ...momentMembers, earliest: earliest(), latest: latest() })
    .describe(description);
  return mark(
    z
      .strictObject({ ...momentMembers, earliest: ignored(), latest: ignored() })
      .transform((input, context) => {
        const resolved = resolveMoment(input, kind, new Date());
        if ("moment" in resolved) return resolved.moment;
        for (const fault of resolved.faults) {
          context.addIssue({
            code: "custom",
            path: [fault.member],
            message: fault.message,
            params: { code: fault.code },
          });
        }
        return z.NEVER;
      })
      .describe(description),
    { kind: "moment", moment: kind, answer },
  );
}

/** When what it stands in was said or published: by this moment it came to be known. */
export function said(description: string) {
  const schema = moment("observed", description);
  return mark(schema, { ...metaOf(schema), kind: "moment", says: true });
}

/** When a reported act began, ended, and is said to have still gone on. */
export function span(description: string) {
  const members = {
    start: moment("observed", "When it began."),
    end: optional(moment("observed", "When it ended; null: not known.")),
    ongoing_at: optional(moment("observed", "A moment at which a source says that it still went on.")),
  };
  const answer = z.strictObject({ ...members, earliest: earliest(), latest: latest() }).describe(description);
  return mark(
    z
      .strictObject({ ...members, earliest: ignored(), latest: ignored() })
      .transform((input, context) => {
        for (const fault of spanFaults(input)) {
          context.addIssue({
            code: "custom",
            path: [fault.member],
            message: fault.message,
            params: { code: fault.code },
          });
        }
        const { start, end, ongoing_at } = input;
        return { start, end, ongoing_at, ...spanBounds(input) };
      })
      .describe(description),
    { kind: "span", answer },
  );
}
