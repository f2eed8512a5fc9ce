/**
 * The folding of text for search and for sorting by name. It is applied to texts and queries alike, so that spellings
 * that readers take for the same become the same text. In this order:
 *
 * 1. Unicode compatibility decomposition (NFKD): full-width letters, ligatures and superscripts become plain letters.
 * 2. Diacritics are removed: marks of the scripts in which a reader may leave them out (Latin, Greek, Cyrillic, Arabic,
 *    Hebrew, Syriac, Ethiopic, N'Ko), and the nukta of Devanagari. Marks that are vowels or tones of the word itself
 *    stay (Devanagari, Bengali, Burmese, Khmer, Thai and the like). Characters without an appearance are removed.
 * 3. Full case folding: ß and ẞ become ss, ς becomes σ, և becomes եւ.
 * 4. A small table of letters for each script, below.
 * 5. Decimal digits of every script become 0 to 9.
 * 6. Apostrophes and the letters that stand for them in transcriptions are removed inside a word, and separate words
 *    elsewhere.
 * 7. Canonical composition (NFC).
 *
 * The result of the folding folds to itself. `search` and `sort_name` hold its results: raise `FOLD_VERSION` with every
 * change that gives any text another result, and make the index `revisions_to_reindex` anew in a migration.
 */
export function fold(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return withoutApostrophes(text.toLowerCase());
  const decomposed = text.replaceAll(OTHER_APOSTROPHES, "'").normalize("NFKD");
  return withoutApostrophes(
    casefold(decomposed.replaceAll(IOTA_SUBSCRIPT, "ι").replaceAll(REMOVED, ""))
      .replaceAll(IN_TABLE, (letter) => table.get(letter) ?? letter)
      .replaceAll("եւ", "եվ")
      .replaceAll(/(?![0-9])\p{Nd}/gu, asciiDigit),
  ).normalize("NFC");
}

/** The usual length of the parts in which a text is folded, in UTF-16 code units. */
const PART_LENGTH = 2_000;

/**
 * The folded text in parts, so that a caller can stop early. Joined, the parts are `fold(text)`: the text is cut after a
 * space, or between two letters or digits, with their marks, whose folding does not depend on each other.
 */
export function* foldInParts(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = endOfPart(text, start);
    yield fold(text.slice(start, end));
    start = end;
  }
}

function endOfPart(text: string, start: number): number {
  if (text.length - start <= PART_LENGTH) return text.length;
  CUT.lastIndex = start + PART_LENGTH;
  return CUT.exec(text)?.index ?? text.length;
}

/** The version of the folding. */
export const FOLD_VERSION = 1;

/** The most bytes that one UTF-16 code unit of a text becomes. */
export const MAX_FOLDED_BYTES = 40;

/**
 * Unicode's full case folding of decomposed text. Letters that share a capital become one, which full case folding
 * prescribes but for ı (to i, as Turkish and Azerbaijani texts are typed elsewhere) and the small letters of Cherokee.
 */
function casefold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/** Acute accents of their own, which compatibility decomposition would turn into a space and a mark. */
export const OTHER_APOSTROPHE_SIGNS = "\u00b4\u1ffd";
const OTHER_APOSTROPHES = new RegExp(`[${OTHER_APOSTROPHE_SIGNS}]`, "g");

/**
 * What is removed inside a word, as the inside of a bracket expression: apostrophes, single quotation marks and primes;
 * the letters for ʿayn and hamza, the glottal stop and the soft sign in transcriptions; the accents of Armenian, the
 * geresh and gershayim of Hebrew, the apostrophes of N'Ko.
 */
export const APOSTROPHES = [
  "'`\u2018\u2019\u201b\u2032\u2035\u2033\u2036",
  "\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c0\u02c1\u02c8\u02ca\u02cb\u02ee\ua78b\ua78c",
  "\u055a\u055b\u055c\u055e\u055f\u05f3\u05f4\u07f4\u07f5",
].join("");

/** The one mark that case folding makes a letter of. */
export const IOTA_SUBSCRIPT = "\u0345";

/** Marks without which a word is still read as the same, and characters without an appearance; kana keep their marks. */
export const REMOVED_CLASS = String.raw`(?![\u3099\u309a])(?=[\p{Mn}\p{Me}])[\p{sc=Inherited}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Syriac}\p{sc=Ethiopic}\p{sc=Nko}\u093c]|\p{Default_Ignorable_Code_Point}|\u0640`;
const REMOVED = new RegExp(REMOVED_CLASS, "gu");

/** Between letters of these, a quotation mark is a gershayim. */
export const HEBREW_LETTERS = "\u05d0-\u05ea";
const WORD_CHARACTER = String.raw`(?![${APOSTROPHES}])[\p{L}\p{M}\p{N}]`;
const INSIDE_WORD = new RegExp(
  `(?<=${WORD_CHARACTER})[${APOSTROPHES}]+(?=${WORD_CHARACTER})|(?<=[${HEBREW_LETTERS}])"(?=[${HEBREW_LETTERS}])`,
  "gu",
);
const ANYWHERE = new RegExp(`[${APOSTROPHES}]`, "gu");
const APOSTROPHE_OR_QUOTE = new RegExp(`[${APOSTROPHES}"]`);

