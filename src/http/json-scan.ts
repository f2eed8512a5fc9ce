import { quoted } from "./excerpt.ts";
import { type Fault, FaultList } from "./fault.ts";
import { pointerStep } from "./faults.ts";

/**
 * Finds where JSON text goes wrong: the first place where it is malformed, by line and column, else every member
 * that is named twice in one object. Slower than JSON.parse, which tells neither reliably; only meant for texts
 * already known to be faulty. Nesting beyond `maxDepth` is the fault itself and ends the scan.
 */
export function scanJson(text: string, maxDepth: number): Fault[] {
  const scan: Scan = { text, at: 0, maxDepth, faults: new FaultList() };
  try {
    scanValue(scan, "", 1);
    skipSpace(scan);
    if (scan.at < text.length) stop(scan, "the end of the text");
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return [error.fault];
  }
  return scan.faults.faults();
}

interface Scan {
  readonly text: string;
  at: number;
  readonly maxDepth: number;
  readonly faults: FaultList;
}

class Stopped extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

function stop(scan: Scan, expected: string): never {
  const before = scan.text.slice(0, scan.at);
  const line = before.split("\n").length;
  const column = scan.at - before.lastIndexOf("\n");
  const next = scan.text.codePointAt(scan.at);
  const found =
    next === undefined ? "the text ends" : `there is ${JSON.stringify(String.fromCodePoint(next))}`;
  const message = `The JSON is malformed at line ${line}, column ${column}: expected ${expected}, but ${found}.`;
  throw new Stopped({ pointer: "", code: "malformed_json", message });
}

function skipSpace(scan: Scan): void {
  while (" \t\n\r".includes(scan.text.charAt(scan.at)) && scan.at < scan.text.length) scan.at++;
}

/** Takes what a sticky pattern matches at the current place, or returns undefined and stays. */
function take(scan: Scan, pattern: RegExp): string | undefined {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.text)?.[0];
  if (found !== undefined) scan.at += found.length;
  return found;
}

function scanValue(scan: Scan, pointer: string, depth: number): void {
  skipSpace(scan);
  const first = scan.text.charAt(scan.at);
  if (first === "{" || first === "[") {
    if (depth > scan.maxDepth) {
      const message = `Objects and lists may be nested ${scan.maxDepth} deep; this goes deeper.`;
      throw new Stopped({ pointer, code: "too_deep", message });
    }
    scan.at++;
    if (first === "{") scanObject(scan, pointer, depth);
    else scanList(scan, pointer, depth);
  } else if (first === '"') {
    scanString(scan);
  } else if (take(scan, /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) === undefined) {
    stop(scan, "a value");
  }
}

function scanObject(scan: Scan, pointer: string, depth: number): void {
  const seen = new Set<string>();
  skipSpace(scan);
  if (take(scan, /\}/y) !== undefined) return;
  do {
    skipSpace(scan);
    if (scan.text.charAt(scan.at) !== '"') stop(scan, "a member's name in double quotes");
    const name = scanString(scan);
    const place = pointer + pointerStep(name);
    if (seen.has(name)) {
      scan.faults.add({
        pointer: place,
        code: "duplicate_member",
        message: `${quoted(name)} is named twice here.`,
      });
    }
    seen.add(name);
    skipSpace(scan);
    if (take(scan, /:/y) === undefined) stop(scan, "a colon");
    scanValue(scan, place, depth + 1);
    skipSpace(scan);
  } while (take(scan, /,/y) !== undefined);
  if (take(scan, /\}/y) === undefined) stop(scan, 'a comma or "}"');
}

function scanList(scan: Scan, pointer: string, depth: number): void {
  skipSpace(scan);
  if (take(scan, /\]/y) !== undefined) return;
  let index = 0;
  do {
    scanValue(scan, `${pointer}/${index}`, depth + 1);
    index++;
    skipSpace(scan);
  } while (take(scan, /,/y) !== undefined);
  if (take(scan, /\]/y) === undefined) stop(scan, 'a comma or "]"');
}

/** Reads the string that begins at the current place and returns what it says. */
function scanString(scan: Scan): string {
  const start = scan.at;
  scan.at++;
  for (;;) {
    const code = scan.text.charCodeAt(scan.at);
    if (code === 0x22) break;
    if (Number.isNaN(code)) stop(scan, "a closing quote");
    if (code < 0x20) stop(scan, "an escape such as \\n in place of a control character");
    if (code !== 0x5c) scan.at++;
    else if (take(scan, /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y) === undefined) stop(scan, "a valid escape");
  }
  scan.at++;
  return String(JSON.parse(scan.text.slice(start, scan.at)));
}
