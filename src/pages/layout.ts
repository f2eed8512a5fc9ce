import { type Html, html } from "./html.ts";

interface PageContent {
  /** The page's own title; the service's name is added. */
  readonly title: string;
  /** One sentence for search engines and link previews. */
  readonly description: string;
  readonly body: Html;
  /** The path of the entry in the navigation that this page belongs to. */
  readonly section?: string;
  /** More elements for the head, such as a stylesheet of the page's own. */
  readonly head?: Html;
  /** A class for the main element, where the page needs another measure. */
  readonly main?: string;
}

export const serviceName = "Ceasefire Tracker";

const navigation = [
  { path: "/", label: "Overview" },
  { path: "/docs", label: "API" },
  { path: "/codebook", label: "Codebook" },
  { path: "/verification", label: "Verification" },
  { path: "/problems", label: "Problems" },
] as const;

/** A whole document: head, banner, navigation, content and footer. */
export function layout({ title, description, body, section, head, main }: PageContent): Html {
  const whole = title === serviceName ? title : `${title} · ${serviceName}`;
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${whole}</title>
<meta name="description" content="${description}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
${head}
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="banner">
<a class="name" href="/">${serviceName}</a>
<nav aria-label="Main">
<ul>${navigation.map(
    ({ path, label }) =>
      html`<li><a href="${path}"${path === section && html` aria-current="page"`}>${label}</a></li>`,
  )}</ul>
</nav>
</header>
<main id="content" class="${main ?? "text"}">
${body}
</main>
<footer class="foot">
<p>A report kept here is a claim with a claimant and a source. The service does not say who broke a ceasefire.</p>
<p><a href="/openapi.json">openapi.json</a> <a href="/codebook.json">codebook.json</a> <a href="/v1/ceasefires">Ceasefires as JSON</a> <a href="/v1/violations?format=csv">Reports as CSV</a></p>
</footer>
</body>
</html>`;
}

/** A table that scrolls by itself where the window is narrower than it, also from the keyboard. */
export function tableRegion(label: string, table: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** Text in which names stand in backticks, as descriptions have it. */
export function prose(text: string): Html {
  const parts = text.split("`");
  return html`${parts.map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
