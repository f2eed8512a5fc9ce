import { z } from "zod";
import { quoted } from "../http/excerpt.ts";
import type { ListCondition } from "./check-conditions.ts";
import { MAX_CURSOR_LENGTH } from "./cursor.ts";
import { type Expand, referenceExpands } from "./expand.ts";
import { type Condition, commonFilters, type Filter, rootCondition } from "./filter.ts";
import type { Format } from "./format.ts";
import { instantSchema, instantText } from "./instant.ts";
import { holdsWordsSql } from "./known-words.ts";
import { parseInstantOrDate } from "./moment.ts";
import type { Sort } from "./read.ts";
import type { RecordType } from "./record-type.ts";
import type { Clocks } from "./standpoint.ts";
import { queryWords, searchQuery } from "./words.ts";

/** What the parameters of a list, in whatever format, come to. */
export interface ListQuery {
  readonly conditions: readonly ListCondition[];
  readonly sort: Sort;
  readonly fields: readonly string[];
  readonly expand: readonly { readonly name: string; readonly expand: Expand }[];
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
  readonly count: boolean;
  readonly format: string | undefined;
  /** The two clocks. */
  readonly clocks: Clocks;
}

/** Comma-separated names out of a known set. */
function namesOutOf<T>(known: ReadonlyMap<string, T>, description: string) {
  const names = [...known.keys()];
  return z
    .string()
    .describe(`${description} Separated by commas: ${names.join(", ")}.`)
    .transform((text, context) => {
      const parts = [...new Set(text.split(",").map((part) => part.trim()))];
      for (const part of parts) {
        if (!known.has(part))
          context.addIssue({
            code: "custom",
            message: `${quoted(part)} is not known here. Give some of ${names.join(", ")}.`,
          });
      }
      return parts.flatMap((name) => {
        const value = known.get(name);
        return value === undefined ? [] : [{ name, value }];
      });
    });
}

/** All that a type may be expanded with: its own facts and its references. */
export function expandsOf(type: RecordType): ReadonlyMap<string, Expand> {
  return new Map(Object.entries({ ...type.expands, ...referenceExpands(type.shape) }));
}

/** `fields` and `expand`, which reading one record knows too. */
export function shapeParameters(type: RecordType) {
  const members = new Map(type.shape.members.map((member) => [member.name, member.name]));
  return {
    fields: namesOutOf(members, "Top-level fields to answer, the rest left out.")
      .transform((found) => found.map(({ name }) => name))
      .optional(),
    expand: namesOutOf(expandsOf(type), "Facts that depend on other records, answered under `expanded`.")
      .transform((found) => found.map(({ name, value }) => ({ name, expand: value })))
      .optional(),
  };
}

/** The parameter that asks for the past; every read has it. */
export const asOfSchema = instantSchema()
  .describe(
    "What the service held at this instant, by all versions recorded by then: a time with Z or an offset (RFC 3339), of which minutes and seconds may be left out for 00. Left out: the present.",
  )
  .optional();

/** The parameter that asks for what had been said by an instant; with as_of, of what was held then. */
const knownAtSchema = instantText
  .transform((text, context) => {
    const read = parseInstantOrDate(text);
    if ("bounds" in read) return WHOLE_INSTANT.test(text) ? text : read.bounds.latest;
    context.addIssue({ code: "custom", message: read.fault.message, params: { code: read.fault.code } });
    return z.NEVER;
  })
  .describe(
    "Only what had been said by this instant (RFC 3339) or by the end of this date, hour or minute (with Z or an offset, else read in UTC), and what follows from that alone, such as `status`. Claims, figures, counts, responses, findings, readings, brokers and ends are dated by their own moment, else by the earliest publication among their sources, else by the `updated_at` of the version that holds them. A violation with no claim left, a ceasefire not yet announced and a source not yet published are absent, also where others refer to them; a party's declaring or withdrawing and a conflict's start or end are null until they had passed. What the record says in its own words (`description`, `types`, `occurred`, locations and the like) stays, whenever it was written. With `as_of`: who knew what, and when the service did. Left out: everything.",
  )
  .optional();

/** Of the texts that `parseInstantOrDate` reads, those that are an instant: a second, or a part of one, with a zone. */
const WHOLE_INSTANT = /^[^T]*T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The two clocks, which every read of records has. */
export const clockParameters = { as_of: asOfSchema, known_at: knownAtSchema };

/** Where many records hold the words, all of them are found before a page is sorted out. */
function holding(words: readonly string[], texts: Parameters<Filter>[0]["search"]): Condition {
  const condition = rootCondition((row, context) => {
    const found = `${row}.search @@ ${context.params.add(searchQuery(words))}::tsquery`;
    // `search` has the words of all that is held, so that it only chooses beforehand where something is left out.
    return context.view.whole === undefined
      ? found
      : `(${found} AND ${holdsWordsSql(`${row}.document`, texts, words, context)})`;
  });
  return { ...condition, heavy: true };
}

