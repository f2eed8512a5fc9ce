import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { problem } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { pageAnswers, pageReply, pageRoute, tagged } from "./page.ts";

const folder = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** What the page loads: its own start, and of swagger-ui-dist nothing but this. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ["start.js", "text/javascript; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["swagger-ui.css", "text/css; charset=utf-8"],
]);

/** No validator badge: it would tell an outside service who reads here. Its dark colours hang on a class. */
const start = `const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
window.addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#description",
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    tryItOutEnabled: true,
  });
});
`;

const params = z.strictObject({
  file: z
    .string()
    .describe("The file's name.")
    .meta({ examples: ["swagger-ui.css"] }),
});

/** The description of the API as a page to read and to try, with everything it loads served from here. */
export function docsRoutes(): Route[] {
  const files = new Map<string, Promise<Buffer>>([["start.js", Promise.resolve(Buffer.from(start))]]);
  const read = (name: string) => {
    const known = files.get(name);
    if (known !== undefined) return known;
    const content = readFile(path.join(folder, name));
    files.set(name, content);
    return content;
  };
  return [
    route({
      ...pageRoute,
      path: "/docs",
      operation: "get_docs_page",
      summary: "The API as a page",
      description:
        "Swagger UI over /openapi.json, to read the API and to try it. It works without the internet.",
      answers: pageAnswers("The page."),
      handle: async (call) => pageReply(call, docsPage(), false),
    }),
    route({
      ...pageRoute,
      path: "/docs/assets/{file}",
      operation: "get_docs_asset",
      summary: "A file of the API's page",
      description: "Scripts and styles of /docs.",
      params,
      answers: {
        200: {
          description: "The file.",
          content: {
            "text/css": {
              schema: { type: "string", description: "A stylesheet." },
              example: ".swagger-ui{}",
            },
            "text/javascript": { schema: { type: "string", description: "A script." }, example: start },
          },
        },
        304: { description: "Unchanged since the ETag that `If-None-Match` names." },
      },
      handle: async (call) => {
        const { file } = call.params;
        const mediaType = mediaTypes.get(file);
        if (mediaType === undefined) throw problem("not-found", "There is no such file.");
        return tagged(call, {
          mediaType,
          body: await read(file),
          headers: { "Cache-Control": "public, max-age=3600" },
        });
      },
    }),
  ];
}

function docsPage() {
  return layout({
    title: "API",
    description: "Every call of the API, described and ready to be tried.",
    section: "/docs",
    main: "docs",
    head: html`<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/start.js" defer></script>`,
    body: html`<h1 class="visually-hidden">API</h1>
<div id="description"><noscript><p>This page needs scripts, all served from here. Without them: <a href="/openapi.json">openapi.json</a> and the <a href="/codebook">codebook</a>.</p></noscript></div>`,
  });
}
