/** The text of the record in an answer, without what the answer to a creation names beside it. */
export function docTextOf({ text }: { readonly text: string }): string {
  return text.replace(/,"possible_duplicates":(null|\[.*\])\}$/, "}");
}