const fullText: Filter = ({ search }) =>
  z
    .string()
    .min(1)
    .max(500)
    .describe(
      "Full text: records whose names and texts hold all these words, or words that begin with them, in any script. Case, diacritics, apostrophes and digits of other scripts do not matter; the codebook describes the folding.",
    )
    .transform((text, context) => {
      const words = queryWords(text);
      if (words.length > 0) return holding(words, search);
      context.addIssue({ code: "custom", message: "Give at least one word." });
      return z.NEVER;
    });

function sortSchema(type: RecordType) {
  const sorts = new Map(Object.entries(type.sorts));
  const keys = [...sorts.keys()];
  return z
    .string()
    .describe(
      `The order: ${keys.join(" or ")}; with - before it, descending. Ties go by id; records without the key come last. Default: ${keys[0]}.`,
    )
    .transform((text, context): Sort => {
      const descending = text.startsWith("-");
      const column = sorts.get(descending ? text.slice(1) : text);
      if (column !== undefined) return { column, descending };
      context.addIssue({
        code: "custom",
        message: `Sort by one of ${keys.flatMap((key) => [key, `-${key}`]).join(", ")}.`,
      });
      return z.NEVER;
    });
}

/** The query parameters of a type's list, and what a parsed query comes to. */
export function listParameters(type: RecordType, formats: readonly Format[]) {
  const filters = Object.entries({ ...commonFilters, q: fullText, ...type.filters });
  const [firstSort = "id"] = Object.values(type.sorts);
  const conditions = Object.fromEntries(filters.map(([name, filter]) => [name, filter(type).optional()]));
  const names = ["json", ...formats.map((format) => format.name)];
  const schema = z.strictObject({
    ...conditions,
    ...shapeParameters(type),
    sort: sortSchema(type).optional(),
    ...clockParameters,
    limit: limitSchema,
    cursor: z
      .string()
      .max(MAX_CURSOR_LENGTH)
      .describe("Where the next page begins: `page.next` of the page before, with the same query.")
      .optional(),
    count: z
      .enum(["true", "false"])
      .describe("true: answer how many records there are in all, as `page.total`.")
      .optional(),
    format: z
      .enum(names)
      .describe(`json: a page. The others give the whole result as a stream: ${names.slice(1).join(", ")}.`)
      .optional(),
  });
  return {
    schema,
    read: (query: z.output<typeof schema>): ListQuery => {
      return {
        conditions: filters.flatMap(([name]) => conditionAt(query, name)),
        sort: query.sort ?? { column: firstSort, descending: false },
        fields: query.fields ?? [],
        expand: query.expand ?? [],
        limit: query.limit,
        cursor: query.cursor,
        count: query.count === "true",
        format: query.format,
        clocks: { as_of: query.as_of, known_at: query.known_at },
      };
    },
  };
}

/** How many items a page holds where `limit` is not given. */
export const DEFAULT_PAGE_LIMIT = 50;
/** How many items a page holds at most. */
export const MAX_PAGE_LIMIT = 500;

const anyLimit = z
  .string()
  .regex(/^\d{1,9}$/, "Give a whole number.")
  .transform(Number)
  .refine((limit) => limit >= 1, "Give at least 1.");

/** The limit of a list that is also streamed; a streamed format has no bound. */
const limitSchema = anyLimit
  .describe(
    `How many records at most: 1 to ${MAX_PAGE_LIMIT} on a page (default ${DEFAULT_PAGE_LIMIT}); with a streamed format, where to cut it (default: nowhere).`,
  )
  .optional();

/** The limit of a list that has pages only. */
export const pageLimitSchema = anyLimit
  .refine((limit) => limit <= MAX_PAGE_LIMIT, {
    message: `A page holds at most ${MAX_PAGE_LIMIT} items. Give a smaller limit, and follow page.next.`,
    params: { code: "too_large" },
  })
  .describe(`How many items at most: 1 to ${MAX_PAGE_LIMIT} (default ${DEFAULT_PAGE_LIMIT}).`)
  .optional();

/** The cursor of a list that has pages only. */
export const pageCursorSchema = z
  .string()
  .max(MAX_CURSOR_LENGTH)
  .describe("`page.next` of the page before.")
  .optional();

function conditionAt(query: { readonly [name: string]: unknown }, name: string): ListCondition[] {
  const value = query[name];
  return isCondition(value) ? [{ ...value, parameter: name }] : [];
}

function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && "sql" in value && typeof value.sql === "function";
}
