import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { quoted } from "./excerpt.ts";
import { MAX_GROWTH, MAX_URL_BYTES, urlLength_bytes } from "./links.ts";
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
export function checkLength({ path, query, whole }: PathAndQuery): void {
  // No usual URL comes near the limit, however it is escaped.
  if (whole.length * MAX_GROWTH <= MAX_URL_BYTES) return;
  const length_bytes = urlLength_bytes(path, query);
  if (length_bytes <= MAX_URL_BYTES) return;
  throw problem(
    "uri-too-long",
    `The URL has ${length_bytes} bytes; at most ${MAX_URL_BYTES} are read, not counting cursor, as_of and format. Split a comma-separated list into parts, and send one request for each part.`,
  );
}

/**
 * @throws ProblemError 400 for an HTTP/1.1 request without Host, and for any request with several or an invalid one; 417
 *   for an expectation other than 100-continue
 */
export function checkForm({ headers, httpVersion, rawHeaders }: IncomingMessage): void {
  checkHost(headers.host, httpVersion, rawHeaders);
  if (headers.expect === undefined || expectsContinue(headers.expect)) return;
  const message = `The expectation ${quoted(headers.expect)} is not known. Use 100-continue, or leave the header Expect out.`;
  throw problem("expectation-failed", message, {
    errors: [{ header: "Expect", code: "unknown_expectation", message }],
  });
}

/** Whether an Expect header asks for 100-continue and for nothing else. */
export function expectsContinue(expect: string | undefined): boolean {
  return expect?.toLowerCase() === "100-continue";
}

/** Checks the Host header by RFC 9112, section 3.2. */
function checkHost(host: string | undefined, httpVersion: string, rawHeaders: readonly string[]): void {
  if (host === undefined) {
    if (httpVersion !== "1.1") return;
    throw badHost("required", "An HTTP/1.1 request needs the header Host, with the name of this server.");
  }
  const lines = countHostLines(rawHeaders);
  if (lines > 1)
    throw badHost(
      "repeated_header",
      `The request has ${lines} Host headers. Send one, with the name of this server.`,
    );
  if (!isHost(host))
    throw badHost(
      "invalid_header",
      `${quoted(host)} is not a valid Host header. Send the name or address of this server, with a colon and the port if needed.`,
    );
}

function badHost(code: string, message: string): Error {
  return problem("bad-request", message, { errors: [{ header: "Host", code, message }] });
}

/** Node keeps only the first of several Host headers in `headers`. */
function countHostLines(rawHeaders: readonly string[]): number {
  let lines = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") lines++;
  }
  return lines;
}

const hostPattern = /^(?:\[([^[\]]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::\d*)?$/i;

/** Whether a text is a name, an IPv4 address or an IPv6 address in brackets, with or without a port. */
function isHost(text: string): boolean {
  const match = hostPattern.exec(text);
  const [, address] = match ?? [];
  return match !== null && (address === undefined || isIPv6(address));
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
