/**
 * JSON Pointers (RFC 6901). A pointer is split into reference tokens here, and nowhere else. What a token names depends on
 * the value that it is applied to: in an object it is the name of a member, in a list an index.
 */

/** A JSON Pointer and its reference tokens, unescaped. The empty pointer has none and names the whole document. */
export interface Pointer {
  readonly text: string;
  readonly tokens: readonly string[];
}

/** Reads a JSON Pointer; undefined where the text does not follow the grammar. */
export function readPointer(text: string): Pointer | undefined {
  if (text === "") return { text, tokens: [] };
  if (!text.startsWith("/") || /~(?![01])/.test(text)) return undefined;
  return { text, tokens: text.slice(1).split("/").map(unescaped) };
}

/** `~1` is replaced before `~0`, so that `~01` becomes `~1` and not `/`. */
function unescaped(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The token that names the place after the last item of a list. */
export const AFTER_LAST = "-";

/** The list index that a token is: `0`, or digits without a leading zero. Undefined: the token is not an index. */
export function listIndex(token: string): number | undefined {
  return /^(?:0|[1-9][0-9]*)$/.test(token) ? Number(token) : undefined;
}

/** Whether a pointer leads to a place inside the value that another pointer names. */
export function isInside(inner: Pointer, outer: Pointer): boolean {
  return inner.tokens.length > outer.tokens.length && inner.text.startsWith(`${outer.text}/`);
}
