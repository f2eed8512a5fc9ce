import { z } from "zod";
import type { CodeList } from "./code-list.ts";
import type { MomentKind } from "./moment.ts";
import {
  controlFault,
  marksFault,
  normalizedName,
  normalizedText,
  type TextFault,
  textFault,
} from "./text-rules.ts";
import { timelineOf } from "./zone.ts";

/** The six record types, as they are named in one record ("violation"); their collections are the plurals. */
export const recordTypeNames = ["conflict", "actor", "place", "source", "ceasefire", "violation"] as const;
export type RecordTypeName = (typeof recordTypeNames)[number];

/**
 * What the service knows of a field beyond how to parse it. From these, and from the nesting of the schemas, follow the
 * columns, the references, the JSON Schemas, the codebook and the exports.
 */
export interface FieldMeta {
  readonly kind:
    | "id"
    | "text"
    | "url"
    | "language"
    | "code"
    | "ref"
    | "date"
    | "time"
    | "local"
    | "zone"
    | "instant"
    | "timestamp"
    | "moment"
    | "span"
    | "range"
    | "derived";
  readonly codes?: CodeList<string>;
  readonly ref?: RecordTypeName;
  /** Whether it is a name or text in somebody's words, which full-text search finds. */
  readonly searched?: true;
  readonly moment?: MomentKind;
  /** The rule for texts that a request's value follows, for its description. */
  readonly rule?: string;
  /** Whether it is a moment that tells when what it stands in was said. */
  readonly says?: true;
  /** Where the answer differs from the request: the schema of what is answered. */
  readonly answer?: z.ZodType;
}

/** Not a zod registry: those rewrite the types of what they hold, and the meta holds schemas itself. */
const metas = new WeakMap<z.core.$ZodType, FieldMeta>();

/** What is known of this very schema (wrappers such as `optional` have none of their own). */
export function metaOf(schema: z.core.$ZodType): FieldMeta | undefined {
  return metas.get(schema);
}

export function mark<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  metas.set(schema, meta);
  return schema;
}

export const ID_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const MAX_ID_LENGTH = 120;
export const MAX_NAME_LENGTH = 300;
const MAX_TEXT_LENGTH = 20_000;
const MAX_LIST_LENGTH = 500;

/** Makes a field one that may be null or absent; both mean "not known". */
export function optional<S extends z.ZodType>(schema: S) {
  const description = schema.description ?? "";
  return z._default(z.nullable(schema), null).describe(description);
}

/** A list that may be absent, which is the same as empty. At most 500 items. */
export function list<S extends z.ZodType>(element: S, description: string) {
  return bounded(z.array(element).max(MAX_LIST_LENGTH)).default([]).describe(description);
}

/** A list that must hold at least one item. */
export function nonEmptyList<S extends z.ZodType>(element: S, description: string) {
  return bounded(z.array(element).min(1, "Give at least one.").max(MAX_LIST_LENGTH).describe(description));
}

/** How many faults are found in the lists of one body before no further list is read. */
const MAX_LIST_ISSUES = 200;

/** How many faults were found in the lists of a body, by the context that zod makes for each parsing. */
const listIssues = new WeakMap<object, number>();

/**
 * Lets a list be read only while few faults were found in the lists of the same body, for lists within lists could
 * hold a quarter of a million of them. A body with an unread list is refused in any case.
 */
function bounded<S extends z.ZodArray>(schema: S): S {
  const run = schema._zod.run.bind(schema._zod);
  schema._zod.run = (payload, context) => {
    const before = listIssues.get(context) ?? 0;
    if (before > MAX_LIST_ISSUES) return payload;
    const read = run(payload, context);
    if (read instanceof Promise || read.issues.length === 0) return read;
    listIssues.set(context, before + read.issues.length);
    return read;
  };
  return schema;
}

const nameRule = "Stored in Unicode NFC, with single blanks and without characters that show nothing.";
const textRule = "Stored in Unicode NFC, without characters that show nothing.";

/** A short text on one line, as names are kept: normalized, and with something to see. */
export function nameText(max: number) {
  return z
    .string()
    .min(1, { abort: true })
    .superRefine((value, context) => refuse(marksFault(value), context))
    .overwrite(normalizedName)
    .max(max)
    .superRefine((value, context) => refuse(textFault(value), context));
}

function refuse(fault: TextFault | undefined, context: z.RefinementCtx): void {
  if (fault === undefined) return;
  context.addIssue({ code: "custom", message: fault.message, params: { code: fault.code }, continue: false });
}

/** A name, a title, an office. 1 to 300 characters. */
export function name(description: string) {
  const schema = nameText(MAX_NAME_LENGTH).describe(description);
  return mark(schema, { kind: "text", searched: true, rule: nameRule });
}

/** A name that programs give, such as a dataset's id for a record. It is not searched. 1 to 300 characters. */
export function identifier(description: string) {
  return mark(nameText(MAX_NAME_LENGTH).describe(description), { kind: "text", rule: nameRule });
}

