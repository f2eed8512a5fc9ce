import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import { createHub, type Hub } from "../../src/ledger/hub.ts";
import { isObject } from "../../src/record/json.ts";
import { bodies, created } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let hub: Hub;
let grow: () => void = () => undefined;
/** What a statement has to wait for, or fails with, by its name. */
const troubles = new Map<string, () => Promise<void>>();
const complaints: unknown[] = [];

/** The pool, with trouble between it and the hub. */
function troubled(pool: TestService["pool"]): TestService["pool"] {
  return new Proxy(pool, {
    get: (target, member, receiver) =>
      member === "query"
        ? async (statement: unknown) => {
            const answer = await Reflect.apply(target.query, target, [statement]);
            const name = isObject(statement) ? String(statement.name) : "";
            const trouble = troubles.get(name);
            troubles.delete(name);
            await trouble?.();
            return answer;
          }
        : Reflect.get(target, member, receiver),
  });
}

beforeAll(async () => {
  service = await testService();
  hub = createHub(
    troubled(service.pool),
    (listener) => {
      grow = listener;
      return () => undefined;
    },
    (error) => complaints.push(error),
  );
});

afterAll(async () => {
  hub.close();
  await service.close();
});

/** Writes an actor, and waits until it is in the ledger. */
async function write(id: string): Promise<void> {
  await created(service, "actor", { ...bodies.actor(id), id });
  const chained = async () =>
    (await service.pool.query("SELECT FROM ledger WHERE id = $1", [id])).rowCount === 1;
  expect(await waitUntil(chained, 10_000)).toBe(true);
}

function listener() {
  const heard: string[] = [];
  return { heard, hear: (entries: readonly { id: string }[]) => heard.push(...entries.map(({ id }) => id)) };
}

test("what was being read for those who left is not told to those who came since", async () => {
  const first = listener();
  const seat = await hub.join("all", first.hear);
  await write("before");
  let release: () => void = () => undefined;
  let begun = false;
  troubles.set("changes_all", async () => {
    begun = true;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  grow();
  await waitUntil(() => begun, 10_000);
  seat.leave();
  await write("between");
  const second = listener();
  const later = await hub.join("all", second.hear);
  release();
  await write("after");
  grow();
  expect(await waitUntil(() => second.heard.includes("after"), 10_000)).toBe(true);
  expect({ first: first.heard, second: second.heard }).toEqual({ first: [], second: ["after"] });
  later.leave();
});

const fail = async () => {
  throw new Error("The database is away.");
};

test("a listener whose beginning failed is told nothing", async () => {
  const failed = listener();
  troubles.set("changes_end_all", fail);
  await expect(hub.join("all", failed.hear)).rejects.toThrow("away");
  const other = listener();
  const seat = await hub.join("all", other.hear);
  await write("heard");
  grow();
  expect(await waitUntil(() => other.heard.length === 1, 10_000)).toBe(true);
  expect(failed.heard).toEqual([]);
  seat.leave();
});

test("a reading that failed is made again although nothing more is written", async () => {
  const patient = listener();
  const seat = await hub.join("all", patient.hear);
  await write("late");
  troubles.set("changes_all", fail);
  grow();
  expect(await waitUntil(() => patient.heard.includes("late"), 10_000)).toBe(true);
  expect(complaints).toHaveLength(1);
  seat.leave();
});
