import { once } from "node:events";
import net from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "@jest/globals";
import { createServer, type Server } from "../../src/http/server.ts";
import { answering, sampleApp, sampleRoutes } from "./sample.ts";

const opened: Server[] = [];
const sockets: net.Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((server) => server.close(0)));
});

/** A server that waits for nothing longer than a moment, where a test does not say otherwise. */
async function open(
  more: { readonly idleTimeout_ms?: number } = {},
  sample = sampleApp(),
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(sample.app, {
    baseUrl: "https://example.org",
    requestTimeout_ms: 300,
    headersTimeout_ms: 150,
    keepAliveTimeout_ms: 100,
    idleTimeout_ms: 60_000,
    ...more,
  });
  opened.push(server);
  return { server, port: await server.listen(0, "127.0.0.1") };
}

function connectTo(port: number): net.Socket {
  const socket = net.connect(port, "127.0.0.1");
  // Whoever is cut off in the middle of a word may be told so by a reset.
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

/** Says a little again and again until the connection is closed; gives back all that came. */
async function dribble(port: number, first: string, again: string): Promise<string> {
  const socket = connectTo(port);
  let answer = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answer += part;
  });
  socket.write(first);
  const timer = setInterval(() => socket.write(again), 20);
  await once(socket, "close");
  clearInterval(timer);
  return answer;
}

test("headers that come a line at a time are waited for only so long, however busily they come", async () => {
  const { port } = await open();
  const answer = await dribble(port, "GET /v1/notes HTTP/1.1\r\nHost: x\r\n", "X-More: 1\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer).toContain("https://example.org/problems/request-timeout");
});

test("a body that comes a byte at a time is waited for only so long", async () => {
  const { port } = await open();
  const head = "POST /v1/text HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 900\r\n\r\n";
  expect(await dribble(port, head, "a")).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

test("a connection that never says anything is closed", async () => {
  const { port } = await open();
  const socket = connectTo(port);
  expect(await text(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test("a connection that falls silent after its answer is closed", async () => {
  const { port } = await open();
  const socket = connectTo(port);
  socket.write("GET /v1/notes/a HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("a client that stops reading its answer is dropped, and what was made for it is freed", async () => {
  let made: Readable | undefined;
  const endless = answering("/endless", async () => {
    made = Readable.from(
      (function* () {
        for (;;) yield "x".repeat(65_536);
      })(),
    );
    return { status: 200, mediaType: "text/plain", body: made };
  });
  const sample = sampleApp([...sampleRoutes(), endless]);
  const { port, server } = await open({ idleTimeout_ms: 200 }, sample);
  const answered = once(server.server, "request");
  const socket = connectTo(port);
  socket.write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  // From here on the client leaves what comes where it is.
  await once(socket, "readable");
  const [, response] = await answered;
  await once(response, "close");
  expect(made?.destroyed).toBe(true);
  expect(sample.lines).toMatchObject([{ path: "/endless", status: 200, aborted: true }]);
});
