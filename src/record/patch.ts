import { applyPatch } from "rfc6902";
import type { Fault } from "../http/fault.ts";
import { isList, isObject, type Json, type JsonObject, pointerStep, textOf } from "./json.ts";

/** The result of a JSON Merge Patch (RFC 7396): null removes, lists are replaced whole. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: { [member: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [member, value] of Object.entries(patch)) {
    // Taking away what no record has is no change but a slip of the pen: it is left for the schema to refuse.
    if (value === null && isObject(target) && !Object.hasOwn(target, member)) setOwn(result, member, null);
    else if (value === null) delete result[member];
    else setOwn(result, member, mergePatch(result[member] ?? null, value));
  }
  return result;
}

/** Sets a member as an own one, `__proto__` like any other. */
function setOwn(object: { [member: string]: Json }, member: string, value: Json): void {
  Object.defineProperty(object, member, { value, enumerable: true, configurable: true, writable: true });
}

const operations: ReadonlySet<unknown> = new Set(["add", "remove", "replace", "move", "copy", "test"]);

/** What is wrong with the form of a JSON Patch (RFC 6902); whether it applies shows when it is applied. */
export function patchFaults(patch: unknown): Fault[] {
  if (!isList(patch))
    return [{ pointer: "", code: "invalid_type", message: "A JSON Patch is a list of operations." }];
  return patch.flatMap((operation, place) => operationFaults(operation, `/${place}`));
}

function operationFaults(operation: Json, at: string): Fault[] {
  if (!isObject(operation))
    return [{ pointer: at, code: "invalid_type", message: "An operation is an object." }];
  const faults: Fault[] = [];
  if (!operations.has(operation.op)) {
    faults.push({
      pointer: `${at}/op`,
      code: "invalid_code",
      message: `\`op\` is one of ${[...operations].join(", ")}.`,
    });
  }
  for (const member of ["path", ...(operation.op === "move" || operation.op === "copy" ? ["from"] : [])]) {
    const pointer = operation[member];
    if (
      typeof pointer === "string" &&
      /^(\/([^~/]|~[01])*)*$/.test(pointer) &&
      !/\/(__proto__|constructor|prototype)(\/|$)/.test(pointer)
    )
      continue;
    faults.push({
      pointer: `${at}/${member}`,
      code: "invalid_pointer",
      message: `\`${member}\` is a JSON Pointer such as /claims/0/words.`,
    });
  }
  if (["add", "replace", "test"].includes(textOf(operation.op)) && operation.value === undefined) {
    faults.push({
      pointer: `${at}/value`,
      code: "required",
      message: `An operation ${textOf(operation.op)} needs a value.`,
    });
  }
  return faults;
}

/** How much the copy operations of one patch may copy together, in characters of JSON; a few that double would fill any memory. */
const MAX_COPIED_LENGTH = 1_000_000;

/** Applies a well-formed JSON Patch to a copy; faults name the operation that does not apply. Nothing is half applied. */
export function jsonPatch(
  document: JsonObject,
  patch: readonly Json[],
): { readonly result: Json } | { readonly faults: Fault[] } {
  const result = structuredClone(document);
  const faults: Fault[] = [];
  let copied = 0;
  for (const [place, operation] of patch.entries()) {
    copied += copiedLength(result, operation);
    if (copied > MAX_COPIED_LENGTH) return { faults: [...faults, copiesTooMuch(place)] };
    const [failure = null] = applyPatch(result, [asOperation(operation)]);
    if (failure === null) continue;
    const message = `This operation does not apply: ${failure.message}. Read the record and try again.`;
    faults.push({ pointer: `/${place}`, code: "patch_does_not_apply", message });
  }
  return faults.length > 0 ? { faults } : { result };
}

function copiedLength(document: JsonObject, operation: Json): number {
  if (!isObject(operation) || operation.op !== "copy") return 0;
  return JSON.stringify(valueAtPointer(document, textOf(operation.from)) ?? null).length;
}

