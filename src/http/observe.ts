import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { type DestinationStream, type Logger, pino } from "pino";
import { excerptOfSteps } from "./excerpt.ts";

/** What is known of a request while it runs. It goes to the log once, when the request has ended. */
export interface RequestContext {
  /** The caller's X-Request-Id where it is a sane one, else a fresh UUID; echoed in the answer. */
  readonly id: string;
  readonly method: string;
  /** Without the query, which may hold what does not belong in a log. A long path is cut. */
  readonly path: string;
  operation: string | undefined;
  principal: string | null;
  /** The slug of the problem that was answered. */
  problem: string | undefined;
  /** What was thrown, where the service is at fault. */
  error: unknown;
}

/** One ended request, as logged and as handed on for metrics. */
export interface RequestLine {
  readonly request_id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly duration_ms: number;
  /** Sent to the client, headers included. */
  readonly bytes: number;
  readonly principal: string | null;
  readonly problem: string | undefined;
  /** True where the client went away, or the answer broke, before its end. */
  readonly aborted: boolean;
}

const saneId = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Middleware that gives each request its id and, when it has ended, writes one log line and reports it to
 * `measure`. It stands first, so that whatever answers is seen. Written by hand: pino-http makes a child logger
 * and serialises request and response for each line, which is most of the cost of a small answer.
 */
export function observe(
  logger: Logger,
  measure: (line: RequestLine) => void = () => undefined,
): RequestHandler {
  return (req, res, next) => {
    const started_ms = performance.now();
    const given = req.headers["x-request-id"];
    const end = req.url.indexOf("?");
    const context: RequestContext = {
      id: typeof given === "string" && saneId.test(given) ? given : randomUUID(),
      method: req.method,
      path: shortPath(end < 0 ? req.url : req.url.slice(0, end)),
      operation: undefined,
      principal: null,
      problem: undefined,
      error: undefined,
    };
    res.locals.context = context;
    const { socket } = req;
    const before_bytes = socket.bytesWritten;
    res.once("close", () => {
      const line: RequestLine = {
        request_id: context.id,
        method: context.method,
        path: context.path,
        operation: context.operation,
        status: res.statusCode,
        duration_ms: Math.round((performance.now() - started_ms) * 1000) / 1000,
        bytes: socket.bytesWritten - before_bytes,
        principal: context.principal,
        problem: context.problem,
        aborted: !res.writableFinished,
      };
      if (context.error !== undefined) logger.error({ ...line, err: context.error }, "request");
      else if (line.status >= 500) logger.error(line, "request");
      else logger.info(line, "request");
      measure(line);
    });
    next();
  };
}

/** How much of a path is logged and repeated in a problem. */
const MAX_PATH_LENGTH = 500;

/** A path whose long steps are cut, and which ends before the first step that is beyond the bound. */
function shortPath(path: string): string {
  const steps = excerptOfSteps(path);
  const short = steps.length <= MAX_PATH_LENGTH ? steps : `${steps.slice(0, MAX_PATH_LENGTH)}…`;
  // `instance` is a URI: it holds no character beyond ASCII and no half of an escape.
  return short === path ? path : short.replace(/(?:%[0-9A-Fa-f]?)?…/g, "%E2%80%A6");
}

/** The context that `observe` made for a request. Throws where that middleware does not stand first. */
export function contextOf(
  res: ServerResponse & { readonly locals: Record<string, unknown> },
): RequestContext {
  const { context } = res.locals;
  if (!isContext(context)) throw new Error("observe() must stand before everything that answers");
  return context;
}

function isContext(value: unknown): value is RequestContext {
  return typeof value === "object" && value !== null && "id" in value && "operation" in value;
}

/**
 * Where secrets could come from if someone logs a request or a key by mistake. The request line has none of these.
 * No wildcards: one `*.key` makes every line cost three times as much.
 */
const secretPaths = [
  "authorization",
  "headers.authorization",
  "req.headers.authorization",
  "key",
  "password",
];

/** Lines are written once there are so many bytes of them or some time has passed: each write costs a thread of the pool. */
const gathered = { minLength: 4096, periodicFlush: 100 };

/**
 * The service's logger: JSON lines on standard output, written in the background; for a person at a terminal,
 * readable lines. `destination` is for tests.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: secretPaths, censor: "[redacted]" } };
  if (destination !== undefined) return pino(options, destination);
  if (!process.stdout.isTTY) return pino(options, pino.destination({ sync: false, ...gathered }));
  return pino({
    ...options,
    transport: { target: "pino-pretty", options: { ignore: "pid,hostname", singleLine: true } },
  });
}
