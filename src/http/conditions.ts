import type { Fault } from "./fault.ts";

/** A record's entity tag: its version as a strong tag, `"3"`. */
export function etag(version: number): string {
  return `"${version}"`;
}

/** Which versions an If-Match header accepts. An empty list matches nothing: the answer is a 412. */
export type IfMatch =
  | { readonly any: true }
  | { readonly any: false; readonly versions: readonly number[] }
  | { readonly faults: readonly Fault[] };

const tagList = /^\s*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\u{10ffff}]*"\s*(?:,\s*|$))+$/u;
const oneTag = /(W\/)?"([^"]*)"/g;

/**
 * Reads an If-Match header by RFC 9110 section 13.1.1. The comparison is strong, so that a weak tag or one that
 * this service never gave matches no version; a value that is no list of tags is a fault.
 */
export function parseIfMatch(header: string): IfMatch {
  if (header.trim() === "*") return { any: true };
  if (!tagList.test(header)) {
    const message = 'If-Match takes the ETag of the version you read, in double quotes, such as "3".';
    return { faults: [{ header: "If-Match", code: "invalid_header", message }] };
  }
  const versions = [...header.matchAll(oneTag)].flatMap(([, weak, tag = ""]) =>
    weak === undefined && /^[1-9]\d{0,8}$/.test(tag) ? [Number(tag)] : [],
  );
  return { any: false, versions };
}

/**
 * Whether an If-None-Match header names this entity tag, so that the answer is a 304. The comparison is weak
 * (RFC 9110 section 13.1.2); a header that cannot be read matches nothing, and the record is sent.
 */
export function ifNoneMatch(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header === tag || header.trim() === "*") return true;
  const bare = tag.replace(/^W\//, "");
  return tagList.test(header) && [...header.matchAll(oneTag)].some(([, , inner]) => `"${inner}"` === bare);
}
