import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { nameText, text } from "../../src/record/field.ts";
import { marksFault, normalizedName, normalizedText, textFault } from "../../src/record/text-rules.ts";

const FAMILY = "👩\u200d👩\u200d👧";
const ENGLAND = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

describe("a name is kept", () => {
  test.each([
    ["in normalization form C", "Sana\u0301", "San\u00e1"],
    ["with single spaces", " a\u00a0 b\u2003\t\nc\u3000", "a b c"],
    ["without zero-width spaces and byte order marks", "\ufefffoo\u200bbar\u2060", "foobar"],
    ["without soft hyphens and fillers", "cease\u00adfire\u3164", "ceasefire"],
    ["without direction marks", "\u200eName\u200f \u061c2", "Name 2"],
    ["without a pair of isolates around it", "\u2068Name\u2069", "Name"],
    ["with a pair of isolates inside it", "The \u2067שם\u2069 group", "The \u2067שם\u2069 group"],
    ["without joiners between letters of Latin", "a\u200db\u200cc", "abc"],
    ["with the non-joiner between Persian letters that would join", "می\u200cخواهم", "می\u200cخواهم"],
    ["with one non-joiner for several", "می\u200c\u200cخواهم", "می\u200cخواهم"],
    ["without the non-joiner after a letter that does not join", "آذر\u200cبایجان", "آذربایجان"],
    ["without the non-joiner at an end", "\u200cعلی\u200c", "علی"],
    ["with the joiner that leaves a letter open", "ه\u200d.", "ه\u200d."],
    ["without the joiner between letters that join anyway", "ه\u200dم", "هم"],
    ["with joiners after a virama", "क्\u200dष क्\u200cष", "क्\u200dष क्\u200cष"],
    ["with the joiner before a virama", "র\u200d্য", "র\u200d্য"],
    ["without joiners between plain letters of Devanagari", "क\u200cष", "कष"],
    ["with the joiners of an emoji", FAMILY, FAMILY],
    ["with the selector of an emoji", "❤\ufe0f 1\ufe0f\u20e3", "❤\ufe0f 1\ufe0f\u20e3"],
    ["without a selector of nothing", "1\ufe0f a\ufe0f", "1 a"],
    ["with the selectors of ideographs", "葛\u{e0100}", "葛\u{e0100}"],
    ["with the tags of a flag", ENGLAND, ENGLAND],
    ["without tags of nothing", "Name\u{e0061}\u{e0062}\u{e007f}", "Name"],
    ["with the selectors of Mongolian", "ᠠ\u180b", "ᠠ\u180b"],
  ])("%s", (_rule, given, kept) => {
    expect(normalizedName(given)).toBe(kept);
    expect(textFault(kept)).toBeUndefined();
  });

  test("so that names which look the same are the same", () => {
    const alike = [
      "Sana\u0301 a",
      "San\u00e1\u00a0a",
      " San\u00e1  a ",
      "San\u00e1\u200b a",
      "\u2068San\u00e1 a\u2069",
    ];
    expect([...new Set(alike.map(normalizedName))]).toEqual(["San\u00e1 a"]);
  });
});

describe("a text is kept", () => {
  test.each([
    ["with its blanks and lines", " a\u00a0 b\r\n\n c ", " a\u00a0 b\r\n\n c "],
    [
      "with direction marks and paired controls",
      "\u200fא \u2067b\u2069 \u202ac\u202c",
      "\u200fא \u2067b\u2069 \u202ac\u202c",
    ],
    ["in normalization form C, without what shows nothing", "e\u0301\u200b\u00ad", "\u00e9"],
  ])("%s", (_rule, given, kept) => {
    expect(normalizedText(given)).toBe(kept);
    expect(textFault(kept)).toBeUndefined();
  });
});

test.each([
  ["", "no_visible_character"],
  [" \u00a0\n", "no_visible_character"],
  ["\u2800", "no_visible_character"],
  ["\u0301", "no_visible_character"],
  ["a\u202eb", "bidi_override", "U+202E"],
  ["a\u202db\u202c", "bidi_override", "U+202D"],
  ["a\u2066b", "unpaired_bidi_control", "U+2066"],
  ["a\u2069b", "unpaired_bidi_control", "U+2069"],
  ["\u2067a\u202c", "unpaired_bidi_control", "U+202C"],
  ["a \u2068b\nc\u2069", "unpaired_bidi_control", "U+2068"],
  ["\u202aa", "unpaired_bidi_control", "U+202A"],
  ["a\u0007", "control_character", "U+0007"],
  ["a\u001b[31m", "control_character", "U+001B"],
  ["a\ufff9b", "control_character", "U+FFF9"],
  ["a\uffff", "control_character", "U+FFFF"],
])("%j is refused as %s", (text, code, named = "") => {
  expect(textFault(text)).toMatchObject({ code, message: expect.stringContaining(named) });
});

test("what is normalized stays as it is, and search loses nothing that can be seen", () => {
  const parts = fc.constantFrom(
    ...[
      "\u200c",
      "\u200d",
      "\u200b",
      "\ufeff",
      "ه",
      "ر",
      "م",
      "\u064e",
      "\u094d",
      "क",
      "a",
      "e",
      "\u0301",
      "👩",
    ],
    ...[
      "\ufe0f",
      "1",
      "\u20e3",
      "\u{1f3f4}",
      "\u{e0061}",
      "\u{e007f}",
      "\u2067",
      "\u2069",
      " ",
      "\u00a0",
      "\n",
      "\u200e",
      "ᠠ",
    ],
  );
  const text = fc
    .array(fc.oneof(parts, fc.string({ unit: "binary", maxLength: 2 })), { maxLength: 10 })
    .map((some) => some.join(""));
  fc.assert(
    fc.property(text, (given) => {
      for (const normalized of [normalizedName, normalizedText]) {
        const kept = normalized(given);
        expect(normalized(kept)).toBe(kept);
        const visible = (one: string) => one.normalize("NFD").replaceAll(/[\p{M}\p{C}\p{Z}]/gu, "");
        expect(visible(kept)).toBe(visible(given));
      }
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  [`a${"\u0301\u0316".repeat(15)}`, undefined],
  [`a${"\u0301\u0316".repeat(15)}b${"\u0301".repeat(30)}`, undefined],
  [`${"\u200b".repeat(100)}a${"\ufe0f".repeat(40)}`, undefined],
  [`a${"\u0301\u0316".repeat(15)}\u0301`, "too_many_marks"],
  ["\u0301".repeat(31), "too_many_marks"],
  [`ก${"\u0e48\u200b\u0e38\u034f".repeat(16)}`, "too_many_marks"],
])("allows at most 30 combining marks in a row: %j", (text, code) => {
  expect(marksFault(text)?.code).toBe(code);
});

test.each([
  ["a text", text("A text.")],
  ["a name", nameText(300)],
])("%s of hundreds of thousands of combining marks is refused before it is normalized", (_kind, schema) => {
  const started_ms = performance.now();
  const read = schema.safeParse(`a${"\u0301\u0316".repeat(250_000)}`);
  expect(read.error?.issues).toMatchObject([{ code: "custom", params: { code: "too_many_marks" } }]);
  expect(performance.now() - started_ms).toBeLessThan(5_000);
});
