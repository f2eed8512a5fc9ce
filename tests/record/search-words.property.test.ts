import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { searchWords } from "../../src/record/document.ts";

/** The words as Unicode's rules alone find them, without any short way. */
function segmented(text: string): string[] {
  const folded = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");
  const found = [...new Intl.Segmenter("und", { granularity: "word" }).segment(folded)];
  return [...new Set(found.flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : [])))];
}

const pieces = [
  "Şuşa",
  "don't",
  "e.g.",
  "10,5",
  "12:05",
  "(9",
  '"fire"',
  "a_b",
  "x.y",
  "V33,",
  "Հայաստան",
  "停火",
];
const signs = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u200d", "\ufeff", "-", "'", ".", ",", ":", "…"];

test("words are those that Unicode's rules find, whatever stands between them", () => {
  const part = fc.oneof(
    fc.constantFrom(...pieces),
    fc.constantFrom(...signs),
    fc.string({ unit: "grapheme", maxLength: 6 }),
    fc.string({ unit: "binary-ascii", maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      expect(searchWords([text])).toEqual(segmented(text));
    }),
    { numRuns: 2_000 },
  );
});
