import type { Readable } from "node:stream";
import type { Logger } from "pino";
import type { z } from "zod";
import { excerptOfSteps, quoted } from "./excerpt.ts";
import { type Fault, FaultList } from "./fault.ts";
import { suggestion, zodFaults } from "./faults.ts";
import { idempotencyKeyFaults, type RepeatableRequest, repeatableRequest } from "./idempotency-key.ts";
import { unreadableCodes } from "./json.ts";
import { problem } from "./problem.ts";

/** What a caller must be to use a route: everybody, the holder of any live key, or of a key with at least this role. */
export type Role = "public" | "analyst" | "editor" | "admin";

/** Who is calling. A caller without a key has neither `key` nor `name`. */
export interface Principal {
  /** The key's public id. */
  readonly key: string | null;
  /** The key's name, which appears in public revisions; several keys may share one. */
  readonly name: string | null;
  readonly role: Role;
}

/** A caller with a key. */
export interface KeyHolder extends Principal {
  readonly key: string;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A JSON Schema (draft 2020-12) as it goes into the OpenAPI document. */
export type JsonSchema = { readonly [member: string]: unknown };

/** One media type a route reads or writes, with its schema and a realistic example. */
export interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface Answer {
  readonly description: string;
  readonly content?: { readonly [mediaType: string]: Content };
  /** Response headers worth naming in the description of the API, with what each says. */
  readonly headers?: { readonly [name: string]: string };
}

/** Request headers that a route reads; whatever is not named here is not looked at. */
export type RequestHeader =
  | "If-Match"
  | "If-None-Match"
  | "Change-Reason"
  | "Idempotency-Key"
  | "Accept"
  | "Authorization"
  | "Last-Event-ID";

/**
 * What an expensive call takes one of a few places for: `export` for the whole of something, which lasts as long as its
 * reader takes; `heavy` for a statement that may look at every record; `listener` for a stream without an end.
 */
export type Cost = "export" | "heavy" | "listener";

/** What a handler gets: everything parsed, nothing of Express. */
export interface Call<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  /** The names of the query parameters that were given, in order of the URL. */
  readonly given: readonly string[];
  /**
   * The parsed JSON body (the text of another media type, or the Readable itself where the route streams it), or
   * undefined where the route takes none. Strings hold neither NUL nor lone surrogates.
   */
  readonly body: unknown;
  /** The request's media type without parameters, lower-case; "" where there is no body. */
  readonly mediaType: string;
  header(name: RequestHeader): string | undefined;
  /** Set where the route declares Idempotency-Key and the request has one. */
  readonly repeatable: RepeatableRequest | undefined;
  readonly principal: Principal;
  /** The request's path and query as the client wrote them, for links. */
  readonly url: string;
  /** PUBLIC_URL without a trailing slash. */
  readonly baseUrl: string;
  /** Aborted when the client goes away or the service stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * What a handler answers. A string is sent as it is. A stream is piped: nothing is sent before its first byte, so
 * that an error until then still becomes a problem; a later one ends the connection. Header names are spelt as in
 * RFC 9110 ("Cache-Control"); they replace what the kernel would have sent under the same name.
 */
export interface Reply {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  /** Left out: application/json for a string, none without a body. */
  readonly mediaType?: string;
  readonly body?: string | Buffer | Readable;
}

/** One literal per route; mounting, validation, OpenAPI, the permission table and the tests all follow from it. */
export interface RouteLiteral<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly method: Method;
  /** In OpenAPI's form: "/v1/violations/{id}". */
  readonly path: string;
  /** OpenAPI's operationId: "list_violations". */
  readonly operation: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly role: Role;
  /** What each call costs, or what a call with these parameters does. Absent: little, so that it is always let in. */
  readonly cost?: Cost | ((call: Call<z.output<Params>, z.output<Query>>) => Cost | undefined);
  /** Calls are not counted: whoever looks after the service asks so even when it refuses others. */
  readonly uncounted?: true;
  /** Strict objects whose members are described strings (with pipes to what they mean). */
  readonly params: Params;
  readonly query: Query;
  /**
   * The request headers that the handler reads. A route that declares Idempotency-Key writes once for each
   * `call.repeatable`; a route that writes and does not declare it refuses the header.
   */
  readonly headers?: readonly RequestHeader[];
  /** The media types of the request body. Absent: a body is refused. */
  readonly body?: { readonly [mediaType: string]: Content };
  /**
   * The body is handed over as the Readable it arrives in: unread, of any length, unchecked. For imports.
   * Only its media type, character set and encoding have been looked at.
   */
  readonly streamsBody?: true;
  /** Checks the body along with parameters and query, so that all faults are told at once. */
  readonly checkBody?: (body: unknown, mediaType: string) => readonly Fault[];
  readonly answers: { readonly [status: number]: Answer };
  /** Statuses of problems that this route may answer, beside those that every route may (400, 401, 403, 404, 405, 406, 414, 429, 500, 503). */
  readonly problems?: readonly number[];
  handle(call: Call<z.output<Params>, z.output<Query>>): Promise<Reply>;
}

