import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request } from "express";
import type { Logger } from "pino";
import { utcNow } from "./clock.ts";
import type { RequestContext } from "./observe.ts";
import { type ProblemError, problemBody } from "./problem.ts";
import type { Reply } from "./route.ts";
import type { StandingHeaders } from "./standing-headers.ts";

/** One request and its answer, with what is needed to send the latter. */
export interface Exchange {
  readonly req: Request;
  readonly res: ServerResponse;
  readonly context: RequestContext;
  readonly standing: StandingHeaders;
  readonly baseUrl: string;
  readonly log: Logger;
  /** RateLimit and RateLimit-Policy, flat; empty until the request has been counted. */
  rateHeaders: readonly string[];
}

/**
 * Sends a reply: a string or buffer at once with its length, a stream as it comes. A HEAD gets the headers alone.
 * Fails only where nothing has been sent yet; a stream that breaks later ends the connection, so that nobody takes
 * half an answer for a whole one.
 */
export async function sendReply(exchange: Exchange, reply: Reply): Promise<void> {
  const { res, context } = exchange;
  const { body } = reply;
  const mediaType = reply.mediaType ?? (body === undefined ? undefined : "application/json");
  const headers = headerList(exchange, mediaType?.startsWith("text/html") === true);
  if (mediaType !== undefined) headers.push("Content-Type", mediaType);
  for (const name in reply.headers) replaceHeader(headers, name, reply.headers[name] ?? "");
  if (body instanceof Readable) {
    await sendStream(exchange, reply.status, headers, body);
    return;
  }
  if (reply.status !== 204 && reply.status !== 304) {
    headers.push("Content-Length", String(body === undefined ? 0 : Buffer.byteLength(body)));
  }
  res.writeHead(reply.status, headers);
  if (context.method === "HEAD") res.end();
  else res.end(body);
}

/**
 * Sends a problem as RFC 9457 defines it. After the first byte of another answer it can only close the connection.
 * `Data-As-Of` is the problem's own where the database gave one, else the present by the clock of this process.
 */
export async function sendProblem(exchange: Exchange, error: ProblemError): Promise<void> {
  const { res, context } = exchange;
  context.problem = error.slug;
  if (error.status >= 500) context.error ??= error;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(error, { baseUrl: exchange.baseUrl, instance: context.path }));
  await sendReply(exchange, {
    status: error.status,
    mediaType: "application/problem+json",
    headers: { "Data-As-Of": utcNow(), ...error.headers },
    body,
  });
}

/** The headers that every answer to this request carries, as a fresh flat list. */
export function headerList(exchange: Exchange, page: boolean): string[] {
  const { req, context } = exchange;
  const keyed = req.headers.authorization !== undefined;
  const asked = { method: context.method, origin: req.headers.origin, keyed };
  return [...exchange.standing(asked, page), "X-Request-Id", context.id, ...exchange.rateHeaders];
}

function replaceHeader(headers: string[], name: string, value: string): void {
  const at = headers.indexOf(name);
  if (at < 0) headers.push(name, value);
  else headers[at + 1] = value;
}

async function sendStream(
  exchange: Exchange,
  status: number,
  headers: string[],
  body: Readable,
): Promise<void> {
  const { res, context } = exchange;
  if (context.method === "HEAD" || res.closed) {
    body.on("error", () => undefined);
    body.destroy();
    res.writeHead(status, headers);
    res.end();
    return;
  }
  await firstByte(body, res);
  res.writeHead(status, headers);
  try {
    await pipeline(body, res);
  } catch (error) {
    // The client that goes away is no fault of the service; the log line says `aborted` in both cases.
    if (!isPrematureClose(error)) context.error = error;
    res.destroy();
  }
}

/** Waits until a stream has something to read or has ended; rejects if it fails before, or nobody waits any more. */
function firstByte(body: Readable, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      body.off("readable", onReady).off("end", onReady).off("error", onError);
      res.off("close", onClose);
      act();
    };
    const onReady = settle(resolve);
    const onError = (error: Error) => settle(() => reject(error))();
    const onClose = settle(() => {
      body.on("error", () => undefined);
      body.destroy();
      resolve();
    });
    body.once("readable", onReady).once("end", onReady).once("error", onError);
    res.once("close", onClose);
  });
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
