import { isList, isObject, type Json, type JsonObject, textOf } from "../../record/json.ts";
import type { EventKind } from "./kinds.ts";

type Naming = (id: string) => string;

/** One event in neutral words, from the part of the record that tells of it; quoted words stay as they are recorded. */
export function summaryOf(kind: EventKind, item: JsonObject, name: Naming): string {
  return sentences[kind](item, name);
}

const sentences: { readonly [kind in EventKind]: (item: JsonObject, name: Naming) => string } = {
  announced: (item) => withWords("The ceasefire was announced", item.words),
  declared: (item, name) => `${actor(item.actor, name)} declared the ceasefire.`,
  withdrew: (item, name) => `${actor(item.actor, name)} withdrew from the ceasefire.`,
  reading: (item) => withWords(`The ceasefire took effect, by ${readingOf(item)}`, item.words),
  provision_due: (item) => withWords("A provision fell due", item.text),
  expires: (item) => withWords("The ceasefire's own term ran out", item.words),
  ended: (item) => endings[textOf(item.how)] ?? "The ceasefire ended.",
  violation: (item) =>
    typeof item.description === "string"
      ? item.description
      : `A violation was reported: ${strings(item.types).map(asWords).join(", ")}.`,
  claim: (item, name) => {
    const accused = strings(item.accused).map(name);
    const whom = accused.length === 0 ? "naming nobody as its author" : `accusing ${accused.join(" and ")}`;
    return withWords(`${actor(item.claimant, name)} reported it, ${whom}`, item.words);
  },
  casualty_claim: (item, name) => {
    const of = typeof item.of === "string" ? ` (people of ${name(item.of)})` : "";
    return `${actor(item.claimant, name)} gave figures${of}: ${figures(item)}.`;
  },
  response: (item, name) =>
    withWords(`${actor(item.actor, name)} ${answers[textOf(item.kind)] ?? "responded"}`, item.words),
  assessment: (item, name) => {
    const subject = subjects[textOf(item.of)] ?? "the report";
    const found =
      item.verdict === "INCONCLUSIVE"
        ? `came to no conclusion on ${subject}`
        : `${asWords(textOf(item.verdict))} ${subject}`;
    return withWords(`${actor(item.assessor, name)} ${found}`, item.note);
  },
};

const endings: { readonly [how: string]: string } = {
  COLLAPSED: "The ceasefire ended: it was said to hold no longer.",
  EXPIRED: "The ceasefire ended: its time ran out.",
  SUPERSEDED: "The ceasefire ended: a later one took its place.",
  TERMINATED: "The ceasefire ended: a side ended it by its word.",
  UNKNOWN: "The ceasefire is treated as ended; how is not known.",
};

const answers: { readonly [kind: string]: string } = {
  DENIAL: "denied it",
  GENERAL_DENIAL: "denied violations in general, without taking up this report",
  COUNTER_CLAIM: "said that another did it",
  ADMISSION: "admitted it",
  JUSTIFICATION: "gave a reason for it",
  REBUTTAL: "answered an earlier response",
  RETRACTION: "took back what it had said",
};

const subjects: { readonly [of: string]: string } = {
  OCCURRENCE: "that it happened",
  ATTRIBUTION: "who is said to have done it",
  WEAPON: "the weapon named",
  CASUALTIES: "the casualties named",
};

function readingOf({ kind, adopted }: JsonObject): string {
  const basis =
    kind === "TEXT" ? "the text's own words" : kind === "ERROR" ? "a mistaken reading" : "a report";
  return `${basis} (${adopted === true ? "the adopted reading" : "not adopted"})`;
}

function withWords(sentence: string, words: Json | undefined): string {
  return typeof words === "string" ? `${sentence}: ${words}` : `${sentence}.`;
}

function actor(id: Json | undefined, name: Naming): string {
  return typeof id === "string" ? name(id) : "Someone whom the source does not name";
}

function strings(value: Json | undefined): string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

function asWords(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

/** "killed 3, injured at least 40"; figures that are not given are left out. */
function figures(item: JsonObject): string {
  const told = ["killed", "injured", "missing"].flatMap((measure) => {
    const range = item[measure];
    return isObject(range) ? [`${measure} ${rangeText(range)}`] : [];
  });
  return told.length === 0 ? "none told" : told.join(", ");
}

function rangeText({ min, best, max, approximate }: JsonObject): string {
  const about = approximate === true ? "about " : "";
  if (typeof best === "number") return `${about}${best}`;
  if (typeof min === "number" && typeof max === "number")
    return min === max ? `${about}${min}` : `${about}${min} to ${max}`;
  if (typeof min === "number") return `at least ${about}${min}`;
  return typeof max === "number" ? `at most ${about}${max}` : "not told";
}
