import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import { changeStream, type StreamOptions } from "../../src/ledger/change-stream.ts";
import { readEnd } from "../../src/ledger/changes.ts";
import { createHub, type Hub } from "../../src/ledger/hub.ts";
import { bodies, created, makeWorld, violationBody, world } from "../support/builders.ts";
import { writeMany } from "../support/ledger.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let hub: Hub;
const growth = new Set<() => void>();

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  hub = createHub(
    service.pool,
    (listener) => {
      growth.add(listener);
      return () => growth.delete(listener);
    },
    (error) => {
      throw error;
    },
  );
});

afterAll(async () => {
  hub.close();
  await service.close();
});

async function grown(): Promise<void> {
  const even = async () =>
    (
      await service.pool.query(
        "SELECT (SELECT count(*) FROM revisions) = (SELECT count(*) FROM ledger) AS even",
      )
    ).rows[0].even;
  expect(await waitUntil(even, 5_000)).toBe(true);
  for (const listener of growth) listener();
}

function options(more: Partial<StreamOptions>): StreamOptions {
  return {
    feed: "public",
    wanted: { types: undefined, conflicts: undefined },
    after: undefined,
    cursorOf: String,
    signal: new AbortController().signal,
    lifetime_ms: 10_000,
    heartbeat_ms: 10_000,
    ...more,
  };
}

const idsIn = (told: string) => [...told.matchAll(/"id":"([^"]*)"/g)].map(([, id]) => id);

describe("a stream of changes", () => {
  test("says now and then that it is still here", async () => {
    const told = await text(changeStream(service.pool, hub, options({ heartbeat_ms: 20, lifetime_ms: 600 })));
    expect(told.match(/: still here\n\n/g)?.length).toBeGreaterThan(2);
  });

  test("never begins for a client that is gone, and ends when the service stops", async () => {
    expect(await text(changeStream(service.pool, hub, options({ signal: AbortSignal.abort() })))).toBe("");
    const stopping = new AbortController();
    const stream = changeStream(service.pool, hub, options({ signal: stopping.signal }));
    setTimeout(() => stopping.abort(), 50);
    expect(await text(stream)).toBe("retry: 2000\n\n");
  });

  test("tells only what is wanted, of the past and of what comes, each once", async () => {
    const wanted = { types: ["violation"], conflicts: [world.conflict] };
    await created(service, "violation", violationBody({ id: "past", ceasefire: world.truce }));
    await created(service, "violation", violationBody({ id: "unlinked" }));
    await grown();
    const told = text(changeStream(service.pool, hub, options({ wanted, after: 0, lifetime_ms: 2_500 })));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await created(service, "violation", violationBody({ id: "to-come", ceasefire: world.truce }));
    await created(service, "actor", { ...bodies.actor("unwanted"), id: "unwanted" });
    await created(service, "violation", violationBody({ id: "unlinked-too" }));
    await grown();
    expect(idsIn(await told)).toEqual(["past", "to-come"]);
  });

  test("tells a burst of changes to a listener that reads, and keeps it", async () => {
    const { position } = await readEnd(service.pool, "all");
    const leaving = new AbortController();
    const stream = changeStream(
      service.pool,
      hub,
      options({ feed: "all", after: position, signal: leaving.signal, lifetime_ms: 60_000 }),
    );
    const reader = stream.setEncoding("utf8")[Symbol.asyncIterator]();
    let told = String((await reader.next()).value);
    const ids = await writeMany(service, "burst", 2_000);
    await grown();
    while (idsIn(told).length < ids.length) {
      const { done, value } = await reader.next();
      if (done === true) break;
      told += value;
    }
    expect(idsIn(told)).toEqual(ids);
    leaving.abort();
  });

  test("drops a listener that does not read, who misses nothing on coming back", async () => {
    const { position } = await readEnd(service.pool, "public");
    const stream = changeStream(
      service.pool,
      hub,
      options({ after: position, lifetime_ms: 60_000, cursorOf: (at) => `${at}${"x".repeat(4_000)}` }),
    );
    let told = "";
    stream.setEncoding("utf8");
    const reader = stream[Symbol.asyncIterator]();
    told += (await reader.next()).value;
    for (let made = 0; made < 120; made += 1)
      await created(service, "source", { ...bodies.source("slow"), id: `slow-${made}` });
    await grown();
    for (;;) {
      const { done, value } = await reader.next();
      if (done === true) break;
      told += value;
    }
    const heard = idsIn(told);
    const last = /^id: (\d+)/m.exec(told.slice(told.lastIndexOf("id: ")))?.[1];
    const rest = await text(
      changeStream(service.pool, hub, options({ after: Number(last ?? position), lifetime_ms: 500 })),
    );
    expect([...heard, ...idsIn(rest)]).toEqual(Array.from({ length: 120 }, (_none, made) => `slow-${made}`));
  });
});
