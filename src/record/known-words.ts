import type { SqlContext } from "./sql.ts";
import { jsonPath } from "./table.ts";

/**
 * Whether the texts of a document as it is left hold all these words, or words that begin so, as `search` tells it of the
 * whole document: folded alike, a word's beginning where the segmenter that made `search` has one. Postgres is given
 * everything that it would otherwise take from its locale. In scripts written without spaces, where words are a matter of
 * a dictionary, a word may begin anywhere.
 *
 * @param document an expression of type text
 * @param paths where the texts stand, "*" for every item of a list
 */
export function holdsWordsSql(
  document: string,
  paths: readonly string[],
  words: readonly string[],
  { params }: Pick<SqlContext, "params">,
): string {
  const texts = paths.map(
    (path) =>
      `(SELECT string_agg(found.value #>> '{}', E'\\n') FROM jsonb_path_query(held.document, '${jsonPath(path.split("."))}') AS found(value))`,
  );
  return `(SELECT bool_and(folded.text ~ wanted.pattern)
    FROM (SELECT regexp_replace(normalize(concat_ws(E'\\n', ${texts.join(", ")}), NFKD), ${params.add(`[${alphabet().invisible}]`)}, '', 'g') AS text
      FROM (SELECT ${document}::jsonb AS document OFFSET 0) AS held OFFSET 0) AS folded, unnest(${params.add(words.map(patternOf))}::text[]) AS wanted(pattern))`;
}

/** A regular expression of Postgres' that finds a folded word, in whatever case, where a word begins. */
function patternOf(word: string): string {
  const characters = Array.from(word).filter((character) => !INVISIBLE.test(character));
  const [first = ""] = characters;
  const { variants, letters, digits } = alphabet();
  const body = characters.map((character) => oneOf(character, variants)).join("");
  if (SPACELESS.test(first)) return body;
  const joined = /\p{Nd}/u.test(first)
    ? `[${digits}][${joiners.digits}]`
    : `[${letters}][${joiners.letters}]`;
  return `(?<![${letters}${digits}_])(?<!${joined})${body}`;
}

/** Marks, and format characters except the zero-width space, which separates words. */
const INVISIBLE = /(?!\u200b)[\p{M}\p{Cf}]/u;

/** Scripts written without spaces. */
const spaceless = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`;
const SPACELESS = new RegExp(`[${spaceless}]`, "u");

function oneOf(character: string, variants: ReadonlyMap<string, string>): string {
  const more = variants.get(character);
  if (more !== undefined) return `[${character}${more}]`;
  return /[\p{L}\p{N}]/u.test(character) ? character : `\\${character}`;
}

/** Signs that are parts of words as letters are: tone letters, accents of Armenian, the geresh of Hebrew. */
const letterLike = "\u02c2-\u02c5\u02d2-\u02d7\u02de-\u02ff\u055a-\u055c\u055e\u058a\u05f3";

/** What stands between two letters, or between two digits, without ending a word (UAX 29). */
const joiners = {
  letters: "'.:\u00b7\u055f\u05f4\u2018\u2019\u2027",
  digits: "',.;\u0589\u060c\u060d\u066b\u066c\u07f8\u2018\u2019\u2044",
};

/** What Unicode says of characters, as the insides of bracket expressions. */
interface Alphabet {
  readonly invisible: string;
  /** Letters, and numbers that are no digits; those of scripts without spaces aside. */
  readonly letters: string;
  readonly digits: string;
  /** The other characters that fold to one. */
  readonly variants: ReadonlyMap<string, string>;
}

let made: Alphabet | undefined;

/** Made when it is first asked for. */
function alphabet(): Alphabet {
  made ??= makeAlphabet();
  return made;
}

/** Beyond it there are only ideographs, tags and private characters. */
const LAST_CODE_POINT = 0x1ffff;

function makeAlphabet(): Alphabet {
  const all = Array.from({ length: LAST_CODE_POINT + 1 }, (_none, code) => String.fromCodePoint(code)).join(
    "",
  );
  const ranges = (runs: RegExp, characters = all) =>
    Array.from(characters.matchAll(runs), ([run]) => {
      const [first = "", ...rest] = run;
      const last = rest.at(-1);
      return last === undefined ? first : `${first}-${last}`;
    }).join("");
  return {
    invisible: ranges(/[\p{M}\p{Cf}]+/gu, all.replace("\u200b", " ")),
    letters: ranges(new RegExp(String.raw`(?:(?![${spaceless}\p{Nd}])[\p{L}\p{N}${letterLike}])+`, "gu")),
    digits: ranges(/\p{Nd}+/gu),
    variants: variantsIn(all),
  };
}

/** By each lower-case character those that become it; a sigma may be the one that ends a word. */
function variantsIn(all: string): ReadonlyMap<string, string> {
  const variants = new Map([
    ["i", "ı"],
    ["ς", "Σ"],
  ]);
  for (const [upper] of all.matchAll(/\p{Changes_When_Lowercased}/gu)) {
    const lower = upper.toLowerCase();
    variants.set(lower, (variants.get(lower) ?? "") + upper);
  }
  return variants;
}
