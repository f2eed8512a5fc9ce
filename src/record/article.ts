/** An English noun with its indefinite article: "an actor", "a ceasefire". The nouns are names of record types and of kinds of field. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}
