import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fold, foldInParts, MAX_FOLDED_BYTES } from "../../src/record/fold.ts";
import {
  MAX_FOLDED_TEXT_BYTES,
  MAX_WORDS,
  MAX_WORDS_BYTES,
  queryWords,
  sortKey,
  wordsOf,
} from "../../src/record/words.ts";

/** Whether search finds a text by a query: every word of the query begins a word of the text. */
function finds(query: string, text: string): boolean {
  const held = wordsOf([text]).words;
  const asked = queryWords(query);
  return asked.length > 0 && asked.every((word) => held.some((one) => one.startsWith(word)));
}

/** Spellings that readers take for the same, by script. Each finds each other one. */
const alike: readonly (readonly [string, readonly string[]])[] = [
  [
    "apostrophes",
    ["Sana'a", "Sana’a", "Sana‘a", "Sanaʼa", "Sanaʿa", "Sanaʾa", "Sana′a", "Sana`a", "Sana´a", "Sana＇a"],
  ],
  [
    "invisible characters",
    ["ceasefire", "cease\u00adfire", "cease\u200bfire", "cease\u2060fire", "cease\ufefffire"],
  ],
  ["German", ["Straße", "Strasse", "STRASSE", "STRAẞE"]],
  ["Azerbaijani", ["Şuşa", "Susa", "ŞUŞA", "Şu\u015fa".normalize("NFD")]],
  ["Azerbaijani without its letters", ["Azərbaycan", "AZƏRBAYCAN", "Azerbaycan"]],
  ["Turkish", ["Iğdır", "IĞDIR", "Igdir", "ığdır"]],
  ["Polish", ["Łódź", "Lodz", "ŁÓDŹ"]],
  ["Danish and Icelandic", ["Ærø", "AERO", "ærø"]],
  ["Vietnamese", ["Đà Nẵng", "Da Nang", "ĐÀ NẴNG"]],
  ["Hausa", ["Ɓauna", "ɓauna", "Bauna"]],
  ["ligatures and full-width letters", ["ﬁre", "fire", "ＦＩＲＥ"]],
  ["Greek", ["Λόγος", "ΛΟΓΟΣ", "λόγοσ", "λογος"]],
  ["Greek with an iota subscript", ["ᾳ", "ΑΙ", "αι"]],
  ["Russian", ["Артём", "Артем", "АРТЁМ"]],
  ["Ukrainian", ["Ґонґадзе", "Гонгадзе", "ҐОНҐАДЗЕ"]],
  ["Ukrainian apostrophes", ["Слов’янськ", "Слов'янськ", "Словʼянськ", "СЛОВ’ЯНСЬК"]],
  ["Armenian", ["Երևան", "ԵՐԵՎԱՆ", "Երեւան", "ԵՐԵՒԱՆ", "երեվան"]],
  ["Armenian stress", ["ինչ", "ի՞նչ", "ի՛նչ"]],
  ["Georgian", ["თბილისი", "ᲗᲑᲘᲚᲘᲡᲘ"]],
  ["Arabic", ["أحمد", "احمد", "أَحْمَد", "أحمـــد"]],
  ["Arabic and Persian kaf", ["كرمان", "کرمان"]],
  ["Arabic and Persian yeh", ["علي", "علی", "على"]],
  ["Arabic teh marbuta", ["غزة", "غزه"]],
  ["Persian non-joiner", ["آتش‌بس", "آتشبس", "اتشبس"]],
  ["Urdu", ["کراچی", "كراچي"]],
  ["Urdu heh", ["ہند", "هند"]],
  ["Pashto", ["ګومل", "گومل"]],
  ["Hebrew", ["שלום", "שָׁלוֹם"]],
  ["Hebrew abbreviations", ["צה״ל", 'צה"ל', "צהל"]],
  ["Yiddish", ["װאַרשע", "ווארשע"]],
  ["Ethiopic", ["ሐረር", "ሀረር", "ኀረር"]],
  ["Amharic", ["ፀሐይ", "ጸሀይ"]],
  ["Amharic first and fourth orders", ["ዓለም", "አለም", "ኣለም", "ዐለም"]],
  ["Amharic first and fourth orders of h", ["ሃገር", "ሀገር", "ኃገር", "ሓገር"]],
  ["Devanagari", ["क़िला", "किला", "क\u093cिला"]],
  ["Burmese", ["ရန်ကုန်", "ရန်\u200bကုန်"]],
  ["Korean", ["한국", "한국".normalize("NFD")]],
  ["Japanese", ["ガザ", "ｶﾞｻﾞ"]],
  ["Arabic digits", ["2020", "٢٠٢٠", "۲۰۲۰", "२०२०", "၂၀၂၀", "２０２０"]],
];

