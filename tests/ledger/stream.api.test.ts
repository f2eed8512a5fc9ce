import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import type { Server } from "../../src/http/server.ts";
import { bodies, changed, created, makeWorld, violationBody } from "../support/builders.ts";
import { feed, follow, short } from "../support/changes.ts";
import { chainedAll, writeMany } from "../support/ledger.ts";
import { listening } from "../support/listening.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let server: Server;
let port = 0;

beforeAll(async () => {
  service = await testService({ streamLifetime_ms: 60_000 });
  await makeWorld(service);
  ({ server, port } = await listening(service));
});

afterAll(async () => {
  await server.close(0);
  await service.close();
});

describe("the stream of changes", () => {
  test("tells what comes, and goes on after the last id seen without a gap or a repetition", async () => {
    await chainedAll(service);
    const first = follow(service, port, "editor");
    await waitUntil(async () => first.status() === 200, 5_000);
    await created(service, "actor", { ...bodies.actor("live"), id: "live-1" });
    expect(await waitUntil(async () => first.told.length === 1, 5_000)).toBe(true);
    first.stop();
    await created(service, "actor", { ...bodies.actor("live"), id: "live-2" });
    await created(service, "violation", violationBody({ id: "live-3", visibility: "RESTRICTED" }));
    await chainedAll(service);
    const second = follow(service, port, "editor", "?type=actor,violation", first.told[0]?.cursor);
    await waitUntil(async () => second.status() === 200, 5_000);
    await created(service, "actor", { ...bodies.actor("live"), id: "live-4" });
    await created(service, "conflict", { ...bodies.conflict("live"), id: "live-5" });
    await created(service, "actor", { ...bodies.actor("live"), id: "live-6" });
    expect(await waitUntil(async () => second.told.length === 4, 5_000)).toBe(true);
    second.stop();
    expect(second.told.map(({ id }) => id)).toEqual(["live-2", "live-3", "live-4", "live-6"]);
  });

  test("tells those who follow without a key of hiding as it happens, and then no more", async () => {
    await created(service, "violation", violationBody({ id: "hidden-live" }));
    await chainedAll(service);
    const [open, keyed] = [follow(service, port, "public"), follow(service, port, "analyst")];
    await waitUntil(async () => open.status() === 200 && keyed.status() === 200, 5_000);
    await changed(service, "violation", "hidden-live", { visibility: "RESTRICTED" });
    await changed(service, "violation", "hidden-live", { description: "x" });
    await created(service, "actor", { ...bodies.actor("after"), id: "after-hiding" });
    expect(await waitUntil(async () => open.told.length === 2 && keyed.told.length === 3, 5_000)).toBe(true);
    for (const { stop } of [open, keyed]) stop();
    expect(open.told.map(short)).toEqual(["delete hidden-live 2", "create after-hiding 1"]);
    expect(keyed.told.map(short)).toEqual([
      "update hidden-live 2",
      "update hidden-live 3",
      "create after-hiding 1",
    ]);
  });

  test("serves 500 listeners at once, who all hear the same in the same order while many write", async () => {
    await chainedAll(service);
    const start = (await feed(service, "public")).at(-1)?.cursor;
    const listeners = Array.from({ length: 500 }, () => follow(service, port, "public", "", start));
    expect(await waitUntil(async () => listeners.every((one) => one.status() === 200), 30_000)).toBe(true);
    await Promise.all(
      Array.from({ length: 8 }, async (_none, writer) => {
        for (let made = 0; made < 10; made += 1)
          await created(service, "source", {
            ...bodies.source(`many ${writer}`),
            id: `many-${writer}-${made}`,
          });
      }),
    );
    const all = (await feed(service, "public", "", start)).map(({ cursor }) => cursor);
    expect(all).toHaveLength(80);
    expect(await waitUntil(async () => listeners.every((one) => one.told.length >= 80), 30_000)).toBe(true);
    for (const { told, stop } of listeners) {
      stop();
      expect(told.map(({ cursor }) => cursor)).toEqual(all);
    }
  });

  test("ends after its time, so that its client comes back with a key that still lives", async () => {
    const brief = await testService({ streamLifetime_ms: 100 });
    const answer = await brief.as("public").get("/v1/changes/stream").buffer(true);
    expect(answer.text).toMatch(/^retry: \d+\n\n/);
    await brief.close();
  });

  test("drops a client that stops reading, which goes on after the last id it saw and misses nothing", async () => {
    await chainedAll(service);
    const start = (await feed(service, "editor")).at(-1)?.cursor;
    const slow = follow(service, port, "editor", "", start);
    expect(await waitUntil(() => slow.status() === 200, 10_000)).toBe(true);
    slow.pause();
    // More than all the buffers on the way hold: those of the two sockets are a few megabytes each.
    const ids = await writeMany(service, "burst", 40_000);
    await chainedAll(service, 60_000);
    slow.resume();
    expect(await waitUntil(() => slow.ended(), 30_000)).toBe(true);
    const heard = [...slow.told];
    expect(heard.length).toBeLessThan(ids.length);
    // So many at once may be too much for it again.
    for (let times = 0; times < 20 && heard.length < ids.length; times += 1) {
      const resumed = follow(service, port, "editor", "", heard.at(-1)?.cursor ?? start);
      const whole = () => heard.length + resumed.told.length >= ids.length;
      await waitUntil(() => whole() || resumed.ended(), 60_000);
      resumed.stop();
      heard.push(...resumed.told);
    }
    expect(heard.map(({ id }) => id)).toEqual(ids);
  }, 200_000);
});
