import type { IncomingMessage } from "node:http";
import { quoted } from "./excerpt.ts";
import { MAX_URL_BYTES, urlLength_bytes } from "./links.ts";
import { decodeText } from "./paths.ts";
import { problem } from "./problem.ts";

/** The parts of a request target. */
export interface PathAndQuery {
  readonly path: string;
  /** Undefined where the URL has no question mark. */
  readonly query: string | undefined;
  readonly whole: string;
}

/** Parts a request target. A proxy may send it with scheme and host, which say nothing here. */
export function pathAndQuery(target: string): PathAndQuery {
  const whole = target.startsWith("/") ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const mark = whole.indexOf("?");
  if (mark < 0) return { path: whole, query: undefined, whole };
  return { path: whole.slice(0, mark), query: whole.slice(mark + 1), whole };
}

/** @throws ProblemError 414 for a URL that is too long to be followed from a link */
export function checkLength({ path, query }: PathAndQuery): void {
  const length_bytes = urlLength_bytes(path, query);
  if (length_bytes <= MAX_URL_BYTES) return;
  throw problem(
    "uri-too-long",
    `The URL has ${length_bytes} bytes; at most ${MAX_URL_BYTES} are read, not counting cursor, as_of and format. Split a comma-separated list into parts, and send one request for each part.`,
  );
}

/** @throws ProblemError 400 for an HTTP/1.1 request without Host, 417 for an expectation other than 100-continue */
export function checkForm({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === "1.1") {
    const message = "An HTTP/1.1 request needs the header Host, with the name of this server.";
    throw problem("bad-request", message, { errors: [{ header: "Host", code: "required", message }] });
  }
  if (headers.expect === undefined || headers.expect.toLowerCase() === "100-continue") return;
  const message = `The expectation ${quoted(headers.expect)} is not known. Use 100-continue, or leave the header Expect out.`;
  throw problem("expectation-failed", message, {
    errors: [{ header: "Expect", code: "unknown_expectation", message }],
  });
}

/** How many parameters one query may have. */
const MAX_PARAMETERS = 100;

/**
 * @throws ProblemError 400 where the query has more than 100 parameters, or is not percent-encoded UTF-8, which
 *   URLSearchParams accepts
 */
export function readQuery(query: string | undefined): URLSearchParams | undefined {
  if (query === undefined || query === "") return undefined;
  const parts = query.split("&");
  if (parts.length > MAX_PARAMETERS) throw tooManyParameters(parts.length);
  const broken = query.includes("%") ? parts.find((part) => decodeText(part) === undefined) : undefined;
  if (broken === undefined) return new URLSearchParams(query);
  const parameter = broken.split("=", 1)[0] ?? "";
  const message = `${quoted(broken)} is not percent-encoded UTF-8 text.`;
  throw problem("bad-request", message, { errors: [{ parameter, code: "invalid_encoding", message }] });
}

function tooManyParameters(found: number): Error {
  return problem(
    "bad-request",
    `The query has ${found} parameters; at most ${MAX_PARAMETERS} are read. Put several values of one parameter into one, with commas between them.`,
  );
}
