import { EventEmitter, once } from "node:events";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Express } from "express";
import { createServer, type Server } from "../../src/http/server.ts";
import { answering, sampleApp } from "./sample.ts";

const options = {
  baseUrl: "https://example.org",
  requestTimeout_ms: 300,
  headersTimeout_ms: 200,
  keepAliveTimeout_ms: 5000,
  idleTimeout_ms: 10_000,
};
const opened: Server[] = [];

async function open(app: Express): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(app, options);
  opened.push(server);
  return { server, port: await server.listen(0, "127.0.0.1") };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close(0)));
});

/** Sends text over a fresh connection and gives back all that comes until it is closed. */
function speak(port: number, said: string): Promise<string> {
  const socket = net.connect(port, "127.0.0.1", () => socket.write(said));
  return text(socket);
}

function get(
  port: number,
  agent: http.Agent,
  path = "/v1/notes/a",
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const req = http.get({ port, path, agent, host: "127.0.0.1" }, async (res) => {
      resolve({ status: res.statusCode, body: await text(res) });
    });
    req.on("error", reject);
  });
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("listening", () => {
  test("on an address that is not this machine's is told in a sentence", async () => {
    const server = createServer(sampleApp().app, options);
    await expect(server.listen(0, "192.0.2.1")).rejects.toThrow(
      /192\.0\.2\.1 is not an address of this machine\. Set HOST/,
    );
    await expect(server.listen(0, "no such host")).rejects.toThrow(
      /^no such host is not an address of this machine/,
    );
  });
});