describe.each(alike)("%s", (_script, spellings) => {
  test("find each other", () => {
    for (const query of spellings)
      for (const text of spellings)
        expect({ query, text, found: finds(query, text) }).toEqual({ query, text, found: true });
  });
});

test.each([
  ["का", "कि", "vowel signs of Devanagari"],
  ["ကာ", "ကိ", "vowel signs of Burmese"],
  ["กา", "กี", "vowels of Thai"],
  ["か", "が", "voiced kana"],
  ["i", "и", "scripts"],
  ["停火", "停战", "ideographs"],
  ["ab", "a'b' c".slice(3), "words"],
])("keeps %s and %s apart: %s", (one, other) => {
  expect(finds(one, other)).toBe(false);
});

test.each([
  ["停火", "违反停火协议", true],
  ["火", "违反停火协议", true],
  ["议", "违反停火协议", true],
  ["停火协议", "违反停火协议", true],
  ["协定", "违反停火协议", false],
  ["停议", "违反停火协议", false],
  ["หยุดยิง", "ข้อตกลงหยุดยิงถาวร", true],
  ["ข", "ข้อตกลง", true],
  ["ခဲရေး", "အပစ်အခတ်ရပ်စဲရေး", false],
  ["စဲရေး", "အပစ်အခတ်ရပ်စဲရေး", true],
  ["បទឈប់", "បទឈប់បាញ់", true],
  ["ガザ", "パレスチナのガザ地区", true],
])("a query of %s in %s: %j", (query, text, found) => {
  expect(finds(query, text)).toBe(found);
});

test.each([
  ["停", ["停"], ["停"]],
  ["停火", ["停火", "火"], ["停火"]],
  ["停火协议 停", ["停火", "火协", "协议", "议", "停"], ["停火", "火协", "协议", "停"]],
  ["停火2020年", ["停火", "火", "2020", "年"], ["停火", "2020", "年"]],
  ["ข้อตกลง", ["ข้อ", "อต", "ตก", "กล", "ลง", "ง"], ["ข้อ", "อต", "ตก", "กล", "ลง"]],
  ["a้ข", ["a", "ข"], ["a", "ข"]],
  ["้", [], []],
])("reads %s as pairs of characters with their marks", (text, words, asked) => {
  expect([wordsOf([text]).words, queryWords(text)]).toEqual([words, asked]);
});

test.each([
  ["‘Amr and 'Ali'", ["amr", "and", "ali"]],
  ["il disse:'no'", ["il", "disse", "no"]],
  ["the U.S. held", ["the", "u.s", "held"]],
  ["10,5 and 3.5", ["10,5", "and", "3.5"]],
  ["1.Next a.1", ["1", "next", "a"]],
  ["state-of-the-art", ["state", "of", "the", "art"]],
  ["a_b __", ["a_b"]],
  ["— … ★", []],
])("reads %s as the words %j", (text, words) => {
  expect(wordsOf([text]).words).toEqual(words);
});

const someText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(...alike.flatMap(([, spellings]) => spellings.flatMap((one) => Array.from(one)))),
      { maxLength: 20 },
    )
    .map((parts) => parts.join("")),
);

test("folds what is folded to itself", () => {
  fc.assert(
    fc.property(someText, (text) => expect(fold(fold(text))).toBe(fold(text))),
    { numRuns: 2_000 },
  );
});

test.each([" ", ...Array.from("漢a'ʿ\"\u0301é\u00adեւﬔŉẚ한ㅏﾞ๔ำ𐐨", (one) => one)])(
  "folds a long text in parts as it folds the whole, with %j",
  (unit) => {
    fc.assert(
      fc.property(someText, fc.nat(20), (text, shift) => {
        const long = `${"x".repeat(1_990 + shift)}${unit}${text}${unit}${text}${unit.repeat(2_000)}${text}x`;
        expect([...foldInParts(long)].join("")).toBe(fold(long));
      }),
      { numRuns: 40 },
    );
  },
);

