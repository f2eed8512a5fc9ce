import { type Html, html } from "./html.ts";
import type { FirstReport } from "./landing-data.ts";
import { elapsedWords } from "./words.ts";

const MINUTE_S = 60;
const SPAN_S = 60 * 86_400;
const ticks = [
  { at_s: MINUTE_S, label: "1 min" },
  { at_s: 600, label: "10 min" },
  { at_s: 3_600, label: "1 h" },
  { at_s: 86_400, label: "1 day" },
  { at_s: 30 * 86_400, label: "30 days" },
];
const ROW_PX = 20;
const AXIS_PX = 22;

/** Where a distance from the effect stands, in percent of the width; logarithmic from one minute to sixty days. */
function place(elapsed_s: number): number {
  const within = Math.min(Math.max(elapsed_s, MINUTE_S), SPAN_S);
  const share = Math.log(within / MINUTE_S) / Math.log(SPAN_S / MINUTE_S);
  return Math.round((2 + share * 95) * 100) / 100;
}

/**
 * The first reports on a line of time that begins with the effect: each a bar from the least to the greatest distance
 * that its bounds allow, so that what is known to the day is drawn as wide as a day. Nothing where none falls within it.
 */
export function timeline(reports: readonly FirstReport[]): Html | null {
  const drawn = reports.filter((report) => report.elapsed_s.max <= SPAN_S);
  if (drawn.length === 0 || drawn.length < reports.length) return null;
  const bottom = drawn.length * ROW_PX;
  const words = drawn.map((report, row) => `${row + 1}: ${elapsedWords(report.elapsed_s)}`).join("; ");
  return html`<figure class="timeline">
<svg role="img" aria-label="Time from effect to each report. ${words}." width="100%" height="${bottom + AXIS_PX}">
${ticks.map(({ at_s, label }, index) => tick(at_s, label, bottom, index))}
${drawn.map((report, row) => bar(report, row))}
</svg>
<figcaption>Time after it took effect, each step longer than the one before. A bar is as wide as the time is uncertain.</figcaption>
</figure>`;
}

function tick(at_s: number, label: string, bottom: number, index: number): Html {
  const x = `${place(at_s)}%`;
  const anchor = index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle";
  return html`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${bottom}"/>
<text class="tick-label" x="${x}" y="${bottom + 15}" text-anchor="${anchor}">${label}</text>`;
}

function bar({ elapsed_s }: FirstReport, row: number): Html {
  const [from, to] = [place(elapsed_s.min), place(elapsed_s.max)];
  const y = row * ROW_PX + ROW_PX / 2;
  const before = to > 85;
  return html`<line class="bar" x1="${from}%" x2="${to}%" y1="${y}" y2="${y}"/>
<text class="bar-label" x="${before ? from : to}%" y="${y + 4}" dx="${before ? -10 : 10}" text-anchor="${before ? "end" : "start"}">${row + 1}</text>`;
}
