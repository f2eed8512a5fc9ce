import { z } from "zod";
import { problemTypes } from "./problem-types.ts";
import type { Answer, Content, JsonSchema, RequestHeader, Route } from "./route.ts";

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** PUBLIC_URL without a trailing slash. */
  readonly baseUrl: string;
  /** Schemas that routes refer to as #/components/schemas/<name>. */
  readonly schemas: { readonly [name: string]: JsonSchema };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly contact: { readonly name: string; readonly url: string };
  readonly licence: { readonly name: string; readonly identifier: string };
}

/** Statuses of problems that every route may answer. */
const problemsOfAll: readonly number[] = [400, 401, 403, 404, 405, 406, 414, 429, 500, 503];

/**
 * The service's description as an OpenAPI 3.1 document, made from the literals that validate and answer, so that it
 * cannot say anything else than what happens. The order follows the array of routes and is the same every time.
 */
export function openapiDocument(routes: readonly Route[], info: OpenApiInfo): JsonSchema {
  const paths: { [path: string]: { [method: string]: JsonSchema } } = {};
  for (const route of routes) {
    const place = paths[route.path] ?? {};
    place[route.method.toLowerCase()] = operation(route);
    paths[route.path] = place;
  }
  const statuses = new Set(routes.flatMap(problemStatuses));
  const headers = new Set(routes.flatMap((route) => describedHeaders(route)));
  return {
    openapi: "3.1.0",
    info: {
      title: info.title,
      version: info.version,
      description: info.description,
      contact: info.contact,
      license: info.licence,
    },
    servers: [{ url: info.baseUrl }],
    tags: info.tags,
    paths,
    components: {
      schemas: { ...info.schemas, Problem: problemSchema },
      parameters: Object.fromEntries([...headers].toSorted().map((name) => [name, headerParameter(name)])),
      headers: headersOf(rateHeaders),
      responses: Object.fromEntries(
        [...statuses].toSorted((a, b) => a - b).map((status) => [`Problem${status}`, problemAnswer(status)]),
      ),
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description:
            "An API key, sent as `Authorization: Bearer <key>`. Its role is analyst, editor or admin; each includes the ones before. Each operation names the least role it takes.",
        },
      },
    },
  };
}

function operation(route: Route): JsonSchema {
  const needs =
    route.role === "public"
      ? "Open to everybody."
      : `Needs a key with the role ${route.role} or a higher one.`;
  const scarce = route.expensive
    ? "\n\nFiles, streams, searches, counts, summaries and lists of the past run a few at once; those beyond are turned away for a while, with a 503 and Retry-After."
    : "";
  const parameters = [
    ...parametersOf(route.params, "path"),
    ...parametersOf(route.query, "query"),
    ...describedHeaders(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    description: `${route.description}\n\n${needs}${scarce}`,
    "x-required-role": route.role,
    security: route.role === "public" ? [{}, { key: [] }] : [{ key: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: contentOf(route.body) } }),
    responses: answersOf(route),
  };
}

function parametersOf(schema: z.ZodObject, place: "path" | "query"): JsonSchema[] {
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, ...rest } = parameterSchema(member);
    const required = place === "path" || !z.safeParse(member, undefined).success;
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

/** What a client may write in a parameter: the schema before its pipes and transforms. */
function parameterSchema(member: z.core.$ZodType): JsonSchema {
  const schema = { ...z.toJSONSchema(member, { io: "input", unrepresentable: "any" }) };
  const meta = z.globalRegistry.get(member);
  delete schema.$schema;
  return {
    ...schema,
    ...(meta?.description === undefined ? {} : { description: meta.description }),
    ...(meta?.examples === undefined ? {} : { examples: meta.examples }),
  };
}

function contentOf(content: { readonly [mediaType: string]: Content }): JsonSchema {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, { schema, example }]) => [
      mediaType,
      { schema, ...(example === undefined ? {} : { examples: { example: { value: example } } }) },
    ]),
  );
}

function answersOf(route: Route): JsonSchema {
  const problems = problemStatuses(route).map((status) => [
    String(status),
    { $ref: `#/components/responses/Problem${status}` },
  ]);
  const answers = Object.entries(route.answers).map(([status, answer]) => [
    status,
    answerOf(answer, route.uncounted !== true),
  ]);
  // An answer that the route describes itself (a 410 with its own headers, say) says more than the general one.
  return Object.fromEntries([...problems, ...answers]);
}

function problemStatuses(route: Route): number[] {
  const read = route.body === undefined ? [] : [413, 415, 422];
  const repeatable = route.headers?.includes("Idempotency-Key") === true ? [409, 422] : [];
  const all = new Set([...problemsOfAll, ...read, ...repeatable, ...(route.problems ?? [])]);
  return [...all].toSorted((a, b) => a - b);
}

