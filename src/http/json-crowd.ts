import { type Fault, FaultList } from "./fault.ts";
import { pointerStep } from "./faults.ts";
import { scanJson } from "./json-scan.ts";

/** How many members one object may have. Records have at most a few dozen. */
const MAX_MEMBERS = 1_000;

/** How many objects and lists one text may have together. A record of 1 MB has a few thousand. */
const MAX_CONTAINERS = 25_000;

/** A text with fewer characters has no object with too many members. */
const SHORTEST_CROWD = 4 * MAX_MEMBERS;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** An object or list that the scan is inside of. */
interface Level {
  /** Of an object the number of members so far, of a list the index of the current item. */
  count: number;
  readonly isList: boolean;
  /** Where the name of the current member begins. */
  name: number;
}

/**
 * Finds the first object in JSON text that has more than 1,000 members, and answers with a fault for each member beyond.
 * JSON.parse takes ten times as long for such an object as for other text of its length, so this comes before it. A text
 * with more than 25,000 objects and lists is one fault: parsed, it takes a hundred times its own memory. The text may be
 * malformed, and may nest deeper than `maxDepth`; what lies deeper is only counted.
 */
export function crowdFaults(text: string, maxDepth: number): Fault[] {
  const faults = new FaultList();
  if (text.length < SHORTEST_CROWD) return [];
  const levels: Level[] = [];
  let crowd: Level | undefined;
  let string = 0;
  let deeper = 0;
  let isTooDeep = false;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      string = at;
      at = closingQuote(text, at);
    } else if (code === openObject || code === openList) {
      containers++;
      isTooDeep ||= levels.length === maxDepth;
      if (containers > MAX_CONTAINERS && crowd === undefined)
        return isTooDeep ? scanJson(text, maxDepth) : [tooManyContainers];
      if (levels.length < maxDepth) levels.push({ count: 0, isList: code === openList, name: 0 });
      else deeper++;
    } else if (code === closeObject || code === closeList) {
      if (deeper > 0) deeper--;
      else if (levels.pop() === crowd && crowd !== undefined) break;
    } else if (deeper === 0 && (code === comma || code === colon)) {
      const level = levels.at(-1);
      if (level === undefined || level.isList !== (code === comma)) continue;
      level.count++;
      level.name = string;
      if (level.isList || level.count <= MAX_MEMBERS) continue;
      crowd ??= level;
      if (level === crowd) addMember(faults, text, levels);
    }
  }
  return faults.faults();
}

const tooManyContainers: Fault = {
  pointer: "",
  code: "too_many_values",
  message: `The body has more than ${MAX_CONTAINERS} objects and lists. Send a smaller record.`,
};

function addMember(faults: FaultList, text: string, levels: readonly Level[]): void {
  if (faults.isFull) {
    faults.count(1);
    return;
  }
  const message = `This object has more than ${MAX_MEMBERS} members; this member is beyond them.`;
  const pointer = levels.map((level) => pointerStep(level.isList ? level.count : nameAt(text, level.name)));
  faults.add({ pointer: pointer.join(""), code: "too_many_members", message });
}

/** The string that begins here, as it is written in the text. */
function nameAt(text: string, opening: number): string {
  return text.slice(opening + 1, closingQuote(text, opening));
}

/** Where the string that begins here ends; the end of the text where it does not. */
export function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at < 0 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before--;
  return (at - before) % 2 === 0;
}
