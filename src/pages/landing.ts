import type { Route } from "../http/route.ts";
import { route } from "../http/route.ts";
import { type Html, html } from "./html.ts";
import {
  type Attempt,
  type FirstReport,
  type Overview,
  type OverviewSource,
  readOverview,
} from "./landing-data.ts";
import { layout, serviceName } from "./layout.ts";
import { pageAnswers, pageReply, pageRoute } from "./page.ts";
import { snippets } from "./snippets.ts";
import { timeline } from "./timeline.ts";
import { codeWords, counted, elapsedWords, listWords, localWords, utcWords } from "./words.ts";

/** GET /: what is on record, for a reader who knows nothing of it yet. */
export function landingRoute(source: OverviewSource): Route {
  return route({
    ...pageRoute,
    path: "/",
    operation: "get_landing_page",
    summary: "The landing page",
    description:
      "The ceasefires on record, who brokered each, when it took effect, and how it began to be reported broken; with lines to copy for taking the data.",
    answers: pageAnswers("The page."),
    cost: "heavy",
    handle: async (call) => pageReply(call, landingPage(await readOverview(source), call.baseUrl)),
  });
}

/** The page itself; pure. */
function landingPage(overview: Overview, baseUrl: string): Html {
  return layout({
    title: serviceName,
    description:
      "The record of ceasefires: who brokered them, when they took effect, and every reported violation.",
    section: "/",
    main: "wide",
    body: html`<header class="lead">
<h1>What was agreed, and how it began to be reported broken</h1>
<p class="standfirst">A record of ceasefires with their brokers, the time each took effect by every account, and every reported violation with its claims, denials and sources.</p>
</header>
${overview.attempts.length === 0 ? beginning(baseUrl) : attempts(overview)}
${taking(baseUrl)}`,
  });
}

function attempts({ attempts: shown, total }: Overview): Html {
  const more = total - shown.length;
  return html`<section aria-labelledby="ceasefires">
<h2 id="ceasefires" class="visually-hidden">Ceasefires on record</h2>
<ol class="attempts">${shown.map(attempt)}</ol>
${more > 0 && html`<p><a href="/v1/ceasefires">${counted(more, "more ceasefire")}</a></p>`}
</section>`;
}

function attempt(one: Attempt): Html {
  const effect = one.effective_readings.find((reading) => reading.adopted)?.moment;
  return html`<li><article aria-labelledby="${one.id}">
<h3 id="${one.id}"><a href="/v1/ceasefires/${one.id}">${one.name}</a></h3>
<dl class="facts">
<div><dt>Took effect</dt><dd>${
    effect == null
      ? "No reading of its effect is adopted."
      : html`<strong>${localWords(effect)}</strong><br><time datetime="${effect.earliest}">${utcWords(effect)}</time>`
  }${readings(one)}</dd></div>
<div><dt>Brokered by</dt><dd>${brokers(one)}</dd></div>
<div><dt>Between</dt><dd>${parties(one)}</dd></div>
<div><dt>Status today</dt><dd>${status(one.status)}</dd></div>
<div><dt>Reported violations</dt><dd><a href="/v1/violations?ceasefire=${one.id}&amp;scope=INCIDENT">${counted(one.reports, "report")}</a></dd></div>
</dl>
${beginnings(one)}
</article></li>`;
}

function status(code: string | null): Html {
  if (code === null) return html`not announced yet`;
  return html`<a href="/codebook#ceasefire_status.${code}">${codeWords(code)}</a>`;
}

function brokers({ brokers: list, names }: Attempt): Html {
  if (list.length === 0) return html`Nobody is named.`;
  return html`<ul class="plain">${list.map(
    (broker) =>
      html`<li>${names.get(broker.actor) ?? broker.actor}, ${codeWords(broker.role)}${broker.people.length > 0 && html` <span class="aside">(${listWords(broker.people.map(({ name }) => name))})</span>`}${broker.disputed && html` <a class="mark" href="/codebook#ceasefire.brokers.disputed">disputed</a>`}</li>`,
  )}</ul>`;
}

function parties({ parties: list, names }: Attempt): Html {
  if (list.length === 0) return html`Nobody is named.`;
  return html`<ul class="plain">${list.map(
    ({ actor, role }) =>
      html`<li>${names.get(actor) ?? actor} <span class="aside">(${codeWords(role)})</span></li>`,
  )}</ul>`;
}

