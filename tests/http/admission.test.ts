import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { rateLimits } from "../../src/http/rate-limits.ts";
import { answering, type Sample, sampleApp, sampleRoutes } from "./sample.ts";

/** A service that takes two requests a minute from an address, three with a key. */
function strict(): Sample["app"] {
  const health = answering("/health", async () => ({ status: 200, body: '"ok"' }), { uncounted: true });
  const { app } = sampleApp([...sampleRoutes(), health], {
    rateLimits: rateLimits({ publicPerMinute: 2, keyPerMinute: 3 }),
  });
  return app;
}

describe("without a key", () => {
  test("every answer tells where the caller stands, and one too many is a 429 with the time to wait", async () => {
    const app = strict();
    const first = await request(app).get("/v1/notes/a");
    expect(first.headers.ratelimit).toMatch(/^"public";r=1;t=\d+$/);
    expect(first.headers["ratelimit-policy"]).toBe('"public";q=2;w=60');
    expect((await request(app).get("/v1/notes/a")).headers.ratelimit).toContain("r=0;");
    const over = await request(app).get("/v1/notes/a");
    expect([over.status, over.type]).toEqual([429, "application/problem+json"]);
    expect(over.body).toMatchObject({
      type: "https://example.org/problems/too-many-requests",
      instance: "/v1/notes/a",
    });
    expect(over.headers["retry-after"]).toMatch(/^\d+$/);
    expect(over.headers.ratelimit).toContain(`r=0;t=${over.headers["retry-after"]}`);
  });

  test("refusals and addresses with nothing at them are counted too, and tell the same", async () => {
    const app = strict();
    const nowhere = await request(app).get("/v1/nowhere");
    expect([nowhere.status, nowhere.headers.ratelimit]).toEqual([404, expect.stringContaining("r=1;")]);
    const refused = await request(app).get("/v1/notes?limti=1");
    expect([refused.status, refused.headers.ratelimit]).toEqual([400, expect.stringContaining("r=0;")]);
    expect((await request(app).put("/v1/notes/a")).status).toBe(429);
    expect((await request(app).get("/v1/nowhere")).status).toBe(429);
  });

  test("a page of another origin may read what is left", async () => {
    const { headers } = await request(strict()).get("/v1/notes").set("Origin", "https://elsewhere.example");
    expect(headers["access-control-expose-headers"]).toMatch(/\bRateLimit, RateLimit-Policy\b/);
  });

  test("routes that look after the service, and preflights, are not counted", async () => {
    const app = strict();
    for (let asked = 0; asked < 5; asked += 1) {
      const health = await request(app).get("/health");
      expect([health.status, health.headers.ratelimit]).toEqual([200, undefined]);
      expect((await request(app).options("/v1/notes")).status).toBe(204);
    }
    expect((await request(app).get("/v1/notes")).headers.ratelimit).toContain("r=1;");
  });

  test("the address is the one that a trusted proxy names, and without such a proxy nobody's word for it", async () => {
    const from = (app: Sample["app"], ip: string) => request(app).get("/v1/notes").set("X-Forwarded-For", ip);
    const behind = strict();
    behind.set("trust proxy", 1);
    for (const ip of ["203.0.113.1", "203.0.113.2", "203.0.113.3"])
      expect((await from(behind, `198.51.100.1, ${ip}`)).headers.ratelimit).toContain("r=1;");
    const open = strict();
    await from(open, "203.0.113.1");
    await from(open, "203.0.113.2");
    expect((await from(open, "203.0.113.3")).status).toBe(429);
  });
});

describe("with a key", () => {
  const keyed = (app: Sample["app"], key: string, path = "/v1/notes/a") =>
    request(app).get(path).set("Authorization", `Bearer ${key}`);

  test("the key is counted, not the address", async () => {
    const app = strict();
    for (let asked = 0; asked < 3; asked += 1) {
      const answer = await keyed(app, "a");
      expect([answer.status, answer.headers["ratelimit-policy"]]).toEqual([200, '"key";q=3;w=60']);
    }
    const over = await keyed(app, "a");
    expect(over.status).toBe(429);
    expect(over.body.detail).toContain("With one key 3 requests a minute are taken.");
    expect((await keyed(app, "e")).status).toBe(200);
    expect((await request(app).get("/v1/notes/a")).headers.ratelimit).toContain("r=1;");
  });

  test("a live key is heard where the address has used up its own", async () => {
    const app = strict();
    for (let asked = 0; asked < 3; asked += 1) await request(app).get("/v1/notes/a");
    expect((await keyed(app, "a")).status).toBe(200);
  });

  test.each(["/v1/notes/a", "/health", "/v1/nowhere"])(
    "dead keys at %s count for the address, and end its guessing",
    async (path) => {
      const app = strict();
      const dead = await keyed(app, "x", path);
      expect([dead.status, dead.headers.ratelimit]).toEqual([401, expect.stringContaining("r=1;")]);
      expect((await keyed(app, "y", path)).status).toBe(401);
      expect((await keyed(app, "z", path)).status).toBe(429);
      // Else a guesser could tell the right key by its not being refused.
      expect((await keyed(app, "a", path)).status).toBe(429);
      expect((await request(app).get("/v1/notes/a")).status).toBe(429);
    },
  );

  test("a key that cannot be looked up is no guess", async () => {
    const { app } = sampleApp(sampleRoutes(), {
      rateLimits: rateLimits({ publicPerMinute: 1, keyPerMinute: 1 }),
      identify: async () => {
        throw new Error("database away");
      },
    });
    expect((await keyed(app, "a")).status).toBe(503);
    expect((await keyed(app, "a")).status).toBe(503);
    expect((await request(app).get("/v1/notes/a")).status).toBe(200);
  });
});
