/** Flat lists of header names and values, as ServerResponse.writeHead takes them. */
type HeaderList = readonly string[];

const exposed = [
  "ETag",
  "Link",
  "Location",
  "Retry-After",
  "Data-As-Of",
  "Ledger-Head",
  "Search-Index",
  "Content-Disposition",
  "X-Request-Id",
  "Allow",
  "RateLimit",
  "RateLimit-Policy",
].join(", ");

const requestHeaders = [
  "Accept",
  "Authorization",
  "Change-Reason",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "X-Request-Id",
].join(", ");

/** How long a browser may remember a preflight; the longest that Chromium keeps one. */
const preflightAge_s = 7200;

/** Reading is open to any page; the key, if there is one, is put there by the page itself, never by the browser. */
export const readCors: HeaderList = [
  "Access-Control-Allow-Origin",
  "*",
  "Access-Control-Expose-Headers",
  exposed,
];

/** What an answer to a write tells the browser: only pages of the named origins may see it. */
export function writeCors(origin: string | undefined, allowed: ReadonlySet<string>): HeaderList {
  if (origin === undefined || !allowed.has(origin)) return [];
  return ["Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", exposed];
}

export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * The answer to a preflight (an OPTIONS with Access-Control-Request-Method); nothing for any other OPTIONS, or for a
 * write from an origin that is not named: without these headers the browser does not send the request.
 */
export function preflightCors(
  wanted: string | undefined,
  origin: string | undefined,
  methods: readonly string[],
  allowed: ReadonlySet<string>,
): HeaderList {
  if (wanted === undefined || origin === undefined) return [];
  if (!isRead(wanted) && !allowed.has(origin)) return [];
  return [
    "Access-Control-Allow-Origin",
    isRead(wanted) ? "*" : origin,
    "Access-Control-Allow-Methods",
    methods.join(", "),
    "Access-Control-Allow-Headers",
    requestHeaders,
    "Access-Control-Max-Age",
    String(preflightAge_s),
  ];
}
