import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { holdsWordsSql } from "../../src/record/known-words.ts";
import { params } from "../../src/record/sql.ts";
import { queryWords, wordsOf } from "../../src/record/words.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

/** Whether each of the texts, in a document of its own, holds the words, as the database tells. */
async function held(texts: readonly string[], words: readonly string[]): Promise<boolean[]> {
  const collected = params();
  const documents = `unnest(${collected.add(texts.map((said) => JSON.stringify({ claims: [{ said }] })))}::text[])`;
  const holds = holdsWordsSql("d.document", [["claims", "*", "said"]], words, { params: collected });
  const text = `SELECT ${holds} AS held FROM ${documents} WITH ORDINALITY AS d(document, place) ORDER BY d.place`;
  const { rows } = await service.pool.query<{ held: boolean }>(text, [...collected.values]);
  return rows.map((row) => row.held);
}

/** The same by the words that search is made of. */
function toldByWords(text: string, words: readonly string[]): boolean {
  const own = wordsOf([text]).words;
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

const pieces = fc.constantFrom(
  ..."aAbI1 7_ıİşŞéÉñßſσςЖжйՀհւäÄ".split(""),
  ...["ﬁ", "Ａ", "２", "\u0301", "½", "²", "ב", "س", "نَ", "र", "한", "ǆ"],
  ...[" ", " ", "\n", "-", "–", "/", "(", ")", "«", "%", "\\", "[", "]", "^", "$", "*", "?", "+", "|", "{"],
  ...["'", "’", "ʿ", "´", "＇", ".", ",", ":", ";", "·", "՛", "،", "@", "#", '"'],
  ...["\u00ad", "\u200b", "\u200c", "\u200d", "\ufeff", "ـ"],
  ...["ẞ", "æ", "Œ", "þ", "ø", "Ł", "ə", "Ə", "և", "ե", "Ե", "ւ", "Ւ", "վ", "ֆ", "ი", "Ი", "ё", "Ґ"],
  ...["ک", "ك", "ی", "ى", "ے", "ة", "ہ", "أ", "ٱ", "٣", "۳", "३", "٫", "ה", "ם", "״", "ײ"],
  ...["क़", "ि", "ँ", "्", "မ", "ြ", "ሐ", "ሀ", "ፀ", "ጸ", "ᾳ", "が", "ｶﾞ"],
  ...[
    "停",
    "火",
    "停火",
    "か",
    "カ",
    "ー",
    "\u3099",
    "ก",
    "ั",
    "้",
    "ำ",
    "ກ",
    "ី",
    "ក",
    "្",
    "က",
    "ိ",
    "𠀀",
    "々",
    "・",
    "。",
  ],
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

test("a word is held where search has it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 40, maxLength: 40 }), texts, async (said, asked) => {
      const words = queryWords(asked).map((word) => Array.from(word).slice(0, 3).join(""));
      if (words.length === 0) return;
      const found = await held(said, words);
      for (const [place, text] of said.entries())
        expect({ text, words, held: found[place] }).toEqual({ text, words, held: toldByWords(text, words) });
    }),
    { numRuns: Number(process.env.KNOWN_WORDS_RUNS ?? 60) },
  );
}, 600_000);

test.each([
  ["Geçən gün Şuşa", "susa", true],
  ["Geçən gün Şuşa", "usa", false],
  ["ՀՐԵՏԱՆԻ և ականանետ", "հրետանի", true],
  ["ΛΌΓΟΣ", "λόγος", true],
  ["İstanbul", "istanbul", true],
  ["a party", "art", false],
  ["state-of-the-art", "art", true],
  ["违反停火协议", "停火", true],
  ["违反停火协议", "协定", false],
  ["违反停火协议", "火", true],
  ["违反停火协议", "违反停火协议", true],
  ["违反。停火", "反停", false],
  ["the U.S. held", "s", false],
  ["1,000 shells", "000", false],
  ["co\u00adoperation", "coop", true],
  ["Sana’a", "Sana'a", true],
  ["Sanaʿa", "sanaa", true],
  ["‘Amran", "amran", true],
  ["'a' 'b'", "ab", false],
  ["Straße", "STRASSE", true],
  ["ԵՐԵՎԱՆ", "Երևան", true],
  ["ի՞նչ", "ինչ", true],
  ["کرمانشاه", "كرمان", true],
  ["سنة ٢٠٢٠", "2020", true],
  ['צה"ל', "צה״ל", true],
  ["किताब", "कताब", false],
  ["", "a", false],
])("%s, asked for %s", async (text, word, expected) => {
  expect(await held([text], queryWords(word))).toEqual([expected]);
});

test("words may stand in texts apart, and all must be there", async () => {
  const collected = params();
  const holds = holdsWordsSql(
    collected.add(JSON.stringify({ note: null, claims: [{ words: "two" }, { words: null }], name: "one" })),
    [["name"], ["note"], ["claims", "*", "words"]],
    ["one", "two"],
    { params: collected },
  );
  const { rows } = await service.pool.query(`SELECT ${holds} AS held`, [...collected.values]);
  expect(rows).toEqual([{ held: true }]);
});
