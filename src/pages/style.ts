/**
 * The one stylesheet of all pages. Colours are chosen in pairs, for light and dark; every text reaches 4.5 to 1 against
 * what it stands on. Fonts are those that the reader's system has.
 */
export const style = `:root {
  color-scheme: light dark;
  --paper: #fbfaf7;
  --raised: #ffffff;
  --sunken: #f2f0ea;
  --ink: #1d1c1a;
  --quiet: #5c5850;
  --line: #dcd8ce;
  --accent: #1d4f63;
  --mark-ink: #6e4400;
  --mark: #f8ecd2;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "URW Palladio L", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a;
    --raised: #1b1e22;
    --sunken: #22262b;
    --ink: #e9e6df;
    --quiet: #aaa69c;
    --line: #373b41;
    --accent: #93c7da;
    --mark-ink: #f0cd8c;
    --mark: #3b2f17;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.6 var(--sans); background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; display: flex; flex-direction: column; min-height: 100vh; }
h1, h2, h3, h4 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(1.8rem, 1.3rem + 2.2vw, 2.9rem); letter-spacing: -0.012em; margin: 0 0 .6em; }
h2 { font-size: 1.5rem; margin: 2.4em 0 .6em; }
h3 { font-size: 1.25rem; margin: 0 0 .5em; }
h4 { font-size: 1rem; margin: 1.6em 0 .4em; }
p { margin: 0 0 1em; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .18em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
code, pre { font-family: var(--mono); font-size: .875em; }
main:not(.docs) pre { background: var(--sunken); border: 1px solid var(--line); border-radius: 6px; padding: .8em 1em; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; margin: 0 0 1em; }
main:not(.docs) pre code { font-size: .8125rem; user-select: all; -webkit-user-select: all; }
q { quotes: "\\201c" "\\201d"; }
abbr { text-decoration: none; }
.visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--accent); color: var(--paper); padding: .5rem 1rem; z-index: 2; }
.skip:focus { top: 0; }
.aside { color: var(--quiet); }
.banner { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; padding: 1rem clamp(1rem, 4vw, 3rem); border-bottom: 1px solid var(--line); }
.banner .name { font: 600 1.125rem/1.3 var(--serif); color: var(--ink); text-decoration: none; }
.banner ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; }
.banner li a { display: inline-block; padding: .3rem 0; color: var(--quiet); text-decoration: none; border-bottom: 2px solid transparent; }
.banner li a:hover { color: var(--ink); }
.banner [aria-current] { color: var(--ink); border-bottom-color: var(--accent); }
main { width: 100%; margin: 0 auto; padding: clamp(1.5rem, 5vw, 3.5rem) clamp(1rem, 4vw, 3rem); flex: 1; }
main.text { max-width: 50rem; }
main.wide { max-width: 76rem; }
main.manual { max-width: 84rem; }
main.docs { max-width: none; padding: 0; background: var(--raised); }
.foot { border-top: 1px solid var(--line); padding: 1.5rem clamp(1rem, 4vw, 3rem); color: var(--quiet); font-size: .9rem; }
.foot p { margin: 0 0 .4em; }
.foot a { margin-right: 1.2em; color: inherit; }
.eyebrow { color: var(--quiet); margin-bottom: .4em; }
.standfirst { font-size: 1.15rem; line-height: 1.5; color: var(--quiet); max-width: 44rem; text-wrap: pretty; }
.lead { margin-bottom: clamp(1.5rem, 4vw, 3rem); }
.lead h1 { max-width: 20em; }
.plain { list-style: none; margin: 0; padding: 0; }
.mark { background: var(--mark); color: var(--mark-ink); border-radius: 3px; padding: 0 .4em; font-size: .875em; text-decoration: none; white-space: nowrap; }
.mark:hover { text-decoration: underline; }

.attempts { list-style: none; margin: 0; padding: 0; counter-reset: attempt; }
.attempts > li { counter-increment: attempt; border-top: 1px solid var(--line); padding: 2rem 0 2.25rem; }
.attempts > li:first-child { border-top: 2px solid var(--ink); }
.attempts article { display: grid; gap: 0 clamp(1.5rem, 5vw, 4rem); }
.attempts h3 { font-size: clamp(1.25rem, 1.1rem + .7vw, 1.6rem); margin-bottom: 1rem; }
.attempts h3 a { color: inherit; text-decoration: none; }
.attempts h3 a:hover { text-decoration: underline; text-decoration-thickness: 1px; }
.attempts h4 { margin-top: 1.5rem; font: 600 1rem/1.4 var(--sans); }
.facts { margin: 0; font-size: .95rem; }
.facts > div { padding: .45rem 0; }
.facts dt { color: var(--quiet); font-size: .875rem; }
.facts dd { margin: 0; }
.facts time { color: var(--quiet); }
details summary { cursor: pointer; color: var(--accent); }
.facts details { margin-top: .2rem; }
.readings { margin: .4rem 0 0; padding-left: 1.1rem; font-size: .9rem; }
.readings li { margin-bottom: .35rem; }
.reports { margin: 0; padding-left: 1.4rem; }
.reports li { margin-bottom: .8rem; padding-left: .3rem; }
.reports li::marker { color: var(--quiet); font-variant-numeric: tabular-nums; }
.reports strong::first-letter { text-transform: uppercase; }
.reports strong { display: block; }
.reports .answer { color: var(--quiet); }
@media (min-width: 60rem) {
  .attempts article { grid-template-columns: minmax(17rem, 5fr) 8fr; grid-template-rows: auto 1fr; }
  .attempts h3 { grid-column: 1 / -1; }
  .attempts .facts { grid-column: 1; }
  .attempts .began { grid-column: 2; }
  .attempts .began h4 { margin-top: .35rem; }
}
.timeline { margin: .5rem 0 1.25rem; }
.timeline svg { display: block; overflow: visible; }
.timeline figcaption { color: var(--quiet); font-size: .8125rem; line-height: 1.4; margin-top: .35rem; }
.tick { stroke: var(--line); }
.tick-label { fill: var(--quiet); font: 12px var(--sans); }
.bar { stroke: var(--accent); stroke-width: 9px; stroke-linecap: round; }
.bar-label { fill: var(--ink); font: 600 12px var(--sans); }
.snippets { display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem 2rem; }
.snippets > div { display: flex; flex-direction: column; }
.snippets h3 { margin: .8rem 0 .1rem; font-size: 1.05rem; }
.snippets p { color: var(--quiet); font-size: .9rem; margin-bottom: .5rem; }
@media (min-width: 60rem) { .snippets { grid-template-columns: repeat(2, minmax(0, 1fr)); } }

.scroll { overflow-x: auto; }
main:not(.docs) table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
main:not(.docs) caption { text-align: left; color: var(--quiet); font-size: .875rem; padding: .6rem 0; }
main:not(.docs) :is(th, td) { text-align: left; vertical-align: top; padding: .55rem 1rem .55rem 0; border-top: 1px solid var(--line); font-weight: 400; }
main:not(.docs) thead th { color: var(--quiet); font-size: .8125rem; border-top: 0; padding-bottom: .3rem; }
main:not(.docs) tbody th { font-weight: 600; }
.entries { table-layout: fixed; }
main .entries th:first-child { width: 34%; overflow-wrap: anywhere; }
main .entries td { overflow-wrap: anywhere; }
.entries .path { font: 600 .8438rem/1.5 var(--mono); color: var(--ink); text-decoration: none; }
.entries .path:hover { text-decoration: underline; }
.entries .kind { display: block; font-size: .8125rem; font-weight: 400; }
.entries tr:target > * { background: var(--mark); box-shadow: -0.6rem 0 0 var(--mark); }
.counterparts { margin: .4rem 0 0; font-size: .875rem; }
.counterparts > div { display: grid; grid-template-columns: 5.2rem 1fr; }
.counterparts dt { color: var(--quiet); }
.counterparts dd { margin: 0; }
.manual-text > section > h2 { font-family: var(--mono); font-size: 1.2rem; border-top: 2px solid var(--ink); padding-top: .8rem; }
.contents h2 { font: 600 .875rem/1.4 var(--sans); margin: 1rem 0 .25rem; }
.contents ul { list-style: none; margin: 0; padding: 0; }
.contents li a { font: .8125rem/1.5 var(--mono); text-decoration: none; overflow-wrap: anywhere; padding: .14rem 0; display: inline-block; }
.contents li a:hover { text-decoration: underline; }
@media (min-width: 60rem) {
  main.manual { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 3.5rem; }
  .contents { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto; }
}
@media (max-width: 40rem) {
  .entries, .entries tbody, .entries tr, .entries th, .entries td, .entries caption { display: block; }
  .entries thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  main.manual .entries tbody th:first-child { width: auto; border-top: 1px solid var(--line); padding: .7rem 0 .1rem; }
  main.manual .entries tbody td { border-top: 0; padding: 0 0 .7rem; }
  .contents { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding-bottom: 1rem; max-height: 15rem; overflow-y: auto; }
  .contents ul { columns: 2; }
}
@media print {
  :root { --paper: #fff; --raised: #fff; --sunken: #fff; --ink: #000; --quiet: #333; --line: #999; --accent: #000; --mark: #fff; --mark-ink: #000; }
  .banner nav, .contents, .skip, .foot p + p { display: none; }
  main { padding: 1rem 0; max-width: none !important; }
  main.manual { display: block; }
  .attempts > li, tr, .snippets > div { break-inside: avoid; }
}
`;
