/** How many characters of a value an error repeats. */
const EXCERPT_LENGTH = 100;

/** The beginning of a value, for an error: at most 100 whole characters. `…` marks a cut. */
export function excerpt(text: string): string {
  // A character has at most two UTF-16 units, so this part holds more than 100 characters of any longer text.
  const characters = Array.from(text.slice(0, 2 * EXCERPT_LENGTH + 1));
  return characters.length <= EXCERPT_LENGTH ? text : `${characters.slice(0, EXCERPT_LENGTH).join("")}…`;
}

/** The beginning of a value, between backticks. An empty text is shown as `""`. */
export function quoted(text: string): string {
  if (text === "") return '`""`';
  return `\`${excerpt(text)}\``;
}

/** A JSON Pointer or a path of which each step is cut. */
export function excerptOfSteps(path: string): string {
  return path.length <= EXCERPT_LENGTH ? path : path.split("/").map(excerpt).join("/");
}
