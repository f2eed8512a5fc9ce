import { fold, foldInParts, MAX_FOLDED_BYTES } from "./fold.ts";

/** Longer words are cut, in texts and queries alike: a GIN index refuses a key of more than 2,700 bytes. */
const MAX_WORD_CHARACTERS = 100;
/** The most that PostgreSQL keeps in one tsvector. */
export const MAX_WORDS_BYTES = 1_048_575;
/** The limits that bound the work of one write: the number of distinct words, and the size of the folded texts. */
export const MAX_WORDS = 100_000;
export const MAX_FOLDED_TEXT_BYTES = 1_048_575;
/** The most bytes of words that one UTF-16 code unit of a text makes: it can be part of two pairs and stand alone. */
export const MAX_WORD_BYTES_PER_UNIT = 3 * MAX_FOLDED_BYTES;

/** The distinct words of some texts, as search finds them. */
interface Words {
  readonly words: readonly string[];
  /** Whether these are all words; false where a limit above is reached. */
  readonly complete: boolean;
}

/**
 * The words of texts in any script, folded so that case, diacritics and apostrophes do not matter: "Şuşa" is found by
 * "susa". PostgreSQL's own parser is not used, because it depends on the locale that a database was made with.
 */
export function wordsOf(texts: readonly string[]): Words {
  const words = new Set<string>();
  let folded_bytes = 0;
  let size_bytes = 0;
  for (const text of texts) {
    const parts: string[] = [];
    for (const part of foldInParts(text)) {
      folded_bytes += Buffer.byteLength(part);
      if (folded_bytes > MAX_FOLDED_TEXT_BYTES) break;
      parts.push(part);
    }
    for (const found of wordsIn(parts.join(""), pairsAndLast)) {
      const word = cut(found);
      if (words.has(word)) continue;
      size_bytes += Buffer.byteLength(word);
      if (size_bytes > MAX_WORDS_BYTES || words.size === MAX_WORDS)
        return { words: [...words], complete: false };
      words.add(word);
    }
    if (folded_bytes > MAX_FOLDED_TEXT_BYTES) return { words: [...words], complete: false };
  }
  return { words: [...words], complete: true };
}

/** The distinct words of a query. A text matches if each of them begins a word of the text, as `wordsOf` returns it. */
export function queryWords(query: string): readonly string[] {
  return [...new Set(wordsIn(fold(query), pairsOrOnly).map(cut))];
}

/** Characters are counted, so that no surrogate pair is cut in two. */
function cut(word: string): string {
  return word.length <= MAX_WORD_CHARACTERS ? word : Array.from(word).slice(0, MAX_WORD_CHARACTERS).join("");
}

const SPACELESS_SCRIPTS = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`;
/** Scripts written without spaces between words. */
export const SPACELESS = String.raw`(?=${SPACELESS_SCRIPTS})[\p{L}\p{M}\p{N}]`;
/** Letters, marks, and numbers other than decimal digits, of all other scripts. */
export const LETTER = String.raw`(?!${SPACELESS_SCRIPTS})[\p{L}\p{M}\p{Nl}\p{No}]`;
/** What stands between two letters, or two digits, without ending the word: U.S., 10,5. */
export const LETTER_JOINERS = ".\u00b7\u2027";
export const DIGIT_JOINERS = ".,\u2044";

/** A run of a spaceless script begins with a base character: marks without a base are ignored. */
const WORD = new RegExp(
  `(?:${LETTER}(?:[${LETTER_JOINERS}](?=${LETTER}))?|[0-9](?:[${DIGIT_JOINERS}](?=[0-9]))?|_)+|((?!\\p{M})(?:${SPACELESS})+)`,
  "gu",
);
/** A base character with its marks. */
const CHARACTER = /\P{M}\p{M}*/gu;

/** The words that stand for a run of characters of a spaceless script. */
type ReadRun = (characters: readonly string[]) => readonly string[];

/**
 * In a text: each pair of adjacent characters, and the last character alone. A word then begins with every character, and
 * a query of one character finds it anywhere.
 */
function pairsAndLast(characters: readonly string[]): readonly string[] {
  return characters.map((character, place) => character + (characters[place + 1] ?? ""));
}

/** In a query: each pair of adjacent characters; a single character is a word. */
function pairsOrOnly(characters: readonly string[]): readonly string[] {
  return characters.length === 1 ? characters : pairsAndLast(characters).slice(0, -1);
}

/** The words of a folded text. */
function wordsIn(folded: string, readRun: ReadRun): string[] {
  const words: string[] = [];
  for (const { 0: word, 1: run } of folded.matchAll(WORD)) {
    if (run !== undefined) for (const one of readRun(run.match(CHARACTER) ?? [])) words.push(one);
    else if (/[^_]/.test(word)) words.push(word);
  }
  return words;
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

/** How much of a name its sort key covers, in characters, so that an index can hold the key. */
const MAX_SORT_KEY_CHARACTERS = 300;

/**
 * The key by which lists sort by name: the folded name without punctuation, each number led by its count of digits, so
 * that 9 comes before 10. It is compared with COLLATE "C".
 */
export function sortKey(name: string): string {
  const folded = fold(name);
  const words = folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [folded];
  const key = words.join(" ").replaceAll(/0*([0-9]+)/g, (_number, digits: string) => countedDigits(digits));
  return Array.from(key).slice(0, MAX_SORT_KEY_CHARACTERS).join("");
}

function countedDigits(digits: string): string {
  return `${String(digits.length).padStart(3, "0")}${digits}`;
}
