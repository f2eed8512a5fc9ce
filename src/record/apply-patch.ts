import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import { isList, isObject, type Json, pointerStep } from "./json.ts";
import type { Operation } from "./json-patch.ts";
import { AFTER_LAST, isInside, listIndex, type Pointer } from "./json-pointer.ts";

/**
 * A document while it is patched. Objects are maps, so that a pointer reaches own members only, whatever their names, and
 * the number of members is known without counting them.
 */
type Node = null | boolean | number | string | Node[] | Map<string, Node>;

interface Working {
  root: Node;
  /** How much `copy`, and `move` to a deeper place, have copied so far, in characters. */
  copied: number;
  /** How many objects and lists the document has. */
  containers: number;
}

/** A document is nested as deeply as a request body at most; the outermost object counts as 1. */
const MAX_DEPTH = 20;

/** How long a list may be while a patch is applied; those of a valid record are much shorter. */
const MAX_ITEMS = 10_000;

/** How many objects and lists a document may have together while a patch is applied. A request body has the same limit. */
const MAX_CONTAINERS = 25_000;

/** How much one patch copies at most, in characters: a few operations that each double a value would fill any memory. */
const MAX_COPIED = 1_000_000;

/** What an object or list costs of `MAX_COPIED`, without its contents: it needs as much memory as a text of that length. */
const CONTAINER_COST = 40;

/** What any other value costs of `MAX_COPIED`; a string costs its length in addition. */
const VALUE_COST = 8;

/** Why an operation does not apply, and which of its pointers is at fault. */
class Refusal extends Error {
  readonly member: "path" | "from";

  constructor(member: "path" | "from", message: string) {
    super(message);
    this.member = member;
  }
}

/**
 * Applies a JSON Patch to a copy of a document. The first operation that does not apply ends it, since those after it may
 * depend on it.
 */
export function applyPatch(
  document: Json,
  operations: readonly Operation[],
): { readonly result: Json } | { readonly fault: Fault } {
  const working: Working = { root: null, copied: 0, containers: 0 };
  working.root = toNode(working, document, MAX_DEPTH);
  for (const [place, operation] of operations.entries()) {
    try {
      const before = working.containers;
      applyOperation(working, operation);
      checkContainers(working, before);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { fault: notApplicable(operation, place, error) };
    }
  }
  return { result: toJson(working.root) };
}

function notApplicable(operation: Operation, place: number, { member, message }: Refusal): Fault {
  const pointer = member === "from" && "from" in operation ? operation.from : operation.path;
  return {
    pointer: `/${place}/${member}`,
    code: "patch_does_not_apply",
    message: `Operation ${place} (\`${operation.op}\`, ${member} ${quoted(pointer.text)}): ${message}`,
  };
}

function applyOperation(working: Working, operation: Operation): void {
  const { path } = operation;
  if (operation.op === "add") put(working, path, toNode(working, operation.value, roomAt(path)));
  if (operation.op === "replace") replace(working, path, toNode(working, operation.value, roomAt(path)));
  if (operation.op === "remove") discard(working, take(working, path, "path"));
  if (operation.op === "move") move(working, operation.from, path);
  if (operation.op === "copy") copy(working, operation.from, path);
  if (operation.op === "test" && !equals(valueAt(working, path, "path"), operation.value))
    throw new Refusal("path", "The value there differs from `value`. Read the record and adapt the patch.");
}

function copy(working: Working, from: Pointer, path: Pointer): void {
  put(working, path, copyOf(working, valueAt(working, from, "from"), roomAt(path)));
}

function move(working: Working, from: Pointer, path: Pointer): void {
  if (isInside(path, from))
    throw new Refusal(
      "path",
      "A value cannot be moved into itself. Move it to a place outside, or use `copy`.",
    );
  if (path.text === from.text) {
    valueAt(working, from, "from");
    return;
  }
  const taken = take(working, from, "from");
  if (path.tokens.length <= from.tokens.length) {
    put(working, path, taken);
    return;
  }
  discard(working, taken);
  put(working, path, copyOf(working, taken, roomAt(path)));
}

/** The value that a pointer names. */
function valueAt(working: Working, pointer: Pointer, member: "path" | "from"): Node {
  return pointer.tokens.reduce((node, _token, depth) => childOf(node, pointer, depth, member), working.root);
}

