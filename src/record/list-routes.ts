import { z } from "zod";
import { chooseMediaType } from "../http/accept.ts";
import { ifNoneMatch } from "../http/conditions.ts";
import { linkTo } from "../http/links.ts";
import { problem } from "../http/problem.ts";
import { type Answer, type Call, type Cost, type Reply, type Route, route } from "../http/route.ts";
import { checkStanding } from "./absent.ts";
import { checkTogether, checkValues } from "./check-conditions.ts";
import { type Position, readCursor, writeCursor } from "./cursor.ts";
import type { ResourceDeps } from "./deps.ts";
import { fileReply } from "./file-reply.ts";
import { type Condition, rootCondition } from "./filter.ts";
import type { Format } from "./format.ts";
import { DEFAULT_PAGE_LIMIT, type ListQuery, listParameters, MAX_PAGE_LIMIT } from "./list-query.ts";
import { pageText } from "./page-reply.ts";
import { type Page, readPage, type Selection } from "./read.ts";
import type { RecordType } from "./record-type.ts";
import { answerExample, answeredHead, idParams, schemaName, schemaRef } from "./schemas.ts";
import { looksBack, type Standpoint, standpoint } from "./standpoint.ts";

/** The list of a record type and, for what lies below another record, the same list narrowed to it. */
export function listRoutes(deps: ResourceDeps, type: RecordType): Route[] {
  const lists = [
    listRoute(deps, type, { path: `/v1/${type.collection}`, operation: `list_${type.collection}` }),
  ];
  if (type.type === "violation") lists.push(nestedRoute(deps, type));
  return lists;
}

interface ListPlace {
  readonly path: string;
  readonly operation: string;
}

function listRoute(deps: ResourceDeps, type: RecordType, place: ListPlace): Route {
  const parameters = listParameters(type, deps.formats);
  return route({
    ...listLiteral(deps, type, place),
    params: z.strictObject({}),
    query: parameters.schema,
    cost: (call) => costOf(deps.formats, parameters.read(call.query), call),
    async handle(call) {
      const query = parameters.read(call.query);
      const from = await standpoint(deps, call.principal, query.clocks);
      return await answerList(deps, type, call, query, from, []);
    },
  });
}

/** The violations reported under one ceasefire. */
function nestedRoute(deps: ResourceDeps, type: RecordType): Route {
  const parameters = listParameters({ ...type, filters: withoutCeasefire(type) }, deps.formats);
  return route({
    ...listLiteral(deps, type, {
      path: "/v1/ceasefires/{id}/violations",
      operation: "list_violations_of_ceasefire",
    }),
    summary: "List the violations reported under a ceasefire",
    params: idParams,
    query: parameters.schema,
    cost: (call) => costOf(deps.formats, parameters.read(call.query), call),
    async handle(call) {
      const { id } = call.params;
      const query = parameters.read(call.query);
      const from = await standpoint(deps, call.principal, query.clocks);
      await checkStanding(deps.pool, deps.types.ceasefire, id, from);
      const own = rootCondition((row, { params }) => `${row}.ceasefire = ${params.add(id)}`);
      return await answerList(deps, type, call, query, from, [own]);
    },
  });
}

function withoutCeasefire(type: RecordType): RecordType["filters"] {
  return Object.fromEntries(Object.entries(type.filters).filter(([name]) => name !== "ceasefire"));
}

function listLiteral({ formats }: ResourceDeps, type: RecordType, { path, operation }: ListPlace) {
  const page = { limit: DEFAULT_PAGE_LIMIT, next: null, as_of: answeredHead.updated_at };
  const streamed = formats.map((format) => [
    format.mediaType,
    { schema: { type: "string", description: describeFormat(format, type) } },
  ]);
  const answer: Answer = {
    description: `A page of ${type.collection}, or all of them in another format.`,
    content: {
      "application/json": {
        schema: schemaRef(`${schemaName(type.type)}List`),
        example: { data: [answerExample(type)], page },
      },
      ...Object.fromEntries(streamed),
    },
    headers: {
      Link: 'The next page, rel="next"; of a file the address it is cited by, rel="cite-as".',
      "Data-As-Of": "The instant the answer is as of.",
      ETag: "Of a page without `fields`, `expand` and `known_at`, for If-None-Match.",
      "Content-Disposition": "A file name, with a format other than json.",
      "Ledger-Head":
        "The head of the ledger, as position:hash, with a format other than json: without a key, of its public chain.",
    },
  };
  return {
    method: "GET" as const,
    path,
    operation,
    tag: type.collection,
    summary: `List ${type.collection}`,
    description: `${type.description} Filters narrow the list: a comma means "or", two parameters mean "and". A filter that refers to a record that does not exist is refused with the nearest ids; deleted records count as existing.`,
    role: "public" as const,
    headers: ["If-None-Match", "Accept"] as const,
    answers: {
      200: answer,
      304: { description: "The page has not changed since the ETag in If-None-Match." },
    },
  };
}

