import { isList, isObject, type Json, type JsonObject, pointerStep } from "./json.ts";

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

/**
 * What changed from one document to the next, as a JSON Patch whose `replace` and `remove` carry the old value. Takes time in
 * proportion to the documents: a shortest script of two long lists, whose items hold lists again, would take minutes.
 */
export function changesBetween(before: JsonObject, after: JsonObject): JsonObject[] {
  return differences(before, after, "");
}

/** What turns one value into another, in an order in which the pointers hold. */
function differences(before: Json, after: Json, at: string): JsonObject[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isList(before) && isList(after)) return listDifferences(before, after, at);
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path: at, value: after, old: before }];
  const gone = Object.entries(before).filter(([member]) => !Object.hasOwn(after, member));
  return [
    ...gone.map(([member, old]) => ({ op: "remove", path: `${at}${pointerStep(member)}`, old })),
    ...Object.entries(after).flatMap(([member, value]) => {
      const path = `${at}${pointerStep(member)}`;
      const old = Object.hasOwn(before, member) ? before[member] : undefined;
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
    .map((old, place) => ({ op: "remove", path: `${at}/${paired + place}`, old }))
    .reverse();
  return [...pairs, ...added, ...removed];
}