/** The object or list that holds the last token's place. */
function parentOf(working: Working, pointer: Pointer, member: "path" | "from"): Node {
  const parents = pointer.tokens.slice(0, -1);
  return parents.reduce((node, _token, depth) => childOf(node, pointer, depth, member), working.root);
}

/** The member or item of a value that the token at this depth of a pointer names. */
function childOf(node: Node, pointer: Pointer, depth: number, member: "path" | "from"): Node {
  const token = pointer.tokens[depth] ?? "";
  const child =
    node instanceof Map
      ? node.get(token)
      : Array.isArray(node)
        ? node[indexIn(node, pointer, depth, member)]
        : undefined;
  if (child !== undefined) return child;
  const what = outline(node, pointer, depth);
  if (!(node instanceof Map)) {
    const message = `${what} has no members, so ${quoted(token)} names nothing. A pointer enters objects and lists only; use the pointer of the whole value.`;
    throw new Refusal(member, message);
  }
  throw new Refusal(
    member,
    `${what} has no member ${quoted(token)}. Read the record and use a member that it has.`,
  );
}

/** The index that a token names in a list, `last` at most. */
function indexIn(
  list: Node[],
  pointer: Pointer,
  depth: number,
  member: "path" | "from",
  last = list.length - 1,
): number {
  const token = pointer.tokens[depth] ?? "";
  const index = listIndex(token);
  if (index !== undefined && index <= last) return index;
  const remedy = last < 0 ? "Read the record again." : `Use an index from 0 to ${last}.`;
  const size = `${outline(list, pointer, depth)} has ${count(list)}`;
  if (index !== undefined)
    throw new Refusal(member, `${size}, so ${quoted(token)} is beyond its end. ${remedy}`);
  const rule =
    token === AFTER_LAST
      ? "`-` is the place after the last item, where `add`, `move` and `copy` put a value; it names no item"
      : `${quoted(token)} is not an index, which is 0 or digits without a leading zero`;
  throw new Refusal(member, `${rule}. ${size}. ${remedy}`);
}

/** Puts a value at a path as `add` does: as a member, new or in place of the old, or before an item, or after the last. */
function put(working: Working, path: Pointer, value: Node): void {
  const token = path.tokens.at(-1);
  if (token === undefined) {
    setRoot(working, value);
    return;
  }
  const parent = parentOf(working, path, "path");
  if (parent instanceof Map) setMember(working, parent, token, value);
  else if (Array.isArray(parent)) {
    const { length } = parent;
    const index =
      token === AFTER_LAST ? length : indexIn(parent, path, path.tokens.length - 1, "path", length);
    checkLength(length + 1);
    parent.splice(index, 0, value);
  } else childOf(parent, path, path.tokens.length - 1, "path");
}

function replace(working: Working, path: Pointer, value: Node): void {
  const depth = path.tokens.length - 1;
  if (depth < 0) {
    setRoot(working, value);
    return;
  }
  const parent = parentOf(working, path, "path");
  const replaced = childOf(parent, path, depth, "path");
  if (parent instanceof Map) setMember(working, parent, path.tokens[depth] ?? "", value);
  else if (Array.isArray(parent)) {
    discard(working, replaced);
    parent[indexIn(parent, path, depth, "path")] = value;
  }
}

function setRoot(working: Working, value: Node): void {
  discard(working, working.root);
  working.root = value;
}

function setMember(working: Working, parent: Map<string, Node>, member: string, value: Node): void {
  discard(working, parent.get(member) ?? null);
  parent.set(member, value);
}

/** Subtracts the objects and lists of a value that has left the document. */
function discard(working: Working, node: Node): void {
  if (!Array.isArray(node) && !(node instanceof Map)) return;
  working.containers -= 1;
  for (const inner of node.values()) discard(working, inner);
}

/** Takes the value that a pointer names out of the document. */
function take(working: Working, pointer: Pointer, member: "path" | "from"): Node {
  const depth = pointer.tokens.length - 1;
  if (depth < 0)
    throw new Refusal(
      member,
      "The whole record cannot be removed or moved by a patch. Delete the record with DELETE.",
    );
  const parent = parentOf(working, pointer, member);
  const value = childOf(parent, pointer, depth, member);
  if (parent instanceof Map) parent.delete(pointer.tokens[depth] ?? "");
  else if (Array.isArray(parent)) parent.splice(indexIn(parent, pointer, depth, member), 1);
  return value;
}

