import { z } from "zod";
import { quoted } from "../http/excerpt.ts";
import { problem } from "../http/problem.ts";
import { type ProblemType, problemTypes } from "../http/problem-types.ts";
import { type Route, route } from "../http/route.ts";
import { type Html, html } from "./html.ts";
import { layout, prose, tableRegion } from "./layout.ts";
import { pageAnswers, pageReply, pageRoute } from "./page.ts";

const kinds: ReadonlyMap<string, ProblemType> = new Map(Object.entries(problemTypes));
const params = z.strictObject({
  slug: z
    .string()
    .describe("The kind of problem: the last part of its `type`.")
    .meta({ examples: ["invalid-record"] }),
});

/** The pages that the `type` of every problem leads to, and their index. */
export function problemRoutes(): Route[] {
  return [
    route({
      ...pageRoute,
      path: "/problems",
      operation: "list_problem_types",
      summary: "The kinds of problem",
      description: "Every kind of problem that this service answers with, by HTTP status.",
      answers: pageAnswers("The page."),
      handle: async (call) => pageReply(call, indexPage()),
    }),
    route({
      ...pageRoute,
      path: "/problems/{slug}",
      operation: "explain_problem_type",
      summary: "One kind of problem",
      description:
        "What a kind of problem means and what to do about it. The `type` of every problem is the address of such a page.",
      params,
      answers: pageAnswers("The page."),
      handle: async (call) => {
        const { slug } = call.params;
        const kind = kinds.get(slug);
        if (kind === undefined) throw problem("not-found", `No kind of problem is called ${quoted(slug)}.`);
        return pageReply(call, kindPage(slug, kind, call.baseUrl));
      },
    }),
  ];
}

function indexPage(): Html {
  const rows = [...kinds].map(
    ([slug, { status, title }]) =>
      html`<tr><td>${status}</td><th scope="row"><a href="/problems/${slug}">${title}</a></th><td><code>${slug}</code></td></tr>`,
  );
  return layout({
    title: "Problems",
    description: "Every kind of problem that this service answers with, and what to do about it.",
    section: "/problems",
    body: html`<h1>Problems</h1>
<p class="standfirst">A request that fails is answered as <code>application/problem+json</code> (RFC 9457). Its <code>type</code> is the address of one of these pages; all faults of a request are told at once.</p>
${tableRegion(
  "Kinds of problem",
  html`<table><caption>Kinds of problem by HTTP status</caption><thead><tr><th scope="col">Status</th><th scope="col">Title</th><th scope="col">Slug</th></tr></thead><tbody>${rows}</tbody></table>`,
)}`,
  });
}

function kindPage(slug: string, kind: ProblemType, baseUrl: string): Html {
  const sample = {
    type: `${baseUrl}/problems/${slug}`,
    title: kind.title,
    status: kind.status,
    detail: "…",
    instance: "/v1/…",
    errors: [],
  };
  return layout({
    title: kind.title,
    description: kind.explanation,
    section: "/problems",
    body: html`<p class="eyebrow"><a href="/problems">Problems</a> · HTTP ${kind.status}</p>
<h1>${kind.title}</h1>
<h2>What happened</h2>
<p>${prose(kind.explanation)}</p>
<h2>What to do</h2>
<p>${prose(kind.remedy)}</p>
<h2>How it looks</h2>
<pre tabindex="0" aria-label="A problem of this kind"><code>${JSON.stringify(sample, null, 2)}</code></pre>`,
  });
}