/** Running text in the source's or the analyst's words. 1 to 20,000 characters. */
export function text(description: string) {
  const schema = z
    .string()
    .min(1, { abort: true })
    .superRefine((value, context) => refuse(marksFault(value), context))
    .overwrite(normalizedText)
    .max(MAX_TEXT_LENGTH)
    .superRefine((value, context) => refuse(textFault(value), context))
    .describe(description);
  return mark(schema, { kind: "text", searched: true, rule: textRule });
}

/** An http or https address; anything else, `javascript:` above all, is refused. */
export function url(description: string) {
  return mark(
    z
      .url({ protocol: /^https?$/, error: "Give a whole address that begins with http:// or https://." })
      .max(2_000)
      .superRefine((value, context) => refuse(controlFault(value), context))
      .describe(description),
    { kind: "url" },
  );
}

/** A language as a BCP 47 tag: `en`, `hy`, `az-Latn`. */
export function language(description: string) {
  return mark(
    z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "Give a BCP 47 tag such as en, hy or az-Latn.")
      .max(35)
      .describe(description),
    { kind: "language" },
  );
}

/** A country as its ISO 3166-1 alpha-3 code: `AZE`. */
export function countryCode(description: string) {
  return mark(
    z
      .string()
      .regex(/^[A-Z]{3}$/, "Give the ISO 3166-1 alpha-3 code, three capital letters, such as AZE.")
      .describe(description),
    { kind: "text" },
  );
}

/** One code of a list; every code is defined in the codebook. */
export function code<C extends string>(codes: CodeList<C>, description = codes.description) {
  return mark(z.enum(codes.values).describe(description), { kind: "code", codes });
}

/** The public id of the record itself. */
export function ownId(description: string) {
  return mark(idText().describe(description), { kind: "id" });
}

function idText() {
  return z
    .string()
    .regex(
      ID_PATTERN,
      "An id holds lower-case letters and digits in words joined by single hyphens: khankendi-stepanakert.",
    )
    .max(MAX_ID_LENGTH);
}

/** A reference to another record: its id. In a request a whole new source, place or actor may stand in its place. */
export function ref(target: RecordTypeName, description: string) {
  return mark(idText().describe(description), { kind: "ref", ref: target });
}

export function flag(description: string) {
  return z.boolean().default(false).describe(description);
}

/** A whole number, 0 or more: "said to be none" is 0, "not said" is null. */
export function count(description: string) {
  return z.int().min(0).max(100_000_000).describe(description);
}

export function latitude(description: string) {
  return z.number().min(-90).max(90).describe(description);
}

export function longitude(description: string) {
  return z.number().min(-180).max(180).describe(description);
}

/** A calendar day without a zone: `2026-11-23`. */
export function date(description: string) {
  return mark(z.iso.date("Give a day of the calendar as YYYY-MM-DD.").describe(description), {
    kind: "date",
  });
}

/** A time of day without a zone: `08:00`. */
export function timeOfDay(description: string) {
  return mark(
    z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Give a time of day as HH:MM, 00:00 to 23:59.")
      .describe(description),
    { kind: "time" },
  );
}

/** A zone that must be known: an IANA name or an offset. */
export function timeZone(description: string) {
  const schema = z
    .string()
    .max(64)
    .superRefine((zone, context) => {
      const read = timelineOf(zone);
      if ("fault" in read)
        context.addIssue({ code: "custom", message: read.fault.message, params: { code: read.fault.code } });
    })
    .overwrite((zone) => {
      const read = timelineOf(zone);
      return "fault" in read ? zone : read.name;
    });
  return mark(schema.describe(description), { kind: "zone" });
}

/** A member the service derives: accepted in requests and ignored, so that what was read can be written back. */
export function derived<S extends z.ZodType>(answer: S, description: string) {
  return mark(
    z
      .unknown()
      .optional()
      .transform((): z.output<S> | undefined => undefined)
      .describe(description),
    { kind: "derived", answer },
  );
}

/** A time of the service itself: RFC 3339 UTC with microseconds, from the database's clock. */
export function timestamp(description: string) {
  return mark(
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      .describe(description),
    { kind: "timestamp" },
  );
}

/** A derived member inside an object: accepted in requests and ignored. */
export const ignored = () => z.unknown().optional();

/** A figure as printed: bounds, the claimant's own best figure, and whether the bounds contradict each other. */
export function range(description: string) {
  const members = {
    min: optional(count("The least the claimant says; 40+ is min 40.")),
    best: optional(count("The claimant's own figure where one is given beside bounds; never computed.")),
    max: optional(count("The most the claimant says.")),
    approximate: flag("Whether the claimant says about."),
  };
  const contradictory = z
    .boolean()
    .describe(
      "Whether the bounds contradict each other; such a figure is kept as printed and left out of totals.",
    );
  const answer = z.strictObject({ ...members, contradictory }).describe(description);
  return mark(
    z
      .strictObject({ ...members, contradictory: ignored() })
      .transform(({ min, best, max, approximate }) => ({
        min,
        best,
        max,
        approximate,
        contradictory: contradicts(min, best, max),
      }))
      .describe(description),
    { kind: "range", answer },
  );
}

function contradicts(min: number | null, best: number | null, max: number | null): boolean {
  const low = min ?? best ?? max;
  const high = max ?? best ?? min;
  return low !== null && high !== null && (low > high || (best !== null && (best < low || best > high)));
}
