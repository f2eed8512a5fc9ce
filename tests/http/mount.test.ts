import http from "node:http";
import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { problem } from "../../src/http/problem.ts";
import { postBytes } from "./raw.ts";
import { answering, sampleApp, sampleRoutes } from "./sample.ts";

const { app } = sampleApp();
const analyst = "Bearer a";
const editor = "Bearer e";

describe("methods", () => {
  test("answers HEAD as GET, with its length and without its body", async () => {
    const get = await request(app).get("/v1/notes/a");
    const head = await request(app).head("/v1/notes/a");
    expect(head.status).toBe(200);
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
    expect(head.headers.etag).toBe('"1"');
    expect(head.text ?? "").toBe("");
  });

  test("answers OPTIONS with what the address takes", async () => {
    const { status, headers, text } = await request(app).options("/v1/notes/a");
    expect([status, text]).toEqual([204, ""]);
    expect(headers.allow).toBe("GET, HEAD, PATCH, DELETE, OPTIONS");
    expect(headers["accept-patch"]).toBe("application/merge-patch+json, application/json");
  });

  test.each(["put", "post", "trace"] as const)(
    "refuses %s where it is not taken and says what is",
    async (method) => {
      const { status, headers, body } = await request(app)[method]("/v1/notes/a");
      expect(status).toBe(405);
      expect(headers.allow).toBe("GET, HEAD, PATCH, DELETE, OPTIONS");
      expect(body.type).toBe("https://example.org/problems/method-not-allowed");
    },
  );

  test("sends no body and no length with a 204", async () => {
    const { status, headers } = await request(app).delete("/v1/notes/a").set("Authorization", "Bearer m");
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty("content-length");
    expect(headers).not.toHaveProperty("content-type");
  });
});

describe("addresses", () => {
  test("answers an unknown one with a 404 problem", async () => {
    const { status, headers, body } = await request(app).get("/v1/nothing?x=1");
    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body).toMatchObject({ status: 404, instance: "/v1/nothing", errors: [] });
  });

  test("hints at a slash too many", async () => {
    const { status, body } = await request(app).get("/v1/notes/");
    expect(status).toBe(404);
    expect(body.detail).toContain("slash");
  });

  test("prefers the literal segment to the parameter", async () => {
    expect((await request(app).get("/v1/notes/tags")).body).toEqual({ tags: [] });
  });

  test("refuses broken percent-encoding in path and query", async () => {
    const inPath = await request(app).get("/v1/notes/%E0%A4%A");
    expect(inPath.status).toBe(400);
    expect(inPath.body.errors[0]).toMatchObject({ parameter: "id", code: "invalid_encoding" });
    const inQuery = await request(app).get("/v1/notes?kind=%ff");
    expect(inQuery.status).toBe(400);
    expect(inQuery.body.errors[0]).toMatchObject({ parameter: "kind", code: "invalid_encoding" });
  });

  test("tries the handlers for other addresses before the 404, and gives them the standing headers", async () => {
    const { app: withFiles } = sampleApp(sampleRoutes(), {
      elsewhere: [
        (req, res, next) => {
          if (req.path === "/file.txt") res.type("text").send("file");
          else if (req.path === "/fails") next(new Error("disk"));
          else next();
        },
      ],
    });
    const file = await request(withFiles).get("/file.txt");
    expect([file.status, file.text]).toEqual([200, "file"]);
    expect(file.headers["content-security-policy"]).toContain("default-src 'self'");
    expect((await request(withFiles).get("/other")).status).toBe(404);
    const failed = await request(withFiles).get("/fails");
    expect([failed.status, failed.body.title]).toEqual([500, "The service failed"]);
    expect(failed.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  test("refuses two routes for the same call, and two of the same name", () => {
    const one = answering("/a", async () => ({ status: 200 }));
    expect(() => sampleApp([one, { ...one, operation: "other" }])).toThrow("Two routes for GET /a");
    expect(() => sampleApp([one, { ...one, path: "/b" }])).toThrow("Two routes named");
  });
});

describe("keys and roles", () => {
  test("asks for a key where none came and one is needed", async () => {
    const { status, headers, body } = await request(app).patch("/v1/notes/a").send({});
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe("Bearer");
    expect(body.detail).toContain("editor, admin");
  });

  test("names the roles that would do to a key whose role is too low", async () => {
    const { status, body } = await request(app).patch("/v1/notes/a").set("Authorization", analyst).send({});
    expect(status).toBe(403);
    expect(body.detail).toBe(
      "This call needs a key with one of the roles editor, admin; this key's role is analyst.",
    );
  });

  test("takes a higher role than the one needed", async () => {
    const { status } = await request(app).patch("/v1/notes/a").set("Authorization", "Bearer m").send({});
    expect(status).toBe(200);
  });

  test.each(["/v1/notes", "/v1/nowhere"])(
    "refuses a dead key even where none is needed, at %s",
    async (path) => {
      const { status, headers, body } = await request(app).get(path).set("Authorization", "Bearer dead");
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toBe("Bearer");
      expect(body.detail).toBe("The key is not known.");
    },
  );
});

describe("a request target", () => {
  const ask = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const server = http.createServer(app).listen(0, "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        http
          .get({ port, host: "127.0.0.1", path }, (answer) => {
            answer.resume();
            server.close(() => resolve(answer.statusCode));
          })
          .on("error", reject);
      });
    });

  test.each([
    ["http://proxy.example/v1/notes", 200],
    ["/v1/notes?=%zz", 400],
    ["/v1/notes?", 200],
  ])("%s is answered with %i", async (path, status) => {
    expect(await ask(path)).toBe(status);
  });
});

