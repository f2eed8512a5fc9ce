import { Readable } from "node:stream";
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { zodFaults } from "../../src/http/faults.ts";
import { type MountOptions, mount } from "../../src/http/mount.ts";
import { createLogger, observe, type RequestLine } from "../../src/http/observe.ts";
import { type ProblemError, problem } from "../../src/http/problem.ts";
import { rateLimits } from "../../src/http/rate-limits.ts";
import { room } from "../../src/http/room.ts";
import {
  type Answer,
  type Call,
  type Reply,
  type Route,
  type RouteLiteral,
  route,
} from "../../src/http/route.ts";

const noteSchema = z.strictObject({
  text: z.string().max(50),
  kind: z.enum(["CLAIM", "DENIAL"]).optional(),
  tags: z.array(z.string()).max(3).optional(),
});
const jsonSchema = { type: "object" } as const;

const empty = z.strictObject({});
const idParams = z.strictObject({ id: z.string().describe("The note's id.") });
const listQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d+$/, "a whole number is wanted")
    .transform(Number)
    .pipe(z.number().min(1).max(500))
    .default(50)
    .describe("How many."),
  kind: z.enum(["CLAIM", "DENIAL"]).optional().describe("Only this kind."),
});

const common = {
  tag: "notes",
  description: "A sample route.",
  role: "public",
  params: empty,
  query: empty,
} as const;

function json(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? String(part) : part));
}

function checkNote(body: unknown) {
  const parsed = noteSchema.safeParse(body);
  return parsed.success ? [] : zodFaults(parsed.error, "body", { schema: noteSchema, value: body });
}

const ok: { readonly [status: number]: Answer } = {
  200: {
    description: "The answer.",
    content: { "application/json": { schema: jsonSchema, example: { text: "x" } } },
  },
};

function noteRoutes(): Route[] {
  return [
    route({
      ...common,
      method: "GET",
      path: "/v1/notes",
      operation: "list_notes",
      summary: "List notes",
      query: listQuery,
      answers: ok,
      handle: async ({ query, given, url }) => ({ status: 200, body: json({ ...query, given, url }) }),
    }),
    route({
      ...common,
      method: "POST",
      path: "/v1/notes",
      operation: "create_note",
      summary: "Create a note",
      role: "analyst",
      query: listQuery,
      headers: ["Change-Reason", "Idempotency-Key"],
      body: { "application/json": { schema: jsonSchema, example: { text: "x" } } },
      checkBody: checkNote,
      answers: { 201: { description: "Made.", headers: { Location: "Where it is." } } },
      handle: async ({ body, header, principal, mediaType }) => ({
        status: 201,
        headers: { Location: "/v1/notes/1", ETag: '"1"' },
        body: json({ body, reason: header("Change-Reason"), by: principal.name, mediaType }),
      }),
    }),
    route({
      ...common,
      method: "GET",
      path: "/v1/notes/{id}",
      operation: "get_note",
      summary: "Read a note",
      params: idParams,
      headers: ["If-None-Match"],
      answers: ok,
      handle: async ({ params }) => ({
        status: 200,
        headers: { ETag: '"1"' },
        body: json({ id: params.id }),
      }),
    }),
    route({
      ...common,
      method: "PATCH",
      path: "/v1/notes/{id}",
      operation: "patch_note",
      summary: "Change a note",
      role: "editor",
      params: idParams,
      body: {
        "application/merge-patch+json": { schema: jsonSchema },
        "application/json": { schema: jsonSchema },
      },
      answers: ok,
      problems: [412, 428],
      handle: async ({ body }) => ({ status: 200, body: json(body) }),
    }),
    route({
      ...common,
      method: "DELETE",
      path: "/v1/notes/{id}",
      operation: "delete_note",
      summary: "Delete a note",
      role: "admin",
      params: idParams,
      answers: { 204: { description: "Gone." } },
      handle: async () => ({ status: 204 }),
    }),
    route({
      ...common,
      method: "GET",
      path: "/v1/notes/tags",
      operation: "list_tags",
      summary: "List tags",
      answers: ok,
      handle: async () => ({ status: 200, body: json({ tags: [] }) }),
    }),
  ];
}

