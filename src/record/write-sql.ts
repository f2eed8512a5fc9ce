import { FOLD_VERSION } from "./fold.ts";
import type { RecordType } from "./record-type.ts";
import { deletedColumns, filterColumns } from "./revision.ts";
import { stampSql } from "./sql.ts";
import type { Table } from "./table.ts";

/**
 * The statements that write records. Records are written by one statement: rows, documents and revisions together, in one
 * round trip (six round trips halve the rate of POST). What is written comes as JSON and is read by column name: one
 * version or many, for making such a statement ready costs the database as much as several records do.
 */

/** The parameters of a write, in this order; the rows of each child table follow. */
const WRITE_PARAMETERS = ["versions", "rows", "filters", "sources", "violations", "same_as"] as const;

type WriteParameter = (typeof WRITE_PARAMETERS)[number];

function $(name: WriteParameter): string {
  return `$${WRITE_PARAMETERS.indexOf(name) + 1}`;
}

/** What of each version is no row of a table: the columns of the parameter `versions`. */
const versionColumns = `id text COLLATE "C", version int, created_at text, tail text, search tsvector, operation operation,
        author text, reason text, import text, changes json, salt bytea`;

const managed = new Set(["id", "version", "created_at", "updated_at"]);

/** Columns of a record's own table that come from its document and its computed columns. */
function ownColumns(type: RecordType): string[] {
  const columns = type.table.columns.map((column) => column.name).filter((name) => !managed.has(name));
  return [...columns, ...type.computed.map((column) => column.name)];
}

/**
 * Writes new records, or (`replace`) new versions of ones whose rows below have been deleted. Answers `id` and `at` of
 * each, or nothing at all where a PUBLIC record refers to a source or violation that is not a PUBLIC one already: those
 * are locked, so that none is hidden meanwhile, and one that is being written as well may yet turn out RESTRICTED.
 */
export function writeSql(type: RecordType, children: readonly Table[], replace: boolean): string {
  const rows = children.map((table, place) =>
    insertRowsSql(table, `$${WRITE_PARAMETERS.length + place + 1}`),
  );
  return `WITH cited AS MATERIALIZED (
      -- Apart, so that the condition on visibility is not pushed below the lock: a record hidden while the lock was waited for counts.
      SELECT visibility FROM (SELECT visibility FROM sources WHERE id = ANY(${$("sources")}::text[]) FOR SHARE) AS s
      UNION ALL SELECT visibility FROM (SELECT visibility FROM violations WHERE id = ANY(${$("violations")}::text[]) FOR SHARE) AS v),
    written AS MATERIALIZED (
      SELECT stamped.*, '{"id":"' || id || '","version":' || version || ',"created_at":"' || coalesce(created_at, stamp)
        || '","updated_at":"' || stamp || '",' || tail AS document
      FROM (SELECT taken.*, ${stampSql("at")} AS stamp
        FROM (SELECT g.*, ${afterLastSql(type, "g.id", "g.version")} AS at FROM json_to_recordset(${$("versions")}::json) AS g(${versionColumns})) AS taken) AS stamped
      WHERE (SELECT count(*) FROM cited WHERE visibility = 'PUBLIC') = cardinality(${$("sources")}::text[]) + cardinality(${$("violations")}::text[])),
    own AS (${replace ? updateOwnSql(type) : insertOwnSql(type)}),
    named AS (INSERT INTO same_as (type, dataset, external_id, id)
      SELECT '${type.type}', x.dataset, x.external_id, x.id
      FROM json_populate_recordset(NULL::same_as, ${$("same_as")}::json) AS x WHERE EXISTS (SELECT 1 FROM written)),
    ${rows.map((sql, place) => `rows_${place} AS (${sql}),`).join("\n    ")}
    revision AS (${insertRevisionSql(type)})
  SELECT id, stamp AS at FROM written`;
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
      SELECT w.id, w.version, coalesce(w.created_at::timestamptz, w.at), w.at, w.document, w.search, ${columns.map((name) => `x.${name}`).join(", ")}
      FROM written w JOIN ${ownRowsSql(type)} x ON x.id = w.id`;
}

function updateOwnSql(type: RecordType): string {
  const columns = ownColumns(type);
  return `UPDATE ${type.collection} r SET version = w.version, updated_at = w.at, document = w.document, search = w.search,
        ${columns.map((name) => `${name} = x.${name}`).join(", ")}
      FROM written w JOIN ${ownRowsSql(type)} x ON x.id = w.id WHERE r.id = w.id`;
}

function ownRowsSql(type: RecordType): string {
  return `json_populate_recordset(NULL::${type.collection}, ${$("rows")}::json)`;
}

function insertRowsSql(table: Table, parameter: string): string {
  const columns = [...table.keys, ...table.columns.map((column) => column.name)].join(", ");
  return `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table.name}, ${parameter}::json) WHERE EXISTS (SELECT 1 FROM written)`;
}

function insertRevisionSql(type: RecordType): string {
  const given = ["id", "version", "operation", "at", "author", "reason", "import"];
  const metadata = [`'${type.type}'`, ...given.map((name) => `w.${name}`)].join(", ");
  return `INSERT INTO revisions (type, id, version, operation, recorded_at, author, reason, import, changes, document, salt, digest, search, search_version, ${filterColumns.join(", ")})
      SELECT ${metadata}, w.changes, w.document, w.salt, revision_digest(w.salt, w.document, ${metadata}), w.search, ${FOLD_VERSION}, ${filterColumns.map((name) => `f.${name}`).join(", ")}
      FROM written w JOIN json_populate_recordset(NULL::revisions, ${$("filters")}::json) f ON f.id = w.id`;
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
  ${followingRevisionSql(type, "redact", "$6::text", ["search", "search_version", ...filterColumns])}`;
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
