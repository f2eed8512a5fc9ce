import type { ExportOptions } from "../../record/format.ts";
import { contextOf, orderSql, type Selection, selectionWhere } from "../../record/read.ts";
import type { Params } from "../../record/sql.ts";
import type { Table } from "../../record/table.ts";
import { limitSql } from "../copy.ts";
import type { ExportColumn } from "./cells.ts";

/**
 * The rows of a selection, or of one of its child series, in the order of the list: the same filters, visibility and sort,
 * whatever the format. `made` says what stands for each column.
 */
export function rowsSql(
  selection: Selection,
  { limit, series }: Pick<ExportOptions, "limit" | "series">,
  columns: readonly ExportColumn[],
  made: (column: ExportColumn, value: string) => string,
  params: Params,
): string {
  const context = contextOf(selection, params);
  const row = series === undefined ? context.row : "item";
  const cells = columns.map((column) => `${made(column, column.sql(row, context))} AS "${column.name}"`);
  const joins = new Set(columns.flatMap(({ join }) => (join === undefined ? [] : [join])));
  return [
    `SELECT ${cells.join(", ")}`,
    `FROM ${context.view.relation(selection.type.type)} ${context.row}`,
    series === undefined
      ? ""
      : `JOIN ${context.view.items(series.name)} item ON item.${series.keys[0]} = ${context.row}.id`,
    ...[...joins].map((join) => join.sql(row, context)),
    selectionWhere(selection, context),
    `ORDER BY ${[orderSql(selection.sort, context.row), ...placesSql(series)].join(", ")}`,
    limitSql(limit, params),
  ].join("\n");
}

function placesSql(series: Table | undefined): string[] {
  return series === undefined ? [] : series.keys.slice(1).map((key) => `item.${key}`);
}