/** The other readings of the time of effect, told apart by whether they mean the adopted moment. */
function readings({ effective_readings: all }: Attempt): Html | null {
  const adopted = all.find((reading) => reading.adopted)?.moment;
  const others = all.filter((reading) => !reading.adopted);
  if (others.length === 0) return null;
  const same = others.filter(
    ({ moment }) =>
      adopted != null && moment?.earliest === adopted.earliest && moment.latest === adopted.latest,
  ).length;
  return html`<details><summary>${counted(others.length, "other reading")}: ${same === 0 ? "none" : same} of the same moment${same > 0 && others.length > same && html`, ${others.length - same} not`}</summary>
<ul class="readings">${others.map(
    ({ words, moment, kind, why }) =>
      html`<li>${words === null ? "Without words" : html`<q>${words}</q>`}, ${moment === null ? "which names no moment" : utcWords(moment)} <span class="aside">(${codeWords(kind)}${why !== null && html`: ${why}`})</span></li>`,
  )}</ul></details>`;
}

function beginnings(one: Attempt): Html {
  const earlier = one.perhapsEarlier;
  return html`<div class="began"><h4>How it began to be reported broken</h4>
${timeline(one.first)}
${
  one.first.length === 0
    ? html`<p>No report is surely of an act after it took effect.</p>`
    : html`<ol class="reports">${one.first.map(report)}</ol>`
}
${earlier > 0 && html`<p class="aside">${counted(earlier, "other report")} may be of ${earlier === 1 ? "an act" : "acts"} before the first of these: ${earlier === 1 ? "its time is" : "their times are"} known less well.</p>`}</div>`;
}

function report(one: FirstReport): Html {
  const name = (id: string) => one.names.get(id) ?? id;
  const claimants = [...new Set(one.claims.flatMap(({ claimant }) => (claimant === null ? [] : [claimant])))];
  const accused = [...new Set(one.claims.flatMap((claim) => claim.accused))];
  const who = claimants.length === 0 ? "A source that names no claimant" : listWords(claimants.map(name));
  const says = claimants.length > 1 ? "report" : "reports";
  const whom = accused.length === 0 ? "and name nobody" : `by ${listWords(accused.map(name))}`;
  return html`<li><strong>${elapsedWords(one.elapsed_s)}</strong> <span>${who} ${says} ${listWords(one.types.map(typeWords))} ${claimants.length > 1 || accused.length > 0 ? whom : "and names nobody"}.</span> ${answers(one)} <a href="/v1/violations/${one.id}">The report<span class="visually-hidden"> ${one.id}</span></a></li>`;
}

/** Types whose codes do not read as words within a sentence. */
const typeNames: { readonly [type: string]: string } = {
  SHELLING_ARTILLERY_MISSILE: "shelling, artillery or missile fire",
  MINE_OR_IED: "a mine or improvised explosive device",
  OTHER: "an act of another kind",
};

function typeWords(type: string): string {
  return typeNames[type] ?? codeWords(type);
}

const answerWords: { readonly [kind: string]: string } = {
  DENIAL: "denies it",
  GENERAL_DENIAL: "says that it keeps the ceasefire, without speaking of this report",
  COUNTER_CLAIM: "says that the other side did it or began it",
  ADMISSION: "admits it",
  JUSTIFICATION: "gives a reason for it",
  REBUTTAL: "contradicts that answer",
  RETRACTION: "takes its words back",
};

function answers({ responses, names }: FirstReport): Html {
  if (responses.length === 0) return html`<span class="aside">No answer is on record.</span>`;
  return html`<span class="answer">${responses.map(
    ({ actor, kind }) => html`${names.get(actor) ?? actor} ${answerWords[kind] ?? codeWords(kind)}. `,
  )}</span>`;
}

function taking(baseUrl: string): Html {
  return html`<section aria-labelledby="take">
<h2 id="take">Take the data</h2>
<p>No key is needed to read. One click selects a whole block.</p>
<div class="snippets">${snippets(baseUrl).map(
    ({ tool, note, code }) =>
      html`<div><h3>${tool}</h3><p>${note}</p><pre tabindex="0" aria-label="Lines for ${tool}"><code>${code}</code></pre></div>`,
  )}</div>
<p>The <a href="/docs">API</a> is described call by call, the <a href="/codebook">codebook</a> field by field and code by code, with the counterparts in ACLED, UCDP, ETH/PRIO and PA-X. Both are there for programs too: <a href="/openapi.json">openapi.json</a>, <a href="/codebook.json">codebook.json</a>.</p>
</section>`;
}

function beginning(baseUrl: string): Html {
  return html`<section aria-labelledby="begin">
<h2 id="begin">Nothing is on record yet</h2>
<p>Records are made in this order, each by one call with a key: a <a href="/codebook#conflict">conflict</a>, the <a href="/codebook#actor">actors</a>, a <a href="/codebook#ceasefire">ceasefire</a>, and then the reports of its <a href="/codebook#violation">violations</a>.</p>
<pre tabindex="0" aria-label="A first record"><code>curl -s '${baseUrl}/v1/conflicts' -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' -d '{"name": "Name of the conflict"}'</code></pre>
<p>The three attempts of October 2020 in Nagorno-Karabakh come with the service: start it with <code>SEED=nagorno-karabakh-2020</code>.</p>
</section>`;
}
