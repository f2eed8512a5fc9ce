import http, { type OutgoingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Express } from "express";

export interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly body: unknown;
}

/** Runs something against an app on a free port, and closes it whatever happens. */
export async function withPort<T>(app: Express, use: (port: number) => Promise<T>): Promise<T> {
  const server = http.createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  try {
    return await use(typeof address === "object" && address !== null ? address.port : 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/**
 * Posts bytes exactly as they are, which superagent does not: chunk by chunk where there are several, with headers
 * in Latin-1.
 */
export function postBytes(
  app: Express,
  path: string,
  headers: OutgoingHttpHeaders,
  chunks: readonly Buffer[],
): Promise<RawAnswer> {
  return withPort(
    app,
    (port) =>
      new Promise((resolve, reject) => {
        const [first] = chunks;
        const length = chunks.length === 1 && first !== undefined ? { "Content-Length": first.length } : {};
        const req = http.request(
          { port, method: "POST", path, headers: { ...headers, ...length } },
          async (res) => {
            const text = (await buffer(res)).toString();
            resolve({ status: res.statusCode, headers: res.headers, text, body: JSON.parse(text) });
          },
        );
        req.on("error", reject);
        Readable.from(chunks).pipe(req);
      }),
  );
}
