import { z } from "zod";
import { isList, isObject, type Json, type JsonObject } from "../../record/json.ts";
import { position, violationStatus } from "../../record-types/codes/evidence.ts";
import { type EventKind, eventKinds } from "./kinds.ts";
import { summaryOf } from "./summary.ts";

const text = (description: string) => z.string().nullable().describe(description);

const momentSchema = z
  .strictObject({
    local: z.string().describe("Local date and time, as precisely as known."),
    until: text("The latest the source allows."),
    time_zone: text("The zone of local, or null."),
    approximate: z.boolean().describe("Whether the source says about."),
    words: text("The source's own words."),
    earliest: z.string().describe("The first second that the words allow, in UTC."),
    latest: z.string().describe("The end of what the words allow, in UTC."),
  })
  .nullable();

const citationSchema = z.strictObject({
  source: z.string().describe("The source's id."),
  relation: z.string().describe("Whether it supports or contradicts."),
  quotation: text("The words cited."),
  title: text("The source's title."),
  publisher: text("Who published it."),
  url: text("Where it is."),
  archive_url: text("Where a copy of it is kept."),
  published: momentSchema.describe("When it was published."),
});

/** One event of a ceasefire's history, as answered. */
export const eventSchema = z.strictObject({
  at: momentSchema.describe("When it happened or was said; null: not known."),
  dated_by: z
    .enum(["record", "publication"])
    .nullable()
    .describe("What tells the time: the record itself, or the earliest publication among the sources."),
  kind: z.enum(eventKinds).describe("What kind of event it is."),
  summary: z.string().describe("The event in neutral words, made from the record."),
  record: z
    .strictObject({
      type: z.enum(["ceasefire", "violation"]).describe("The type of the record that tells of it."),
      id: z.string().describe("That record's id."),
    })
    .describe("The record that tells of it."),
  pointer: z.string().describe("Where in that record it stands (JSON Pointer)."),
  actors: z
    .array(
      z.strictObject({
        actor: z.string().describe("The actor's id."),
        name: z.string().describe("The actor's name."),
        as: z
          .enum(["PARTY", "CLAIMANT", "ACCUSED", "RESPONDENT", "ASSESSOR", "OBLIGED", "OF"])
          .describe("In what part it appears; OF: whose people a figure counts."),
      }),
    )
    .describe("Who acts or is spoken of."),
  adopted: z.boolean().nullable().describe("Of a reading: whether filters and status go by it."),
  status: z.enum(violationStatus.values).nullable().describe("Of a violation: where the report stands."),
  position: z
    .enum(position.values)
    .nullable()
    .describe("Of a violation: where it lies against the adopted reading."),
  elapsed_s: z
    .strictObject({ min: z.int(), max: z.int() })
    .nullable()
    .describe("Of a violation: whole seconds from effect to start, as a range."),
  citations: z.array(citationSchema).describe("The sources of it."),
});

export type HistoryEvent = z.output<typeof eventSchema>;

/** What the database answers for one event; `item` is the part of the record that it comes from. */
export interface RawEvent {
  readonly kind: EventKind;
  readonly type: "ceasefire" | "violation";
  readonly id: string;
  readonly pointer: string;
  readonly at: HistoryEvent["at"];
  readonly dated_by: HistoryEvent["dated_by"];
  readonly item: JsonObject;
  readonly status: HistoryEvent["status"];
  readonly position: HistoryEvent["position"];
  readonly elapsed_s: HistoryEvent["elapsed_s"];
  readonly names: { readonly [actor: string]: string };
  readonly citations: HistoryEvent["citations"];
}

type As = HistoryEvent["actors"][number]["as"];

/** An event as it is answered. */
export function eventOf(raw: RawEvent): HistoryEvent {
  const { kind, item, names } = raw;
  return {
    at: raw.at === null ? null : inOrder(raw.at),
    dated_by: raw.dated_by,
    kind,
    summary: summaryOf(kind, item, (id) => names[id] ?? id),
    record: { type: raw.type, id: raw.id },
    pointer: raw.pointer,
    actors: actorsIn(item).map(([actor, as]) => ({ actor, name: names[actor] ?? actor, as })),
    adopted: kind === "reading" ? item.adopted === true : null,
    status: raw.status,
    position: raw.position,
    elapsed_s: raw.elapsed_s,
    citations: distinctCitations(raw.citations),
  };
}

/** The members of a moment in the order of documents; jsonb has an order of its own. */
function inOrder(at: NonNullable<HistoryEvent["at"]>): NonNullable<HistoryEvent["at"]> {
  const { local, until, time_zone, approximate, words, earliest, latest } = at;
  return { local, until, time_zone, approximate, words, earliest, latest };
}

/** Every actor that the item names, with its part in it; a report names those of all its claims. */
function actorsIn(item: JsonObject): [string, As][] {
  const claims = isList(item.claims) ? item.claims.filter(isObject) : [];
  const partAs: As = "kind" in item ? "RESPONDENT" : "PARTY";
  const found: [Json | undefined, As][] = [
    [item.actor, partAs],
    [item.assessor, "ASSESSOR"],
    ...[item, ...claims].flatMap((claim): [Json | undefined, As][] => [
      [claim.claimant, "CLAIMANT"],
      ...itemsIn(claim.accused).map((actor): [Json, As] => [actor, "ACCUSED"]),
    ]),
    ...itemsIn(item.obliged).map((actor): [Json, As] => [actor, "OBLIGED"]),
    ["population" in item ? item.of : undefined, "OF"],
  ];
  const distinct = new Map<string, [string, As]>();
  for (const [actor, as] of found) {
    if (typeof actor === "string") distinct.set(`${actor} ${as}`, [actor, as]);
  }
  return [...distinct.values()];
}

function itemsIn(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** Each citation once: a report's own and those of its claims overlap. */
function distinctCitations(citations: HistoryEvent["citations"]): HistoryEvent["citations"] {
  const keyOf = ({ source, relation, quotation }: HistoryEvent["citations"][number]) =>
    JSON.stringify([source, relation, quotation]);
  return [...new Map(citations.map((citation) => [keyOf(citation), citation])).values()];
}
