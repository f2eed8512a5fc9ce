import {
  APOSTROPHES,
  CHANGED_CLASS,
  fold,
  HEBREW_LETTERS,
  IOTA_SUBSCRIPT,
  OTHER_APOSTROPHE_SIGNS,
  REMOVED_CLASS,
} from "./fold.ts";
import type { SqlContext } from "./sql.ts";
import { jsonPath } from "./table.ts";
import { DIGIT_JOINERS, LETTER, LETTER_JOINERS, SPACELESS } from "./words.ts";

/**
 * Whether the texts of a document, as it is left, hold all words of a query, or words that begin with them. The result
 * agrees with `search`, which covers the whole document: texts are folded by the same steps (see `fold`), except that
 * single characters are not folded; the pattern of each word allows for that. PostgreSQL gets everything that it would
 * otherwise take from its locale. In scripts written without spaces a word of `queryWords` can begin anywhere.
 *
 * @param document an expression of type text
 * @param paths where the texts stand, "*" for every item of a list
 */
export function holdsWordsSql(
  document: string,
  paths: readonly (readonly string[])[],
  words: readonly string[],
  { params }: Pick<SqlContext, "params">,
): string {
  const texts = paths.map(
    (path) =>
      `(SELECT string_agg(found.value #>> '{}', E'\\n') FROM jsonb_path_query(held.document, '${jsonPath(path)}') AS found(value))`,
  );
  return `(SELECT bool_and(folded.text ~ wanted.pattern)
    FROM (SELECT ${foldedSql(`concat_ws(E'\\n', ${texts.join(", ")})`, params)} AS text
      FROM (SELECT ${document}::jsonb AS document OFFSET 0) AS held OFFSET 0) AS folded, unnest(${params.add(words.map(patternOf))}::text[]) AS wanted(pattern))`;
}

/** A text folded but for the folding of single characters. */
function foldedSql(text: string, params: SqlContext["params"]): string {
  const { removed, wordCharacters, expansions } = alphabet;
  const value = (one: string) => `${params.add(one)}::text`;
  const without = (from: string, pattern: string, by = "''") =>
    `regexp_replace(${from}, ${value(pattern)}, ${by}, 'g')`;
  const decomposed = `normalize(translate(${text}, ${value(OTHER_APOSTROPHE_SIGNS)}, ${value("'".repeat(OTHER_APOSTROPHE_SIGNS.length))}), NFKD)`;
  const expanded = [...expansions].reduce(
    (sql, [letter, letters]) => `replace(${sql}, ${value(letter)}, ${value(letters)})`,
    without(`replace(${decomposed}, ${value(IOTA_SUBSCRIPT)}, 'ι')`, `[${removed}]`),
  );
  const word = `[${wordCharacters}]`;
  const insideWord = `(?<=${word})[${APOSTROPHES}]+(?=${word})|(?<=[${HEBREW_LETTERS}])"(?=[${HEBREW_LETTERS}])`;
  return `normalize(${without(without(expanded, "([եԵ])[ւՒ]", value("\\1վ")), insideWord)}, NFC)`;
}

/** A regular expression of PostgreSQL's that finds a folded word, in whatever spelling, where a word begins. */
function patternOf(word: string): string {
  const characters = Array.from(word);
  const [first = ""] = characters;
  const { letters, digits } = alphabet;
  const body = characters.map(oneOf).join("");
  if (STARTS_SPACELESS.test(first)) return body;
  const joined = /[0-9]/.test(first)
    ? `[${digits}][${spellingsOf(DIGIT_JOINERS)}]`
    : `[${letters}][${spellingsOf(LETTER_JOINERS)}]`;
  return `(?<![${letters}${digits}_])(?<!${joined})${body}`;
}

const STARTS_SPACELESS = new RegExp(SPACELESS, "u");

function oneOf(character: string): string {
  if (alphabet.variants.has(character)) return `[${spellingsOf(character)}]`;
  return /[\p{L}\p{M}\p{N}]/u.test(character) ? character : `\\${character}`;
}

/** Folded characters and all those that fold to them. */
function spellingsOf(characters: string): string {
  return Array.from(characters, (one) => one + (alphabet.variants.get(one) ?? "")).join("");
}

/** What Unicode and the folding say of characters, as the insides of bracket expressions. */
interface Alphabet {
  readonly removed: string;
  readonly letters: string;
  readonly digits: string;
  readonly wordCharacters: string;
  /** By each folded character the others that fold to it. */
  readonly variants: ReadonlyMap<string, string>;
  /** What single characters become that fold to several. */
  readonly expansions: ReadonlyMap<string, string>;
}

/** The characters up to U+1FFFF; beyond it there are only ideographs, tags and private characters. */
function allCharacters(): string {
  const blocks = Array.from({ length: 0x200 }, (_none, block) =>
    String.fromCodePoint(...Array.from({ length: 0x100 }, (_code, place) => block * 0x100 + place)),
  );
  return blocks.join("");
}

function makeAlphabet(): Alphabet {
  const all = allCharacters();
  const ranges = (pattern: string) => rangesOf(all.matchAll(new RegExp(pattern, "gu")));
  return {
    removed: ranges(REMOVED_CLASS),
    letters: ranges(`(?![${APOSTROPHES}])${LETTER}`),
    digits: ranges(String.raw`\p{Nd}`),
    wordCharacters: ranges(String.raw`(?![${APOSTROPHES}])[\p{L}\p{M}\p{N}]`),
    ...foldingsIn(all),
  };
}

/** Single characters as the inside of a bracket expression: those that follow one another as a range. */
function rangesOf(characters: Iterable<RegExpExecArray>): string {
  const ranges: { readonly first: string; readonly last: string; readonly end: number }[] = [];
  for (const { 0: character, index } of characters) {
    const range = ranges.at(-1);
    const end = index + character.length;
    if (range?.end !== index) ranges.push({ first: character, last: character, end });
    else Object.assign(range, { last: character, end });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join("");
}

/** The foldings of all characters that decomposition leaves alone. */
function foldingsIn(all: string): Pick<Alphabet, "variants" | "expansions"> {
  const variants = new Map<string, string>();
  const expansions = new Map<string, string>();
  for (const [character] of all.matchAll(new RegExp(CHANGED_CLASS, "gu"))) {
    const folded = fold(character);
    if (character.normalize("NFKD") !== character || folded === character) continue;
    const length = Array.from(folded).length;
    if (length === 1) variants.set(folded, (variants.get(folded) ?? "") + character);
    else if (length > 1) expansions.set(character, folded);
  }
  return { variants, expansions };
}

/** Made at start: it takes tens of milliseconds, for which no request should wait. */
const alphabet = makeAlphabet();