describe("headers", () => {
  test("tells caches that the answer depends on key and format", async () => {
    const open = await request(app).get("/v1/notes/a");
    expect(open.headers.vary).toBe("Authorization, Accept");
    expect(open.headers["cache-control"]).toBe("no-cache");
    const keyed = await request(app).get("/v1/notes/a").set("Authorization", analyst);
    expect(keyed.headers["cache-control"]).toBe("private, no-store");
  });

  test("lets nothing in data run, and pages load from here alone", async () => {
    const data = await request(app).get("/v1/notes/a");
    expect(data.headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
    expect(data.headers["x-content-type-options"]).toBe("nosniff");
    expect(data.headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(data.headers).not.toHaveProperty("x-powered-by");
    const page = await request(app).get("/v1/page");
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
    expect(page.headers["content-length"]).toBe(String(Buffer.byteLength("<p>é</p>")));
  });

  test("promises no TLS where the service has none", async () => {
    const { app: plain } = sampleApp(sampleRoutes(), { baseUrl: "http://localhost:3000" });
    expect((await request(plain).get("/v1/notes/a")).headers).not.toHaveProperty("strict-transport-security");
  });

  test("lets a reply replace a standing header without sending it twice", async () => {
    const route = answering("/own", async () => ({
      status: 200,
      headers: { "Cache-Control": "max-age=9" },
      body: "{}",
    }));
    const { headers } = await request(sampleApp([route]).app).get("/own");
    expect(headers["cache-control"]).toBe("max-age=9");
  });

  test("refuses a format that is not offered, and takes any that is", async () => {
    const { status, body } = await request(app).get("/v1/notes").set("Accept", "image/png");
    expect(status).toBe(406);
    expect(body.detail).toContain("application/json");
    expect(
      (await request(app).get("/v1/notes").set("Accept", "text/html, application/json;q=0.5")).status,
    ).toBe(200);
  });

  test("leaves Accept to a route that reads it, and hides headers that a route does not declare", async () => {
    const reads = answering(
      "/reads",
      async ({ header }) => ({ status: 200, body: JSON.stringify(header("Accept")) }),
      {
        headers: ["Accept"],
      },
    );
    const forgets = answering("/forgets", async ({ header }) => ({
      status: 200,
      body: header("If-Match") ?? "",
    }));
    const { app: own } = sampleApp([reads, forgets]);
    expect((await request(own).get("/reads").set("Accept", "image/png")).body).toBe("image/png");
    expect((await request(own).get("/forgets")).status).toBe(500);
  });

  const postWithReason = (reason: string) => {
    const headers = { Authorization: analyst, "Content-Type": "application/json", "Change-Reason": reason };
    return postBytes(app, "/v1/notes", headers, [Buffer.from('{"text":"x"}')]);
  };

  test("reads a header sent as UTF-8", async () => {
    const { body } = await postWithReason(Buffer.from("Größe բարև").toString("latin1"));
    expect(body).toMatchObject({ reason: "Größe բարև" });
  });

  test("refuses a header that is not UTF-8", async () => {
    const { status, body } = await postWithReason("Gr\xf6\xdfe");
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ header: "Change-Reason", code: "invalid_encoding" }] });
  });
});

