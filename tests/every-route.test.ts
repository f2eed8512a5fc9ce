import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { z } from "zod";
import type { Answer, Content, Route } from "../src/http/route.ts";
import { describeService } from "../src/pages/openapi.ts";
import { isObject } from "../src/record/json.ts";
import { expandsOf } from "../src/record/list-query.ts";
import { jsonSchema } from "../src/record/schemas.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;
/** A key that is not the one these tests come with. */
let keyId = "";
const ajv = new Ajv.default({ strict: false, allErrors: true });
addFormats.default(ajv);

beforeAll(async () => {
  service = await testService({ seeded: true });
  const { body } = await service
    .as("admin")
    .post("/v1/api-keys")
    .send({ name: "read about", role: "analyst" });
  keyId = body.id;
  ajv.addSchema({ $id: "api", ...describeService(service.routes, recordTypes, "0", "http://localhost") });
});

afterAll(async () => {
  await service.close();
});

/** Each route's name, for failures that say which. */
function name(route: Route): string {
  return `${route.method} ${route.path}`;
}

/** A path of the seeded service that the route answers. */
function pathOf(route: Route): string {
  const collection = route.path.split("/")[2] ?? "";
  const ids: { readonly [collection: string]: string } = {
    conflicts: "nagorno-karabakh-2020",
    actors: "armenia",
    places: "khankendi-stepanakert",
    sources: "nysepost-395326",
    ceasefires: "nagorno-karabakh-2020-10-26",
    violations: "nagorno-karabakh-2020-v33",
    "api-keys": keyId,
  };
  return route.path
    .replace("{id}", ids[collection] ?? "")
    .replace("{version}", "1")
    .replace("{slug}", "gone")
    .replace("{file}", "swagger-ui.css");
}

