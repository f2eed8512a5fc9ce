import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { answering, sampleApp } from "./sample.ts";

const { app } = sampleApp();
const post = (query = "") => request(app).post(`/v1/notes${query}`).set("Authorization", "Bearer a");

describe("query", () => {
  test("is parsed, defaults included, and names what was given in order", async () => {
    const { body } = await request(app).get("/v1/notes?kind=CLAIM&limit=7");
    expect(body).toEqual({
      kind: "CLAIM",
      limit: 7,
      given: ["kind", "limit"],
      url: "/v1/notes?kind=CLAIM&limit=7",
    });
    expect((await request(app).get("/v1/notes")).body).toEqual({ limit: 50, given: [], url: "/v1/notes" });
  });

  test("with an unknown parameter is refused, naming the nearest known one", async () => {
    const { status, body } = await request(app).get("/v1/notes?limti=5");
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      {
        parameter: "limti",
        code: "unknown_parameter",
        message: "There is no query parameter `limti` here. Did you mean `limit`?",
      },
    ]);
  });

  test("with a parameter twice is refused, once for each name", async () => {
    const { status, body } = await request(app).get("/v1/notes?limit=5&limit=6&limit=7");
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ parameter: "limit", code: "repeated_parameter" });
  });

  test.each([
    ["limit=x", "limit", "invalid_format", "`x`: a whole number is wanted."],
    ["limit=501", "limit", "too_large", "at most 500"],
    ["kind=DENAIL", "kind", "invalid_code", "Did you mean `DENIAL`?"],
    ["kind=%00", "kind", "invalid_text", "NUL"],
    ["__proto__=1", "__proto__", "unknown_parameter", "Known: limit, kind."],
  ])("%s is refused with its place and reason", async (query, parameter, code, words) => {
    const { status, body } = await request(app).get(`/v1/notes?${query}`);
    expect(status).toBe(400);
    const fault = body.errors.find((error: { readonly code: string }) => error.code === code);
    expect(fault).toMatchObject({ parameter });
    expect(fault.message).toContain(words);
  });

  test("is refused on a route that takes none", async () => {
    const { status, body } = await request(app).get("/v1/notes/a?x=1");
    expect(status).toBe(400);
    expect(body.detail).toBe("x: There is no query parameter `x` here. None is taken here.");
  });
});

describe("all faults", () => {
  test("of query and body are told at once, as a 400", async () => {
    const { status, body } = await post("?limti=5&kind=X").send({ text: 1, extra: "\u0000", kind: "CLAIM" });
    expect(status).toBe(400);
    expect(
      body.errors.map(({ parameter, pointer, code }: Record<string, string>) => [parameter ?? pointer, code]),
    ).toEqual([
      ["limti", "unknown_parameter"],
      ["kind", "invalid_code"],
      ["/extra", "invalid_text"],
      ["/text", "wrong_type"],
      ["/extra", "unknown_member"],
    ]);
    expect(body.detail).toContain("5 faults");
  });

  test("of the body alone are a 422", async () => {
    const { status, body } = await post().send({ txet: "x" });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual([
      ["/text", "required"],
      ["/txet", "unknown_member"],
    ]);
  });

  test("found twice are told once", async () => {
    const { status, body } = await post()
      .set("Content-Type", "application/json")
      .send('{"text":"x","__proto__":{}}');
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ pointer: "/__proto__", code: "unknown_member" });
  });
});

describe("an Idempotency-Key", () => {
  const repeatable = answering(
    "/v1/repeatable",
    async ({ repeatable: found }) => ({
      status: 200,
      body: JSON.stringify({ ...found, request_sha256: found?.request_sha256.toString("hex") }),
    }),
    { method: "POST", headers: ["Idempotency-Key"], body: { "application/json": { schema: {} } } },
  );
  const { app: keyed } = sampleApp([repeatable]);
  const send = (body: string, headers: { readonly [name: string]: string }) =>
    request(keyed)
      .post("/v1/repeatable")
      .set({ Authorization: "Bearer a", "Content-Type": "application/json", ...headers })
      .send(body);

  test("is refused by a route that writes and does not declare it", async () => {
    const answer = await request(app)
      .delete("/v1/notes/a")
      .set({ Authorization: "Bearer m", "Idempotency-Key": "k" });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      {
        header: "Idempotency-Key",
        code: "unsupported_header",
        message: "This call does not support Idempotency-Key. Leave the header out.",
      },
    ]);
  });

  test("is taken by a route that reads", async () => {
    const answer = await request(app).get("/v1/notes").set("Idempotency-Key", "k");
    expect(answer.status).toBe(200);
  });

  test("is refused together with the other faults of the request", async () => {
    const answer = await post("?limti=5").set("Idempotency-Key", "two words").send({ text: 5 });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ code }: { code: string }) => code)).toEqual([
      "unknown_parameter",
      "invalid_header",
      "wrong_type",
    ]);
  });

  test("identifies a request by its caller, path and body; quotes and blanks do not count", async () => {
    const { body: first } = await send('{"a":1}', { "Idempotency-Key": "k" });
    expect(first).toEqual({ principal: "key-a", key: "k", request_sha256: expect.any(String) });
    expect((await send('{ "a": 1 }', { "Idempotency-Key": '"k"' })).body).toEqual(first);
    expect((await send('{"a":2}', { "Idempotency-Key": "k" })).body.request_sha256).not.toBe(
      first.request_sha256,
    );
    expect((await send('{"a":1}', {})).body).toEqual({});
  });
});