test("folds a long text without spaces in many parts", () => {
  for (const text of ["漢", "ﷺ", "한", "x", "ข้", "𐐨", "か"].map((one) => one.repeat(10_000)))
    expect([...foldInParts(text)].length).toBeGreaterThanOrEqual(5);
});

test("folds every case and composition of a text alike", () => {
  fc.assert(
    fc.property(someText, (text) => {
      const decomposed = text.normalize("NFD");
      for (const other of [
        decomposed,
        text.normalize("NFC"),
        decomposed.toUpperCase(),
        decomposed.toLowerCase(),
      ])
        expect({ other, folded: fold(other) }).toEqual({ other, folded: fold(text) });
    }),
    { numRuns: 2_000 },
  );
});

test("folds all characters to characters that fold to themselves", () => {
  const wrong: string[] = [];
  for (let code = 0; code < 0x20000; code += 1) {
    const folded = fold(String.fromCodePoint(code));
    if (fold(folded) !== folded || Buffer.byteLength(folded) > MAX_FOLDED_BYTES)
      wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

describe("the words of a long text", () => {
  test("are all there until they fill what the database keeps", () => {
    const words = Array.from({ length: 20_000 }, (_none, number) => `word${number}`);
    expect(wordsOf([words.join(" ")])).toEqual({ words, complete: true });
  });

  test("are told to be incomplete beyond that", () => {
    const text = Array.from({ length: 11_000 }, (_none, number) => `${number}`.padStart(150, "漢")).join("");
    const { words, complete } = wordsOf([text]);
    expect(complete).toBe(false);
    expect(Buffer.byteLength(words.join(""))).toBeLessThanOrEqual(MAX_WORDS_BYTES);
  });

  test("are incomplete beyond the most words that the index keeps", () => {
    const words = Array.from({ length: MAX_WORDS }, (_none, number) => `${number}`);
    expect(wordsOf([words.join(" ")])).toEqual({ words, complete: true });
    expect(wordsOf([words.join(" "), "more"])).toEqual({ words, complete: false });
    expect(wordsOf([words.join(" "), "0"])).toEqual({ words, complete: true });
  });

  test("are those of the first part where folding makes the text too long", () => {
    const grows = "ﷺ".repeat(20_000);
    const most = Math.floor(MAX_FOLDED_TEXT_BYTES / Buffer.byteLength(fold(grows)));
    const texts = Array.from({ length: most }, () => grows);
    expect(wordsOf([...texts, "last"])).toEqual({ words: expect.arrayContaining(["last"]), complete: true });
    expect(wordsOf([...texts, grows, "last"])).toEqual({
      words: expect.not.arrayContaining(["last"]),
      complete: false,
    });
  });

  test("are cut between characters", () => {
    const [word] = wordsOf(["𐐨".repeat(150)]).words;
    expect(word).toBe("𐐨".repeat(100));
  });
});

describe("the key that names sort by", () => {
  const sorted = (names: readonly string[]) =>
    names.toSorted((one, other) => Buffer.compare(Buffer.from(sortKey(one)), Buffer.from(sortKey(other))));

  test.each([
    [["apple", "Zebra", "zebu"]],
    [["Brigade 9", "Brigade 10", "Brigade 100"]],
    [["M4", "M23", "M23 Movement"]],
    [["Brigade 007", "Brigade 8"]],
    [["Battalion ٩", "Battalion ١٠"]],
    [["Al-Nusra", "al Qaeda", "Áland"]],
    [["Elysée", "Élysée 2", "Elz"]],
    [["“Wagner” Group", "Zulu"]],
    [["1 9", "1 10", "2"]],
  ])("orders %j", (names) => {
    expect(sorted(names.toReversed())).toEqual(names);
  });

  test("fits an index, and is never empty", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 300 }), (name) => {
        expect(Buffer.byteLength(sortKey(name))).toBeLessThanOrEqual(1_200);
      }),
    );
    expect(Buffer.byteLength(sortKey("ﷺ".repeat(300)))).toBeLessThanOrEqual(1_200);
    expect(sortKey("★")).toBe("★");
  });
});
