/** What a page under /problems/ says of one kind of problem, and what every answer of that kind carries. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** What happened, for a reader who does not know this service. */
  readonly explanation: string;
  /** What the caller can do about it. */
  readonly remedy: string;
}

/**
 * Every kind of problem this service answers with, by its slug: the last part of its `type` URL. The pages under
 * /problems/ and the problem answers of the API's description are made from it. Slugs never change their meaning.
 */
export const problemTypes = {
  "bad-request": {
    status: 400,
    title: "The request cannot be read",
    explanation:
      "Something in the request has no meaning here: JSON that does not parse or names a member twice, a query parameter that is unknown, repeated or ill-formed, a filter that refers to no record, a cursor this service did not hand out, or a header that does not follow its rules.",
    remedy:
      "Read `errors`: each entry names the place and what was expected there. Mend them all, then send the request again.",
  },
  unauthorized: {
    status: 401,
    title: "A valid key is needed",
    explanation:
      "The call needs an API key and none was sent, or the key that was sent is unknown, revoked or past its expiry. A dead key is refused even where no key is needed, so that nobody mistakes public data for everything there is.",
    remedy:
      "Send `Authorization: Bearer <key>` with a live key, or leave the header out to read what is public.",
  },
  forbidden: {
    status: 403,
    title: "The key's role is not enough",
    explanation: "The key is valid, but its role does not allow this call.",
    remedy: "Use a key with the role that `detail` names, or ask an admin of this service for one.",
  },
  "not-found": {
    status: 404,
    title: "Nothing is here",
    explanation:
      "No page or record has this address, or there is one that this caller may not know of. The two look the same from outside, on purpose.",
    remedy:
      "Check the address and the id. Paths carry no slash at the end. If the record is restricted, send a key.",
  },
  "method-not-allowed": {
    status: 405,
    title: "The address does not take this method",
    explanation: "There is something at this address, but not for this HTTP method.",
    remedy: "Use one of the methods in the `Allow` header.",
  },
  "not-acceptable": {
    status: 406,
    title: "The format is not offered",
    explanation:
      "The `Accept` header or the `format` parameter asks only for formats that this address does not offer.",
    remedy: "Ask for one of the formats that `detail` names, or leave the choice to the service.",
  },
  "request-timeout": {
    status: 408,
    title: "The request took too long to arrive",
    explanation: "The request was not complete within the time that this service waits for one.",
    remedy: "Send it again, in one go. Split what is large, or use an import.",
  },
  "id-taken": {
    status: 409,
    title: "The id is taken",
    explanation:
      "Another record has this id. The id of a deleted record stays taken, because its history is still there.",
    remedy: "Choose another id, or change the existing record with PATCH; a deleted one can be restored.",
  },
  "external-id-taken": {
    status: 409,
    title: "The external id is taken",
    explanation: "Another record already says that it is the SAME as this entry of another dataset.",
    remedy: "Change that record instead, or use another relation if the two only overlap.",
  },
  "referred-to": {
    status: 409,
    title: "Other records refer to this one",
    explanation: "The record cannot go while others point at it: they would lose their meaning.",
    remedy: "Change or delete the records named in `errors` first.",
  },
  "would-reveal": {
    status: 409,
    title: "A public record would refer to a restricted one",
    explanation:
      "What is public may not point at what is restricted: the reference alone would give it away.",
    remedy: "Make the record that refers restricted too, make the other public, or leave the reference out.",
  },
  "last-admin-key": {
    status: 409,
    title: "This is the last admin key",
    explanation: "Only an admin can make keys. Without one that lives, nobody could make another.",
    remedy: "Make a new admin key and keep it, then revoke this one with it.",
  },
  "still-running": {
    status: 409,
    title: "The first request with this Idempotency-Key still runs",
    explanation:
      "A request with the same Idempotency-Key has arrived before and is not finished, so its answer cannot be repeated yet.",
    remedy: "Wait a moment, then send the same request again with the same key.",
  },
  gone: {
    status: 410,
    title: "The record or version is gone",
    explanation:
      "There was a record here. It, or the version asked for, was deleted or redacted; `detail` says when and why.",
    remedy: "Its revisions are still there to read. An editor can restore a deleted record.",
  },
  "precondition-failed": {
    status: 412,
    title: "The record has changed meanwhile",
    explanation:
      "`If-Match` names a version that is no longer the current one: someone else wrote in between.",
    remedy: "Read the record again, look at what changed, and repeat the change with the new ETag.",
  },
  "payload-too-large": {
    status: 413,
    title: "The body is too large",
    explanation: "The request's body is larger than this address takes.",
    remedy: "Split it, or use an import, which takes files of any length.",
  },
  "uri-too-long": {
    status: 414,
    title: "The URL is too long",
    explanation:
      "Path and query together have more than 8,192 bytes, not counting the parameters `cursor`, `as_of` and `format`. A longer URL would make links that clients and proxies cannot follow.",
    remedy:
      "Split a comma-separated list of ids or codes into parts, and send one request for each part. A filter by date, conflict or place often replaces a long list of ids.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The media type is not taken",
    explanation:
      "The body comes in a media type, character set or content encoding that this address does not read.",
    remedy:
      "Use a media type named in `detail` (also in `Accept-Post` or `Accept-Patch`), in UTF-8, not compressed.",
  },
  "expectation-failed": {
    status: 417,
    title: "The expectation is not known",
    explanation:
      "The `Expect` header asks for something other than `100-continue`, which this service cannot do.",
    remedy: "Leave the `Expect` header out, or send `Expect: 100-continue`.",
  },
  "invalid-record": {
    status: 422,
    title: "The body breaks the rules",
    explanation:
      "The JSON can be read, but does not say what it may say: an unknown member, a wrong type or code, a reference to nothing, an impossible date, an end before its start, a minimum above its maximum.",
    remedy:
      "Read `errors`: each entry has a JSON Pointer to the place and says what would be right. All faults are told at once.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "The Idempotency-Key belongs to another request",
    explanation:
      "This Idempotency-Key came before with another method, address, body or If-Match, so it cannot stand for this request.",
    remedy: "Use a fresh key for every new request; repeat a key only to repeat the very same request.",
  },
  "precondition-required": {
    status: 428,
    title: "If-Match is needed",
    explanation:
      "Changing or deleting a record needs the version it is based on, so that nobody overwrites what they have not seen.",
    remedy: 'Read the record, and send the ETag of that answer as `If-Match`, for example `If-Match: "3"`.',
  },
  "too-many-requests": {
    status: 429,
    title: "Too many requests",
    explanation:
      "More requests came within a minute than the service takes with one key, or from one address without a key. Requests with a dead key count for the address they come from; after too many of them it may try no more keys in that minute.",
    remedy:
      "Wait as many seconds as `Retry-After` says. Every answer tells in `RateLimit` how many requests are left (`r`) and for how many seconds (`t`). For much data use one export in place of many pages; for a program that asks often, a key.",
  },
  "headers-too-large": {
    status: 431,
    title: "The request's headers are too large",
    explanation: "The request line and headers together are longer than 16 KB.",
    remedy: "Send fewer or shorter headers, or a shorter query.",
  },
  "internal-error": {
    status: 500,
    title: "The service failed",
    explanation:
      "Something went wrong inside the service. The request may be fine; the fault is on this side and has been logged.",
    remedy: "Try again. If it lasts, tell those who run this service the `X-Request-Id` of the answer.",
  },
  "service-unavailable": {
    status: 503,
    title: "The service cannot answer just now",
    explanation:
      "The database is away or its disk is full, a write that the answer depends on does not end, or the service is stopping.",
    remedy:
      "Wait as many seconds as `Retry-After` says, then send the same request again. A write may have been done before its answer was lost: with the same `Idempotency-Key` or `If-Match` it is not done twice.",
  },
  "too-busy": {
    status: 503,
    title: "Too many expensive requests run at once",
    explanation:
      "Whole lists in one file, histories, searches, counts, lists of the past and streams of changes each have a few places, so that single records and plain pages are answered whatever else runs. All places for this kind of request were taken, and none became free while it waited.",
    remedy:
      "Wait as many seconds as `Retry-After` says, then send the same request again; read files to their end without a pause. A plain page (no `q`, `count`, `as_of`, `known_at` or `expand=summary`) needs no place.",
  },
} as const satisfies { readonly [slug: string]: ProblemType };

export type ProblemSlug = keyof typeof problemTypes;
