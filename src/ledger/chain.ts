import { createHash } from "node:crypto";

/** What stands before the first entry. */
export const GENESIS = Buffer.alloc(32);

/** The hash of an entry: SHA-256(hash of the entry before ‖ digest of the version). */
export function chained(before: Buffer, digest: Buffer): Buffer {
  return createHash("sha256").update(before).update(digest).digest();
}

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
