import type pg from "pg";
import { membersOf, parsedDocument } from "./document.ts";
import { isObject, type JsonObject, textOf } from "./json.ts";
import { jsonObjectText } from "./json-sql.ts";
import { MAX_PAGE_BYTES } from "./read.ts";
import type { RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import { only, stampSql } from "./sql.ts";

/** What is told of the last version of a record, whether it stands or was deleted. */
export interface LastRevision {
  readonly version: number;
  readonly operation: string;
  /** Whether the record stands no more: no text was ever sealed in this version. */
  readonly deleted: boolean;
  readonly at: string;
  readonly reason: string | null;
  readonly visibility: string | null;
  /** The time of the lookup by the database's clock. */
  readonly looked_at: string;
}

/** The last version, or the last that was recorded by an instant. */
export async function lastRevision(
  database: Queryable,
  type: RecordType,
  id: string,
  by = "infinity",
): Promise<LastRevision | undefined> {
  const { rows } = await database.query<LastRevision>(
    `SELECT version, operation::text, document IS NULL AND salt IS NOT NULL AS deleted, ${stampSql("recorded_at")} AS at, reason, visibility::text, ${stampSql("now()")} AS looked_at FROM revisions
     WHERE type = $1 AND id = $2 AND recorded_at <= $3::timestamptz ORDER BY version DESC LIMIT 1`,
    [type.type, id, by],
  );
  return rows[0];
}

/** Holds off whoever else would restore or redact versions of this record, standing or deleted, until the transaction ends. */
export async function lockHistory(client: pg.PoolClient, type: RecordType, id: string): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${type.type}/${id}`]);
}

/** The numbers of the record's redacted versions. */
export async function redactedVersions(database: Queryable, type: RecordType, id: string): Promise<number[]> {
  const { rows } = await database.query<{ version: number }>(
    "SELECT version FROM revisions WHERE type = $1 AND id = $2 AND salt IS NULL ORDER BY version",
    [type.type, id],
  );
  return rows.map(({ version }) => version);
}

export interface OldVersion {
  /** The exact text; null where the version is a deletion or was redacted. */
  readonly document: string | null;
  readonly operation: string;
  /** Whether no text was ever sealed in it. */
  readonly deleted: boolean;
  readonly visibility: string | null;
  readonly at: string;
  readonly members: JsonObject;
  readonly created_at: string;
}

export async function readRevision(
  database: Queryable,
  type: RecordType,
  id: string,
  version: number,
): Promise<OldVersion | undefined> {
  const { rows } = await database.query<Omit<OldVersion, "members" | "created_at">>(
    `SELECT document, operation::text, document IS NULL AND salt IS NOT NULL AS deleted, visibility::text, ${stampSql("recorded_at")} AS at FROM revisions WHERE type = $1 AND id = $2 AND version = $3`,
    [type.type, id, version],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const parsed: unknown = row.document === null ? {} : JSON.parse(row.document);
  const document = isObject(parsed) ? parsed : {};
  return { ...row, members: membersOf(document), created_at: textOf(document.created_at) };
}

/** The members that a deleted record had before its deletion. Undefined if that version was redacted. */
export async function membersBeforeDeletion(
  database: Queryable,
  type: RecordType,
  id: string,
): Promise<JsonObject | undefined> {
  const { rows } = await database.query<{ document: string | null }>(
    `SELECT document FROM revisions WHERE type = $1 AND id = $2 AND (document IS NOT NULL OR salt IS NULL)
     ORDER BY version DESC LIMIT 1`,
    [type.type, id],
  );
  const text = rows[0]?.document ?? null;
  return text === null ? undefined : membersOf(parsedDocument(text));
}

export interface RevisionPage {
  /** The revisions' texts, joined by commas. */
  readonly data: string;
  readonly last: number | null;
  readonly more: boolean;
  readonly as_of: string;
}

const revisionText = jsonObjectText({
  version: "version",
  at: stampSql("recorded_at"),
  by: "author",
  reason: "reason",
  operation: "operation",
  changes: "CASE WHEN $5 OR before IS DISTINCT FROM 'RESTRICTED' THEN changes ELSE '[]'::json END",
  import: "import",
});

/**
 * The versions of a record from `after` on, oldest first. The public sees those that were PUBLIC; what a first PUBLIC
 * version changed from a RESTRICTED one is not told.
 */
export async function readRevisions(
  pool: pg.Pool,
  type: RecordType,
  id: string,
  page: { after: number; limit: number; withKey: boolean; by: string | undefined },
): Promise<RevisionPage> {
  const text = `WITH listed AS (
      SELECT version, recorded_at, author, reason, operation, changes, import, visibility,
        lag(visibility) OVER (ORDER BY version) AS before FROM revisions
      WHERE type = $1 AND id = $2 AND recorded_at <= $6::timestamptz),
    page AS (SELECT *, row_number() OVER (ORDER BY version) AS place FROM listed
      WHERE version > $3 AND ($5 OR visibility IS DISTINCT FROM 'RESTRICTED') ORDER BY version LIMIT $4::int + 1),
    written AS MATERIALIZED (SELECT version, place, ${revisionText} AS text FROM page),
    -- One version always fits: it holds the members of a body twice at most.
    sized AS (SELECT *, place <= $4 AND (place = 1 OR sum(octet_length(text) + 1) OVER (ORDER BY place) <= ${MAX_PAGE_BYTES}) AS held FROM written)
    SELECT (count(*) FILTER (WHERE NOT held))::int AS left_out, max(version) FILTER (WHERE held) AS last, ${stampSql("least(now(), $6::timestamptz)")} AS as_of,
      string_agg(text, ',' ORDER BY version) FILTER (WHERE held) AS data FROM sized`;
  const found = await pool.query<{
    left_out: number;
    last: number | null;
    as_of: string;
    data: string | null;
  }>(text, [type.type, id, page.after, page.limit, page.withKey, page.by ?? "infinity"]);
  const { left_out, last, as_of, data } = only(found);
  return { data: data ?? "", last, more: left_out > 0, as_of };
}
