import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Application, ErrorRequestHandler, Request, RequestHandler } from "express";
import type { Logger } from "pino";
import { chooseMediaType } from "./accept.ts";
import { type Admission, admit } from "./admission.ts";
import { acceptHeaders, type BodyLimits, type ReceivedBody, readBody } from "./body.ts";
import { preflightCors } from "./cors.ts";
import type { Fault } from "./fault.ts";
import { contextOf, type RequestContext } from "./observe.ts";
import { checkPath, type PathMatch, pathFinder } from "./paths.ts";
import { ProblemError, problem } from "./problem.ts";
import { type Exchange, headerList, sendProblem, sendReply } from "./reply.ts";
import { checkForm, checkLength, type PathAndQuery, pathAndQuery, readQuery } from "./request-target.ts";
import type { Room } from "./room.ts";
import type { Cost, Principal, RawCall, Reply, RequestHeader, Role, Route } from "./route.ts";
import { standingHeaders } from "./standing-headers.ts";

export interface MountOptions extends Admission {
  /** PUBLIC_URL without a trailing slash. */
  readonly baseUrl: string;
  readonly logger: Logger;
  readonly limits: BodyLimits;
  /** The origins whose pages may write. */
  readonly corsOrigins: readonly string[];
  /** Where expensive calls find a place. */
  readonly room: Room;
  /** Says what an error from below (the database, mostly) means to a caller; undefined: an internal error. */
  translateError(error: unknown): ProblemError | undefined;
  /** Aborted when the service stops, so that streams without an end do so too. */
  readonly stopping: AbortSignal;
  /** Handlers for addresses that no route has (files of the dashboard), tried before the 404. */
  readonly elsewhere: readonly RequestHandler[];
}

const rank: { readonly [role in Role]: number } = { public: 0, analyst: 1, editor: 2, admin: 3 };

/** All routes of one path. */
interface Place {
  readonly routes: ReadonlyMap<string, Route>;
  /** For Allow: the routes' methods, with HEAD and OPTIONS. */
  readonly methods: readonly string[];
}

/**
 * Mounts all routes on an Express app, with everything that is the same for each: HEAD, OPTIONS, 405, keys and
 * roles, rates, bodies, headers, problems, and a 404 for the rest. `observe` must stand before it. Middleware that
 * refuses passes a ProblemError to `next`.
 *
 * @throws Error where two routes share method and path, or an operation name
 */
export function mount(app: Application, routes: readonly Route[], options: MountOptions): void {
  app.disable("x-powered-by");
  app.disable("etag");
  setMaxListeners(0, options.stopping);
  const findPlace = pathFinder(places(routes));
  const standing = standingHeaders(options);
  const exchangeOf = (req: Request, res: ServerResponse, context: RequestContext): Exchange => {
    const { baseUrl, logger: log } = options;
    return { req, res, context, standing, baseUrl, log, rateHeaders: [] };
  };
  const serve: RequestHandler = async (req, res, next) => {
    const exchange = exchangeOf(req, res, contextOf(res));
    try {
      const url = pathAndQuery(req.url);
      checkLength(url);
      checkForm(req);
      const found = findPlace(url.path);
      if (found !== undefined) return await servePlace(exchange, found, url, options);
      for (const [name, value] of pairs(headerList(exchange, true))) res.setHeader(name, value);
      next();
    } catch (error) {
      await fail(exchange, error, options);
    }
  };
  const nowhere: RequestHandler = async (req, res) => {
    clearHeaders(res);
    const exchange = exchangeOf(req, res, contextOf(res));
    try {
      // A dead key is told wherever it is used, so that nobody takes its end for a wrong address.
      await admit(exchange, options, true);
      checkPath(pathAndQuery(req.url).path);
      throw notFound(req.url);
    } catch (error) {
      await fail(exchange, error, options);
    }
  };
  const failed: ErrorRequestHandler = async (error, req, res, _next) => {
    clearHeaders(res);
    await fail(exchangeOf(req, res, contextOf(res)), error, options);
  };
  app.use(serve, ...options.elsewhere, nowhere, failed);
}

