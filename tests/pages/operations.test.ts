import { expect, test } from "@jest/globals";
import request from "supertest";
import type { RequestLine } from "../../src/http/observe.ts";
import { createMetrics, operationRoutes, type Readiness } from "../../src/pages/operations.ts";
import { sampleApp } from "../http/sample.ts";

const line: RequestLine = {
  request_id: "1",
  method: "GET",
  path: "/v1/violations",
  operation: "list_violations",
  status: 200,
  duration_ms: 12,
  bytes: 100,
  principal: null,
  problem: undefined,
  aborted: false,
};
const pool = { totalCount: 4, idleCount: 3, waitingCount: 2 };

function app(ready: () => Promise<Readiness>) {
  const metrics = createMetrics({ requests: pool });
  return { ...sampleApp(operationRoutes({ ready, registry: metrics.registry })), metrics };
}

const well = async () => ({ database: true, pending: [] });

test("health does not ask the database", async () => {
  const { app: sick } = app(() => Promise.reject(new Error("away")));
  const { body } = await request(sick).get("/healthz").expect(200);
  expect(body).toEqual({ status: "ok" });
});

test("is ready where the database answers and lacks no migration", async () => {
  await request(app(well).app).get("/readyz").expect(200, { status: "ok" });
});

test.each([
  ["says no", async () => ({ database: false, pending: [] })],
  ["cannot be asked", () => Promise.reject(new Error("secret host name"))],
])("is not ready where the database %s, and does not tell why", async (_case, ready) => {
  const answer = await request(app(ready).app).get("/readyz").expect(503);
  expect(answer.body).toMatchObject({ detail: "The database does not answer." });
  expect(answer.headers["retry-after"]).toBe("5");
  expect(answer.text).not.toContain("secret");
});

test("is not ready while migrations are missing, and names them", async () => {
  const ready = async () => ({ database: true, pending: ["20261124_init"] });
  const { body } = await request(app(ready).app).get("/readyz").expect(503);
  expect(body.detail).toContain("20261124_init");
});

test("metrics are for admins alone", async () => {
  const { app: one } = app(well);
  await request(one).get("/metrics").expect(401);
  await request(one).get("/metrics").set("Authorization", "Bearer e").expect(403);
  await request(one).get("/metrics").set("Authorization", "Bearer m").expect(200);
});

test("metrics count requests by method, operation and status, with their durations in seconds", async () => {
  const { app: one, metrics } = app(well);
  metrics.measure(line);
  metrics.measure({ ...line, operation: undefined, status: 404 });
  const { text, headers } = await request(one).get("/metrics").set("Authorization", "Bearer m");
  expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(text).toContain('http_requests_total{method="GET",route="list_violations",status="200"} 1');
  expect(text).toContain('http_requests_total{method="GET",route="none",status="404"} 1');
  expect(text).toContain(
    'http_request_duration_seconds_sum{method="GET",route="list_violations",status="200"} 0.012',
  );
});

test("metrics show the pool and the process as they stand when asked", async () => {
  const { metrics } = app(well);
  const text = await metrics.registry.metrics();
  expect(text).toContain('database_pool_connections_total{pool="requests"} 4');
  expect(text).toContain('database_pool_connections_idle{pool="requests"} 3');
  expect(text).toContain('database_pool_connections_waiting{pool="requests"} 2');
  expect(text).toContain("process_resident_memory_bytes");
});
