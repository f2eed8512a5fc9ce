import { createHash } from "node:crypto";
import { z } from "zod";
import { conditional } from "../http/conditional.ts";
import type { Answer, Call, Reply } from "../http/route.ts";
import type { Html } from "./html.ts";

/** For routes that take no parameters. */
export const nothing = z.strictObject({});

/** Nothing but what this service serves itself; unlike the standing policy for pages, not even styles on elements. */
const policy =
  "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What every route of a page has in common. */
export const pageRoute = {
  method: "GET",
  tag: "pages",
  role: "public",
  params: nothing,
  query: nothing,
  headers: ["If-None-Match"],
} as const;

/** The answers of a page, for the description of the API. */
export function pageAnswers(description: string): { readonly [status: number]: Answer } {
  const schema = { type: "string", description: "A whole HTML document." };
  const example = '<!doctype html><html lang="en">…</html>';
  return {
    200: { description, content: { "text/html": { schema, example } } },
    304: { description: "Unchanged since the ETag that `If-None-Match` names." },
  };
}

interface Sent {
  readonly mediaType: string;
  readonly body: string | Buffer;
  readonly headers?: { readonly [name: string]: string };
}

/** A reply with an ETag of its content, or a 304 where the caller has it already. */
export function tagged(call: Pick<Call<unknown, unknown>, "header">, sent: Sent): Reply {
  const tag = `"${createHash("sha1").update(sent.body).digest("base64url")}"`;
  const headers = { ...sent.headers, ETag: tag };
  return conditional(call, { status: 200, headers, mediaType: sent.mediaType, body: sent.body });
}

/** A page as a reply. `contentPolicy` false: the standing policy for pages, for scripts that style their elements. */
export function pageReply(
  call: Pick<Call<unknown, unknown>, "header">,
  document: Html,
  contentPolicy: boolean = true,
): Reply {
  return tagged(call, {
    mediaType: "text/html; charset=utf-8",
    body: `<!doctype html>\n${document.markup}\n`,
    ...(contentPolicy && { headers: { "Content-Security-Policy": policy } }),
  });
}