function roomAt(path: Pointer): number {
  return MAX_DEPTH - path.tokens.length;
}

/** A copy of a value, for a place in the document. `room` is how deeply it may be nested. */
function toNode(working: Working, value: Json, room: number): Node {
  if (!isList(value) && !isObject(value)) return value;
  checkRoom(room);
  working.containers += 1;
  if (isList(value)) {
    checkLength(value.length);
    return value.map((item) => toNode(working, item, room - 1));
  }
  return new Map(Object.entries(value).map(([member, inner]) => [member, toNode(working, inner, room - 1)]));
}

/** A copy of a part of the document, for another place in it. */
function copyOf(working: Working, node: Node, room: number): Node {
  working.copied += costOf(node);
  if (working.copied > MAX_COPIED) {
    const message = `The operations up to this one copy more than ${MAX_COPIED} characters, where an object or list counts as ${CONTAINER_COST} and any other value as at least ${VALUE_COST}. Send the values with \`add\`, in several patches.`;
    throw new Refusal("path", message);
  }
  if (!Array.isArray(node) && !(node instanceof Map)) return node;
  checkRoom(room);
  working.containers += 1;
  if (Array.isArray(node)) return node.map((item) => copyOf(working, item, room - 1));
  const members = [...node].map(([member, inner]): [string, Node] => {
    working.copied += member.length;
    return [member, copyOf(working, inner, room - 1)];
  });
  return new Map(members);
}

/** What a copy of a value costs of `MAX_COPIED`, without the values inside it. */
function costOf(node: Node): number {
  if (Array.isArray(node) || node instanceof Map) return CONTAINER_COST;
  return typeof node === "string" ? VALUE_COST + node.length : VALUE_COST;
}

/** Refuses an operation that leaves too many objects and lists; one that adds none always passes. */
function checkContainers({ containers }: Working, before: number): void {
  if (containers <= Math.max(MAX_CONTAINERS, before)) return;
  const message = `The record would have ${containers} objects and lists; at most ${MAX_CONTAINERS} are accepted. Add or copy a smaller value, or remove other values first.`;
  throw new Refusal("path", message);
}

function checkRoom(room: number): void {
  if (room > 0) return;
  const message = `The record would be nested more than ${MAX_DEPTH} levels deep. Put the value at a shorter path.`;
  throw new Refusal("path", message);
}

function checkLength(length: number): void {
  if (length <= MAX_ITEMS) return;
  const message = `A list of ${length} items is too long; no list of a record has more than ${MAX_ITEMS}. Add fewer items, or remove others first.`;
  throw new Refusal("path", message);
}

function toJson(node: Node): Json {
  if (Array.isArray(node)) return node.map(toJson);
  if (node instanceof Map)
    return Object.fromEntries([...node].map(([member, inner]) => [member, toJson(inner)]));
  return node;
}

/** Equality as `test` asks for it: members in any order. */
function equals(node: Node, value: Json): boolean {
  if (Array.isArray(node)) {
    return (
      isList(value) &&
      value.length === node.length &&
      node.every((item, place) => equals(item, value[place] ?? null))
    );
  }
  if (!(node instanceof Map)) return node === value;
  if (!isObject(value)) return false;
  const members = Object.entries(value);
  if (members.length !== node.size) return false;
  return members.every(([member, inner]) => {
    const own = node.get(member);
    return own !== undefined && equals(own, inner);
  });
}

/** The value that a pointer enters at this depth, for a message. */
function outline(node: Node, pointer: Pointer, depth: number): string {
  if (depth === 0) return "The record";
  const at = quoted(pointer.tokens.slice(0, depth).map(pointerStep).join(""));
  if (Array.isArray(node)) return `The list at ${at}`;
  if (node instanceof Map) return `The object at ${at}`;
  return `The ${node === null ? "value null" : typeof node} at ${at}`;
}

function count(list: readonly Node[]): string {
  return list.length === 1 ? "1 item" : `${list.length} items`;
}
