import { createHash } from "node:crypto";

/** What stands before the first entry. */
export const GENESIS = Buffer.alloc(32);

/** The hash of an entry: SHA-256(hash of the entry before ‖ digest of the version). */
export function chained(before: Buffer, digest: Buffer): Buffer {
  return createHash("sha256").update(before).update(digest).digest();
}

/** A public entry of the ledger, as everyone sees it. */
export interface PublicEntry {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** The public operation: a record that becomes RESTRICTED is deleted, one that becomes PUBLIC is created. */
  readonly operation: string;
}

/**
 * The public hash of an entry: SHA-256 of one line of text with six fields and a space between each two: the public hash
 * before (64 zeros before the first) and the version's digest, both in hexadecimal, then type, id, version and public
 * operation. No field contains a space.
 */
export function publicChained(before: Buffer, digest: Buffer, entry: PublicEntry): Buffer {
  const { type, id, version, operation } = entry;
  const line = [before.toString("hex"), digest.toString("hex"), type, id, version, operation].join(" ");
  return createHash("sha256").update(line).digest();
}

/** What decides whether a version is a public entry, and with which operation. */
export interface Publicity {
  readonly operation: string;
  readonly visibility: string | null;
  /** Whether the version before was PUBLIC and not a deletion. */
  readonly seen_before: boolean | null;
  /** Whether the version before was PUBLIC, a deletion included. */
  readonly known_before: boolean;
}

/** The operation of a version as the public sees it; null: the version is not a public entry. */
export function publicOperation({
  operation,
  visibility,
  seen_before,
  known_before,
}: Publicity): string | null {
  if (visibility === "RESTRICTED") return seen_before === true ? "delete" : null;
  return operation === "delete" || known_before ? operation : "create";
}

/** The two members of `Publicity` that depend on `before`, the row of the version before in `revisions`; SQL expressions. */
export const beforeSql = {
  seen_before: "before.operation <> 'delete' AND before.visibility IS DISTINCT FROM 'RESTRICTED'",
  known_before: "before.operation IS NOT NULL AND before.visibility IS DISTINCT FROM 'RESTRICTED'",
} as const;

/** What a version's digest seals, beside its salt and its document. */
export interface Metadata {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly operation: string;
  /** RFC 3339, UTC, microseconds. */
  readonly at: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly import: string | null;
}

/**
 * The digest of a version, as the database's own revision_digest() makes it: SHA-256(salt ‖ document ‖ newline ‖ metadata
 * as a JSON array with a space after each comma). Made here as well, so that verifying does not trust the database's word.
 */
export function digestOf(salt: Buffer, document: string | null, metadata: Metadata): Buffer {
  const { type, id, version, operation, at, author, reason } = metadata;
  const members = [type, id, version, operation, at, author, reason, metadata.import];
  const text = `${document ?? ""}\n[${members.map((member) => JSON.stringify(member)).join(", ")}]`;
  return createHash("sha256").update(salt).update(text).digest();
}
