import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RequestLine } from "../http/observe.ts";
import { problem } from "../http/problem.ts";
import { type Answer, type Route, route } from "../http/route.ts";
import { nothing } from "./page.ts";

/** What the service needs to answer requests, as it stands just now. */
export interface Readiness {
  readonly database: boolean;
  /** Migrations that the database still lacks, oldest first. */
  readonly pending: readonly string[];
}

/** What of a connection pool is counted; pg.Pool has it. */
interface CountedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export interface Metrics {
  readonly registry: Registry;
  /** Counts one ended request: the second argument of `observe`. */
  readonly measure: (line: RequestLine) => void;
}

/** Upper bounds in seconds: most answers take a few milliseconds, exports take minutes. */
const buckets_s = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** The service's metrics, in a registry of their own. `pools`: by the name they are told apart by. */
export function createMetrics(pools: { readonly [name: string]: CountedPool }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ["method", "route", "status"] as const;
  const requests = new Counter({
    name: "http_requests_total",
    help: "Ended requests by method, operation of the API (none: no such address) and status.",
    labelNames,
    registers: [registry],
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labelNames,
    buckets: buckets_s,
    registers: [registry],
  });
  gauge(registry, "total", "Open connections to the database.", pools, (pool) => pool.totalCount);
  gauge(registry, "idle", "Connections that do nothing just now.", pools, (pool) => pool.idleCount);
  gauge(registry, "waiting", "Requests that wait for a connection.", pools, (pool) => pool.waitingCount);
  return {
    registry,
    measure({ method, operation = "none", status, duration_ms }) {
      const labels = { method, route: operation, status: String(status) };
      requests.inc(labels);
      durations.observe(labels, duration_ms / 1000);
    },
  };
}

function gauge(
  registry: Registry,
  name: string,
  help: string,
  pools: { readonly [name: string]: CountedPool },
  read: (pool: CountedPool) => number,
): void {
  const made = new Gauge({
    name: `database_pool_connections_${name}`,
    help,
    labelNames: ["pool"] as const,
    registers: [registry],
    collect: () => {
      for (const [pool, counts] of Object.entries(pools)) made.set({ pool }, read(counts));
    },
  });
}

interface OperationsDeps {
  /** Rejects or says database: false where the database cannot be asked. */
  readonly ready: () => Promise<Readiness>;
  readonly registry: Registry;
}

const common = {
  method: "GET",
  tag: "operations",
  params: nothing,
  query: nothing,
  uncounted: true,
} as const;
const statusText = { type: "string", description: "Always ok: anything else is another status." };

function statusAnswer(description: string): Answer {
  const schema = { type: "object", properties: { status: statusText }, required: ["status"] };
  return { description, content: { "application/json": { schema, example: { status: "ok" } } } };
}

/** Liveness, readiness and metrics. */
export function operationRoutes({ ready, registry }: OperationsDeps): Route[] {
  return [
    route({
      ...common,
      path: "/healthz",
      operation: "get_health",
      summary: "Whether the process is up",
      description: "Answers while the process can answer at all; it does not ask the database.",
      role: "public",
      answers: { 200: statusAnswer("The process is up.") },
      handle: async () => ({ status: 200, body: '{"status":"ok"}' }),
    }),
    route({
      ...common,
      path: "/readyz",
      operation: "get_readiness",
      summary: "Whether requests can be served",
      description: "Asks the database, and whether every migration has been applied to it.",
      role: "public",
      answers: { 200: statusAnswer("Requests can be served.") },
      handle: async () => {
        refuseUnready(await ready().catch((): Readiness => ({ database: false, pending: [] })));
        return { status: 200, body: '{"status":"ok"}' };
      },
    }),
    metricsRoute(registry),
  ];
}

function refuseUnready({ database, pending }: Readiness): void {
  if (!database) throw problem("service-unavailable", "The database does not answer.");
  if (pending.length === 0) return;
  const names = pending.join(", ");
  throw problem("service-unavailable", `The database lacks ${pending.length} migrations: ${names}.`);
}

function metricsRoute(registry: Registry): Route {
  const example = 'http_requests_total{method="GET",route="list_violations",status="200"} 1027\n';
  const schema = { type: "string", description: "The text format of Prometheus." };
  return route({
    ...common,
    path: "/metrics",
    operation: "get_metrics",
    summary: "Metrics for Prometheus",
    description: "Requests, their durations, the connections to the database and the process itself.",
    role: "admin",
    answers: { 200: { description: "The metrics.", content: { "text/plain": { schema, example } } } },
    handle: async () => ({ status: 200, mediaType: registry.contentType, body: await registry.metrics() }),
  });
}
