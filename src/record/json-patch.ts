import type { Fault } from "../http/fault.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import { AFTER_LAST, type Pointer, readPointer } from "./json-pointer.ts";

/** One operation of a JSON Patch (RFC 6902) whose form has been checked. `from` and `value` are there where `op` takes them. */
export type Operation =
  | { readonly op: "add" | "replace" | "test"; readonly path: Pointer; readonly value: Json }
  | { readonly op: "move" | "copy"; readonly path: Pointer; readonly from: Pointer }
  | { readonly op: "remove"; readonly path: Pointer };

const operationNames = ["add", "remove", "replace", "move", "copy", "test"];

/** How many operations one patch holds at most. */
export const MAX_OPERATIONS = 1_000;

/** Checks the form of a JSON Patch. Whether it applies to a record is decided by `applyPatch`. */
export function readPatch(
  patch: unknown,
): { readonly operations: readonly Operation[] } | { readonly faults: readonly Fault[] } {
  if (!isList(patch))
    return {
      faults: [{ pointer: "", code: "invalid_type", message: "A JSON Patch is a list of operations." }],
    };
  if (patch.length > MAX_OPERATIONS) {
    const message = `A JSON Patch has at most ${MAX_OPERATIONS} operations; this one has ${patch.length}. Send several patches.`;
    return { faults: [{ pointer: "", code: "too_many_operations", message }] };
  }
  const read = patch.map((operation, place) => readOperation(operation, `/${place}`));
  const faults = read.filter(isFaults).flat();
  return faults.length > 0 ? { faults } : { operations: read.filter(isOperation) };
}

function isFaults(read: Operation | Fault[]): read is Fault[] {
  return Array.isArray(read);
}

function isOperation(read: Operation | Fault[]): read is Operation {
  return !Array.isArray(read);
}

function readOperation(operation: Json, at: string): Operation | Fault[] {
  if (!isObject(operation))
    return [{ pointer: at, code: "invalid_type", message: "An operation is an object." }];
  const { op, value } = operation;
  const faults: Fault[] = [];
  const path = pointerMember(operation, "path", at, faults);
  if (op === "move" || op === "copy") {
    const from = pointerMember(operation, "from", at, faults);
    return path === undefined || from === undefined ? faults : { op, path, from };
  }
  if (op === "add" || op === "replace" || op === "test") {
    if (value === undefined)
      faults.push({ pointer: `${at}/value`, code: "required", message: `\`${op}\` requires \`value\`.` });
    return path === undefined || value === undefined ? faults : { op, path, value };
  }
  if (op === "remove") return path === undefined ? faults : { op, path };
  const message = `\`op\` is one of ${operationNames.join(", ")}.`;
  return [...faults, { pointer: `${at}/op`, code: "invalid_code", message }];
}

function pointerMember(
  operation: JsonObject,
  member: "path" | "from",
  at: string,
  faults: Fault[],
): Pointer | undefined {
  const text = operation[member];
  const pointer = typeof text === "string" ? readPointer(text) : undefined;
  if (pointer === undefined) {
    const message = `\`${member}\` is a JSON Pointer (RFC 6901) such as \`/claims/0/words\`.`;
    faults.push({ pointer: `${at}/${member}`, code: "invalid_pointer", message });
  }
  return pointer;
}

/** Whether the patch replaces the whole document. */
export function replacesWhole(operations: readonly Operation[]): boolean {
  return operations.some(({ op, path }) => path.text === "" && op !== "test");
}

/**
 * Whether a patch only appends to some of the document's own lists. Such a patch may be made without a condition: it names no item,
 * so no other change alters its meaning.
 */
export function onlyAppends(operations: readonly Operation[], lists: readonly string[]): boolean {
  return (
    operations.length > 0 &&
    operations.every(({ op, path: { tokens } }) => {
      const [list = "", place] = tokens;
      return op === "add" && tokens.length === 2 && place === AFTER_LAST && lists.includes(list);
    })
  );
}
