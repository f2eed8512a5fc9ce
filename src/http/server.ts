import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Express } from "express";
import { utcNow } from "./clock.ts";
import { MAX_URL_BYTES } from "./links.ts";
import { problem, problemBody } from "./problem.ts";
import type { ProblemSlug } from "./problem-types.ts";
import { expectsContinue } from "./request-target.ts";

export interface ServerOptions {
  /** PUBLIC_URL without a trailing slash, for the type of problems. */
  readonly baseUrl: string;
  /** The longest that a whole request may take to arrive. */
  readonly requestTimeout_ms: number;
  /** The longest that its headers may take. */
  readonly headersTimeout_ms: number;
  /** How long a connection without a request is kept open. */
  readonly keepAliveTimeout_ms: number;
  /** How long a connection may carry nothing in either direction; frees what a client that stopped reading holds. */
  readonly idleTimeout_ms: number;
}

export interface Server {
  readonly server: http.Server;
  /** Opens the port and says which one it is; 0 takes a free one. Rejects with a sentence for the operator. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no more connections, lets requests in flight end, and cuts off those still running after the grace. */
  close(grace_ms: number): Promise<void>;
}

/**
 * How long request line and headers together may be. It holds the longest URL that a link has, with its cursor, and
 * several KB of headers.
 */
const MAX_HEAD_BYTES = 16 * 1024;

/** How often connections that have become idle are looked for while the server closes. */
const sweep_ms = 25;

/**
 * The HTTP server around an Express app. Express sets the prototype of every request and response to its own, which
 * costs Node 20 half of its throughput on small answers (expressjs/express#5998). Here the server makes them with
 * the app's prototypes from the start, so that there is nothing left to set.
 */
export function createServer(app: Express, options: ServerOptions): Server {
  class Request extends http.IncomingMessage {}
  class Response extends http.ServerResponse<Request> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  const server = http.createServer(
    {
      IncomingMessage: Request,
      ServerResponse: Response,
      maxHeaderSize: MAX_HEAD_BYTES,
      // The app refuses a request without Host itself, with a body that says why.
      requireHostHeader: false,
      requestTimeout: options.requestTimeout_ms,
      headersTimeout: options.headersTimeout_ms,
      keepAliveTimeout: options.keepAliveTimeout_ms,
      connectionsCheckingInterval: Math.max(100, Math.min(5000, options.headersTimeout_ms / 2)),
    },
    app,
  );
  // By default Node drops the headers after a certain number; MAX_HEAD_BYTES limits them already.
  server.maxHeadersCount = 0;
  // Node answers an unknown Expect without a body, and sends 100 where 100-continue is one of several expectations. The
  // app answers both with a problem.
  server.on("checkExpectation", app);
  server.on("checkContinue", (request, response) => {
    if (expectsContinue(request.headers.expect)) response.writeContinue();
    app(request, response);
  });
  server.setTimeout(options.idleTimeout_ms);
  server.on("clientError", (error, socket) => answerUnreadable(error, socket, options.baseUrl));
  return {
    server,
    listen: (port, host) => listen(server, port, host, "PORT"),
    close: (grace_ms) => close(server, grace_ms),
  };
}

/**
 * Listens, and resolves to the port; rejects with a sentence that says what to do.
 *
 * @param setting the variable of the environment that the port comes from
 */
export function listen(
  server: http.Server,
  port: number,
  host: string,
  setting: "PORT" | "METRICS_PORT",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new Error(listenFailure(error, port, host, setting), { cause: error }));
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve(portOf(server.address()) ?? port);
    });
  });
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === "object" ? address?.port : undefined;
}

function listenFailure(error: Error, port: number, host: string, setting: string): string {
  const code = codeOf(error);
  if (code === "EADDRINUSE")
    return `Port ${port} on ${host} is taken. Stop what uses it, or set ${setting} to another.`;
  if (code === "EACCES")
    return `Port ${port} may not be opened by this user. Set ${setting} to one above 1023.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `${host} is not an address of this machine. Set HOST to one that is.`;
  return `The server cannot listen on ${host}, port ${port}: ${error.message}`;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function close(server: http.Server, grace_ms: number): Promise<void> {
  return new Promise((resolve) => {
    // Kept-alive connections become idle one by one as their requests end; Node closes only those idle at first.
    const sweep = setInterval(() => server.closeIdleConnections(), sweep_ms);
    const deadline = setTimeout(() => server.closeAllConnections(), grace_ms);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
  });
}

const urlTooLong: readonly [ProblemSlug, string] = [
  "uri-too-long",
  `The URL is longer than ${MAX_URL_BYTES} bytes. Split a comma-separated list into parts, and send one request for each part.`,
];

const unreadable: { readonly [code: string]: readonly [ProblemSlug, string] } = {
  HPE_HEADER_OVERFLOW: [
    "headers-too-large",
    `The request line and headers are longer than ${MAX_HEAD_BYTES / 1024} KB together. Send fewer or shorter headers, or a shorter query.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["request-timeout", "The request was not complete in time."],
};

/** Answers what Node's parser refused before Express could see it, in the same form as every other problem. */
function answerUnreadable(error: Error, socket: Duplex, baseUrl: string): void {
  if (!socket.writable || codeOf(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [slug, detail] = hasLongUrl(error)
    ? urlTooLong
    : (unreadable[codeOf(error)] ?? ["bad-request", "This is not a readable HTTP request."]);
  const found = problem(slug, detail);
  const body = JSON.stringify(problemBody(found, { baseUrl, instance: "/" }));
  const head = [
    `HTTP/1.1 ${found.status} ${http.STATUS_CODES[found.status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    `Data-As-Of: ${utcNow()}`,
  ].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`);
}

/** Whether the packet that the parser refused for its length begins a request whose URL alone is too long. */
function hasLongUrl(error: Error): boolean {
  if (codeOf(error) !== "HPE_HEADER_OVERFLOW" || !("rawPacket" in error)) return false;
  const { rawPacket } = error;
  if (!Buffer.isBuffer(rawPacket)) return false;
  const [line = ""] = rawPacket.toString("latin1").split("\r\n", 1);
  return /^[A-Z]+ \//.test(line) && (line.split(" ", 2)[1] ?? "").length > MAX_URL_BYTES;
}
