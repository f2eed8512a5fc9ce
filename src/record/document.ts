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

const segmenter = new Intl.Segmenter("und", { granularity: "word" });
const MAX_WORDS = 5_000;
const MAX_WORD_LENGTH = 100;
/** Postgres takes a tsvector of 1 MB; folding may make text three times as long as it came. */
const MAX_WORDS_BYTES = 500_000;

/**
 * The words of texts in any script, folded so that case and diacritics do not matter: "Şuşa" is found by "susa".
 * Postgres' own parser is passed by, for it differs with the locale a database was made in.
 */
export function searchWords(texts: readonly string[]): string[] {
  const words = new Set<string>();
  let size_bytes = 0;
  for (const text of texts) {
    for (const found of wordsIn(fold(text))) {
      const word = found.slice(0, MAX_WORD_LENGTH);
      if (words.has(word)) continue;
      size_bytes += Buffer.byteLength(word);
      if (words.size === MAX_WORDS || size_bytes > MAX_WORDS_BYTES) return [...words];
      words.add(word);
    }
  }
  return [...words];
}

/** Between spaces, Latin letters and digits alone, with the signs that may stand around them. */
const plainWord = /^["(]?([a-z0-9]+)[.,;:!?)"]*$/;

/** The words of folded text. No word reaches over a space, and the segmenter, which is slow, need not see plain ones. */
function* wordsIn(text: string): Generator<string> {
  for (const part of text.split(/[ \t\r\n]+/)) {
    const plain = plainWord.exec(part)?.[1];
    if (plain !== undefined) yield plain;
    else
      for (const { segment, isWordLike } of segmenter.segment(part)) if (isWordLike === true) yield segment;
  }
}

function fold(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");
}

/** Words as the input form of a tsvector; every word is quoted. */
export function searchVector(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

/** A tsquery that asks for all words; each may be the beginning of a longer one. */
export function searchQuery(words: readonly string[]): string {
  return words.map((word) => `${quoteWord(word)}:*`).join(" & ");
}

function quoteWord(word: string): string {
  return `'${word.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
