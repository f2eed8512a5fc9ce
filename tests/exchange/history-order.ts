import type { HistoryEvent } from "../../src/exchange/history/event.ts";

/** A dated line with the bounds that its order goes by. */
interface Line {
  readonly event: HistoryEvent;
  readonly earliest: string;
  readonly latest: string;
}

/** What breaks the documented rules in the order of the dated lines of a history, in words; nothing: the order is right. */
export function orderFaults(data: readonly HistoryEvent[]): string[] {
  const lines = data.map((event) => boundsOf(event, data));
  return [...inversions(lines), ...early(lines), ...scattered(lines)];
}

/** The bounds of a line; a statement's are raised to the start of its act, a response's to the first claim. */
function boundsOf(event: HistoryEvent, data: readonly HistoryEvent[]): Line {
  const own = recorded(event);
  if (event.record.type === "ceasefire" || event.kind === "violation") return own;
  const same = data.filter(({ record }) => record.id === event.record.id);
  const act = same.filter(({ kind }) => kind === "violation").map(recorded);
  const said = raised(own, act);
  if (event.kind !== "response") return said;
  const claims = same.filter(({ kind }) => kind === "claim").map((claim) => raised(recorded(claim), act));
  return raised(said, claims);
}

function recorded(event: HistoryEvent): Line {
  return { event, earliest: event.at?.earliest ?? "", latest: event.at?.latest ?? "" };
}

function raised(line: Line, to: readonly Line[]): Line {
  const [first] = to.map(({ earliest }) => earliest).sort();
  if (first === undefined || line.earliest >= first) return line;
  const last =
    to
      .map(({ latest }) => latest)
      .sort()
      .at(-1) ?? "";
  return { event: line.event, earliest: first, latest: line.latest <= first ? last : line.latest };
}

function nameOf({ event }: Line): string {
  return `${event.record.id}${event.pointer} (${event.kind})`;
}

/** Lines that stand after one that they certainly precede. */
function inversions(lines: readonly Line[]): string[] {
  return lines.flatMap((line, place) =>
    lines
      .slice(0, place)
      .filter((before) => line.latest <= before.earliest && before.latest > line.earliest)
      .map((before) => `${nameOf(line)} stands after ${nameOf(before)}`),
  );
}

/** Statements before their act, and responses before any claim. */
function early(lines: readonly Line[]): string[] {
  return lines.flatMap((line, place) => {
    const later = lines.slice(place + 1).filter(({ event }) => event.record.id === line.event.record.id);
    const earlier = lines.slice(0, place).filter(({ event }) => event.record.id === line.event.record.id);
    const act = later.some(({ event }) => event.kind === "violation");
    const claim =
      line.event.kind === "response" &&
      later.some(({ event }) => event.kind === "claim") &&
      !earlier.some(({ event }) => event.kind === "claim");
    return act || claim ? [`${nameOf(line)} stands before what it speaks of`] : [];
  });
}

/** Lines of one act with others between them, although none of its lines is certainly before the later one. */
function scattered(lines: readonly Line[]): string[] {
  return lines.flatMap((line, place) => {
    const same = lines.filter(
      ({ event }) => event.record.type === "violation" && event.record.id === line.event.record.id,
    );
    const before = lines.slice(0, place).findLastIndex((other) => same.includes(other));
    if (before < 0 || before === place - 1) return [];
    return same.some(({ latest }) => latest <= line.earliest) ? [] : [`${nameOf(line)} stands apart`];
  });
}