function describeFormat(format: Format, type: RecordType): string {
  const columns = (format.columns?.(type) ?? []).map(({ name, description }) => `${name}: ${description}`);
  return [format.description, ...columns].join("\n");
}

/** A page that an index finds costs little; what has to look at all that matches is heavy, and a file is an export. */
function costOf(
  formats: readonly Format[],
  query: ListQuery,
  call: Call<unknown, unknown>,
): Cost | undefined {
  if (chosenFormat(formats, query, call) !== undefined) return "export";
  const heavy =
    query.count ||
    looksBack(query.clocks) ||
    query.conditions.some((condition) => condition.heavy) ||
    query.expand.some(({ expand }) => expand.heavy);
  return heavy ? "heavy" : undefined;
}

async function answerList(
  deps: ResourceDeps,
  type: RecordType,
  call: Call<unknown, unknown>,
  query: ListQuery,
  from: Standpoint,
  more: readonly Condition[],
): Promise<Reply> {
  const format = chosenFormat(deps.formats, query, call);
  checkTogether(query.conditions, call.given);
  await checkValues(deps, type, query.conditions, from);
  const selection: Selection = {
    type,
    viewpoint: from.viewpoint,
    conditions: [...query.conditions, ...more],
    given: new Set(call.given),
    sort: query.sort,
    fields: query.fields,
    expand: query.expand,
  };
  if (format !== undefined) return await streamed(deps, format, selection, query, from, call);
  const { limit = DEFAULT_PAGE_LIMIT } = query;
  if (limit > MAX_PAGE_LIMIT)
    throw badParameter(
      "limit",
      "too_large",
      `A page holds at most ${MAX_PAGE_LIMIT} records. For all of them use format=ndjson or csv.`,
    );
  const bound = boundQuery(new URL(call.url, call.baseUrl), query);
  const page = await readPage(deps.pool, selection, limit, position(query, bound), query.count);
  return pageReply(page, limit, bound, call);
}

function badParameter(parameter: string, code: string, message: string) {
  return problem("bad-request", message, { errors: [{ parameter, code, message }] });
}

function chosenFormat(
  formats: readonly Format[],
  query: ListQuery,
  call: Call<unknown, unknown>,
): Format | undefined {
  if (query.format !== undefined) return formats.find((format) => format.name === query.format);
  const accept = call.header("Accept");
  const offered = ["application/json", ...formats.map((format) => format.mediaType)];
  const chosen = chooseMediaType(accept, offered);
  if (chosen === undefined) throw problem("not-acceptable", `This is offered as ${offered.join(", ")}.`);
  return formats.find((format) => format.mediaType === chosen);
}

async function streamed(
  deps: ResourceDeps,
  format: Format,
  selection: Selection,
  query: ListQuery,
  from: Standpoint,
  call: Call<unknown, unknown>,
): Promise<Reply> {
  if (query.cursor !== undefined)
    throw badParameter("cursor", "not_here", "A streamed format gives the whole result; leave cursor out.");
  if (query.count)
    throw badParameter("count", "not_here", "A streamed format has no place for a count; leave count out.");
  return await fileReply(deps, call, format, selection.type.collection, async () => {
    const { stream, as_of } = await format.open(selection, { limit: query.limit, signal: call.signal });
    return { stream, as_of: from.as_of ?? as_of };
  });
}

/** What a cursor is bound to: the path, the column it sorts by, and every parameter that stays the same on each page. */
function boundQuery(url: URL, { sort }: ListQuery): string {
  const pairs = [...url.searchParams].filter(
    ([name]) => name !== "cursor" && name !== "limit" && name !== "count",
  );
  return `${url.pathname}?${pairs
    .map((pair) => pair.join("="))
    .sort()
    .join("&")} by ${sort.column}`;
}

function position({ cursor }: ListQuery, bound: string): Position | null {
  if (cursor === undefined) return null;
  const read = readCursor(cursor, bound);
  if (read !== undefined) return read;
  throw badParameter(
    "cursor",
    "foreign_cursor",
    "This cursor does not belong to this query. Take page.next of the page before, and change no filter or sort on the way.",
  );
}

/** What a page holds with these is not told by ids and versions alone. */
const untagged: ReadonlySet<string> = new Set(["fields", "expand", "known_at"]);

function pageReply(page: Page, limit: number, bound: string, call: Call<unknown, unknown>): Reply {
  const tag = `W/"${page.fingerprint}"`;
  const next = page.next === null ? null : writeCursor(page.next, bound);
  const headers = {
    "Data-As-Of": page.as_of,
    ...(next !== null && { Link: `<${linkTo(call, { cursor: next })}>; rel="next"` }),
    ...(!call.given.some((name) => untagged.has(name)) && { ETag: tag }),
  };
  if ("ETag" in headers && ifNoneMatch(call.header("If-None-Match"), tag)) return { status: 304, headers };
  const { data, as_of, total } = page;
  return { status: 200, headers, body: pageText({ data, limit, next, as_of, total }) };
}
