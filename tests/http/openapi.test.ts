import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { openapiDocument } from "../../src/http/openapi.ts";
import { answering, sampleRoutes } from "./sample.ts";

const info = {
  title: "Sample",
  version: "1.0.0",
  description: "A sample service.",
  baseUrl: "https://example.org",
  schemas: {},
  tags: [{ name: "notes", description: "Sample notes." }],
  contact: { name: "The sample's makers", url: "https://example.org/about" },
  licence: { name: "Apache 2.0", identifier: "Apache-2.0" },
};
const document = JSON.parse(JSON.stringify(openapiDocument(sampleRoutes(), info)));

describe("openapiDocument", () => {
  test("describes each route once, by method and path", () => {
    const described = Object.entries<object>(document.paths).flatMap(([place, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${place}`),
    );
    expect(described.toSorted()).toEqual(
      sampleRoutes()
        .map((route) => `${route.method} ${route.path}`)
        .toSorted(),
    );
  });

  test("says the same every time", () => {
    expect(JSON.stringify(openapiDocument(sampleRoutes(), info))).toBe(JSON.stringify(document));
  });

  test("takes parameters from the schemas that validate, as a client writes them", () => {
    expect(document.paths["/v1/notes"].get.parameters).toEqual([
      {
        name: "limit",
        in: "query",
        required: false,
        description: "How many.",
        schema: { type: "string", pattern: "^\\d+$" },
      },
      {
        name: "kind",
        in: "query",
        required: false,
        description: "Only this kind.",
        schema: { type: "string", enum: ["CLAIM", "DENIAL"] },
      },
    ]);
    expect(document.paths["/v1/notes/{id}"].get.parameters[0]).toMatchObject({
      name: "id",
      in: "path",
      required: true,
    });
  });

  test("refers to request headers by their description, and never to Accept", () => {
    expect(document.paths["/v1/notes/{id}"].get.parameters[1]).toEqual({
      $ref: "#/components/parameters/If-None-Match",
    });
    expect(document.components.parameters["If-None-Match"]).toMatchObject({ in: "header", required: false });
    expect(document.components.parameters).not.toHaveProperty("Accept");
  });

  test("says which role each operation needs", () => {
    expect(document.paths["/v1/notes"].get).toMatchObject({
      "x-required-role": "public",
      security: [{}, { key: [] }],
    });
    const remove = document.paths["/v1/notes/{id}"].delete;
    expect(remove).toMatchObject({ "x-required-role": "admin", security: [{ key: [] }] });
    expect(remove.description).toContain("the role admin");
  });

  test("names the problems of every route, of those with bodies, and of each by itself", () => {
    const { responses } = document.paths["/v1/notes/{id}"].patch;
    const expected = [200, 400, 401, 403, 404, 405, 406, 412, 413, 414, 415, 422, 428, 429, 500, 503].map(
      String,
    );
    expect(Object.keys(responses)).toEqual(expected);
    expect(document.components.responses.Problem412.content).toHaveProperty("application/problem+json");
    expect(document.components.responses.Problem503.headers).toHaveProperty("Retry-After");
  });

  test("tells of the rate with every answer, refusals too, and of the time to wait where there is one", () => {
    const rate = {
      RateLimit: { $ref: "#/components/headers/RateLimit" },
      "RateLimit-Policy": { $ref: "#/components/headers/RateLimit-Policy" },
    };
    expect(Object.keys(document.components.headers)).toEqual(["RateLimit", "RateLimit-Policy"]);
    expect(document.paths["/v1/notes"].post.responses[201].headers).toMatchObject({
      ...rate,
      Location: { description: "Where it is." },
    });
    const { responses } = document.components;
    for (const answer of Object.values<{ readonly headers: object }>(responses))
      expect(answer.headers).toMatchObject(rate);
    for (const status of [429, 503])
      expect(responses[`Problem${status}`].headers).toHaveProperty("Retry-After");
  });

  test("names no rate where none is counted, and says which calls may be turned away", () => {
    const health = answering("/health", async () => ({ status: 200 }), { uncounted: true });
    const whole = answering("/whole", async () => ({ status: 200 }), { cost: "export" });
    const { paths } = JSON.parse(JSON.stringify(openapiDocument([health, whole], info)));
    expect(paths["/health"].get.responses[200]).not.toHaveProperty("headers");
    expect(paths["/health"].get.description).not.toContain("503");
    expect(paths["/whole"].get.description).toContain("turned away for a while, with a 503 and Retry-After");
  });

  test("passes the OpenAPI rules of spectral without an error or a warning", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "openapi-"));
    try {
      const file = path.join(folder, "openapi.json");
      await writeFile(file, JSON.stringify(document));
      const run = promisify(execFile)("node_modules/.bin/spectral", [
        "lint",
        file,
        "--fail-severity",
        "warn",
        "-r",
        ".spectral.yaml",
      ]);
      await expect(run).resolves.toMatchObject({
        stdout: expect.stringContaining("No results with a severity of 'warn' or higher"),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
