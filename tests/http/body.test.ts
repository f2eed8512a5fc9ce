import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { postBytes } from "./raw.ts";
import { answering, sampleApp } from "./sample.ts";

const { app } = sampleApp();
const post = () => request(app).post("/v1/notes").set("Authorization", "Bearer a");
const sendJson = (body: string) => post().set("Content-Type", "application/json").send(body);

const headers = { Authorization: "Bearer a", "Content-Type": "application/json" };
const postChunks = (...chunks: Buffer[]) => postBytes(app, "/v1/notes", headers, chunks);

describe("a body", () => {
  test("arrives parsed, with its media type", async () => {
    const { status, body } = await sendJson('\ufeff{"text":"é"}');
    expect(status).toBe(201);
    expect(body).toMatchObject({ body: { text: "é" }, mediaType: "application/json", by: "desk-a" });
  });

  test("that is malformed is a 400 with line and column", async () => {
    const { status, body } = await sendJson('{\n"text": }');
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ pointer: "", code: "malformed_json" });
    expect(body.errors[0].message).toContain("line 2, column 9");
  });

  test("that names a member twice is a 400", async () => {
    const { status, body } = await sendJson('{"text":"a","text":"b"}');
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: "/text", code: "duplicate_member", message: "`text` is named twice here." },
    ]);
  });

  test("that nests too deep is a 422", async () => {
    const { status, body } = await sendJson('{"text":[[[[[]]]]]}');
    expect(status).toBe(422);
    expect(body.errors[0].code).toBe("too_deep");
  });

  test("that is longer than allowed is a 413 before it is read", async () => {
    const { status, body } = await sendJson(JSON.stringify({ text: "x".repeat(2000) }));
    expect(status).toBe(413);
    expect(body.detail).toContain("1000 bytes");
  });

  test("of unknown length is a 413 as soon as it is too long", async () => {
    const spaces = Buffer.alloc(800, 0x20);
    const { status, body } = await postChunks(spaces, spaces, Buffer.from("{}"));
    expect(status).toBe(413);
    expect(body).toMatchObject({ status: 413 });
  });

  test("in chunks is put together, characters split between them included", async () => {
    const bytes = Buffer.from('{"text":"é"}');
    const { status, body } = await postChunks(bytes.subarray(0, 10), bytes.subarray(10));
    expect(status).toBe(201);
    expect(body).toMatchObject({ body: { text: "é" } });
  });

  test("that is not UTF-8 is a 400", async () => {
    const { status, body } = await postChunks(Buffer.from([0x22, 0xff, 0x22]));
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ pointer: "", code: "invalid_encoding" }] });
  });

  test.each(["identity", ",identity", ""])("with Content-Encoding %j is read", async (value) => {
    const { status } = await post().set("Content-Encoding", value).send({ text: "x" });
    expect(status).toBe(201);
  });

  test.each([
    ["Content-Type", "text/plain", "`text/plain` is not taken here. Taken: application/json."],
    ["Content-Type", "application/json; charset=latin1", "The character set `latin1` is not taken"],
    ["Content-Encoding", "gzip", "The content encoding `gzip` is not taken"],
    ["Content-Encoding", "identity,, gzip", "The content encoding `gzip` is not taken"],
  ])("with %s %s is a 415 that says what is taken", async (name, value, detail) => {
    const { status, headers, body } = await post()
      .set("Content-Type", "application/json")
      .set(name, value)
      .send('{"text":"x"}');
    expect(status).toBe(415);
    expect(headers["accept-post"]).toBe("application/json");
    expect(body.detail).toContain(detail);
  });

  test("for PATCH in another media type is a 415 with Accept-Patch", async () => {
    const { status, headers } = await request(app)
      .patch("/v1/notes/a")
      .set("Authorization", "Bearer e")
      .set("Content-Type", "text/plain")
      .send("x");
    expect(status).toBe(415);
    expect(headers["accept-patch"]).toBe("application/merge-patch+json, application/json");
  });

  test("that is missing is a 400", async () => {
    const { status, body } = await post();
    expect(status).toBe(400);
    expect(body.errors[0].code).toBe("body_required");
  });

  test("where none is taken is a 400", async () => {
    const { status, body } = await request(app).get("/v1/notes").send({ a: 1 });
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ header: "Content-Length", code: "unexpected_body" });
  });

  test("of another type than JSON arrives as text", async () => {
    const { body } = await request(app)
      .post("/v1/text")
      .set("Content-Type", "text/csv; charset=utf-8")
      .send("a,b\n1,é\n");
    expect(body).toEqual({ body: "a,b\n1,é\n" });
  });

  test("is handed over unread, beyond the limit, to a route that streams it", async () => {
    const route = answering(
      "/import",
      async ({ body }) => {
        const length = body instanceof Readable ? (await text(body)).length : -1;
        return { status: 200, body: JSON.stringify({ length }) };
      },
      { method: "POST", streamsBody: true, body: { "text/csv": { schema: { type: "string" } } } },
    );
    const own = sampleApp([route]).app;
    const { body } = await request(own)
      .post("/import")
      .set("Content-Type", "text/csv")
      .send("x".repeat(5000));
    expect(body).toEqual({ length: 5000 });
  });
});

describe("a body that does not say what it is", () => {
  test("is a 415 that names what is taken", async () => {
    const { status, body } = await postBytes(app, "/v1/notes", { Authorization: "Bearer a" }, [
      Buffer.from("{}"),
    ]);
    expect(status).toBe(415);
    expect(body).toMatchObject({ detail: expect.stringContaining("no Content-Type") });
  });
});
