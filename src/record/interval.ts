/**
 * Bounds between which an instant lies: UTC to the second, always of the form 2020-10-26T04:00:00Z. All have the same
 * width, so that ordering them as text, in JavaScript or in Postgres, orders the instants.
 */
export interface Bounds {
  readonly earliest: string;
  readonly latest: string;
}

export type Order = "BEFORE" | "AFTER" | "EQUAL" | "UNDECIDED";

/**
 * How `a` lies to `b`. Bounds are half-open, so that what ends where the other begins comes before it; two instants
 * (earliest = latest) that coincide are EQUAL and neither before nor after. Bounds that overlap are UNDECIDED: what is
 * not known is never guessed. BEFORE and EQUAL are transitive, and compare(b, a) is always the mirror of compare(a, b).
 */
export function compare(a: Bounds, b: Bounds): Order {
  const aFirst = a.latest <= b.earliest;
  const bFirst = b.latest <= a.earliest;
  if (aFirst && bFirst) return "EQUAL";
  if (aFirst) return "BEFORE";
  return bFirst ? "AFTER" : "UNDECIDED";
}

/** The time from one to the other in whole seconds, as the range in which it must lie; negative: `to` came first. */
export function elapsed(from: Bounds, to: Bounds): { min: number; max: number } {
  return { min: secondsBetween(from.latest, to.earliest), max: secondsBetween(from.earliest, to.latest) };
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
