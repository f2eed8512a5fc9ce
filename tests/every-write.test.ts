import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Response } from "supertest";
import type { Route } from "../src/http/route.ts";
import { collectionOf } from "../src/record/sql.ts";
import { recordTypes } from "../src/record-types/index.ts";
import {
  at,
  bodies,
  changed,
  created,
  makeWorld,
  patches,
  placesOf,
  rowCounts,
  world,
} from "./support/builders.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const name = (route: Route) => `${route.method} ${route.path}`;
const isWrite = (route: Route) => route.method !== "GET";

/** A request that the route carries out, on a record or API key made for it. */
async function requestTo(
  route: Route,
): Promise<{ readonly path: string; readonly body: object | undefined }> {
  const [, , collection = ""] = route.path.split("/");
  if (collection === "api-keys") {
    const body = { name: "A desk", role: "analyst" };
    if (route.method === "POST") return { path: route.path, body };
    const made = await service.as("admin").post("/v1/api-keys").send(body).expect(201);
    return { path: route.path.replace("{id}", made.body.id), body: undefined };
  }
  if (route.path === "/v1/ceasefires/{id}/violations")
    return { path: `${at("ceasefire", world.truce)}/violations`, body: bodies.violation("nested") };
  const type = recordTypes.find((one) => one.collection === collection)?.type;
  if (type === undefined) throw new Error(`Say here how ${name(route)} is called.`);
  if (route.path === `/v1/${collectionOf(type)}`)
    return { path: route.path, body: bodies[type](name(route)) };
  const { id } = await created(service, type, bodies[type](name(route)));
  await changed(service, type, id, patches[type](`${name(route)} changed`));
  const body = route.method === "PATCH" ? patches[type](`${name(route)} again`) : undefined;
  return { path: route.path.replace("{id}", id).replace("{version}", "1"), body };
}

function send(route: Route, path: string, body: object | undefined, key: string) {
  const agent = service.as("admin");
  const ask = { GET: agent.get, POST: agent.post, PATCH: agent.patch, DELETE: agent.delete }[route.method];
  const headers = {
    "Idempotency-Key": key,
    ...(route.headers?.includes("If-Match") === true && { "If-Match": '"2"' }),
    ...(route.headers?.includes("Change-Reason") === true && { "Change-Reason": "a court order" }),
  };
  const request = ask.call(agent, path).set(headers);
  return body === undefined ? request : request.send(body);
}

function whole({ status, text, headers }: Response) {
  return { status, text, etag: headers.etag, location: headers.location, as_of: headers["data-as-of"] };
}

test("every route that writes gives a repeated Idempotency-Key the first answer, or refuses the header with 400", async () => {
  const honoured: string[] = [];
  for (const route of service.routes.filter(isWrite)) {
    const { path, body } = await requestTo(route);
    const key = name(route).replaceAll(" ", ":");
    const first = await send(route, path, body, key);
    if (first.status === 400) {
      expect({ route: name(route), places: placesOf(first) }).toEqual({
        route: name(route),
        places: ["Idempotency-Key:"],
      });
      continue;
    }
    expect({ route: name(route), done: first.status < 300 }).toEqual({ route: name(route), done: true });
    const counts = await rowCounts(service);
    const second = await send(route, path, body, key);
    expect({ route: name(route), ...whole(second) }).toEqual({ route: name(route), ...whole(first) });
    expect({ route: name(route), ...(await rowCounts(service)) }).toEqual({ route: name(route), ...counts });
    const other = await send(route, path, { ...body, name: "Other" }, key);
    if (body !== undefined)
      expect({ route: name(route), status: other.status }).toEqual({ route: name(route), status: 422 });
    honoured.push(route.operation);
  }
  expect(honoured.length).toBeGreaterThan(30);
}, 120_000);

test("every route that writes and takes an Idempotency-Key says so in the description of the API", async () => {
  const { body } = await service.as("public").get("/openapi.json").expect(200);
  for (const route of service.routes.filter(isWrite)) {
    const { parameters = [], responses } = body.paths[route.path][route.method.toLowerCase()];
    expect({ route: name(route), parameters, responses }).toEqual({
      route: name(route),
      parameters: expect.arrayContaining([{ $ref: "#/components/parameters/Idempotency-Key" }]),
      responses: expect.objectContaining({ 409: expect.anything(), 422: expect.anything() }),
    });
  }
});

test.each(["", "with space", "x".repeat(256), '"open', "é"])(
  "every route refuses the Idempotency-Key %j with a 400 that names the header",
  async (key) => {
    for (const route of service.routes) {
      const path = route.path.replace("{version}", "1").replace(/\{\w+\}/g, "nothing");
      const answer = await send(route, path, undefined, key);
      expect({ route: name(route), status: answer.status, places: placesOf(answer) }).toEqual({
        route: name(route),
        status: 400,
        places: expect.arrayContaining(["Idempotency-Key:"]),
      });
    }
  },
);

test("every route that reads takes an Idempotency-Key and needs none", async () => {
  for (const route of service.routes.filter((one) => one.method === "GET" && !one.path.includes("{"))) {
    const { status } = await send(route, route.path, undefined, "of-every-request");
    expect({ route: name(route), status }).toEqual({ route: name(route), status: 200 });
  }
});