/** A route whose literal has been closed over, so that routes of every kind stand in one array. */
export interface Route extends Omit<RouteLiteral<z.ZodObject, z.ZodObject>, "handle" | "cost"> {
  /** Whether its calls may be turned away while too many such run. */
  readonly expensive: boolean;
  /** Parses parameters, query and body, and answers; throws a ProblemError with every fault found. */
  answer(raw: RawCall): Promise<Reply>;
}

/** A call before its parameters were parsed. */
export interface RawCall extends Omit<Call<unknown, unknown>, "params" | "query" | "given" | "repeatable"> {
  readonly params: { readonly [name: string]: string };
  /** Undefined where the URL has no query. */
  readonly query: URLSearchParams | undefined;
  /** The Idempotency-Key header, whether or not the route declares it. */
  readonly idempotencyKey: string | undefined;
  /** What was found wrong while the body was read and parsed. */
  readonly bodyFaults: readonly Fault[];
  /** Runs what is expensive once there is room for it; throws ProblemError 503 where there is none. */
  makeRoom(cost: Cost, work: () => Promise<Reply>): Promise<Reply>;
}

/**
 * Closes a literal over, so that it can stand in one array with all others. Its `answer` parses path parameters
 * and query strictly, checks the body, and throws one ProblemError with every fault: 400 if the request cannot be
 * read (a parameter, a header, malformed JSON), else 422.
 */
export function route<P extends z.ZodObject, Q extends z.ZodObject>({
  cost,
  ...literal
}: RouteLiteral<P, Q>): Route {
  const known = Object.keys(literal.query.shape);
  return {
    ...literal,
    expensive: cost !== undefined,
    async answer(raw) {
      const faults = new FaultList();
      const given = readQuery(raw.query, known, faults);
      const params = literal.params.safeParse(raw.params);
      if (!params.success) faults.addAll(zodFaults(params.error, "parameter", { value: raw.params }));
      const query = literal.query.safeParse(given.values);
      if (!query.success) faults.addAll(zodFaults(query.error, "parameter", { value: given.values }));
      faults.addAll(idempotencyKeyFaults(raw.idempotencyKey, literal));
      faults.addAll(raw.bodyFaults);
      if (literal.checkBody !== undefined && raw.body !== undefined) {
        faults.addAll(literal.checkBody(raw.body, raw.mediaType));
      }
      if (!params.success || !query.success || faults.found > 0) throw refusal(faults.faults());
      const call = new ParsedCall(raw, literal, params.data, query.data, given.names);
      const costs = typeof cost === "function" ? cost(call) : cost;
      return costs === undefined ? literal.handle(call) : raw.makeRoom(costs, () => literal.handle(call));
    },
  };
}

/**
 * A class for the sake of its getters: most calls need neither signal nor logger. In an object literal, getters and
 * closures made these objects outlive their request until the next full collection, at half the throughput.
 */
