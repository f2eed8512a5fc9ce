import type { RecordType } from "./record-type.ts";
import { deletedColumns, filterColumns } from "./revision.ts";
import { stampSql } from "./sql.ts";
import type { Table } from "./table.ts";

/**
 * The statements that write records. A record is written by one statement: rows, document and revision together, in one
 * round trip (six round trips halve the rate of POST). Rows come as JSON and are read by column name.
 */

/** The parameters every write has, in this order; the rows of each child table follow. */
const WRITE_PARAMETERS = [
  "id",
  "version",
  "created_at",
  "tail",
  "search",
  "operation",
  "author",
  "reason",
  "changes",
  "salt",
  "filters",
  "row",
  "sources",
  "violations",
  "import",
  "same_as",
] as const;

type WriteParameter = (typeof WRITE_PARAMETERS)[number];

function $(name: WriteParameter): string {
  return `$${WRITE_PARAMETERS.indexOf(name) + 1}`;
}

const managed = new Set(["id", "version", "created_at", "updated_at"]);

/** Columns of a record's own table that come from its document and its computed columns. */
function ownColumns(type: RecordType): string[] {
  const columns = type.table.columns.map((column) => column.name).filter((name) => !managed.has(name));
  return [...columns, ...type.computed.map((column) => column.name)];
}

/**
 * Writes a new record, or (`replace`) a new version of one whose rows below have been deleted. Answers one row with
 * `at`, or none where a PUBLIC record would refer to a RESTRICTED one: those it refers to are locked, so that none is
 * hidden meanwhile.
 */
export function writeSql(type: RecordType, children: readonly Table[], replace: boolean): string {
  const rows = children.map((table, place) =>
    insertRowsSql(table, `$${WRITE_PARAMETERS.length + place + 1}`),
  );
  return `WITH clock AS (SELECT at, ${stampSql("at")} AS stamp FROM (SELECT ${afterLastSql(type, $("id"), `${$("version")}::int`)} AS at) AS taken),
    -- Apart, so that the condition on visibility is not pushed below the lock: a record hidden while the lock was waited for counts.
    cited AS MATERIALIZED (
      SELECT visibility FROM (SELECT visibility FROM sources WHERE id = ANY(${$("sources")}::text[]) FOR SHARE) AS s
      UNION ALL SELECT visibility FROM (SELECT visibility FROM violations WHERE id = ANY(${$("violations")}::text[]) FOR SHARE) AS v),
    written AS MATERIALIZED (
      SELECT at, stamp, '{"id":"' || ${$("id")}::text || '","version":' || ${$("version")}::int || ',"created_at":"' || coalesce(${$("created_at")}::text, stamp)
        || '","updated_at":"' || stamp || '",' || ${$("tail")}::text AS document
      FROM clock
      WHERE NOT EXISTS (SELECT 1 FROM cited WHERE visibility = 'RESTRICTED')),
    own AS (${replace ? updateOwnSql(type) : insertOwnSql(type)}),
    named AS (INSERT INTO same_as (type, dataset, external_id, id)
      SELECT '${type.type}', x.dataset, x.external_id, ${$("id")} FROM written, json_to_recordset(${$("same_as")}::json) AS x(dataset text, external_id text)),
    ${rows.map((sql, place) => `rows_${place} AS (${sql}),`).join("\n    ")}
    revision AS (${insertRevisionSql(type, "w.document", "written w")})
  SELECT stamp AS at FROM written`;
}

/**
 * The transaction's instant, or just after the version before: a write that waited for another began before that one was
 * done, and its version must not seem the older.
 */
function afterLastSql(type: RecordType, id: string, version: string): string {
  return `greatest(recording_instant(), CASE WHEN ${version} > 1 THEN (SELECT last.recorded_at + interval '1 microsecond' FROM revisions last
      WHERE last.type = '${type.type}' AND last.id = ${id} AND last.version = ${version} - 1) END)`;
}

function insertOwnSql(type: RecordType): string {
  const columns = ownColumns(type);
  return `INSERT INTO ${type.collection} (id, version, created_at, updated_at, document, search, ${columns.join(", ")})
      SELECT ${$("id")}, ${$("version")}::int, coalesce(${$("created_at")}::timestamptz, w.at), w.at, w.document, ${$("search")}::tsvector, ${columns.map((name) => `x.${name}`).join(", ")}
      FROM written w, json_populate_record(NULL::${type.collection}, ${$("row")}::json) x`;
}

