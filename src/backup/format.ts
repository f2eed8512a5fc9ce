import { z } from "zod";
import { filterColumns } from "../record/revision.ts";

/**
 * A backup is ndjson. Its first line says what it is; then come all versions in the order of the ledger, each with its entry,
 * those not chained yet after them in the order in which they will be; then the rows of the tables that follow from no
 * version; and a last line with counts and the SHA-256 of all lines before it. Values are as PostgreSQL writes them as JSON,
 * bytes in hexadecimal behind `\x`; documents and changes are texts, so that they come back byte for byte.
 */
export const FORMAT = "ceasefire-tracker backup";
export const FORMAT_VERSION = 1;

/** The tables whose rows are kept as they stand, and their columns: names by other datasets outlive their records, keys no version tells of. */
export const keptColumns = {
  same_as: ["type", "dataset", "external_id", "id"],
  api_keys: ["id", "name", "role", "key_sha256", "created_at", "last_used_at", "expires_at", "revoked_at"],
  idempotency_keys: [
    "principal",
    "key",
    "request_sha256",
    "type",
    "id",
    "version",
    "as_of",
    "created_at",
    "told",
  ],
} as const;
export const keptTables = ["same_as", "api_keys", "idempotency_keys"] as const;
export type KeptTable = (typeof keptTables)[number];

/** What a first line says whatever the format's version. */
export const anyHeader = z.looseObject({
  line: z.literal("header"),
  format: z.literal(FORMAT),
  format_version: z.int(),
  service_version: z.string(),
});

const header = z.strictObject({
  ...anyHeader.shape,
  format_version: z.literal(FORMAT_VERSION),
  /** The migrations that the database had, oldest first. */
  migrations: z.array(z.string()),
  /** When its one snapshot was taken. */
  taken_at: z.string(),
  /** The ledger's head as people note it down, position:hash; null: nothing is chained. */
  head: z.string().nullable(),
  /** How many versions follow, for those who wait. */
  versions: z.int(),
});

const bytes = z.string().regex(/^\\x(?:[0-9a-f]{2})*$/);
const optionalText = z.string().nullable().default(null);
const recordTypeName = z.enum(["conflict", "actor", "place", "source", "ceasefire", "violation"]);

/** A version's entry in the ledger. */
const entry = z.strictObject({
  position: z.int().min(1),
  hash: bytes,
  public_position: z.int().nullable(),
  public_operation: z.string().nullable(),
  /** Absent from backups of releases before the public chain; the check computes it. */
  public_hash: bytes.nullable().optional(),
});

const filterValue = z
  .union([z.string(), z.number(), z.array(z.string())])
  .nullable()
  .default(null);

/** A row of `revisions`, null columns left out. */
const versionRow = z.strictObject({
  type: recordTypeName,
  id: z.string(),
  version: z.int().min(1),
  operation: z.string(),
  recorded_at: z.string(),
  author: optionalText,
  reason: optionalText,
  import: optionalText,
  changes: z.string(),
  document: optionalText,
  salt: bytes.nullable().default(null),
  digest: bytes,
  search: optionalText,
  /** The folding that `search` and `sort_name` were made by; null in backups from before it was noted. */
  search_version: z.int().nullable().default(null),
  ...Object.fromEntries(filterColumns.map((name) => [name, filterValue])),
});

const versionLine = z.strictObject({
  line: z.literal("version"),
  /** Null: it is not chained yet. */
  entry: entry.nullable(),
  row: versionRow,
});

const rowLine = z.strictObject({
  line: z.literal("row"),
  table: z.enum(keptTables),
  row: z.record(z.string(), z.json()),
});

const end = z.strictObject({
  line: z.literal("end"),
  versions: z.int(),
  /** How many of them are chained. */
  entries: z.int(),
  rows: z.int(),
  /** SHA-256 in hexadecimal of all lines before this one, each with its newline. */
  sha256: z.string(),
});

export const anyLine = z.discriminatedUnion("line", [header, versionLine, rowLine, end]);

export type Header = z.output<typeof header>;
export type Entry = z.output<typeof entry>;
export type VersionLine = z.output<typeof versionLine>;
export type RowLine = z.output<typeof rowLine>;
export type End = z.output<typeof end>;

/** The columns of `revisions` that a version's row holds, all but the number of the transaction, which means nothing elsewhere. */
export const versionColumns: readonly string[] = Object.keys(versionRow.shape);
export const ledgerColumns = [
  "position",
  "type",
  "id",
  "version",
  "hash",
  "public_position",
  "public_operation",
  "public_hash",
] as const;
