import fc from "fast-check";

/** Words of many scripts, in the spellings that name the same thing. */
const words = [
  ...["Sana’a", "Sana'a", "Şuşa", "Əliyev", "Straße", "Łódź", "İstanbul", "Đà Nẵng", "Слов’янськ", "Артём"],
  ...["Երևան", "ԵՐԵՎԱՆ", "თბილისი", "ΛΌΓΟΣ", "صنعاء", "کرمان", "آتش\u200cبس", "ګومل", "צה״ל", "ירושלים"],
  ...[
    "ሐረር",
    "ရန်ကုန်",
    "क़िला",
    "ঢাকা",
    "กรุงเทพ",
    "停火协议",
    "ガザ",
    "한국",
    "👩\u200d👩\u200d👧",
    "٢٠٢٠",
    "Ⅳ",
    "ﬁre",
  ],
];

/** What stands between and inside words: blanks, marks, and characters that show nothing or turn the direction. */
const between = [
  ...[" ", " ", " ", "\u00a0", "\u3000", "\t", "\n", "-", "'", ".", "\u0301", "\u064e", "\u093c", "\ufe0f"],
  ...["\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\u3164", "\u2800", "\u{e0061}"],
];

const refused = [
  "\u202a",
  "\u202c",
  "\u202e",
  "\u2066",
  "\u2068",
  "\u2069",
  "\u0007",
  "\u0085",
  "\ufff9",
  "\uffff",
];

/** Names in any script, composed or not, most of them such as are kept. */
export const unicodeName: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...words) },
        { weight: 8, arbitrary: fc.constantFrom(...between) },
        { weight: 1, arbitrary: fc.constantFrom(...refused) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 3 }) },
      ),
      { minLength: 1, maxLength: 8 },
    ),
    fc.constantFrom("NFC", "NFD", "NFKC"),
  )
  .map(([parts, form]) => parts.join("").normalize(form));