function updateOwnSql(type: RecordType): string {
  const columns = ownColumns(type);
  return `UPDATE ${type.collection} r SET version = ${$("version")}::int, updated_at = w.at, document = w.document, search = ${$("search")}::tsvector,
        ${columns.map((name) => `${name} = x.${name}`).join(", ")}
      FROM written w, json_populate_record(NULL::${type.collection}, ${$("row")}::json) x WHERE r.id = ${$("id")}`;
}

function insertRowsSql(table: Table, parameter: string): string {
  const columns = [...table.keys, ...table.columns.map((column) => column.name)].join(", ");
  return `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table.name}, ${parameter}::json) WHERE EXISTS (SELECT 1 FROM written)`;
}

function insertRevisionSql(type: RecordType, document: string, from: string): string {
  const metadata = [
    `'${type.type}'`,
    $("id"),
    `${$("version")}::int`,
    `${$("operation")}::operation`,
    "w.at",
    `${$("author")}::text`,
    `${$("reason")}::text`,
    `${$("import")}::text`,
  ];
  const filters = filterColumns.join(", ");
  return `INSERT INTO revisions (type, id, version, operation, recorded_at, author, reason, import, changes, document, salt, digest, search, ${filters})
      SELECT ${metadata.join(", ")}, ${$("changes")}::json, ${document}, ${$("salt")}::bytea,
        revision_digest(${$("salt")}::bytea, ${document}, ${metadata.join(", ")}), ${$("search")}::tsvector, ${filterColumns.map((name) => `f.${name}`).join(", ")}
      FROM ${from}, json_populate_record(NULL::revisions, ${$("filters")}::json) f`;
}

/** Deletes a record and writes the deletion as a version: without a document, and without what a redaction would have to empty. */
export function deleteSql(type: RecordType): string {
  return `WITH w AS (SELECT ${afterLastSql(type, "$1", "$2::int")} AS at), gone AS (DELETE FROM ${type.collection} WHERE id = $1),
    revision AS (${followingRevisionSql(type, "delete", "NULL", deletedColumns)})
  SELECT ${stampSql("at")} AS at FROM w`;
}

/** The instant at which the record's next version ($2) may be recorded, in the form that documents carry. */
export function nextInstantSql(type: RecordType): string {
  return `SELECT ${stampSql("at")} AS at FROM (SELECT ${afterLastSql(type, "$1", "$2::int")} AS at) AS taken`;
}

/** Writes a version that says of the record what the one before said, with the document $6, or none where it is deleted. */
export function redactionSql(type: RecordType): string {
  return `WITH w AS (SELECT $7::timestamptz AS at),
    own AS (UPDATE ${type.collection} r SET version = $2::int, updated_at = w.at, document = $6::text FROM w WHERE r.id = $1)
  ${followingRevisionSql(type, "redact", "$6::text", ["search", ...filterColumns])}`;
}

/** A version that takes some columns from the one before it. $1 id, $2 version, $3 author, $4 reason, $5 salt; w.at the instant. */
function followingRevisionSql(
  type: RecordType,
  operation: "delete" | "redact",
  document: string,
  columns: readonly string[],
): string {
  const metadata = [
    `'${type.type}'`,
    "$1",
    "$2::int",
    `'${operation}'::operation`,
    "w.at",
    "$3::text",
    "$4::text",
    "NULL::text",
  ];
  return `INSERT INTO revisions (type, id, version, operation, recorded_at, author, reason, import, changes, document, salt, digest, ${columns.join(", ")})
      SELECT ${metadata.join(", ")}, '[]'::json, ${document}, $5::bytea, revision_digest($5::bytea, ${document}, ${metadata.join(", ")}),
        ${columns.map((name) => `last.${name}`).join(", ")}
      FROM w, revisions last WHERE last.type = '${type.type}' AND last.id = $1 AND last.version = $2::int - 1`;
}

/** Deletes the rows below a record, before a new version's are written; rows further down go with their parents. */
export function deleteChildrenSql(type: RecordType): string {
  const parts = type.table.children.map(
    (child, place) => `d${place} AS (DELETE FROM ${child.name} WHERE ${child.keys[0]} = $1)`,
  );
  return `WITH named AS (DELETE FROM same_as WHERE type = '${type.type}' AND id = $1), ${parts.join(", ")} SELECT 1`;
}
