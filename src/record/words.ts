import { fold } from "./fold.ts";

const segmenter = new Intl.Segmenter("und", { granularity: "word" });
/** Longer words are cut, in texts and queries alike: a GIN index refuses a key of more than 2,700 bytes. */
const MAX_WORD_CHARACTERS = 100;
/** The most that PostgreSQL keeps in one tsvector. */
export const MAX_WORDS_BYTES = 1_048_575;

/** The distinct words of some texts, as search finds them. */
interface Words {
  readonly words: readonly string[];
  /** Whether these are all words; false where more do not fit into a tsvector. */
  readonly complete: boolean;
}

/**
 * The words of texts in any script, folded so that case, diacritics and apostrophes do not matter: "Şuşa" is found by
 * "susa". PostgreSQL's own parser is not used, because it depends on the locale that a database was made with.
 */
export function wordsOf(texts: readonly string[]): Words {
  const words = new Set<string>();
  let size_bytes = 0;
  for (const text of texts) {
    for (const found of wordsIn(text)) {
      const word = cut(found);
      if (words.has(word)) continue;
      size_bytes += Buffer.byteLength(word);
      if (size_bytes > MAX_WORDS_BYTES) return { words: [...words], complete: false };
      words.add(word);
    }
  }
  return { words: [...words], complete: true };
}

/** Characters are counted, so that no surrogate pair is cut in two. */
function cut(word: string): string {
  return word.length <= MAX_WORD_CHARACTERS ? word : Array.from(word).slice(0, MAX_WORD_CHARACTERS).join("");
}

/** Scripts written without spaces, whose words a dictionary finds. */
export const SPACELESS = String.raw`(?=[\p{L}\p{M}\p{N}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`;
/** Letters, marks, and numbers other than decimal digits, of all other scripts. */
export const LETTER = String.raw`(?!${SPACELESS})[\p{L}\p{M}\p{Nl}\p{No}]`;
/** What stands between two letters, or two digits, without ending the word: U.S., 10,5. */
export const LETTER_JOINERS = ".\u00b7\u2027";
export const DIGIT_JOINERS = ".,\u2044";

const WORD = new RegExp(
  `(?:${LETTER}(?:[${LETTER_JOINERS}](?=${LETTER}))?|[0-9](?:[${DIGIT_JOINERS}](?=[0-9]))?|_)+|(?<spaceless>(?:${SPACELESS})+)`,
  "gu",
);
/** A word of ASCII letters and digits alone, with the signs that may stand around it. */
const PLAIN_PART = /^["(]?([a-zA-Z0-9]+)[.,;:!?)"]*$/;

/** The words of a text. No word reaches over a space. */
function* wordsIn(text: string): Generator<string> {
  for (const part of text.split(/[ \t\r\n]+/)) {
    const plain = PLAIN_PART.exec(part)?.[1];
    if (plain !== undefined) yield plain.toLowerCase();
    else yield* wordsInFolded(fold(part));
  }
}

function* wordsInFolded(text: string): Generator<string> {
  for (const { 0: word, groups } of text.matchAll(WORD)) {
    if (groups?.spaceless === undefined) {
      if (/[^_]/.test(word)) yield word;
    } else {
      for (const { segment, isWordLike } of segmenter.segment(word)) if (isWordLike === true) yield segment;
    }
  }
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
