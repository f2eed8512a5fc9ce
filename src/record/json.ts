/** JSON as it stands in bodies, documents and rows. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [member: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** A value that is known to be a text; anything else is the empty one. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The value at a path of members, or undefined where the path leads nowhere. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value;
  for (const member of path) {
    if (!isObject(at)) return undefined;
    at = at[member];
  }
  return at;
}

/** One step of a JSON Pointer (RFC 6901). */
export function pointerStep(member: string | number): string {
  return `/${String(member).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** A copy of a value with texts put at pointers that lead somewhere in it. */
export function withTexts(value: Json, texts: ReadonlyMap<string, string>): Json {
  const copy = structuredClone(value);
  for (const [pointer, text] of texts) setAt(copy, pointer.split("/").slice(1), text);
  return copy;
}

function setAt(target: Json, path: readonly string[], text: string): void {
  const [step = "", ...rest] = path;
  if (target === null || typeof target !== "object") return;
  if (rest.length === 0) Object.assign(target, { [step]: text });
  else setAt(Object.entries(target).find(([member]) => member === step)?.[1] ?? null, rest, text);
}