/**
 * Letters and digits whose folding does not depend on the characters beside them. Modifier letters, \u0149 and \u1e9a become
 * apostrophes or marks, jamo combine to syllables, and \u0582 changes after \u0565.
 */
const INDEPENDENT = String.raw`(?![\p{Lm}\u0149\u1e9a\u0582\u0552\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uffa0-\uffdc])[\p{L}\p{N}]`;
const CUT = new RegExp(`(?<=[ \\t\\r\\n])|(?<=${INDEPENDENT}\\p{M}?\\p{M}?)(?=${INDEPENDENT})`, "gu");

function withoutApostrophes(text: string): string {
  if (!APOSTROPHE_OR_QUOTE.test(text)) return text;
  return text.replaceAll(INSIDE_WORD, "").replaceAll(ANYWHERE, " ");
}

/** The values of the digits that `asciiDigit` has met. */
const asciiDigits = new Map<string, string>();

function asciiDigit(digit: string): string {
  const known = asciiDigits.get(digit);
  if (known !== undefined) return known;
  const value = valueOfDigit(digit);
  asciiDigits.set(digit, value);
  return value;
}

/** Digits stand in blocks of ten, from 0 to 9, that begin where no digit stands before. */
function valueOfDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = code - 1;
  while (/\p{Nd}/u.test(String.fromCodePoint(before))) before -= 1;
  return String((code - before - 1) % 10);
}

/**
 * Letters that no decomposition relates, by script: each letter and what it becomes. The letters are decomposed and in
 * lower case.
 */
const lettersByScript: { readonly [script: string]: { readonly [letters: string]: string } } = {
  /** The Latin-ASCII transform of Unicode CLDR, and ə, which Azerbaijani texts write as e where it is not at hand. */
  latin: {
    ƀƃɓ: "b",
    ƈɕȼ: "c",
    đðƌɖɗ: "d",
    əǝɛɇ: "e",
    ƒ: "f",
    ǥɠɡ: "g",
    ħɦ: "h",
    ıɨɩ: "i",
    ɉȷ: "j",
    ƙⱪ: "k",
    łƚɫɬɭ: "l",
    ŋƞɲɳ: "n",
    øɔɵ: "o",
    ƥ: "p",
    ĸ: "q",
    ɍɽ: "r",
    ʂ: "s",
    ŧƭʈ: "t",
    ʉ: "u",
    ʋ: "v",
    ƴɏ: "y",
    ƶȥ: "z",
    æ: "ae",
    œ: "oe",
    þ: "th",
  },
  /** Ґ is left out in many Ukrainian spellings. Ё and й are decomposed: е and и. */
  cyrillic: { ґ: "г" },
  /**
   * Lucene's ArabicNormalizer, PersianNormalizer and SoraniNormalizer: yeh, kaf and heh in the forms of Arabic, Persian,
   * Urdu, Pashto and Kurdish, teh marbuta and alef wasla. Alef, waw and yeh with hamza or madda are decomposed.
   */
  arabic: {
    ٱ: "ا",
    ىیےۍ: "ي",
    کڪ: "ك",
    ةہھۃە: "ه",
    ګ: "گ",
    "٫": ".",
    "٬": ",",
  },
  /** Final letters, as ς; the digraphs of Yiddish. */
  hebrew: { ך: "כ", ם: "מ", ן: "נ", ף: "פ", ץ: "צ", װ: "וו", ױ: "וי", ײ: "יי" },
  /** Lucene's HindiNormalizer: the candrabindu as anusvara. */
  devanagari: { "ँ": "ं" },
  /**
   * Letters that Amharic reads alike: each series becomes ሀ, ሰ, አ or ጸ. Of ሀ and አ, the first and the fourth order are read
   * alike too, so ዓለም and አለም are one.
   */
  ethiopic: {
    ...series("ሐ", "ሀ"),
    ...series("ኀ", "ሀ"),
    ...series("ሠ", "ሰ"),
    ...series("ዐ", "አ"),
    ...series("ፀ", "ጸ"),
    ሃሓኃ: "ሀ",
    ኣዓ: "አ",
  },
};

/** The seven vowel orders of one Ethiopic consonant, each become that of another. */
function series(from: string, to: string): { readonly [letter: string]: string } {
  const at = (letter: string, order: number) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + order);
  return Object.fromEntries(Array.from({ length: 7 }, (_none, order) => [at(from, order), at(to, order)]));
}

const table = new Map(
  Object.values(lettersByScript).flatMap((letters) =>
    Object.entries(letters).flatMap(([each, becomes]) =>
      Array.from(each, (letter) => [letter, becomes] as const),
    ),
  ),
);
const IN_TABLE = new RegExp(`[${[...table.keys()].join("")}]`, "gu");

/** What finds every character that the folding makes another of, apart from decomposition and what it removes. */
export const CHANGED_CLASS = String.raw`[\p{Changes_When_Casemapped}\p{Nd}${[...table.keys()].join("")}]`;
