import { describe, expect, test } from "@jest/globals";
import { summaryOf } from "../../src/exchange/history/summary.ts";
import type { JsonObject } from "../../src/record/json.ts";

const name = (id: string) => `The ${id}`;
type Kind = Parameters<typeof summaryOf>[0];

const told: readonly [string, Kind, JsonObject][] = [
  ["The ceasefire was announced: at dawn", "announced", { words: "at dawn" }],
  ["The ceasefire was announced.", "announced", { words: null }],
  ["The army withdrew from the ceasefire.", "withdrew", { actor: "army" }],
  ["The ceasefire's own term ran out.", "expires", { words: null }],
  ["The ceasefire is treated as ended; how is not known.", "ended", { how: "UNKNOWN" }],
  [
    "The ceasefire took effect, by a mistaken reading (not adopted): 10:00 CET",
    "reading",
    { kind: "ERROR", adopted: false, words: "10:00 CET" },
  ],
  [
    "The ceasefire took effect, by the text's own words (the adopted reading).",
    "reading",
    { kind: "TEXT", adopted: true, words: null },
  ],
  ["The ceasefire ended.", "ended", { how: "A_CODE_TO_COME" }],
  ["The army responded.", "response", { actor: "army", kind: "A_CODE_TO_COME", words: null }],
  [
    "The team verified the report.",
    "assessment",
    { assessor: "team", of: "A_CODE_TO_COME", verdict: "VERIFIED", note: null },
  ],
  ["A violation was reported: .", "violation", { types: null }],
  [
    "The army gave figures: killed 3 to 5, injured 4, missing at most 2.",
    "casualty_claim",
    { claimant: "army", killed: { min: 3, max: 5 }, injured: { min: 4, max: 4 }, missing: { max: 2 } },
  ],
  ["The army gave figures: killed not told.", "casualty_claim", { claimant: "army", killed: {} }],
  ["The army gave figures: none told.", "casualty_claim", { claimant: "army" }],
  ["Shells fell.", "violation", { description: "Shells fell.", types: ["OTHER"] }],
  [
    "Someone whom the source does not name reported it, naming nobody as its author.",
    "claim",
    { claimant: null, accused: [], words: null },
  ],
  ["The army reported it, accusing The a and The b.", "claim", { claimant: "army", accused: ["a", "b"] }],
  ["The army admitted it: by error", "response", { actor: "army", kind: "ADMISSION", words: "by error" }],
  [
    "The team came to no conclusion on who is said to have done it.",
    "assessment",
    { assessor: "team", of: "ATTRIBUTION", verdict: "INCONCLUSIVE", note: null },
  ],
  [
    "The team refuted the weapon named.",
    "assessment",
    { assessor: "team", of: "WEAPON", verdict: "REFUTED", note: null },
  ],
  [
    "The army gave figures: killed 0, injured 3 to 5, missing at most about 7.",
    "casualty_claim",
    {
      claimant: "army",
      of: null,
      killed: { min: null, best: 0, max: null, approximate: false },
      injured: { min: 3, best: null, max: 5, approximate: false },
      missing: { min: null, best: null, max: 7, approximate: true },
    },
  ],
  ["The army gave figures: none told.", "casualty_claim", { claimant: "army", killed: null }],
];

describe("an event in words", () => {
  test.each(told)("%s", (words, kind, item) => {
    expect(summaryOf(kind, item, name)).toBe(words);
  });
});