/** A route that answers with what it is given, for one test. */
export function answering(
  path: string,
  handle: (call: Call<unknown, unknown>) => Promise<Reply>,
  more: Partial<
    Pick<
      RouteLiteral<typeof empty, typeof empty>,
      "body" | "streamsBody" | "headers" | "answers" | "method" | "cost" | "uncounted"
    >
  > = {},
): Route {
  return route({
    ...common,
    method: "GET",
    path,
    operation: `sample_${path.replaceAll("/", "_")}`,
    summary: "Sample",
    answers: ok,
    ...more,
    handle,
  });
}

export function sampleRoutes(): Route[] {
  return [
    ...noteRoutes(),
    answering("/v1/broken", async () => {
      throw new Error("secret inside text");
    }),
    answering("/v1/away", async () => {
      throw new Error("database away");
    }),
    answering("/v1/refused", async () => {
      throw problem("gone", "It was deleted.", { inside: "inside words", headers: { ETag: '"4"' } });
    }),
    answering(
      "/v1/page",
      async () => ({ status: 200, mediaType: "text/html; charset=utf-8", body: "<p>é</p>" }),
      {
        answers: {
          200: { description: "A page.", content: { "text/html": { schema: { type: "string" } } } },
        },
      },
    ),
    answering("/v1/lines", async () => ({
      status: 200,
      mediaType: "application/x-ndjson",
      body: Readable.from(["1\n", "2\n", "3\n"]),
    })),
    answering("/v1/text", async ({ body }) => ({ status: 200, body: json({ body }) }), {
      method: "POST",
      body: { "text/csv": { schema: { type: "string" } } },
    }),
  ];
}

const roles = { a: "analyst", e: "editor", m: "admin" } as const;

async function identify(authorization: string) {
  const key = /^Bearer (\w)$/.exec(authorization)?.[1];
  if (key !== "a" && key !== "e" && key !== "m") throw problem("unauthorized", "The key is not known.");
  return { key: `key-${key}`, name: `desk-${key}`, role: roles[key] };
}

function translateError(error: unknown): ProblemError | undefined {
  const isAway = error instanceof Error && error.message === "database away";
  return isAway ? problem("service-unavailable", "The database is away.", { cause: error }) : undefined;
}

export interface Sample {
  readonly app: Express;
  readonly logger: Logger;
  /** What was logged, parsed. */
  readonly logged: { readonly [member: string]: unknown }[];
  readonly lines: RequestLine[];
  readonly stopping: AbortController;
}

/** A small service of sample routes over the kernel, whose log lines can be looked at. */
export function sampleApp(
  routes: readonly Route[] = sampleRoutes(),
  change: Partial<MountOptions> = {},
  before: readonly RequestHandler[] = [],
): Sample {
  const logged: { readonly [member: string]: unknown }[] = [];
  const lines: RequestLine[] = [];
  const logger = createLogger("info", { write: (text) => logged.push(JSON.parse(text)) });
  const stopping = new AbortController();
  const app = express();
  app.use(
    observe(logger, (line) => lines.push(line)),
    ...before,
  );
  mount(app, routes, {
    baseUrl: "https://example.org",
    logger,
    limits: { maxBody_bytes: 1000, maxDepth: 5 },
    corsOrigins: ["https://desk.example"],
    identify,
    rateLimits: rateLimits({ publicPerMinute: 1_000, keyPerMinute: 10_000 }),
    room: room({ export: 2, heavy: 2, listener: 2 }, 1_000),
    translateError,
    stopping: stopping.signal,
    elsewhere: [],
    ...change,
  });
  return { app, logger, logged, lines, stopping };
}
