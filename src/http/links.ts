/** How long a URL may be in bytes: its path and query, without the parameters that links of the service add. */
export const MAX_URL_BYTES = 8_192;

/** The parameters that links add to the URL of a request. Each has a bound of its own. */
const addedByLinks: ReadonlySet<string> = new Set(["cursor", "as_of", "format"]);

/** One byte of a URL can become as many in a link: a Latin-1 character becomes two escapes. */
export const MAX_GROWTH = 6;

/**
 * The length of a URL, without the parameters that links add: as it was sent, or as a link writes it where that is
 * longer. Links therefore stay within this bound and the bounds of the parameters that they add.
 */
export function urlLength_bytes(path: string, query: string | undefined): number {
  if (query === undefined) return path.length;
  const own = query.split("&").filter((part) => !addedByLinks.has(part.split("=", 1)[0] ?? ""));
  const sent = own.join("&");
  const short = sent.length * MAX_GROWTH <= MAX_URL_BYTES;
  const longest = short ? sent.length : Math.max(sent.length, queryText(new URLSearchParams(sent)).length);
  return path.length + 1 + longest;
}

/** The full URL of a request with some parameters set to other values. */
export function linkTo(
  { url, baseUrl }: { readonly url: string; readonly baseUrl: string },
  changes: { readonly [parameter: string]: string },
): string {
  const [path = "", ...query] = url.split("?");
  const parameters = new URLSearchParams(query.join("?"));
  for (const [name, value] of Object.entries(changes)) parameters.set(name, value);
  return `${baseUrl}${path}?${queryText(parameters)}`;
}

/** A query that escapes only what a query cannot hold (RFC 3986): commas, colons and slashes stay as they are. */
function queryText(parameters: URLSearchParams): string {
  return Array.from(parameters, ([name, value]) =>
    value === "" ? escaped(name) : `${escaped(name)}=${escaped(value)}`,
  ).join("&");
}

const readable: { readonly [sequence: string]: string } = {
  "%20": "+",
  "%24": "$",
  "%2C": ",",
  "%2F": "/",
  "%3A": ":",
  "%3B": ";",
  "%3D": "=",
  "%3F": "?",
  "%40": "@",
};

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /%(?:20|24|2C|2F|3[ABDF]|40)/g,
    (found) => readable[found] ?? found,
  );
}