class ParsedCall<Params, Query> implements Call<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  readonly given: readonly string[];
  readonly body: unknown;
  readonly mediaType: string;
  readonly principal: Principal;
  readonly url: string;
  readonly baseUrl: string;
  readonly #raw: RawCall;
  readonly #route: Pick<RouteLiteral<z.ZodObject, z.ZodObject>, "method" | "headers">;

  constructor(
    raw: RawCall,
    route: Pick<RouteLiteral<z.ZodObject, z.ZodObject>, "method" | "headers">,
    params: Params,
    query: Query,
    given: readonly string[],
  ) {
    this.params = params;
    this.query = query;
    this.given = given;
    this.body = raw.body;
    this.mediaType = raw.mediaType;
    this.principal = raw.principal;
    this.url = raw.url;
    this.baseUrl = raw.baseUrl;
    this.#raw = raw;
    this.#route = route;
  }

  /** A getter, so that a handler may take it out of the call by name; a closure in a field costs as literals do. */
  get header(): (name: RequestHeader) => string | undefined {
    return (name) => this.#raw.header(name);
  }

  get repeatable(): RepeatableRequest | undefined {
    const { method, headers = [] } = this.#route;
    const { idempotencyKey, url, body, principal } = this.#raw;
    if (idempotencyKey === undefined || !headers.includes("Idempotency-Key")) return undefined;
    const ifMatch = headers.includes("If-Match") ? this.#raw.header("If-Match") : undefined;
    return repeatableRequest(idempotencyKey, { method, url, body, ifMatch, principal: principal.key ?? "" });
  }

  get signal(): AbortSignal {
    return this.#raw.signal;
  }

  get log(): Logger {
    return this.#raw.log;
  }
}

interface GivenQuery {
  readonly names: readonly string[];
  readonly values: { readonly [name: string]: string };
}

const noQuery: GivenQuery = { names: [], values: {} };

/** Sorts the query into known, unknown and repeated parameters; faults are added to the list that is passed. */
function readQuery(
  query: URLSearchParams | undefined,
  known: readonly string[],
  faults: FaultList,
): GivenQuery {
  if (query === undefined) return noQuery;
  const values = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, value] of query) {
    if (!known.includes(name)) {
      if (!values.has(name)) faults.add({ parameter: name, ...unknownParameter(name, known) });
    } else if (values.has(name) && !repeated.has(name)) {
      repeated.add(name);
      const message = `${quoted(name)} is given more than once. Put several values into one, with commas between them.`;
      faults.add({ parameter: name, code: "repeated_parameter", message });
    }
    if (value.includes("\0")) {
      faults.add({
        parameter: name,
        code: "invalid_text",
        message: "A value may not contain the character NUL.",
      });
    }
    values.set(name, value);
  }
  const names = [...values.keys()].filter((name) => known.includes(name));
  return { names, values: Object.fromEntries(names.map((name) => [name, values.get(name) ?? ""])) };
}

function unknownParameter(
  name: string,
  known: readonly string[],
): { readonly code: string; readonly message: string } {
  const near = suggestion(name, known);
  const choice = known.length === 0 ? " None is taken here." : ` Known: ${known.join(", ")}.`;
  const message = `There is no query parameter ${quoted(name)} here.${near === "" ? choice : near}`;
  return { code: "unknown_parameter", message };
}

/** The one problem for all faults of a request. */
function refusal(found: readonly Fault[]): Error {
  const faults = [...new Map(found.map((fault) => [faultKey(fault), fault])).values()];
  const unreadable = faults.some(
    ({ pointer, code, unlisted }) =>
      unlisted === undefined && (pointer === undefined || unreadableCodes.has(code)),
  );
  const [only] = faults;
  const place = excerptOfSteps(only?.parameter ?? only?.header ?? only?.pointer ?? "");
  const number = faults.reduce((sum, { unlisted = 1 }) => sum + unlisted, 0);
  const detail =
    faults.length === 1 && only !== undefined
      ? `${place === "" ? "" : `${place}: `}${only.message}`
      : `${number} faults were found. Each entry of \`errors\` names its place.`;
  return problem(unreadable ? "bad-request" : "invalid-record", detail, { errors: faults });
}

/** The same fault may be found twice, while parsing and by a schema; it is told once. */
function faultKey(fault: Fault): string {
  return JSON.stringify([fault.pointer, fault.parameter, fault.header, fault.code]);
}
