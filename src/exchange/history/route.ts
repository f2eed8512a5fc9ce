import { z } from "zod";
import { chooseMediaType } from "../../http/accept.ts";
import { notModified, tagDescription } from "../../http/conditional.ts";
import { ifNoneMatch } from "../../http/conditions.ts";
import { problem } from "../../http/problem.ts";
import { type Answer, type Call, type Reply, type Route, route } from "../../http/route.ts";
import { checkStanding } from "../../record/absent.ts";
import type { RecordsDeps } from "../../record/deps.ts";
import { fileHeaders, fileReply } from "../../record/file-reply.ts";
import { clockParameters } from "../../record/list-query.ts";
import { idParams, jsonSchema } from "../../record/schemas.ts";
import { looksBack, type Standpoint, standpoint } from "../../record/standpoint.ts";
import { ceasefire } from "../../record-types/ceasefire.ts";
import { type ExportDeps, openCopy, settings } from "../copy.ts";
import { eventSchema, type HistoryEvent } from "./event.ts";
import { eventsSql } from "./events-sql.ts";
import { csvHistory, historyColumns, jsonHistory } from "./stream.ts";
import { historyState } from "./tag.ts";

const JSON_TYPE = "application/json";
const CSV_TYPE = "text/csv; charset=utf-8";

const historySchema = z.strictObject({
  ceasefire: z.string().describe("The ceasefire's id."),
  as_of: z.string().describe("The instant the history is as of."),
  data: z
    .array(eventSchema)
    .describe(
      "Events in order of time. An event that is certainly before another precedes it. A claim, figure, response or finding follows the start of its act, and a response follows the first claim, whatever bounds a missing zone leaves them. Events of one act stand together where their times leave the order open.",
    ),
  undated: z.array(eventSchema).describe("Events of which no time is known, apart from the order of time."),
});

const query = z.strictObject({
  ...clockParameters,
  format: z
    .enum(["json", "csv"])
    .describe("json: the events with their sources in full. csv: one row an event. Default: json.")
    .optional(),
});

/** The whole story of a ceasefire in order of time. */
export function historyRoute(deps: ExportDeps & RecordsDeps): Route {
  return route({
    method: "GET",
    path: "/v1/ceasefires/{id}/history",
    operation: "read_ceasefire_history",
    tag: "ceasefires",
    summary: "Read the history of a ceasefire",
    description:
      "Announcement, declarations, every reading of its effect, reported violations with their claims, figures, denials and findings, what fell due, and its end, each with its sources, in order of time. A statement does not precede the act that it describes, nor a response the first claim; lines of one act stand together where their times leave the order open. What was said at a time nobody tells is placed by the earliest publication among its sources, and `dated_by` says so; events of which no time is known come last, apart.",
    role: "public",
    params: idParams,
    query,
    headers: ["Accept", "If-None-Match"],
    cost: "export",
    answers: { 200: answer, ...notModified },
    problems: [410],
    handle: (call) => answerHistory(deps, call),
  });
}

async function answerHistory(
  deps: ExportDeps & RecordsDeps,
  call: Call<{ id: string }, z.output<typeof query>>,
): Promise<Reply> {
  const { id } = call.params;
  const mediaType = mediaTypeOf(call.query.format, call.header("Accept"));
  const from = await standpoint(deps, call.principal, call.query);
  await checkStanding(deps.pool, ceasefire, id, from);
  const name = mediaType === JSON_TYPE ? "json" : "csv";
  // Before the history is opened: after a write in between the tag is too old, and the client reads the history once more.
  const state = looksBack(call.query)
    ? undefined
    : await historyState(deps.pool, { withKey: from.withKey, id, format: name });
  if (state !== undefined && ifNoneMatch(call.header("If-None-Match"), state.tag))
    return { status: 304, headers: { ETag: state.tag, "Data-As-Of": state.as_of } };
  const reply = await fileReply(deps, call, { name, mediaType }, `${id}-history`, async () => {
    const { stream, as_of } = await openHistory(deps, from, id, call.signal);
    return { stream: name === "json" ? jsonHistory(stream, id, as_of) : csvHistory(stream), as_of };
  });
  return state === undefined ? reply : { ...reply, headers: { ...reply.headers, ETag: state.tag } };
}

function mediaTypeOf(format: "json" | "csv" | undefined, accept: string | undefined): string {
  if (format !== undefined) return format === "json" ? JSON_TYPE : CSV_TYPE;
  const chosen = chooseMediaType(accept, [JSON_TYPE, CSV_TYPE]);
  if (chosen === undefined) throw problem("not-acceptable", `This is offered as ${JSON_TYPE}, ${CSV_TYPE}.`);
  return chosen;
}

async function openHistory(deps: ExportDeps, from: Standpoint, id: string, signal: AbortSignal) {
  const values = settings();
  const view = from.viewpoint(values);
  const context = { type: ceasefire, row: "t", params: values, view, given: new Set<string>() };
  const { stream, as_of } = await openCopy(deps, "lines", eventsSql(values.add(id), context), values, signal);
  return { stream, as_of: from.as_of ?? as_of };
}

const example: HistoryEvent = {
  at: {
    local: "2020-10-26T08:05",
    until: null,
    time_zone: "+04:00",
    approximate: false,
    words: null,
    earliest: "2020-10-26T04:05:00Z",
    latest: "2020-10-26T04:06:00Z",
  },
  dated_by: "record",
  kind: "violation",
  summary: "The Ministry of Defence of Azerbaijan reported artillery fire at its units near Safiyan.",
  record: { type: "violation", id: "nagorno-karabakh-2020-v21" },
  pointer: "",
  actors: [
    {
      actor: "azerbaijan-ministry-of-defence",
      name: "Ministry of Defence of Azerbaijan",
      as: "CLAIMANT",
    },
    { actor: "armenia", name: "Armenia", as: "ACCUSED" },
  ],
  adopted: null,
  status: "ALLEGED",
  position: "AFTER",
  elapsed_s: { min: 300, max: 360 },
  citations: [
    {
      source: "todayaz-199328",
      relation: "SUPPORTS",
      quotation: null,
      title: null,
      publisher: "Today.Az",
      url: "http://www.today.az/news/politics/199328.html",
      archive_url: null,
      published: null,
    },
  ],
};

const answer: Answer = {
  description: "The history.",
  content: {
    [JSON_TYPE]: {
      schema: jsonSchema(historySchema, "answer"),
      example: {
        ceasefire: "nagorno-karabakh-2020-10-26",
        as_of: "2026-11-23T14:00:00.123456Z",
        data: [example],
        undated: [],
      },
    },
    [CSV_TYPE]: {
      schema: {
        type: "string",
        description: `A header row, then one row an event.\n${historyColumns.map(({ name, description }) => `${name}: ${description}`).join("\n")}`,
      },
      example: `${historyColumns.map(({ name }) => name).join(",")}\n`,
    },
  },
  headers: { ...fileHeaders, ETag: `${tagDescription} Without \`as_of\` and \`known_at\` only.` },
};
