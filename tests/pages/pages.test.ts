import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { problemTypes } from "../../src/http/problem-types.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
const pages = ["/", "/codebook", "/problems", "/problems/invalid-record", "/docs", "/verification"];

beforeAll(async () => {
  service = await testService({ seeded: true });
});

afterAll(async () => {
  await service.close();
});

const get = (path: string) => service.as("public").get(path);

describe.each(pages)("%s", (path) => {
  test("is a whole document with a title, landmarks and one main heading", async () => {
    const { text } = await get(path).expect(200).expect("Content-Type", "text/html; charset=utf-8");
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toMatch(/<title>[^<]+<\/title>/);
    for (const landmark of ["<header", "<nav", "<main", "<footer"]) expect(text).toContain(landmark);
    expect(text.match(/<h1[ >]/g)).toHaveLength(1);
  });

  test("has nothing inline and nothing from elsewhere, and its policy says so", async () => {
    const { text, headers } = await get(path);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+="|<script(?![^>]* src="\/)/);
    for (const [, address = ""] of text.matchAll(/<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"/g))
      expect(address).toMatch(/^\/(?!\/)/);
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["content-security-policy"]).not.toContain("script-src");
    if (path !== "/docs") expect(headers["content-security-policy"]).not.toContain("unsafe-inline");
  });

  test("is a 304 for who has it already", async () => {
    const { headers } = await get(path);
    const again = await get(path)
      .set("If-None-Match", headers.etag ?? "")
      .expect(304);
    expect(again.headers.etag).toBe(headers.etag);
  });

  test("leads only to addresses that answer", async () => {
    const { text } = await get(path);
    const links = new Set([...text.matchAll(/(?:href|src)="(\/[^"#]*)/g)].map(([, link = ""]) => link));
    expect(links.size).toBeGreaterThan(5);
    for (const link of links) {
      const { status } = await get(link.replaceAll("&amp;", "&"));
      expect({ link, status }).toEqual({ link, status: 200 });
    }
  });
});

test("every kind of problem has its page, with the title and the remedy", async () => {
  for (const [slug, { title, status }] of Object.entries(problemTypes)) {
    const { text } = await get(`/problems/${slug}`).expect(200);
    expect(text).toContain(`<h1>${title.replaceAll("'", "&#39;")}</h1>`);
    expect(text).toContain(`HTTP ${status}`);
  }
});

test("the type of a problem that was answered is the address of a page", async () => {
  const { body } = await get("/v1/violations?no_such=1").expect(400);
  await get(new URL(body.type).pathname).expect(200);
});

test.each(["toString", "no-such-problem"])("there is no page for the kind of problem %s", async (slug) => {
  await get(`/problems/${slug}`)
    .expect(404)
    .expect("Content-Type", /problem\+json/);
});

describe("the files of /docs", () => {
  test.each([
    ["start.js", "text/javascript; charset=utf-8"],
    ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
    ["swagger-ui.css", "text/css; charset=utf-8"],
  ])("%s is served with its type and may be kept", async (file, type) => {
    const { headers } = await get(`/docs/assets/${file}`).expect(200).expect("Content-Type", type);
    expect(headers["cache-control"]).toBe("public, max-age=3600");
  });

  test.each(["package.json", "index.html", "..%2fpackage.json", "constructor"])(
    "%s of that folder is not",
    async (file) => {
      await get(`/docs/assets/${file}`).expect(404);
    },
  );

  test("the page asks no validator elsewhere", async () => {
    const { text } = await get("/docs/assets/start.js").buffer(true);
    expect(text).toContain("validatorUrl: null");
    expect(text).not.toMatch(/https?:/);
  });
});

test("/codebook.json and /openapi.json are JSON, and /openapi.json describes itself for this address", async () => {
  const { body: book } = await get("/codebook.json").expect(200).expect("Content-Type", "application/json");
  expect(book.record_types).toHaveLength(6);
  const { body } = await get("/openapi.json").expect(200);
  expect(body.openapi).toBe("3.1.0");
  expect(body.servers).toEqual([{ url: "http://localhost" }]);
  expect(body.paths["/openapi.json"].get.operationId).toBe("get_openapi");
});
