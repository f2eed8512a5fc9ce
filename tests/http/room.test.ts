import { EventEmitter, once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import request from "supertest";
import { problem } from "../../src/http/problem.ts";
import { room } from "../../src/http/room.ts";
import type { Reply } from "../../src/http/route.ts";
import { answering, sampleApp } from "./sample.ts";

const one = { export: 1, heavy: 1, listener: 1 };
const never = new AbortController().signal;
const done: Reply = { status: 200, body: "{}" };

/** Work that goes on until it is told to end. */
function held(): { readonly work: () => Promise<Reply>; readonly end: (reply?: Reply) => void } {
  let end: (reply?: Reply) => void = () => undefined;
  const ended = new Promise<Reply>((resolve) => {
    end = (reply = done) => resolve(reply);
  });
  return { work: () => ended, end };
}

/** Whether a place is free: whatever comes is let in, or turned away, without a wait. */
async function isFree(places: ReturnType<typeof room>): Promise<boolean> {
  return await places
    .use("export", never, async () => done)
    .then(
      () => true,
      () => false,
    );
}

describe("a place", () => {
  test("is kept while the work runs, and whoever waits too long is told to come again", async () => {
    const places = room(one, 10);
    const first = held();
    const running = places.use("export", never, first.work);
    await expect(places.use("export", never, async () => done)).rejects.toMatchObject({
      slug: "too-busy",
      status: 503,
      headers: { "Retry-After": "5" },
      detail: expect.stringContaining("All places for whole lists and histories are taken (1)."),
    });
    first.end();
    expect(await running).toBe(done);
    expect(await isFree(places)).toBe(true);
  });

  test("goes to whoever waits first", async () => {
    const places = room(one, 60_000);
    const order: string[] = [];
    const first = held();
    const all = ["first", "second", "third"].map((name) =>
      places.use("export", never, async () => {
        order.push(name);
        return name === "first" ? await first.work() : done;
      }),
    );
    first.end();
    await Promise.all(all);
    expect(order).toEqual(["first", "second", "third"]);
  });

  test("of one kind is not taken by another", async () => {
    const places = room(one, 10);
    const first = held();
    const running = places.use("heavy", never, first.work);
    expect(await isFree(places)).toBe(true);
    first.end();
    await running;
  });

  test.each([
    ["is read to its end", (body: PassThrough) => body.resume().end()],
    ["is destroyed", (body: PassThrough) => body.destroy()],
    ["breaks", (body: PassThrough) => body.on("error", () => undefined).destroy(new Error("lost"))],
  ])("is kept while a stream lasts, and free when it %s", async (_how, end) => {
    const places = room(one, 10);
    const body = new PassThrough();
    body.write("begun");
    await places.use("export", never, async () => ({ status: 200, body }));
    expect(await isFree(places)).toBe(false);
    const patient = room(one, 60_000);
    const another = new PassThrough();
    await patient.use("export", never, async () => ({ status: 200, body: another }));
    const next = patient.use("export", never, async () => done);
    end(another);
    expect(await next).toBe(done);
  });

  test("is free again where a stream had ended before it was handed over", async () => {
    const places = room(one, 1_000);
    const body = Readable.from([]);
    body.destroy();
    await places.use("export", never, async () => ({ status: 200, body }));
    expect(await isFree(places)).toBe(true);
  });

  test("is free again where the work fails", async () => {
    const places = room(one, 10);
    const failing = places.use("export", never, async () => {
      throw problem("gone", "It was deleted.");
    });
    await expect(failing).rejects.toThrow("It was deleted.");
    expect(await isFree(places)).toBe(true);
  });

  test("is not used for a client that left while it waited, or when the service stops", async () => {
    const places = room(one, 60_000);
    const first = held();
    const running = places.use("export", never, first.work);
    const gone = new AbortController();
    let worked = false;
    const waiting = places.use("export", gone.signal, async () => {
      worked = true;
      return done;
    });
    gone.abort();
    first.end();
    await running;
    await expect(waiting).rejects.toMatchObject({ slug: "service-unavailable" });
    expect(worked).toBe(false);
    expect(await isFree(places)).toBe(true);
  });
});

describe("a route that costs", () => {
  test("is turned away with a 503 while all places are taken, and the others are answered", async () => {
    const first = held();
    const start = new EventEmitter();
    const begun = once(start, "begun");
    const { app } = sampleApp(
      [
        answering(
          "/whole",
          async () => {
            start.emit("begun");
            return await first.work();
          },
          { cost: "export" },
        ),
        answering("/perhaps", async () => done, { cost: () => undefined }),
        answering("/plain", async () => done),
      ],
      { room: room(one, 10) },
    );
    const taken = request(app)
      .get("/whole")
      .then(({ status }) => status);
    await begun;
    const turnedAway = await request(app).get("/whole");
    expect([turnedAway.status, turnedAway.headers["retry-after"]]).toEqual([503, "5"]);
    expect(turnedAway.body.type).toBe("https://example.org/problems/too-busy");
    expect((await request(app).get("/perhaps")).status).toBe(200);
    expect((await request(app).get("/plain")).status).toBe(200);
    first.end();
    expect(await taken).toBe(200);
    expect((await request(app).get("/whole")).status).toBe(200);
  });
});
