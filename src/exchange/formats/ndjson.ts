import type { Format } from "../../record/format.ts";
import { contextOf, documentSql, orderSql, type Selection, selectionWhere } from "../../record/read.ts";
import type { Params } from "../../record/sql.ts";
import { type ExportDeps, limitSql, openCopy, settings } from "../copy.ts";
import { jsonSql } from "./cells.ts";
import { seriesColumns } from "./columns.ts";
import { rowsSql } from "./rows.ts";

/** One record's document a line, or one item of a child series as an object. */
export function ndjsonFormat(deps: ExportDeps): Format {
  return {
    name: "ndjson",
    mediaType: "application/x-ndjson",
    description: "One JSON document a line, the same as in the list, each line ended by LF. UTF-8.",
    async open(selection, options) {
      const values = settings();
      const { series, limit, signal } = options;
      const query =
        series === undefined
          ? documentsSql(selection, limit, values)
          : objectsSql(rowsSql(selection, options, seriesColumns(selection.type, series), jsonSql, values));
      return await openCopy(deps, "lines", query, values, signal);
    },
  };
}

function documentsSql(selection: Selection, limit: number | undefined, params: Params): string {
  const context = contextOf(selection, params);
  return [
    `SELECT ${documentSql(selection, context)}`,
    `FROM ${context.view.relation(selection.type.type)} ${context.row}`,
    selectionWhere(selection, context),
    `ORDER BY ${orderSql(selection.sort, context.row)}`,
    limitSql(limit, params),
  ].join("\n");
}

/** Rows as objects; a subquery keeps its order where nothing is done to it but projecting. */
function objectsSql(rows: string): string {
  return `SELECT row_to_json(object) FROM (${rows}) AS object`;
}
