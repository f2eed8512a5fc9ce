import http from "node:http";
import { expect, test } from "@jest/globals";
import { postBytes, withPort } from "./raw.ts";
import { sampleApp } from "./sample.ts";

const headers = { Authorization: "Bearer a", "Content-Type": "application/json" };

test("a fifth body of unknown length waits, is turned away in the end, and short bodies are read meanwhile", async () => {
  const { app } = sampleApp();
  await withPort(app, async (port) => {
    const slow = Array.from({ length: 4 }, () => {
      const request = http.request({ port, method: "POST", path: "/v1/notes", headers, agent: false });
      request.on("error", () => undefined);
      request.write('{"text":');
      return request;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const chunks = [Buffer.from('{"text":'), Buffer.from('"x"}')];
    const fifth = postBytes(app, "/v1/notes", headers, chunks);
    const short = await postBytes(app, "/v1/notes", headers, [Buffer.from('{"text":"x"}')]);
    expect(short.status).toBe(201);
    expect(await fifth).toMatchObject({
      status: 503,
      body: { type: "https://example.org/problems/too-busy" },
    });
    for (const request of slow) request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await postBytes(app, "/v1/notes", headers, chunks)).status).toBe(201);
  });
});

test("bodies that come at once, long and short, keep their own bytes", async () => {
  const { app } = sampleApp(undefined, { limits: { maxBody_bytes: 200_000, maxDepth: 5 } });
  const texts = Array.from({ length: 12 }, (_none, place) => `${place}`.repeat(place % 2 === 0 ? 3 : 90_000));
  const answers = await Promise.all(
    texts.map((text) =>
      postBytes(app, "/v1/text", { ...headers, "Content-Type": "text/csv" }, [Buffer.from(text)]),
    ),
  );
  expect(answers.map(({ body }) => body)).toEqual(texts.map((text) => ({ body: text })));
});
