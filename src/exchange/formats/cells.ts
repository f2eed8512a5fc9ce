import type { ScalarType } from "../../record/shape.ts";
import { boundSql, type SqlContext, stampSql } from "../../record/sql.ts";

/** One column of a table that leaves the service, whatever the format. */
export interface ExportColumn {
  readonly name: string;
  readonly description: string;
  /** The top-level member of the record that it belongs to, by which `fields` picks it. */
  readonly member: string;
  readonly type: ScalarType;
  /** Whether the value is an array. */
  readonly list: boolean;
  /** What must stand in FROM for it; columns that need the same share it. */
  readonly join?: ColumnJoin;
  /** Its value as the database has it; `row` is the alias of the row. */
  sql(row: string, context: SqlContext): string;
}

/** A LEFT JOIN LATERAL that several columns take their values from. */
export interface ColumnJoin {
  sql(row: string, context: SqlContext): string;
}

/**
 * A text cell with one apostrophe in front of what a spreadsheet would run as a formula, and of an apostrophe itself, so
 * that taking one away gives the text back. The expression stands here once, for it may be a subquery.
 */
function defusedSql(expression: string): string {
  return `regexp_replace(${expression}, E'^([=+@\\t\\r''-])', E'''\\\\1')`;
}

/** The same for cells that are made here. */
export function defused(text: string): string {
  return /^[=+@\t\r'-]/.test(text) ? `'${text}` : text;
}

/** One line of a CSV file, quoted as COPY does it: only where a cell would be read otherwise. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  const written = cells.map((cell) => {
    const text = cell === null || cell === undefined ? "" : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${written.join(",")}\n`;
}

/** A column's value as a cell of a CSV file: text or number; null stays null, which is an empty cell. */
export function cellSql({ type, list }: ExportColumn, value: string): string {
  if (list) return listCellSql(type, value);
  switch (type) {
    case "text":
      return defusedSql(value);
    case "boolean":
      return `${value}::text`;
    default:
      return jsonSql({ type, list }, value);
  }
}

/** A list in one cell: its parts joined by semicolons. In free texts a semicolon gets a backslash, as does a backslash. */
function listCellSql(type: ScalarType, value: string): string {
  if (type !== "text") return `nullif(array_to_string(${value}, ';'), '')`;
  const part = `replace(replace(part, E'\\\\', E'\\\\\\\\'), ';', E'\\\\;')`;
  return `(SELECT ${defusedSql(`string_agg(${part}, ';' ORDER BY place)`)}
      FROM unnest(${value}) WITH ORDINALITY AS listed(part, place))`;
}

/** A column's value as a member of a JSON object: instants as documents write them, all else as it is. */
export function jsonSql({ type, list }: Pick<ExportColumn, "type" | "list">, value: string): string {
  if (list) return value;
  if (type === "instant") return boundSql(value);
  if (type === "timestamp") return stampSql(value);
  return type === "date" ? `to_char(${value}, 'YYYY-MM-DD')` : value;
}
