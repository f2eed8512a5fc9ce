/** What a history is made of. */
export const eventKinds = [
  "announced",
  "declared",
  "reading",
  "violation",
  "claim",
  "casualty_claim",
  "response",
  "assessment",
  "provision_due",
  "withdrew",
  "expires",
  "ended",
] as const;

export type EventKind = (typeof eventKinds)[number];