function places(routes: readonly Route[]): Map<string, Place> {
  const byPath = new Map<string, Map<string, Route>>();
  const operations = new Set<string>();
  for (const route of routes) {
    const here = byPath.get(route.path) ?? new Map<string, Route>();
    if (here.has(route.method)) throw new Error(`Two routes for ${route.method} ${route.path}`);
    if (operations.has(route.operation)) throw new Error(`Two routes named ${route.operation}`);
    operations.add(route.operation);
    byPath.set(route.path, here.set(route.method, route));
  }
  return new Map(
    [...byPath].map(([path, here]) => [path, { routes: here, methods: allowed([...here.keys()]) }]),
  );
}

function allowed(methods: readonly string[]): string[] {
  const all = methods.includes("GET")
    ? ["GET", "HEAD", ...methods.filter((method) => method !== "GET")]
    : methods;
  return [...all, "OPTIONS"];
}

/** Answers a request whose path is known: finds the caller and the route, checks role and form, and lets it answer. */
async function servePlace(
  exchange: Exchange,
  { value: place, params }: PathMatch<Place>,
  url: PathAndQuery,
  options: MountOptions,
): Promise<void> {
  const { req, context } = exchange;
  if (context.method === "OPTIONS") return sendOptions(exchange, place, options);
  const route = place.routes.get(context.method === "HEAD" ? "GET" : context.method);
  context.operation = route?.operation;
  const principal = await admit(exchange, options, route?.uncounted !== true);
  context.principal = principal.name;
  if (route === undefined) throw methodNotAllowed(context.method, place);
  checkRole(route, principal);
  checkAccept(route, req.headers.accept);
  const query = readQuery(url.query);
  const received = await readBody(req, route, options.limits);
  const raw = new ReceivedCall(exchange, route, options, {
    params,
    query,
    principal,
    url: url.whole,
    received,
  });
  await sendReply(exchange, await route.answer(raw));
}

interface Parts {
  readonly params: { readonly [name: string]: string };
  readonly query: URLSearchParams | undefined;
  readonly principal: Principal;
  readonly url: string;
  readonly received: ReceivedBody;
}

/** A class for the sake of its getters, as in route.ts. */
class ReceivedCall implements RawCall {
  readonly params: { readonly [name: string]: string };
  readonly query: URLSearchParams | undefined;
  readonly body: unknown;
  readonly bodyFaults: readonly Fault[];
  readonly mediaType: string;
  readonly principal: Principal;
  readonly url: string;
  readonly baseUrl: string;
  readonly #exchange: Exchange;
  readonly #route: Route;
  readonly #stopping: AbortSignal;
  readonly #room: Room;
  #signal: AbortSignal | undefined;

  constructor(exchange: Exchange, route: Route, options: MountOptions, parts: Parts) {
    this.params = parts.params;
    this.query = parts.query;
    this.body = parts.received.body;
    this.bodyFaults = parts.received.faults;
    this.mediaType = parts.received.mediaType;
    this.principal = parts.principal;
    this.url = parts.url;
    this.baseUrl = options.baseUrl;
    this.#exchange = exchange;
    this.#route = route;
    this.#stopping = options.stopping;
    this.#room = options.room;
  }

  makeRoom(cost: Cost, work: () => Promise<Reply>): Promise<Reply> {
    return this.#room.use(cost, this.signal, work);
  }

  get idempotencyKey(): string | undefined {
    const value = this.#exchange.req.headers["idempotency-key"];
    return typeof value === "string" ? value : undefined;
  }

