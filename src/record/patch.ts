import { applyPatch, createPatch } from "rfc6902";
import type { Fault } from "../http/fault.ts";
import { isList, isObject, type Json, type JsonObject, pointerStep, textOf } from "./json.ts";

/** The result of a JSON Merge Patch (RFC 7396): null removes, lists are replaced whole. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: { [member: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) delete result[member];
    else setOwn(result, member, mergePatch(result[member] ?? null, value));
  }
  return result;
}

/** Sets a member as an own one, `__proto__` like any other. */
function setOwn(object: { [member: string]: Json }, member: string, value: Json): void {
  Object.defineProperty(object, member, { value, enumerable: true, configurable: true, writable: true });
}

const operations: ReadonlySet<unknown> = new Set(["add", "remove", "replace", "move", "copy", "test"]);

export interface PatchOperation extends JsonObject {
  readonly op: string;
  readonly path: string;
}

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

/** Applies a well-formed JSON Patch to a copy; faults name the operation that does not apply. Nothing is half applied. */
export function jsonPatch(
  document: JsonObject,
  patch: readonly Json[],
): { readonly result: Json } | { readonly faults: Fault[] } {
  const result = structuredClone(document);
  const failures = applyPatch(result, patch.map(asOperation));
  const faults = failures.flatMap((failure, place) =>
    failure === null
      ? []
      : [
          {
            pointer: `/${place}`,
            code: "patch_does_not_apply",
            message: `This operation does not apply: ${failure.message}. Read the record and try again.`,
          },
        ],
  );
  return faults.length > 0 ? { faults } : { result };
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
  let state: JsonObject = before;
  const changes: JsonObject[] = [];
  for (const operation of Object.keys(after).flatMap((member) => memberChanges(state, after, member))) {
    const old = valueAtPointer(state, textOf(operation.path));
    const { result } = asApplied(jsonPatch(state, [operation]));
    changes.push(old === undefined || operation.op === "add" ? operation : { ...operation, old });
    state = result;
  }
  return changes;
}

/** Long lists are told by whole members: an edit script of two long lists costs their product. */
const MAX_DIFFED_ITEMS = 60;

function memberChanges(before: JsonObject, after: JsonObject, member: string): JsonObject[] {
  const [old, value] = [before[member] ?? null, after[member] ?? null];
  if (JSON.stringify(old) === JSON.stringify(value)) return [];
  if (isList(old) && isList(value) && old.length > MAX_DIFFED_ITEMS && value.length > MAX_DIFFED_ITEMS) {
    return [{ op: "replace", path: pointerStep(member), value }];
  }
  return createPatch({ [member]: old }, { [member]: value }).map((operation) => ({ ...operation }));
}

function asApplied(applied: ReturnType<typeof jsonPatch>): { result: JsonObject } {
  if ("faults" in applied || !isObject(applied.result))
    throw new Error("A record's own changes did not apply.");
  return { result: applied.result };
}

function valueAtPointer(document: Json, pointer: string): Json | undefined {
  let at: Json | undefined = document;
  for (const step of pointer.split("/").slice(1)) {
    const member = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isList(at) ? at[Number(member)] : isObject(at) ? at[member] : undefined;
  }
  return at;
}
