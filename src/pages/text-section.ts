import { type Html, html } from "./html.ts";

/** The steps of the folding, as `fold` in record/fold.ts takes them. */
const steps: readonly string[] = [
  "Compatibility forms become plain letters (Unicode NFKD): ﬁ is fi, Ａ is A.",
  "Diacritics go in Latin, Greek, Cyrillic, Arabic, Hebrew, Syriac, Ethiopic and N'Ko: Şuşa is susa, ё is е, й is и. Vowel signs of the scripts of India and South-East Asia stay; the nukta of Devanagari goes. Characters without an appearance go: soft hyphens, zero-width spaces and joiners, the tatweel.",
  "Case is folded in full (Unicode): ß is ss, ς is σ, Երևան is ԵՐԵՎԱՆ and Երեւան.",
  "Latin letters without a decomposition become those of the Latin-ASCII transform of Unicode CLDR: ø is o, ł is l, æ is ae. ə is e and ı is i, as Azerbaijani and Turkish texts are typed elsewhere.",
  "ґ is г. The forms of yeh, kaf and heh in Arabic, Persian, Urdu, Pashto and Kurdish are one; ة is ه, أ, إ, آ and ٱ are ا. Final letters of Hebrew are the plain ones, and the digraphs of Yiddish are two letters. ሐ and ኀ are ሀ, ሠ is ሰ, ዐ is አ, ፀ is ጸ. The candrabindu is the anusvara.",
  "Digits of every script are 0 to 9.",
  "Apostrophes, primes and the letters for ʿayn, hamza and the glottal stop go inside a word: Sana'a, Sana’a and Sanaʿa are sanaa. Elsewhere they separate words. So do the accents of Armenian, geresh and gershayim.",
];

/** How names and texts are kept, by the rules in record/text-rules.ts. */
export function textSection(): Html {
  return html`<section><h2 id="text">Names and texts</h2>
<p>Names and texts are stored in Unicode normalization form C. In names, blanks of every kind become one space, blanks at the ends go, and so do direction marks. Characters that show nothing go: zero-width spaces, byte order marks, soft hyphens, variation selectors and tags without effect. The zero-width joiner and non-joiner stay between letters that join, beside a virama and inside an emoji.</p>
<p>A request is refused with 422 where a name or text has no visible character, more than 30 combining marks in a row, a control character other than tab and line breaks, a bidirectional override (U+202D, U+202E), or a bidirectional control without its counterpart on the same line. An address is stored as it is given.</p></section>`;
}

/** How full-text search reads texts and queries. */
export function searchSection(): Html {
  return html`<section><h2 id="search">Search and sorting</h2>
<p>The parameter <code>q</code> finds records whose names and texts, quotations and words of moments included, hold every word of the query or a word that begins with it. Texts and queries are folded by the same steps:</p>
<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>
<p>A word is a run of letters and digits. In Chinese, Japanese, Thai, Lao, Khmer and Burmese each pair of adjacent characters is a word, where a character includes its marks; a query finds texts that contain all its pairs, and a query of one character finds it anywhere. Words are cut after 100 characters. The index keeps the first 100,000 distinct words of a record, at most 1 MB, from the first 1 MB of its folded text. If a record has more, the answer to its write carries <code>Search-Index: incomplete</code>. Simplified and traditional Chinese are not related.</p>
<p>Lists by name sort by the folded name without punctuation, numbers by their value: Brigade 9 comes before Brigade 10.</p></section>`;
}