  header(name: RequestHeader): string | undefined {
    return headerOf(this.#exchange.req, this.#route, name);
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#exchange.res, this.#stopping);
    return this.#signal;
  }

  get log(): Logger {
    return this.#exchange.log.child({ request_id: this.#exchange.context.id });
  }
}

function sendOptions(exchange: Exchange, place: Place, options: MountOptions): void {
  const { req, res } = exchange;
  const wanted = req.headers["access-control-request-method"];
  const cors = preflightCors(wanted, req.headers.origin, place.methods, new Set(options.corsOrigins));
  const taken = [...place.routes.values()].flatMap((route) =>
    Object.entries(acceptHeaders(route.method, Object.keys(route.body ?? {}))).flat(),
  );
  const vary = ["Vary", "Origin, Access-Control-Request-Method"];
  const id = ["X-Request-Id", exchange.context.id];
  res.writeHead(204, ["Allow", place.methods.join(", "), ...taken, ...vary, ...cors, ...id]);
  res.end();
}

function methodNotAllowed(method: string, place: Place): ProblemError {
  const methods = place.methods.join(", ");
  const detail = `${method} is not possible at this address. Possible: ${methods}.`;
  return problem("method-not-allowed", detail, { headers: { Allow: methods } });
}

/** @throws ProblemError 401 where a key is needed and none came, 403 where its role is too low */
function checkRole(route: Route, principal: Principal): void {
  if (rank[principal.role] >= rank[route.role]) return;
  const wanted = Object.keys(rank).filter((role) => isRole(role) && rank[role] >= rank[route.role]);
  const roles = wanted.length === 1 ? `the role ${wanted[0]}` : `one of the roles ${wanted.join(", ")}`;
  if (principal.name === null) throw problem("unauthorized", `This call needs a key with ${roles}.`);
  throw problem("forbidden", `This call needs a key with ${roles}; this key's role is ${principal.role}.`);
}

function isRole(name: string): name is Role {
  return name in rank;
}

/**
 * Refuses an Accept header that excludes all a route answers with. Routes that choose among formats read the header
 * themselves.
 */
function checkAccept(route: Route, accept: string | undefined): void {
  if (accept === undefined || accept === "*/*" || route.headers?.includes("Accept") === true) return;
  const offered = Object.entries(route.answers)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, answer]) => Object.keys(answer.content ?? {}));
  if (offered.length === 0 || chooseMediaType(accept, offered) !== undefined) return;
  throw problem("not-acceptable", `This address offers ${offered.join(", ")}.`);
}

/**
 * A request header that the route has declared. Node reads headers as Latin-1, but clients that send more than
 * ASCII send UTF-8.
 */
function headerOf(req: IncomingMessage, route: Route, name: RequestHeader): string | undefined {
  if (route.headers?.includes(name) !== true)
    throw new Error(`${route.operation} does not declare the header ${name}`);
  const value = req.headers[name.toLowerCase()];
  if (typeof value !== "string" || !/[\x80-\xff]/.test(value))
    return typeof value === "string" ? value : undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    const message = `${name} is not valid UTF-8.`;
    throw problem("bad-request", message, { errors: [{ header: name, code: "invalid_encoding", message }] });
  }
}

/** A signal that is aborted when the client goes away before its answer is whole, or the service stops. */
function signalOf(res: ServerResponse, stopping: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (stopping.aborted || res.closed) abort();
  stopping.addEventListener("abort", abort, { once: true });
  res.once("close", () => {
    stopping.removeEventListener("abort", abort);
    if (!res.writableFinished) abort();
  });
  return controller.signal;
}

function notFound(url: string): ProblemError {
  const { path } = pathAndQuery(url);
  const hint = path.length > 1 && path.endsWith("/") ? ` Try it without the slash at the end.` : "";
  return problem("not-found", `There is nothing at this address.${hint}`);
}

/** Turns whatever was thrown into a problem and sends it. */
async function fail(exchange: Exchange, error: unknown, options: MountOptions): Promise<void> {
  if (exchange.res.destroyed || (exchange.req.destroyed && !exchange.req.complete)) return;
  await sendProblem(exchange, asProblem(error, options));
}

function asProblem(error: unknown, options: MountOptions): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof URIError)
    return problem("bad-request", "The address is not percent-encoded UTF-8 text.");
  const known = options.translateError(error);
  if (known !== undefined) return known;
  const inside = error instanceof Error ? error.message : String(error);
  return problem("internal-error", "Something failed inside the service. It has been logged.", {
    cause: error,
    inside,
  });
}

function* pairs(list: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at + 1 < list.length; at += 2) yield [list[at] ?? "", list[at + 1] ?? ""];
}

/** Forgets what was set for an answer that did not come about, so that nothing is sent twice. */
function clearHeaders(res: ServerResponse): void {
  if (res.headersSent) return;
  for (const name of res.getHeaderNames()) res.removeHeader(name);
}
