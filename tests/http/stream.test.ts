import http from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import compression from "compression";
import request from "supertest";
import type { Reply } from "../../src/http/route.ts";
import { withPort } from "./raw.ts";
import { answering, sampleApp } from "./sample.ts";

const lines = (body: Readable): Reply => ({ status: 200, mediaType: "application/x-ndjson", body });

function until(isDone: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 2000;
    const look = () => {
      if (isDone()) resolve();
      else if (Date.now() > deadline) reject(new Error("It did not come about in time"));
      else setTimeout(look, 5);
    };
    look();
  });
}

describe("a streamed answer", () => {
  test("arrives whole, without a length", async () => {
    const { status, headers, body } = await request(sampleApp().app)
      .get("/v1/lines")
      .buffer(true)
      .parse((res, done) => {
        let text = "";
        res.on("data", (chunk) => {
          text += chunk;
        });
        res.on("end", () => done(null, text));
      });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/x-ndjson");
    expect(headers).not.toHaveProperty("content-length");
    expect(body).toBe("1\n2\n3\n");
  });

  test("is not begun for HEAD, and frees what it holds", async () => {
    const body = new PassThrough();
    const { app } = sampleApp([answering("/lines", async () => lines(body))]);
    const { status, headers } = await request(app).head("/lines");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/x-ndjson");
    expect(body.destroyed).toBe(true);
  });

  test("that fails before its first byte is a problem", async () => {
    const body = new PassThrough();
    const { app } = sampleApp([
      answering("/lines", async () => {
        setTimeout(() => body.destroy(new Error("database away")), 5);
        return lines(body);
      }),
    ]);
    const { status, headers } = await request(app).get("/lines");
    expect(status).toBe(503);
    expect(headers["content-type"]).toBe("application/problem+json");
  });

  test("that fails later breaks the connection, and the log says why", async () => {
    const body = new PassThrough();
    const { app, logged } = sampleApp([answering("/lines", async () => lines(body))]);
    body.write("1\n");
    await withPort(app, async (port) => {
      const lost = new Promise((resolve) => {
        const req = http.get({ port, path: "/lines" }, (res) => {
          res.once("data", () => body.destroy(new Error("lost half way")));
          res.once("error", resolve);
        });
        req.once("error", resolve);
      });
      expect(await lost).toMatchObject({ message: expect.stringMatching(/aborted|hang up|reset/i) });
      await until(() => logged.length === 1);
    });
    expect(logged[0]).toMatchObject({ level: 50, aborted: true });
    expect(JSON.stringify(logged[0])).toContain("lost half way");
  });

  test("is ended when the client goes away, which is no error, and the signal says so", async () => {
    const body = new PassThrough();
    let signal: AbortSignal | undefined;
    const { app, logged } = sampleApp([
      answering("/lines", async (call) => {
        signal = call.signal;
        return lines(body);
      }),
    ]);
    body.write("1\n");
    await withPort(app, async (port) => {
      const req = http.get({ port, path: "/lines" }, (res) => res.once("data", () => req.destroy()));
      req.on("error", () => undefined);
      await until(() => body.destroyed && logged.length === 1);
    });
    expect(signal?.aborted).toBe(true);
    expect(logged[0]).toMatchObject({ level: 30, aborted: true, status: 200 });
  });

  test("is ended when the client goes away before the first byte", async () => {
    const body = new PassThrough();
    let leave: () => void = () => undefined;
    const { app } = sampleApp([
      answering("/lines", async () => {
        setImmediate(leave);
        return lines(body);
      }),
    ]);
    await withPort(app, async (port) => {
      const req = http.get({ port, path: "/lines" });
      req.on("error", () => undefined);
      leave = () => req.destroy();
      await until(() => body.destroyed);
    });
    expect(body.destroyed).toBe(true);
  });

  test("is told by its signal when the service stops", async () => {
    const body = new PassThrough();
    const { app, stopping } = sampleApp([
      answering("/events", async ({ signal }) => {
        signal.addEventListener("abort", () => body.end("bye\n"));
        body.write(": connected\n\n");
        setImmediate(() => stopping.abort());
        return { status: 200, mediaType: "text/event-stream", body };
      }),
    ]);
    const { text } = await request(app).get("/events");
    expect(text).toBe(": connected\n\nbye\n");
  });

  test("passes through compression where the client asks for it", async () => {
    const big = JSON.stringify({ a: "x".repeat(5000) });
    const { app } = sampleApp([answering("/big", async () => ({ status: 200, body: big }))], {}, [
      compression(),
    ]);
    const { headers, text } = await request(app).get("/big").set("Accept-Encoding", "gzip");
    expect(headers["content-encoding"]).toBe("gzip");
    expect(text).toBe(big);
    expect(headers.vary).toBe("Authorization, Accept, Accept-Encoding");
  });
});