/** A schema of the description, made to stand alone: its references lead into the description that ajv holds. */
function check(schema: unknown, value: unknown): string[] {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
  const valid = ajv.compile(JSON.parse(text));
  return valid(value)
    ? []
    : (valid.errors ?? []).map(
        (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
      );
}

function contents(answers: Route["answers"]): {
  readonly status: string;
  readonly mediaType: string;
  readonly content: Content;
  readonly answer: Answer;
}[] {
  return Object.entries(answers).flatMap(([status, answer]) =>
    Object.entries(answer.content ?? {}).map(([mediaType, content]) => ({
      status,
      mediaType,
      content,
      answer,
    })),
  );
}

/** The least role that may read here. */
const readerOf = (route: Route) => route.role;

const isData = (route: Route) => route.path.startsWith("/v1/");

test("every route is described: summary, description, parameters and answers", () => {
  for (const route of service.routes) {
    expect({
      route: name(route),
      summary: route.summary.length > 5,
      description: route.description.length > 20,
    }).toEqual({
      route: name(route),
      summary: true,
      description: true,
    });
    for (const [parameter, schema] of Object.entries({ ...route.params.shape, ...route.query.shape })) {
      const said = String(jsonSchema(z.optional(schema), "request").description ?? "");
      expect({ route: name(route), parameter, described: said.length > 8 }).toEqual({
        route: name(route),
        parameter,
        described: true,
      });
    }
    for (const { answer } of contents(route.answers)) expect(answer.description.length).toBeGreaterThan(5);
  }
});

test("every JSON answer and body has an example that its own schema accepts", () => {
  let checked = 0;
  for (const route of service.routes) {
    for (const [mediaType, content] of Object.entries(route.body ?? {})) {
      expect({ route: name(route), mediaType, faults: check(content.schema, content.example) }).toEqual({
        route: name(route),
        mediaType,
        faults: [],
      });
      checked += 1;
    }
    for (const { mediaType, content } of contents(route.answers)) {
      if (mediaType !== "application/json") continue;
      expect({ route: name(route), faults: check(content.schema, content.example) }).toEqual({
        route: name(route),
        faults: [],
      });
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(60);
});

test("every route refuses a parameter it does not know, and names it", async () => {
  for (const route of service.routes.filter((one) => one.method === "GET")) {
    const answer = await service.as("admin").get(`${pathOf(route)}?no_such_parameter=1`);
    expect({ route: name(route), status: answer.status, type: answer.type }).toEqual({
      route: name(route),
      status: 400,
      type: "application/problem+json",
    });
    expect(answer.body.errors[0]).toMatchObject({
      parameter: "no_such_parameter",
      code: "unknown_parameter",
    });
    expect(answer.headers["data-as-of"]).toMatch(/^\d{4}-.*\.\d{6}Z$/);
  }
});

test("every list refuses a page of more than 500 items, and takes one of 500", async () => {
  const lists = service.routes.filter((route) => "limit" in route.query.shape);
  for (const route of lists) {
    const streams = route.answers[200]?.content?.["application/json"] === undefined;
    const ask = (limit: number) => service.as(readerOf(route)).get(`${pathOf(route)}?limit=${limit}`);
    const [most, more] = [await ask(500), await ask(501)];
    expect({ route: name(route), most: most.status, more: more.status }).toEqual({
      route: name(route),
      most: 200,
      more: streams ? 200 : 400,
    });
    if (!streams)
      expect(more.body.errors).toEqual([expect.objectContaining({ parameter: "limit", code: "too_large" })]);
  }
  expect(lists.length).toBeGreaterThan(30);
});

test("every route refuses a URL of more than 8 KB, and says how to split the request", async () => {
  for (const route of service.routes) {
    const answer = await service.as("admin")[verb(route)](`${pathOf(route)}?id=${"a,".repeat(4_100)}`);
    expect({ route: name(route), status: answer.status }).toEqual({ route: name(route), status: 414 });
    expect(answer.body).toMatchObject({ type: "http://localhost/problems/uri-too-long" });
    expect(answer.body.detail).toMatch(/8192.*Split a comma-separated list/);
  }
});

test("every body refuses a member it does not know, and points to it", async () => {
  for (const route of service.routes.filter(
    (one) => one.method === "POST" && one.body?.["application/json"] !== undefined,
  )) {
    const example = route.body?.["application/json"]?.example;
    const body = isObject(example) ? { ...example, no_such_member: 1 } : {};
    const answer = await service.as("admin").post(pathOf(route)).send(body);
    expect({ route: name(route), status: answer.status }).toEqual({ route: name(route), status: 422 });
    expect(answer.body.errors).toContainEqual(
      expect.objectContaining({ pointer: "/no_such_member", code: "unknown_member" }),
    );
  }
});

test("every write is refused without a key, and no read of data is", async () => {
  for (const route of service.routes) {
    const answer = await service.as("public")[verb(route)](pathOf(route));
    const refused = answer.status === 401;
    expect({ route: name(route), refused }).toEqual({ route: name(route), refused: route.role !== "public" });
    if (route.method !== "GET") expect(route.role).not.toBe("public");
  }
});

function verb(route: Route): "get" | "post" | "patch" | "delete" {
  return ({ GET: "get", POST: "post", PATCH: "patch", DELETE: "delete" } as const)[route.method];
}

describe("what is answered", () => {
  test("is only what the schema says, on every data route", async () => {
    for (const route of service.routes.filter((one) => one.method === "GET" && isData(one))) {
      const answer = await service
        .as(readerOf(route))
        .get(pathOf(route))
        .set("Accept", "application/json, */*;q=0.1");
      expect({ route: name(route), status: answer.status }).toEqual({ route: name(route), status: 200 });
      const content = Object.entries(route.answers[200]?.content ?? {}).find(
        ([mediaType]) => mediaType.split(";")[0] === answer.type,
      )?.[1];
      expect({ route: name(route), type: answer.type, offered: content !== undefined }).toEqual({
        route: name(route),
        type: answer.type,
        offered: true,
      });
      if (answer.type !== "application/json") continue;
      expect({ route: name(route), faults: check(content?.schema, answer.body) }).toEqual({
        route: name(route),
        faults: [],
      });
    }
  });

  test("is only what the schema says with every expand of every type", async () => {
    for (const type of recordTypes) {
      for (const fact of Object.keys(type.expands)) {
        const { body } = await service
          .as("public")
          .get(`/v1/${type.collection}?expand=${fact}&limit=500`)
          .expect(200);
        const schema = service.routes.find((route) => route.operation === `list_${type.collection}`)
          ?.answers[200]?.content?.["application/json"]?.schema;
        expect({ fact, faults: check(schema, body) }).toEqual({ fact, faults: [] });
        expect(body.data[0].expanded).toHaveProperty(fact);
      }
    }
  });

  test("is JSON without blanks, on every route, with every expand and in every line of ndjson", async () => {
    const expanded = recordTypes.flatMap((type) => {
      const every = [...expandsOf(type).keys()].join(",");
      return [
        `/v1/${type.collection}?limit=500&expand=${every}`,
        `/v1/${type.collection}?limit=500&expand=${every}&known_at=2020-10-28`,
        `/v1/${type.collection}?format=ndjson&fields=id&expand=${every}`,
        `/v1/${type.collection}?format=ndjson&known_at=2020-10-28`,
      ];
    });
    const plain = service.routes
      .filter((one) => one.method === "GET" && isData(one))
      .flatMap((one) => {
        const offersLines = Object.keys(one.answers[200]?.content ?? {}).includes("application/x-ndjson");
        return [
          pathOf(one),
          ...(offersLines && one.tag !== "ledger" ? [`${pathOf(one)}?format=ndjson`] : []),
        ];
      });
    let checked = 0;
    for (const path of [...expanded, ...plain]) {
      const answer = await service.as("admin").get(path).buffer(true);
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      const { type, text } = answer;
      if (!type.endsWith("json")) continue;
      for (const line of type === "application/json" ? [text] : text.split("\n").slice(0, -1)) {
        checked += 1;
        if (JSON.stringify(JSON.parse(line)) !== line)
          throw new Error(`${path} answers ${line.slice(0, 200)}`);
      }
    }
    expect(checked).toBeGreaterThan(1_000);
  }, 60_000);

  test("carries the instant that the data is as of, on every data route", async () => {
    for (const route of service.routes.filter((one) => one.method === "GET" && isData(one))) {
      const answer = await service.as(readerOf(route)).get(pathOf(route));
      expect({ route: name(route), stamp: answer.headers["data-as-of"] }).toEqual({
        route: name(route),
        stamp: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
      });
    }
  });

  test("has an ETag that gives a 304, on every public route that answers JSON without being asked for more", async () => {
    // The head of the ledger is shorter than the headers of a 304.
    const untagged = ["/v1/ledger/head"];
    for (const route of service.routes.filter(
      (one) => one.method === "GET" && isData(one) && one.role === "public",
    )) {
      const ask = (etag?: string) => {
        const request = service.as("public").get(pathOf(route)).set("Accept", "application/json, */*;q=0.1");
        return etag === undefined ? request : request.set("If-None-Match", etag);
      };
      const { type, headers } = await ask();
      if (type !== "application/json" || untagged.includes(route.path)) continue;
      const again = await ask(headers.etag ?? "none");
      expect({
        route: name(route),
        status: again.status,
        text: again.text,
        etag: again.headers.etag,
      }).toEqual({
        route: name(route),
        status: 304,
        text: "",
        etag: headers.etag,
      });
      expect(route.answers).toHaveProperty("304");
      expect(route.answers[200]?.headers).toHaveProperty("ETag");
      expect((await ask('W/"another"')).status).toBe(200);
    }
  });

  test("tells where its caller stands, on every route but those that look after the service", async () => {
    const silent: string[] = [];
    for (const route of service.routes.filter((one) => one.method === "GET")) {
      const { headers } = await service.as(readerOf(route)).get(pathOf(route));
      if (headers.ratelimit === undefined || headers["ratelimit-policy"] === undefined)
        silent.push(route.path);
    }
    expect(silent.toSorted()).toEqual(["/healthz", "/metrics", "/readyz"]);
  });

  test("has no body on HEAD, and the same headers as on GET", async () => {
    for (const route of service.routes.filter((one) => one.method === "GET" && isData(one))) {
      const answer = await service.as(readerOf(route)).head(pathOf(route));
      expect({ route: name(route), status: answer.status, text: answer.text ?? "" }).toEqual({
        route: name(route),
        status: 200,
        text: "",
      });
    }
  });

  test("is a 405 that names what is allowed, for every other method", async () => {
    for (const path of new Set(service.routes.map((route) => route.path))) {
      const routes = service.routes.filter((route) => route.path === path);
      const [first] = routes;
      if (first === undefined) continue;
      const answer = await service.as("admin").put(pathOf(first));
      expect({ path, status: answer.status }).toEqual({ path, status: 405 });
      for (const { method } of routes) expect(answer.headers.allow).toContain(method);
    }
  });
});