function answerOf(answer: Answer, counted: boolean): JsonSchema {
  const headers = { ...headersOf(answer.headers ?? {}), ...(counted && rateReferences) };
  return {
    description: answer.description,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(answer.content === undefined ? {} : { content: contentOf(answer.content) }),
  };
}

function headersOf(headers: { readonly [name: string]: string }): JsonSchema {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

/** Where the caller stands: on every answer to a request that is counted, refusals too. */
const rateHeaders = {
  RateLimit:
    'How many requests the caller has left (r) and for how many seconds (t), with the name of the rule: "public";r=2999;t=60.',
  "RateLimit-Policy":
    'How many requests (q) are taken within how many seconds (w), from one address without a key or with one key: "public";q=3000;w=60.',
};
const rateReferences = Object.fromEntries(
  Object.keys(rateHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

const headerTexts: {
  readonly [name in Exclude<RequestHeader, "Accept" | "Authorization">]: {
    description: string;
    example: string;
  };
} = {
  "If-Match": {
    description:
      'The ETag of the version that the change is based on, or a list of ETags. A newer version in between gives a 412. The forms that compressing proxies give an ETag (`W/"3"`, `"3-gzip"`) are accepted.',
    example: '"3"',
  },
  "If-None-Match": {
    description:
      "The ETag of a version already at hand, or a list of ETags: if one is still current, the answer is a 304. The forms that compressing proxies give an ETag are accepted.",
    example: '"3"',
  },
  "Change-Reason": {
    description: "Why the change is made. It stands in the record's public history.",
    example: "The ministry corrected the toll.",
  },
  "Idempotency-Key": {
    description:
      "A random text, new for each request. For 24 hours, the same request (method, address, body and If-Match) with the same key gets the first answer again and writes nothing. Another request with the key gets a 422, and a repetition gets a 409 while the first request runs. A request that is refused does not use its key up.",
    example: "0b6f6a1e-6f0e-4e0c-9d3c-2a2f6c0b7c11",
  },
  "Last-Event-ID": {
    description:
      "The id of the last event seen, as browsers send it by themselves; the stream goes on after it.",
    example: "WyJbXCIxMlwiLFwiXCJdIiwiYWJjIl0",
  },
};

/** OpenAPI takes no parameter named Accept or Authorization: the media types of the answers and the security scheme describe them. */
function describedHeaders(route: Route): (keyof typeof headerTexts)[] {
  return (route.headers ?? []).filter((name) => name !== "Accept" && name !== "Authorization");
}

function headerParameter(name: keyof typeof headerTexts): JsonSchema {
  const { description, example } = headerTexts[name];
  return { name, in: "header", required: false, description, schema: { type: "string" }, example };
}

function problemAnswer(status: number): JsonSchema {
  const kinds = Object.entries(problemTypes).filter(([, type]) => type.status === status);
  const description = kinds.map(([slug, type]) => `${type.title} (\`${slug}\`).`).join(" ");
  const headers: { readonly [status: number]: { readonly [name: string]: string } } = {
    401: { "WWW-Authenticate": "Always Bearer." },
    405: { Allow: "The methods that this address takes." },
    429: { "Retry-After": "Whole seconds to wait." },
    503: { "Retry-After": "Whole seconds to wait." },
  };
  return {
    description: description === "" ? "A problem." : description,
    headers: { ...headersOf({ ...headers[status], ...problemHeaders }), ...rateReferences },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

/** Headers of every problem. */
const problemHeaders = {
  "Data-As-Of":
    "The instant that the problem is as of: `as_of` if the request has it, else the time at which the service looked.",
};

const problemSchema: JsonSchema = {
  type: "object",
  description: "What went wrong, as RFC 9457 has it. All faults of a request are told at once.",
  required: ["type", "title", "status", "detail", "instance", "errors"],
  properties: {
    type: {
      type: "string",
      format: "uri",
      description: "The address of a page that explains this kind of problem.",
    },
    title: { type: "string", description: "The kind of problem in a few words." },
    status: { type: "integer", description: "The HTTP status." },
    detail: { type: "string", description: "What happened this time." },
    instance: { type: "string", description: "The path of the request; a long one is cut." },
    errors: {
      type: "array",
      description:
        "Each fault with its place: one of pointer, parameter and header. At most 100; long values in it are cut at 100 characters, marked by `…`.",
      maxItems: 100,
      items: {
        type: "object",
        required: ["code", "message"],
        properties: {
          pointer: { type: "string", description: "JSON Pointer (RFC 6901) into the request's body." },
          parameter: { type: "string", description: "Name of a query or path parameter." },
          header: { type: "string", description: "Name of a request header." },
          code: { type: "string", description: "The kind of fault; stable, for programs." },
          message: { type: "string", description: "What would be right, for people." },
        },
      },
    },
    more_errors: {
      type: "integer",
      description: "How many more faults were found than `errors` lists. Absent where it lists all.",
    },
  },
};
