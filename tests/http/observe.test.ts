import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { createLogger } from "../../src/http/observe.ts";
import { sampleApp } from "./sample.ts";

describe("observe", () => {
  test("writes one line a request, with all that is asked of it and no query", async () => {
    const { app, logged, lines } = sampleApp();
    await request(app).get("/v1/notes?kind=CLAIM").set("Authorization", "Bearer a");
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      level: 30,
      method: "GET",
      path: "/v1/notes",
      operation: "list_notes",
      status: 200,
      principal: "desk-a",
      aborted: false,
    });
    expect(logged[0]?.duration_ms).toBeGreaterThan(0);
    expect(logged[0]?.bytes).toBeGreaterThan(100);
    expect(lines).toHaveLength(1);
  });

  test("cuts a long path, in the log and in the answer, without half an escape at the cut", async () => {
    const { app, logged } = sampleApp();
    const answer = await request(app).get(`/v1/none/${"%41".repeat(1_000)}${"/x".repeat(900)}`);
    expect(answer.status).toBe(404);
    expect(answer.body.instance.length).toBeLessThan(600);
    expect(answer.body.instance).toMatch(/^\/v1\/none\/(%41){33}%E2%80%A6(\/x)+\/?x?%E2%80%A6$/);
    expect(logged[0]?.path).toBe(answer.body.instance);
  });

  test("never logs a key, wherever the caller put it", async () => {
    const { app, logged } = sampleApp();
    await request(app).get("/v1/notes?key=cft_secret").set("Authorization", "Bearer cft_secret");
    await request(app).get("/v1/broken").set("Authorization", "Bearer a");
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toMatch(/cft_secret|Bearer/);
  });

  test("counts the bytes of each request on a kept-alive connection apart", async () => {
    const { app, lines } = sampleApp();
    const agent = request.agent(app).set("Connection", "keep-alive");
    await agent.get("/v1/notes/a");
    await agent.get("/v1/notes/a");
    expect(lines[1]?.bytes).toBe(lines[0]?.bytes);
  });

  test.each(["abc-1._X", "x".repeat(64)])("echoes the caller's request id %s", async (id) => {
    const { app, logged } = sampleApp();
    const { headers } = await request(app).get("/v1/notes/a").set("X-Request-Id", id);
    expect(headers["x-request-id"]).toBe(id);
    expect(logged[0]?.request_id).toBe(id);
  });

  test.each(["a b", "x".repeat(65), "<script>", ""])("makes its own id in place of %j", async (id) => {
    const { app } = sampleApp();
    const { headers } = await request(app).get("/v1/nothing").set("X-Request-Id", id);
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  test("logs a refusal as information, with its kind", async () => {
    const { app, logged } = sampleApp();
    await request(app).get("/v1/notes?limti=1");
    expect(logged[0]).toMatchObject({ level: 30, status: 400, problem: "bad-request" });
  });
});

describe("createLogger", () => {
  test("redacts secrets that someone logs by mistake", () => {
    const lines: string[] = [];
    const logger = createLogger("info", { write: (line) => lines.push(line) });
    logger.info({ headers: { authorization: "Bearer cft_x" }, key: "cft_x", authorization: "cft_x" }, "oops");
    expect(lines[0]).toContain("[redacted]");
    expect(lines[0]).not.toContain("cft_x");
  });
});