function copiesTooMuch(place: number): Fault {
  const message = "The copy operations up to here make the record too large. Send what you mean as values.";
  return { pointer: `/${place}`, code: "too_large", message };
}

type Operation = Parameters<typeof applyPatch>[1][number];

function asOperation(operation: Json): Operation {
  if (!isObject(operation)) throw new Error("A JSON Patch was applied before it was checked.");
  const { op, path, from, value } = operation;
  const [at, origin] = [textOf(path), textOf(from)];
  if (op === "remove") return { op, path: at };
  if (op === "move" || op === "copy") return { op, path: at, from: origin };
  if (op === "add" || op === "replace" || op === "test") return { op, path: at, value };
  throw new Error("A JSON Patch was applied before it was checked.");
}

/** Whether a patch only appends to lists, so that two may be made at once without either undoing the other. */
export function onlyAppends(patch: Json): boolean {
  return (
    isList(patch) &&
    patch.length > 0 &&
    patch.every(
      (operation) => isObject(operation) && operation.op === "add" && textOf(operation.path).endsWith("/-"),
    )
  );
}

/** What changed from one document to the next, as a JSON Patch whose operations carry the old value. */
export function changesBetween(before: JsonObject, after: JsonObject): JsonObject[] {
  const state = structuredClone(before);
  const operations = differences(before, after, "");
  return operations.map((operation) => {
    const old = valueAtPointer(state, textOf(operation.path));
    const [failure] = applyPatch(state, [asOperation(operation)]);
    if (failure != null) throw new Error("A record's own changes did not apply.", { cause: failure });
    return old === undefined || operation.op === "add" ? operation : { ...operation, old };
  });
}

/**
 * What turns one value into another, in an order in which the pointers hold. Takes time in proportion to the values: a
 * shortest script of two long lists, each item of which holds lists again, would take minutes.
 */
function differences(before: Json, after: Json, at: string): JsonObject[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isList(before) && isList(after)) return listDifferences(before, after, at);
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path: at, value: after }];
  const gone = Object.keys(before).filter((member) => !Object.hasOwn(after, member));
  return [
    ...gone.map((member) => ({ op: "remove", path: `${at}${pointerStep(member)}` })),
    ...Object.entries(after).flatMap(([member, value]) => {
      const path = `${at}${pointerStep(member)}`;
      const old = before[member];
      return old === undefined ? [{ op: "add", path, value }] : differences(old, value, path);
    }),
  ];
}

/** Items alike at the beginning and at the end stay; of those between, pairs are compared and the rest added or removed. */
function listDifferences(before: readonly Json[], after: readonly Json[], at: string): JsonObject[] {
  const shorter = Math.min(before.length, after.length);
  const olds = before.map((item) => JSON.stringify(item));
  const news = after.map((item) => JSON.stringify(item));
  let first = 0;
  while (first < shorter && olds[first] === news[first]) first += 1;
  let tail = 0;
  while (tail < shorter - first && olds.at(-1 - tail) === news.at(-1 - tail)) tail += 1;
  const paired = shorter - tail;
  const pairs = before
    .slice(first, paired)
    .flatMap((old, place) => differences(old, after[first + place] ?? null, `${at}/${first + place}`));
  const added = after
    .slice(paired, after.length - tail)
    .map((value, place) => ({ op: "add", path: `${at}/${paired + place}`, value }));
  const removed = before
    .slice(paired, before.length - tail)
    .map((_item, place) => ({ op: "remove", path: `${at}/${paired + place}` }))
    .reverse();
  return [...pairs, ...added, ...removed];
}

function valueAtPointer(document: Json, pointer: string): Json | undefined {
  let at: Json | undefined = document;
  for (const step of pointer.split("/").slice(1)) {
    const member = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isList(at) ? at[Number(member)] : isObject(at) ? at[member] : undefined;
  }
  return at;
}
