import { textTable } from "../src/text-table.ts";

/** One line of the table: what was measured against what, and what has to be reached. */
export interface Line {
  readonly work: string;
  readonly against: string;
  /** The figure of each round; the table shows their median, least and greatest. None: there was nothing to measure. */
  readonly figures: readonly number[];
  readonly unit: "×" | "ms" | "MB";
  /** Undefined: for information only. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
  /** The absolute figures behind, which say nothing on another machine. */
  readonly note: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The lines as an aligned table. */
export function table(lines: readonly Line[]): string {
  const head = ["work", "against", "median", "range", "goal", "", "absolute (this machine, now)"];
  const rows = [head, ...lines.map(cells)];
  return textTable(rows);
}

function cells(line: Line): string[] {
  const shown = (value: number) => `${value.toFixed(line.unit === "×" ? 2 : 0)} ${line.unit}`;
  if (line.figures.length === 0) return [line.work, line.against, "–", "", ...goalCells(line), line.note];
  const range = `${shown(Math.min(...line.figures))} – ${shown(Math.max(...line.figures))}`;
  return [line.work, line.against, shown(median(line.figures)), range, ...goalCells(line), line.note];
}

function goalCells({ goal, figures, unit }: Line): [string, string] {
  if (goal === undefined) return ["", ""];
  const figure = median(figures);
  const reached = "atLeast" in goal ? figure >= goal.atLeast : figure <= goal.atMost;
  const words = "atLeast" in goal ? `≥ ${goal.atLeast} ${unit}` : `≤ ${goal.atMost} ${unit}`;
  if (figures.length === 0) return [words, ""];
  return [words, reached ? "ok" : "short"];
}
