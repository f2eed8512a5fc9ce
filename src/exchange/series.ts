import { z } from "zod";
import { chooseMediaType } from "../http/accept.ts";
import { problem } from "../http/problem.ts";
import { type Answer, type Call, type Route, route } from "../http/route.ts";
import { checkTogether, checkValues } from "../record/check-conditions.ts";
import type { RecordsDeps } from "../record/deps.ts";
import { fileHeaders, fileReply } from "../record/file-reply.ts";
import type { Format } from "../record/format.ts";
import { listParameters } from "../record/list-query.ts";
import type { RecordType } from "../record/record-type.ts";
import type { ScalarType } from "../record/shape.ts";
import { standpoint } from "../record/standpoint.ts";
import { allTables, type Table } from "../record/table.ts";
import { seriesColumns } from "./formats/columns.ts";

/** A route for every child series of a record type: `/v1/violations/casualty_claims`. */
export function seriesRoutes(deps: RecordsDeps, offered: readonly Format[], type: RecordType): Route[] {
  return allTables(type.table)
    .filter((table) => table.parent !== null)
    .map((table) => seriesRoute(deps, offered, type, table));
}

/** A series' name in paths and files: its table's, without the collection in front. */
function seriesName(type: RecordType, table: Table): string {
  return table.name.slice(type.collection.length + 1);
}

function seriesRoute(deps: RecordsDeps, offered: readonly Format[], type: RecordType, table: Table): Route {
  const { shape, read } = parametersOf(offered, type);
  const name = seriesName(type, table);
  return route({
    method: "GET",
    path: `/v1/${type.collection}/${name}`,
    operation: `list_${table.name}`,
    tag: type.collection,
    summary: `List ${name.replaceAll("_", " ")} of ${type.collection}`,
    description: `${table.description} One row an item, of the records that the same filters list, in their order; ${table.keys.join(", ")} say where it stands. CSV unless asked otherwise.`,
    role: "public",
    params: z.strictObject({}),
    query: shape,
    headers: ["Accept"],
    cost: "export",
    answers: { 200: answerOf(type, table) },
    async handle(call) {
      const query = read(call.query);
      checkTogether(query.conditions, call.given);
      const format = formatOf(offered, query.format, call);
      const from = await standpoint(deps, call.principal, query.clocks);
      await checkValues(deps, type, query.conditions, from);
      const selection = {
        type,
        viewpoint: from.viewpoint,
        conditions: query.conditions,
        given: new Set(call.given),
        sort: query.sort,
        fields: [],
        expand: [],
      };
      return await fileReply(deps, call, format, `${type.collection}-${name}`, async () => {
        const { limit } = query;
        const { stream, as_of } = await format.open(selection, { limit, series: table, signal: call.signal });
        return { stream, as_of: from.as_of ?? as_of };
      });
    },
  });
}

/** The parameters of the list, without those that speak of whole records or of pages. */
function parametersOf(offered: readonly Format[], type: RecordType) {
  const { schema, read } = listParameters(type, offered);
  const { fields: _fields, expand: _expand, cursor: _cursor, count: _count, ...filters } = schema.shape;
  const shape = z.strictObject({
    ...filters,
    limit: schema.shape.limit.describe("How many rows at most. Default: all."),
    format: z
      .enum(offered.map(({ name }) => name))
      .describe("csv: a table. ndjson: one object a line, with the same members. Default: csv.")
      .optional(),
  });
  return { shape, read };
}

/** The format asked for by `format`, else by Accept; CSV where neither says. */
function formatOf(
  offered: readonly Format[],
  named: string | undefined,
  call: Call<unknown, unknown>,
): Format {
  const byCsv = [...offered].sort((a, b) => Number(b.name === "csv") - Number(a.name === "csv"));
  const types = byCsv.map(({ mediaType }) => mediaType);
  const chosen = named === undefined ? chooseMediaType(call.header("Accept"), types) : undefined;
  const found = byCsv.find((format) => format.name === named || format.mediaType === chosen);
  if (found === undefined) throw problem("not-acceptable", `This is offered as ${types.join(", ")}.`);
  return found;
}

function answerOf(type: RecordType, table: Table): Answer {
  const columns = seriesColumns(type, table);
  const listed = columns.map(({ name, description }) => `${name}: ${description}`).join("\n");
  const example = columns.map(({ name, type: kind, list }): [string, unknown] => [
    name,
    list ? [looks[kind]] : looks[kind],
  ]);
  return {
    description: `The rows of ${table.name}.`,
    content: {
      "text/csv; charset=utf-8": {
        schema: { type: "string", description: `A header row, then one row an item.\n${listed}` },
        example: `${columns.map(({ name }) => name).join(",")}\n${example.map(([, value]) => value).join(",")}\n`,
      },
      "application/x-ndjson": {
        schema: { type: "string", description: `One object a line.\n${listed}` },
        example: `${JSON.stringify(Object.fromEntries(example))}\n`,
      },
    },
    headers: fileHeaders,
  };
}

/** What a value of each kind looks like, for examples. */
const looks: { readonly [type in ScalarType]: string | number | boolean } = {
  id: "example",
  text: "as the source has it",
  url: "https://example.org/report",
  language: "en",
  code: "OTHER",
  ref: "armenia",
  date: "2020-10-26",
  time: "08:00",
  local: "2020-10-26T08:00",
  zone: "Asia/Baku",
  instant: "2020-10-26T04:00:00Z",
  timestamp: "2026-11-23T14:00:00.123456Z",
  integer: 0,
  number: 39.82,
  boolean: false,
};