describe("errors", () => {
  test("turns an unknown error into a 500 that says nothing of it, and logs it", async () => {
    const { app: own, logged } = sampleApp();
    const { status, text, body } = await request(own).get("/v1/broken");
    expect(status).toBe(500);
    expect(body.type).toBe("https://example.org/problems/internal-error");
    expect(text).not.toMatch(/secret|at .*\.ts/);
    expect(JSON.stringify(logged[0])).toContain("secret inside text");
    expect(logged[0]).toMatchObject({ level: 50, problem: "internal-error", operation: "sample__v1_broken" });
  });

  test("answers 503 with Retry-After for what the app calls an outage", async () => {
    const { status, headers } = await request(app).get("/v1/away");
    expect(status).toBe(503);
    expect(headers["retry-after"]).toBe("5");
  });

  test("sends a problem's own headers", async () => {
    const { status, headers, text } = await request(app).get("/v1/refused");
    expect([status, headers.etag]).toEqual([410, '"4"']);
    expect(text).not.toContain("inside words");
  });

  test.each([
    ["400", () => request(app).get("/v1/notes?kind=%ff")],
    ["401", () => request(app).patch("/v1/notes/a").send({})],
    ["403", () => request(app).patch("/v1/notes/a").set("Authorization", analyst).send({})],
    ["404", () => request(app).get("/v1/nothing")],
    ["405", () => request(app).put("/v1/notes/a")],
    ["406", () => request(app).get("/v1/notes").set("Accept", "image/png")],
    ["410", () => request(app).get("/v1/refused")],
    ["500", () => request(app).get("/v1/broken")],
    ["503", () => request(app).get("/v1/away")],
  ])("gives the time of a %s in Data-As-Of", async (status, ask) => {
    const before = new Date().toISOString();
    const answer = await ask();
    const as_of = String(answer.headers["data-as-of"]);
    expect(String(answer.status)).toBe(status);
    expect(as_of).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(as_of >= before.slice(0, -1) && as_of <= `${new Date().toISOString().slice(0, -1)}999Z`).toBe(
      true,
    );
  });

  test("keeps the Data-As-Of that a problem brings", async () => {
    const as_of = "2020-10-26T04:00:00.123456Z";
    const gone = answering("/gone", async () => {
      throw problem("gone", "It is gone.", { headers: { "Data-As-Of": as_of } });
    });
    const { headers } = await request(sampleApp([gone]).app).get("/gone");
    expect(headers["data-as-of"]).toBe(as_of);
  });

  test("answers a refusal of middleware before the routes as a problem", async () => {
    const limited = sampleApp(sampleRoutes(), {}, [
      (_req, _res, next) => next(problem("too-many-requests", "Too many.")),
    ]);
    const { status, headers, body } = await request(limited.app).get("/v1/notes");
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe("5");
    expect(body.detail).toBe("Too many.");
  });

  test("writes the answer to a write by an editor whole", async () => {
    const { body } = await request(app)
      .patch("/v1/notes/a")
      .set("Authorization", editor)
      .set("Content-Type", "application/merge-patch+json; charset=UTF-8")
      .send('{"text":null}');
    expect(body).toEqual({ text: null });
  });
});
