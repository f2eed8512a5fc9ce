import { type Fault, listFaults, shortSentence } from "./fault.ts";
import { type ProblemSlug, problemTypes } from "./problem-types.ts";

/**
 * A request that ends in a problem. `detail` and `errors` are the outside text, written for the caller; `message`
 * and `cause` are the inside text, written for the log, and never leave the service.
 */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** At most 100 faults; the values in them are cut, so that every answer has a bound. */
  readonly errors: readonly Fault[];
  /** How many faults `errors` leaves out. */
  readonly unlisted: number;
  readonly headers: { readonly [name: string]: string };

  constructor(slug: ProblemSlug, detail: string, options: ProblemOptions = {}) {
    const withCause = options.cause === undefined ? {} : { cause: options.cause };
    super(options.inside ?? `${slug}: ${shortSentence(detail)}`, withCause);
    this.slug = slug;
    this.status = problemTypes[slug].status;
    this.title = problemTypes[slug].title;
    const { listed, unlisted } = listFaults(options.errors ?? []);
    const more = ` \`errors\` lists ${listed.length} faults; ${unlisted} more were found.`;
    this.detail = `${shortSentence(detail)}${unlisted > 0 ? more : ""}`;
    this.errors = listed;
    this.unlisted = unlisted;
    this.headers = { ...impliedHeaders(this.status), ...options.headers };
  }
}

export interface ProblemOptions {
  readonly errors?: readonly Fault[];
  /** Response headers; those that the status implies (WWW-Authenticate, Retry-After) are added. */
  readonly headers?: { readonly [name: string]: string };
  /** What was caught, for the log alone. */
  readonly cause?: unknown;
  /** What the log says in place of the outside text. */
  readonly inside?: string;
}

/** Makes a problem to throw. `detail` is a sentence about this occurrence, for the caller to read. */
export function problem(slug: ProblemSlug, detail: string, options?: ProblemOptions): ProblemError {
  return new ProblemError(slug, detail, options);
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors: readonly Fault[];
  /** How many faults `errors` leaves out; absent where it leaves out none. */
  readonly more_errors?: number;
}

/** The RFC 9457 document of a problem. `instance` is the path of the request; `baseUrl` has no trailing slash. */
export function problemBody(
  error: ProblemError,
  where: { readonly baseUrl: string; readonly instance: string },
): ProblemBody {
  return {
    type: `${where.baseUrl}/problems/${error.slug}`,
    title: error.title,
    status: error.status,
    detail: error.detail,
    instance: where.instance,
    errors: error.errors,
    ...(error.unlisted > 0 && { more_errors: error.unlisted }),
  };
}

/** RFC 9110 demands a challenge with every 401; a 429 or 503 without a time to wait invites a stampede. */
function impliedHeaders(status: number): { readonly [name: string]: string } {
  if (status === 401) return { "WWW-Authenticate": "Bearer" };
  if (status === 429 || status === 503) return { "Retry-After": "5" };
  return {};
}
