import slugify from "@sindresorhus/slugify";
import { MAX_ID_LENGTH } from "./field.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";

/**
 * The document without its first members, which the store adds because the database's clock decides them:
 * `"name":…,"citations":[…]}`. Of a record with redacted versions it begins with their numbers.
 */
export function documentTail(members: JsonObject, redacted: readonly number[] = []): string {
  const told = redacted.length === 0 ? "" : `"redacted_versions":[${redacted.join(",")}],`;
  return `${told}${JSON.stringify(members).slice(1)}`;
}

/** The finished document's text. The store builds the very same in SQL; a test holds the two together. */
export function documentText(
  id: string,
  version: number,
  created_at: string,
  updated_at: string,
  tail: string,
): string {
  return `{"id":"${id}","version":${version},"created_at":"${created_at}","updated_at":"${updated_at}",${tail}`;
}

/** A stored document, read. */
export function parsedDocument(text: string): JsonObject {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) throw new Error("A stored document is an object.");
  return document;
}

/** The members of a document that its writer and the record type give; the rest is the store's. */
export function membersOf(document: JsonObject): JsonObject {
  const {
    id: _id,
    version: _version,
    created_at: _created,
    updated_at: _updated,
    redacted_versions: _redacted,
    ...members
  } = document;
  return members;
}

/** The numbers of the record's redacted versions, as its document tells them. */
export function redactedIn({ redacted_versions }: JsonObject): number[] {
  return isList(redacted_versions) ? redacted_versions.filter((version) => typeof version === "number") : [];
}

/** The words of a name as an id, or "" for a name that has none. Leaves room for a number behind it. */
export function idStem(name: string | null): string {
  if (name === null) return "";
  return slugify(name, { preserveCharacters: [] })
    .slice(0, MAX_ID_LENGTH - 4)
    .replace(/-$/, "");
}

/** Every text at a path, from a step of it on; "*" stands for each item of a list. */
export function textsAt(value: Json | undefined, path: readonly string[], step = 0): string[] {
  const member = path[step];
  if (member === undefined) return typeof value === "string" ? [value] : [];
  if (member === "*") return isList(value) ? value.flatMap((item) => textsAt(item, path, step + 1)) : [];
  return isObject(value) ? textsAt(value[member], path, step + 1) : [];
}
