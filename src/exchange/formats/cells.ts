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
 * The start of what a spreadsheet runs as a formula, by OWASP's list (owasp.org/www-community/attacks/CSV_Injection): one of
 * = + - @ or their full-width forms, also behind blanks and quotation marks. An apostrophe counts too, so that inserted
 * apostrophes can be distinguished from others.
 */
const FORMULA = `[ "]*[-=+@\uff1d\uff0b\uff0d\uff20']`;
const CONTROL = "[\\t\\r\\n]";
const START = `^(?:${FORMULA}|${CONTROL})`;
const SEPARATOR = `[;\\t\\r\\n](?=${FORMULA})|;(?=${CONTROL})`;

const start = new RegExp(START, "u");
const separators = new RegExp(SEPARATOR, "gu");

/**
 * A text as a cell that no spreadsheet runs as a formula. A cell starts at the beginning of the text and, in programs that
 * take semicolons or tabs for separators or overlook quotation marks around line breaks, after each of these characters. One
 * apostrophe is inserted at each of these places where a formula or an apostrophe follows; at the beginning and after a
 * semicolon, also where a tab or a line break follows. To read the text, remove one apostrophe at each of these places.
 */
export function defused(text: string): string {
  return text.replace(separators, "$&'").replace(start, "'$&");
}

/** `defused` in SQL. The patterns mean the same in PostgreSQL. The expression occurs once, because it may be a subquery. */
function defusedSql(expression: string): string {
  const later = `regexp_replace(${expression}, ${literal(SEPARATOR)}, '\\&''', 'g')`;
  return `regexp_replace(${later}, ${literal(START)}, '''\\&')`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A time zone as a cell. An offset gets UTC in front, because a cell that begins with a sign may be run as a formula. */
export function zoneCell(zone: string): string {
  return zone.replace(/^[+-]/, "UTC$&");
}

/** `zoneCell` in SQL. */
function zoneCellSql(expression: string): string {
  return `regexp_replace(${expression}, '^[+-]', 'UTC\\&')`;
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
    case "url":
      return defusedSql(value);
    case "zone":
      return zoneCellSql(value);
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
