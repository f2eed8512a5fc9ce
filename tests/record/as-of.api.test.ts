import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import type { Role } from "../../src/http/route.ts";
import { at, changed, created, dataOf, makeWorld, sourceBody, violationBody } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

/** The instant a microsecond earlier: "2026-01-01T00:00:00.000001Z". */
function justBefore(instant: string): string {
  const [seconds = "", micros = ""] = instant.slice(0, -1).split(".");
  const earlier = Number(micros) - 1;
  if (earlier >= 0) return `${seconds}.${String(earlier).padStart(6, "0")}Z`;
  return `${new Date(Date.parse(`${seconds}Z`) - 1_000).toISOString().slice(0, 19)}.999999Z`;
}

test("the instant at which a version was recorded has that version, once; the microsecond before has the one before", async () => {
  const first = await created(service, "violation", violationBody({ id: "exact", description: "One" }));
  const second = await changed(service, "violation", "exact", { description: "Two" });
  const held = async (as_of: string) => {
    const found = await service.as("public").get(`${at("violation")}?id=exact&as_of=${as_of}`);
    return dataOf(found).map(({ version }) => version);
  };
  expect(await held(second.updated_at)).toEqual([2]);
  expect(await held(justBefore(second.updated_at))).toEqual([1]);
  expect(await held(first.updated_at)).toEqual([1]);
  expect(await held(justBefore(first.updated_at))).toEqual([]);
});

test("a record that is not there at an instant is a problem as of that instant, with the same answer every time", async () => {
  const { updated_at } = await created(service, "violation", violationBody({ id: "fleeting" }));
  const path = at("violation", "fleeting");
  const gone = await service.as("editor").delete(path).set("If-Match", '"1"').expect(204);
  const deleted_at = String(gone.headers["data-as-of"]);
  const ask = async (url: string) => {
    const { status, headers } = await service.as("public").get(url);
    return [status, headers["data-as-of"]];
  };
  for (const suffix of ["", "/revisions"]) {
    const before = justBefore(updated_at);
    expect(await ask(`${path}${suffix}?as_of=${before}`)).toEqual([404, before]);
  }
  expect(await ask(`${path}?as_of=${deleted_at}`)).toEqual([410, deleted_at]);
  expect(await ask(`${at("violation", "never-was")}?as_of=${updated_at}`)).toEqual([404, updated_at]);
  const kept = await created(service, "violation", violationBody({ id: "unstated" }));
  const unstated = `${at("violation", "unstated")}?as_of=${kept.updated_at}&known_at=2020-01-01`;
  expect(await ask(unstated)).toEqual([404, kept.updated_at]);
  const [status, now] = await ask(path);
  expect([status, String(now) > deleted_at]).toEqual([410, true]);
  expect(await ask(`${path}?as_of=${now}`)).toEqual([410, now]);
});

test("a write under way that may be recorded by the instant is waited for, though no later one has ended", async () => {
  await created(service, "violation", violationBody({ id: "held", description: "One" }));
  const blocker = new pg.Client({ connectionString: service.databaseUrl });
  await blocker.connect();
  await blocker.query("BEGIN");
  // The write comes to its version's number, its instant taken, and cannot go on.
  await blocker.query(
    `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest)
     SELECT type, id, 2, 'update', recorded_at, '[]', salt, digest FROM revisions WHERE id = 'held'`,
  );
  const writing = changed(service, "violation", "held", { description: "Two" });
  const blocked = async () =>
    (
      await service.pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
    ).rowCount === 1;
  expect(await waitUntil(blocked, 10_000)).toBe(true);
  const { rows } = await service.pool.query(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`,
  );
  const ask = async () => (await service.as("public").get(`${at("violation")}?as_of=${rows[0].now}`)).text;
  const first = ask();
  // Time for an answer that does not wait; one that waits is none the worse for it.
  await later(300);
  await blocker.query("ROLLBACK");
  await blocker.end();
  expect((await writing).updated_at < rows[0].now).toBe(true);
  expect(await first).toBe(await ask());
  expect(await first).toContain('"description":"Two"');
});

describe("restriction reaches back", () => {
  const types = [
    ["violation", (id: string) => violationBody({ id, description: `About ${id}` })],
    ["source", (id: string) => sourceBody(`About ${id}`, { id })],
  ] as const;

  test.each(types)(
    "a %s is public as of an instant only where it was then and is now",
    async (type, bodyOf) => {
      const set = (id: string, visibility: string) => changed(service, type, id, { visibility });
      const open = await created(service, type, bodyOf(`${type}-hidden-since`));
      const hidden = await set(open.id, "RESTRICTED");
      const closed = await created(service, type, {
        ...bodyOf(`${type}-published`),
        visibility: "RESTRICTED",
      });
      const published = await set(closed.id, "PUBLIC");

      /** What of a record is found as of an instant: by its id, in the list, and in the exported table. */
      const found = async (role: Role, id: string, as_of: string) => {
        const ask = service.as(role);
        const one = await ask.get(`${at(type, id)}?as_of=${as_of}`);
        const list = await ask.get(`${at(type)}?id=${id}&as_of=${as_of}`);
        const table = await ask.get(`${at(type)}?format=csv&as_of=${as_of}`).buffer(true);
        return [one.status === 200, dataOf(list).length === 1, table.text.includes(`About ${id}`)];
      };
      const all = [true, true, true];
      const none = [false, false, false];
      expect(await found("public", open.id, open.updated_at)).toEqual(none);
      expect(await found("public", open.id, hidden.updated_at)).toEqual(none);
      expect(await found("public", closed.id, closed.updated_at)).toEqual(none);
      expect(await found("public", closed.id, published.updated_at)).toEqual(all);
      for (const { id, updated_at } of [open, hidden, closed, published])
        expect(await found("analyst", id, updated_at)).toEqual(all);
      await set(open.id, "PUBLIC");
      expect(await found("public", open.id, open.updated_at)).toEqual(all);
      expect(await found("public", open.id, hidden.updated_at)).toEqual(none);
    },
  );
});

test.each([
  ["2026-11-23T14:00:00", /with its zone/],
  ["2026-11-23T14:00:00.123456", /with its zone/],
  ["2026-11-23T14:00:00.1234567Z", /six digits after the point at most/],
])("as_of=%s is refused with what it lacks or has too much", async (as_of, sentence) => {
  const answer = await service.as("public").get(`${at("violation")}?as_of=${as_of}`);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toHaveLength(1);
  expect(answer.body.errors[0]).toMatchObject({
    parameter: "as_of",
    message: expect.stringMatching(sentence),
  });
});