describe("createServer", () => {
  test("makes requests and responses with the app's own prototypes, and Express finds its methods on them", async () => {
    const { app } = sampleApp();
    const { server, port } = await open(app);
    const found: boolean[] = [];
    server.server.prependListener("request", (req, res) => {
      found.push(Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response);
      found.push(
        req instanceof http.IncomingMessage,
        "get" in req && "locals" in res === false,
        "app" in res,
      );
    });
    const agent = new http.Agent();
    expect((await get(port, agent)).status).toBe(200);
    expect(found).toEqual([true, true, true, true, true]);
  });

  test("says in a sentence that a port is taken", async () => {
    const { port } = await open(sampleApp().app);
    const second = createServer(sampleApp().app, options);
    await expect(second.listen(port, "127.0.0.1")).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it`,
    );
  });

  test("says in a sentence that an address is not this machine's", async () => {
    const server = createServer(sampleApp().app, options);
    await expect(server.listen(0, "192.0.2.1")).rejects.toThrow(
      "192.0.2.1 is not an address of this machine",
    );
  });

  test("lets a request in flight end before it closes, kept-alive connections or not", async () => {
    const start = new EventEmitter();
    const begun = once(start, "begun");
    const slow = answering("/slow", async () => {
      start.emit("begun");
      await later(150);
      return { status: 200, body: '"done"' };
    });
    const { server, port } = await open(sampleApp([slow]).app);
    const agent = new http.Agent({ keepAlive: true });
    const running = get(port, agent, "/slow");
    await begun;
    const closed = server.close(5000);
    await expect(running).resolves.toEqual({ status: 200, body: '"done"' });
    const started_ms = Date.now();
    await closed;
    expect(Date.now() - started_ms).toBeLessThan(1000);
    await expect(get(port, agent, "/slow")).rejects.toThrow();
    agent.destroy();
  });

  test("cuts off what still runs after the grace", async () => {
    const start = new EventEmitter();
    const begun = once(start, "begun");
    const endless = answering("/endless", () => {
      start.emit("begun");
      return new Promise(() => undefined);
    });
    const { server, port } = await open(sampleApp([endless]).app);
    const running = get(port, new http.Agent(), "/endless").catch((error: Error) => error.message);
    await begun;
    const started_ms = Date.now();
    await server.close(100);
    expect(Date.now() - started_ms).toBeLessThan(1000);
    expect(await running).toMatch(/hang up|reset/);
  });

  test("answers what is no HTTP with a problem", async () => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(port, "nonsense\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain("application/problem+json");
    expect(answer).toMatch(/\r\nData-As-Of: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\r\n/);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ status: 400 });
  });

  test("answers headers that are too long with a problem", async () => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain("/problems/headers-too-large");
    expect(answer).toContain(
      "The request line and headers are longer than 16 KB together. Send fewer or shorter headers, or a shorter query.",
    );
  });

  test("gives up on a request that does not arrive in time", async () => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(
      port,
      "POST /v1/text HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 10\r\n\r\nabc",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain("/problems/request-timeout");
  });

  test("answers a URL that is too long with a 414, also where Node's parser refuses it", async () => {
    const { port } = await open(sampleApp().app);
    for (const length of [8_193, 20_000]) {
      const answer = await speak(
        port,
        `GET /v1/notes?kind=${"x".repeat(length)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 414 /);
      expect(answer).toContain("/problems/uri-too-long");
      expect(answer).toContain("8192");
    }
  });

  test("answers an HTTP/1.1 request without Host with a problem that names the header", async () => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(port, "GET /v1/notes HTTP/1.1\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain("application/problem+json");
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      status: 400,
      errors: [{ header: "Host", code: "required" }],
    });
    expect(await speak(port, "GET /v1/notes HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("answers an unknown expectation with a problem, and knows 100-continue", async () => {
    const { port } = await open(sampleApp().app);
    const ask = (expectation: string) =>
      speak(port, `GET /v1/notes HTTP/1.1\r\nHost: x\r\nExpect: ${expectation}\r\nConnection: close\r\n\r\n`);
    const answer = await ask("200-ok");
    expect(answer).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      status: 417,
      errors: [{ header: "Expect", code: "unknown_expectation" }],
    });
    expect(await ask("100-Continue")).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test.each([
    "100-continue, foo",
    "foo, 100-continue",
    "100-continue\r\nExpect: 100-continue",
    "x 100-continue",
  ])("answers the expectation %j with a problem, without a 100 before it", async (expectation) => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(
      port,
      `POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: ${expectation}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    expect(answer).toContain("unknown_expectation");
  });

  test("reads headers that come after thousands of others", async () => {
    const { port } = await open(sampleApp().app);
    const others = "a:\r\n".repeat(3_000);
    const ask = (last: string) =>
      speak(port, `GET /v1/notes HTTP/1.1\r\n${others}Connection: close\r\n${last}\r\n\r\n`);
    expect(await ask("Host: x")).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask("Host: x\r\nAuthorization: Bearer unknown")).toMatch(/^HTTP\/1\.1 401 /);
    expect(await ask("Host: x\r\nHost: x")).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(["1.0", "1.1"])(
    "answers an HTTP/%s request with two Host headers with a problem",
    async (version) => {
      const { port } = await open(sampleApp().app);
      const answer = await speak(
        port,
        `GET /v1/notes HTTP/${version}\r\nHost: x\r\nhOST: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      const message = "The request has 2 Host headers. Send one, with the name of this server.";
      expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
        detail: message,
        errors: [{ header: "Host", code: "repeated_header", message }],
      });
    },
  );

  test.each([
    "",
    "a b",
    "a/b",
    "user@a",
    "a,b c",
    "a:b",
    "a:80:80",
    ":80",
    "[::1",
    "[x]",
    "::1",
    "a%2",
    "\xe9",
    '"a"',
    "a#",
    "a?",
  ])("answers the invalid Host %j with a problem", async (host) => {
    const { port } = await open(sampleApp().app);
    const answer = await speak(port, `GET /v1/notes HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      detail: expect.stringContaining("is not a valid Host header. Send the name or address of this server"),
      errors: [{ header: "Host", code: "invalid_header" }],
    });
  });

  test.each([
    "localhost",
    "Example.org:8080",
    "a_b.example",
    "127.0.0.1:80",
    "[::1]:8080",
    "[::ffff:1.2.3.4]",
    "a:",
    "xn--bcher-kva.example",
    "a%20b",
  ])("accepts the Host %j", async (host) => {
    const { port } = await open(sampleApp().app);
    expect(await speak(port, `GET /v1/notes HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });
});
