import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { sampleApp } from "./sample.ts";

const { app } = sampleApp();
const foreign = "https://elsewhere.example";
const named = "https://desk.example";

function preflight(method: string, origin: string) {
  return request(app).options("/v1/notes").set("Origin", origin).set("Access-Control-Request-Method", method);
}

describe("CORS", () => {
  test("opens reading to any origin, with the headers a client needs", async () => {
    const { headers } = await request(app).get("/v1/notes").set("Origin", foreign);
    expect(headers["access-control-allow-origin"]).toBe("*");
    for (const name of ["ETag", "Link", "Location", "Retry-After", "Data-As-Of"]) {
      expect(headers["access-control-expose-headers"]).toContain(name);
    }
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test("opens problems of reads as well", async () => {
    const { status, headers } = await request(app).get("/v1/nothing").set("Origin", foreign);
    expect([status, headers["access-control-allow-origin"]]).toEqual([404, "*"]);
  });

  test("shows the answer to a write to named origins only, and tells caches so", async () => {
    const post = (origin: string) =>
      request(app)
        .post("/v1/notes")
        .set("Authorization", "Bearer a")
        .set("Origin", origin)
        .send({ text: "x" });
    const shown = await post(named);
    expect(shown.headers["access-control-allow-origin"]).toBe(named);
    expect(shown.headers.vary).toContain("Origin");
    const hidden = await post(foreign);
    expect(hidden.status).toBe(201);
    expect(hidden.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("lets any origin ask before a read with a key", async () => {
    const { status, headers } = await preflight("GET", foreign);
    expect([status, headers["access-control-allow-origin"]]).toEqual([204, "*"]);
    expect(headers["access-control-allow-headers"]).toContain("Authorization");
  });

  test("refuses the preflight of a write from an origin that is not named", async () => {
    expect((await preflight("POST", foreign)).headers).not.toHaveProperty("access-control-allow-origin");
    const { headers } = await preflight("POST", named);
    expect(headers["access-control-allow-origin"]).toBe(named);
    expect(headers["access-control-allow-methods"]).toContain("POST");
    expect(headers["access-control-allow-headers"]).toContain("If-Match");
    expect(headers.vary).toContain("Origin");
  });
});
