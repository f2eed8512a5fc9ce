import { type Fault, FaultList } from "./fault.ts";
import { pointerStep } from "./faults.ts";
import { closingQuote, crowdFaults } from "./json-crowd.ts";
import { scanJson } from "./json-scan.ts";

export interface JsonLimits {
  /** The deepest nesting of objects and lists that is read; the outermost counts as 1. */
  readonly maxDepth: number;
}

/** `value` is undefined where nothing may be read from the text: it is malformed, ambiguous or too deep. */
export interface ParsedJson {
  readonly value: unknown;
  readonly faults: readonly Fault[];
}

/** The codes of faults that make a body unreadable (400), as against one that breaks the rules (422). */
export const unreadableCodes: ReadonlySet<string> = new Set([
  "malformed_json",
  "duplicate_member",
  "invalid_encoding",
  "body_required",
  "unexpected_body",
]);

/**
 * Reads JSON strictly. Refused besides malformed text: a member named twice (JSON.parse would keep the last in
 * silence), nesting beyond the limit, strings with NUL (Postgres cannot hold it) or half a surrogate pair (no UTF-8
 * has it), numbers that JavaScript would round to another whole number, a member named `__proto__`, and an object with
 * more than 1,000 members.
 *
 * The native parser does the work; only a text that it refuses, or in which members were lost, is scanned again
 * by hand to find the place.
 */
export function parseJson(text: string, limits: JsonLimits): ParsedJson {
  const crowd = crowdFaults(text, limits.maxDepth);
  if (crowd.length > 0) return { value: undefined, faults: crowd };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { value: undefined, faults: scanJson(text, limits.maxDepth) };
  }
  const walk: Walk = {
    maxDepth: limits.maxDepth,
    // Only escapes can bring NUL or half a surrogate pair into text that was decoded from UTF-8.
    checksStrings: text.includes("\\u"),
    path: [],
    members: 0,
    tooDeep: undefined,
    faults: new FaultList(),
  };
  visit(value, walk);
  if (walk.tooDeep !== undefined)
    return { value: undefined, faults: [tooDeep(walk.tooDeep, limits.maxDepth)] };
  if (countMembers(text) === walk.members) return { value, faults: walk.faults.faults() };
  return { value: undefined, faults: [...scanJson(text, limits.maxDepth), ...walk.faults.faults()] };
}

interface Walk {
  readonly maxDepth: number;
  readonly checksStrings: boolean;
  /** The names and indexes that lead to the current value; made into a pointer only where there is a fault. */
  readonly path: PropertyKey[];
  members: number;
  tooDeep: string | undefined;
  readonly faults: FaultList;
}

function here(walk: Walk): string {
  return walk.path.map(pointerStep).join("");
}

/** Adds a fault of the current value. */
function addFault(walk: Walk, code: string, message: string): void {
  if (walk.faults.isFull) walk.faults.count(1);
  else walk.faults.add({ pointer: here(walk), code, message });
}

function visit(value: unknown, walk: Walk): void {
  if (typeof value === "string") {
    if (walk.checksStrings) checkText(value, walk);
  } else if (typeof value === "number") {
    checkNumber(value, walk);
  } else if (typeof value === "object" && value !== null && walk.tooDeep === undefined) {
    if (walk.path.length < walk.maxDepth) visitInside(value, walk);
    else walk.tooDeep = here(walk);
  }
}

function visitInside(value: object, walk: Walk): void {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      walk.path.push(index);
      visit(value[index], walk);
      walk.path.pop();
    }
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    walk.path.push(name);
    walk.members++;
    if (walk.checksStrings) checkText(name, walk);
    if (name === "__proto__") addFault(walk, "unknown_member", "There is no member `__proto__`.");
    visit(member, walk);
    walk.path.pop();
  }
}

function checkText(text: string, walk: Walk): void {
  if (text.includes("\0"))
    addFault(walk, "invalid_text", "Text may not contain the character NUL (\\u0000).");
  if (/\p{Surrogate}/u.test(text)) {
    const message = "Text holds half of a surrogate pair (\\ud800 to \\udfff), which is not a character.";
    addFault(walk, "invalid_text", message);
  }
}

function checkNumber(value: number, walk: Walk): void {
  if (Number.isSafeInteger(value)) return;
  if (Number.isFinite(value) && !Number.isInteger(value)) return;
  const message = "This number is too large to be kept exactly; whole numbers go up to 9007199254740991.";
  addFault(walk, "too_large", message);
}

/** The fault of a text that nests deeper than allowed, at the place where it begins to. */
function tooDeep(pointer: string, maxDepth: number): Fault {
  return {
    pointer,
    code: "too_deep",
    message: `Objects and lists may be nested ${maxDepth} deep; this goes deeper.`,
  };
}

const quote = 0x22;
const colon = 0x3a;

/** How many members valid JSON text names, doubles included: the colons outside its strings. */
function countMembers(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === colon) members++;
    else if (code === quote) at = closingQuote(text, at);
  }
  return members;
}
