import { problem } from "../../http/problem.ts";
import type { ExportOptions, Format } from "../../record/format.ts";
import type { Selection } from "../../record/read.ts";
import { type ExportDeps, openCopy, settings } from "../copy.ts";
import { cellSql, type ExportColumn } from "./cells.ts";
import { csvColumns, seriesColumns } from "./columns.ts";
import { rowsSql } from "./rows.ts";

/** One row a record, or an item of a child series, with documented columns and a header row. */
export function csvFormat(deps: ExportDeps): Format {
  return {
    name: "csv",
    mediaType: "text/csv; charset=utf-8",
    description:
      "One row a record under a header row (RFC 4180 quoting, lines ended by LF, UTF-8 without a mark): local time, zone and both UTC bounds of every moment, code lists joined by semicolons, references as ids with names beside them, low and high of casualties. Lists of objects are tables of their own. An empty cell is what is not known. An offset is written UTC+04:00, which requests take too. In a text, one apostrophe stands in front of what a spreadsheet would run as a formula, and of an apostrophe: at the beginning of the cell and after each semicolon, tab and line break. To read the text, remove one apostrophe at each of these places, then split a list at each semicolon behind an even number of backslashes, and read `\\;` as a semicolon and two backslashes as one.",
    columns: csvColumns,
    async open(selection, options) {
      const values = settings();
      const query = rowsSql(selection, options, columnsOf(selection, options), cellSql, values);
      return await openCopy(deps, "csv", query, values, options.signal);
    },
  };
}

function columnsOf(selection: Selection, { series }: ExportOptions): ExportColumn[] {
  const { type, fields, expand } = selection;
  if (series !== undefined) return seriesColumns(type, series);
  if (expand.length > 0)
    throw refused("expand", "CSV has fixed columns. Leave expand out, or take format=ndjson.");
  if (fields.length === 0) return csvColumns(type);
  const columns = csvColumns(type).filter(({ member }) => fields.includes(member));
  if (columns.length > 0) return columns;
  throw refused(
    "fields",
    `None of these fields has a column; lists of objects are tables of their own, such as /v1/${type.collection}/citations.`,
  );
}

function refused(parameter: string, message: string) {
  return problem("bad-request", message, { errors: [{ parameter, code: "not_here", message }] });
}
