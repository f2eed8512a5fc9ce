import { type Route, route } from "../http/route.ts";
import { pageRoute, tagged } from "./page.ts";
import { style } from "./style.ts";

/** Two lines that face each other, and a gap between them. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d4f63"/><path d="M6 16h7M19 16h7" stroke="#fff" stroke-width="4" stroke-linecap="round"/><circle cx="16" cy="16" r="1.6" fill="#e8b45a"/></svg>`;

/** What every page loads. */
export function assetRoutes(): Route[] {
  return [
    asset("style.css", "get_stylesheet", "text/css", "The stylesheet of all pages", style),
    asset("icon.svg", "get_icon", "image/svg+xml", "The icon of all pages", icon),
  ];
}

function asset(file: string, operation: string, mediaType: string, summary: string, body: string): Route {
  const schema = { type: "string", description: summary };
  return route({
    ...pageRoute,
    path: `/assets/${file}`,
    operation,
    summary,
    description: `${summary}, served from here so that no page asks anyone else for anything.`,
    answers: {
      200: { description: summary, content: { [mediaType]: { schema, example: body.slice(0, 80) } } },
      304: { description: "Unchanged since the ETag that `If-None-Match` names." },
    },
    handle: async (call) => tagged(call, { mediaType: `${mediaType}; charset=utf-8`, body }),
  });
}
