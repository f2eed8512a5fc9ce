import type { Fault } from "./fault.ts";

/** A record's entity tag: its version as a strong tag, `"3"`. */
export function etag(version: number): string {
  return `"${version}"`;
}

/** Which versions an If-Match header accepts. No version: the answer is a 412. */
export type IfMatch =
  | { readonly any: true }
  | { readonly any: false; readonly versions: readonly number[] }
  | { readonly faults: readonly Fault[] };

/**
 * Reads an If-Match header by RFC 9110 section 13.1.1, with one exception: proxies that compress answers alter their tags,
 * so `W/"3"` (nginx) and `"3-gzip"` (Apache) stand for the version 3 as `"3"` does. That is safe because a tag is a
 * version number, and a version has one text. A tag that this service never gave accepts no version; a value that is no
 * list of tags is a fault.
 */
export function parseIfMatch(header: string): IfMatch {
  if (header.trim() === "*") return { any: true };
  const tags = entityTags(header);
  if (tags === undefined || tags.length === 0) {
    const message = 'If-Match takes the ETag of the version you read, in double quotes, such as "3".';
    return { faults: [{ header: "If-Match", code: "invalid_header", message }] };
  }
  const versions = tags
    .map(withoutCoding)
    .filter((tag) => /^[1-9]\d{0,8}$/.test(tag))
    .map(Number);
  return { any: false, versions };
}

/**
 * Whether an If-None-Match header names this entity tag, so that the answer is a 304. The comparison is weak
 * (RFC 9110 section 13.1.2), and takes the forms that proxies give a tag; a header that cannot be read matches nothing, and
 * the record is sent.
 */
export function ifNoneMatch(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header === tag || header.trim() === "*") return true;
  const bare = tag.slice(tag.indexOf('"') + 1, -1);
  return entityTags(header)?.some((inner) => inner === bare || withoutCoding(inner) === bare) ?? false;
}

/** One element of a list of entity tags with the blanks around it: a tag, or nothing (RFC 9110 section 5.6.1.2). */
const listElement = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\u{10ffff}]*)"[ \t]*)?(?:,|$)/uy;

/**
 * The tags of a list, without quotes and `W/`; empty elements are left out. Undefined: it is no list of tags. Each character
 * is looked at a fixed number of times, however the list is written.
 */
function entityTags(header: string): string[] | undefined {
  const tags: string[] = [];
  listElement.lastIndex = 0;
  while (listElement.lastIndex < header.length) {
    const element = listElement.exec(header);
    if (element === null) return undefined;
    if (element[1] !== undefined) tags.push(element[1]);
  }
  return tags;
}

/**
 * A tag as it was before a proxy added a content coding: `-gzip` and `-br` (Apache, Caddy), `--gzip` (Jetty), `;gz` and `;br`
 * (LiteSpeed).
 */
function withoutCoding(tag: string): string {
  return tag.replace(/(?:--?|;)(?:gzip|gz|br|zstd|deflate)$/, "");
}
