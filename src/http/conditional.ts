import { createHash } from "node:crypto";
import { ifNoneMatch } from "./conditions.ts";
import type { Call, Reply } from "./route.ts";

/** What the description of the API says of an ETag that is a digest, and of the 304 that follows from it. */
export const tagDescription =
  "Changes when the answer does, apart from the instant that it is as of. For If-None-Match.";
export const notModified = {
  304: { description: "Nothing has changed since the answer whose ETag is in If-None-Match." },
};

/**
 * A weak entity tag (RFC 9110 section 8.8.1) that changes when one of the parts does. Leave out what differs between two
 * answers that say the same, such as the instant of the answer.
 */
export function weakTag(...parts: readonly (string | null)[]): string {
  return `W/"${createHash("sha1").update(JSON.stringify(parts)).digest("base64url")}"`;
}

/** The reply, or a 304 without a body if the caller has it: `If-None-Match` names the ETag of the reply. */
export function conditional(
  call: Pick<Call<unknown, unknown>, "header">,
  reply: Reply & { readonly headers: { readonly ETag: string } },
): Reply {
  const { headers } = reply;
  return ifNoneMatch(call.header("If-None-Match"), headers.ETag) ? { status: 304, headers } : reply;
}
