import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { quoted } from "./excerpt.ts";
import type { Fault } from "./fault.ts";
import { parseJson } from "./json.ts";
import { isLarge, readLarge } from "./large-bodies.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";

export interface BodyLimits {
  /** The longest body that is read into memory. */
  readonly maxBody_bytes: number;
  /** The deepest nesting of JSON; the outermost object counts as 1. */
  readonly maxDepth: number;
}

/** A body as a route receives it. `body` is undefined where there is none, or none that can be read. */
export interface ReceivedBody {
  readonly body: unknown;
  readonly mediaType: string;
  readonly faults: readonly Fault[];
}

const nothing: ReceivedBody = { body: undefined, mediaType: "", faults: [] };

/**
 * Reads the body of a request as its route wants it: JSON parsed, other types as text, or the stream itself.
 *
 * @throws ProblemError 413 for too long a body, 415 for a media type, character set or encoding that is not taken
 */
export async function readBody(
  req: IncomingMessage,
  route: Route,
  limits: BodyLimits,
): Promise<ReceivedBody> {
  const chunked = req.headers["transfer-encoding"] !== undefined;
  const length_bytes = Number(req.headers["content-length"] ?? 0);
  if (!chunked && length_bytes === 0)
    return route.body === undefined ? nothing : { ...nothing, faults: [bodyRequired] };
  if (route.body === undefined) return { ...nothing, faults: [unexpectedBody(chunked)] };
  const mediaType = acceptedMediaType(req, route, Object.keys(route.body));
  if (route.streamsBody) return { body: req, mediaType, faults: [] };
  if (length_bytes > limits.maxBody_bytes) throw tooLarge(limits.maxBody_bytes);
  const parse = (bytes: Buffer) => ({ mediaType, ...decode(bytes, mediaType, limits.maxDepth) });
  if (isLarge(chunked ? undefined : length_bytes))
    return await readLarge(limits.maxBody_bytes, (into) => collectInto(req, into), parse);
  return parse(await collect(req, length_bytes));
}

const bodyRequired: Fault = { pointer: "", code: "body_required", message: "This call needs a body." };

function unexpectedBody(chunked: boolean): Fault {
  const header = chunked ? "Transfer-Encoding" : "Content-Length";
  return { header, code: "unexpected_body", message: "This call takes no body; leave it out." };
}

function tooLarge(maxBody_bytes: number): Error {
  return problem("payload-too-large", `The body may be ${maxBody_bytes} bytes long.`);
}

function acceptedMediaType(req: IncomingMessage, route: Route, taken: readonly string[]): string {
  const header = req.headers["content-type"] ?? "";
  const mediaType = (header.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (!taken.includes(mediaType)) {
    const found =
      mediaType === "" ? "The body has no Content-Type" : `${quoted(mediaType)} is not taken here`;
    throw unsupported(route, taken, `${found}. Taken: ${taken.join(", ")}.`);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(header)?.[1]?.toLowerCase() ?? "utf-8";
  if (charset !== "utf-8" && charset !== "utf8") {
    throw unsupported(route, taken, `The character set ${quoted(charset)} is not taken. Send UTF-8.`);
  }
  const codings = (req.headers["content-encoding"] ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase());
  const [coding] = codings.filter((one) => one !== "" && one !== "identity");
  if (coding !== undefined) {
    const detail = `The content encoding ${quoted(coding)} is not taken. Send the body uncompressed.`;
    throw unsupported(route, taken, detail, { "Accept-Encoding": "identity" });
  }
  return mediaType;
}

function unsupported(
  route: Route,
  taken: readonly string[],
  detail: string,
  headers: { readonly [name: string]: string } = {},
): Error {
  return problem("unsupported-media-type", detail, {
    headers: { ...acceptHeaders(route.method, taken), ...headers },
  });
}

/** The response header that tells which media types a method takes: Accept-Post or Accept-Patch. */
export function acceptHeaders(method: string, taken: readonly string[]): { readonly [name: string]: string } {
  if (taken.length === 0) return {};
  if (method === "POST") return { "Accept-Post": taken.join(", ") };
  if (method === "PATCH") return { "Accept-Patch": taken.join(", ") };
  return {};
}

/** The bytes of a request whose length is stated. */
async function collect(req: IncomingMessage, length_bytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length_bytes);
  return bytes.subarray(0, await collectInto(req, bytes));
}

/**
 * Puts the bytes of a request into a buffer, and resolves to their number. What lies beyond the buffer is not kept, and
 * drained by Node after the answer.
 */
function collectInto(req: IncomingMessage, into: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let length_bytes = 0;
    const onData = (chunk: Buffer) => {
      if (length_bytes + chunk.length <= into.length) {
        length_bytes += chunk.copy(into, length_bytes);
        return;
      }
      req.off("data", onData);
      req.resume();
      reject(tooLarge(into.length));
    };
    req.on("data", onData);
    req.once("end", () => resolve(length_bytes));
    req.once("error", (error) => {
      req.off("data", onData);
      reject(error);
    });
    // A client that left while its request waited sends no further event.
    if (req.destroyed) reject(new Error("The client is gone."));
  });
}

function decode(
  bytes: Buffer,
  mediaType: string,
  maxDepth: number,
): { readonly body: unknown; readonly faults: readonly Fault[] } {
  if (!isUtf8(bytes)) {
    const message = "The body is not valid UTF-8.";
    return { body: undefined, faults: [{ pointer: "", code: "invalid_encoding", message }] };
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const text = bytes.toString("utf8", start);
  if (mediaType !== "application/json" && !mediaType.endsWith("+json")) return { body: text, faults: [] };
  const { value, faults } = parseJson(text, { maxDepth });
  return { body: value, faults };
}
