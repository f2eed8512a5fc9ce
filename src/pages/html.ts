/** Markup that may stand in a page as it is: only `html` makes it, so that every other text is escaped. */
export interface Html {
  readonly markup: string;
}

/** What may be put into a template; null, undefined and false leave nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const made = new WeakSet<object>();

function isHtml(part: object): part is Html {
  return made.has(part);
}

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * The tag of every template in the pages: html`<p>${text}</p>`. Each part is escaped for element content and for quoted
 * attributes; only what `html` itself has made goes in unchanged, lists part by part. Attributes must stand in quotes.
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const [first = "", ...rest] = literals;
  const markup = first + rest.map((literal, place) => text(parts[place]) + literal).join("");
  const result = Object.freeze({ markup });
  made.add(result);
  return result;
}

function text(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (typeof part !== "object") return String(part).replace(/[&<>"']/g, (found) => entities[found] ?? "");
  return isHtml(part) ? part.markup : Array.isArray(part) ? part.map(text).join("") : "";
}
