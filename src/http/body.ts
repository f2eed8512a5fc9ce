import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { quoted } from "./excerpt.ts";
import type { Fault } from "./fault.ts";
import { parseJson } from "./json.ts";
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
  const bytes = await collect(req, limits.maxBody_bytes);
  return { mediaType, ...decode(bytes, mediaType, limits.maxDepth) };
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

/** All bytes of the request. What lies beyond the limit is not kept, and drained by Node after the answer. */
function collect(req: IncomingMessage, maxBody_bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length_bytes = 0;
    const onData = (chunk: Buffer) => {
      length_bytes += chunk.length;
      if (length_bytes <= maxBody_bytes) {
        chunks.push(chunk);
        return;
      }
      req.off("data", onData);
      req.resume();
      reject(tooLarge(maxBody_bytes));
    };
    req.on("data", onData);
    req.once("end", () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    req.once("error", reject);
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
