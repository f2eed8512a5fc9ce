import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { reindex, startReindexing } from "../../src/record/reindex.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { at, bodies, changed, created, idsOf, makeWorld, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const all = { types: recordTypes, signal: new AbortController().signal };

/** Makes all records seem to be of a release before the folding: with words of theirs, and without sort keys. */
async function makeOld(): Promise<void> {
  for (const { collection, sortsBy } of recordTypes)
    await service.pool.query(
      `UPDATE ${collection} SET search = 'old'${sortsBy === undefined ? "" : ", sort_name = ''"}`,
    );
  await service.pool.query(`ALTER TABLE revisions DISABLE TRIGGER revisions_are_kept;
    UPDATE revisions SET search = 'old', sort_name = NULL, search_version = NULL WHERE document IS NOT NULL;
    ALTER TABLE revisions ENABLE TRIGGER revisions_are_kept`);
}

async function documents(): Promise<unknown> {
  const { rows } = await service.pool.query(
    "SELECT type, id, version, document, digest, changes FROM revisions ORDER BY type, id, version",
  );
  return rows;
}

async function stale(): Promise<number> {
  const { rows } = await service.pool.query(
    "SELECT count(*)::int AS count FROM revisions WHERE document IS NOT NULL AND search_version IS DISTINCT FROM 1",
  );
  return rows[0].count;
}

test("makes the words and sort keys of every version again, and changes nothing else", async () => {
  const before = await created(service, "actor", { name: "Reindexed 10 of Sana’a", kind: "STATE" });
  const after = await changed(service, "actor", before.id, { name: "Reindexed 9 of Kerman" });
  const other = await created(service, "actor", { name: "Reindexed 10", kind: "STATE" });
  const untouched = await documents();
  const names = await idsOf(service, `${at("actor")}?sort=name&limit=500`);
  await makeOld();
  expect(await idsOf(service, `${at("actor")}?q=reindexed`)).toEqual([]);
  expect((await idsOf(service, `${at("actor")}?sort=name&limit=500`)).toSorted()).toEqual(names.toSorted());
  const past = `as_of=${before.updated_at}&limit=500`;
  expect((await idsOf(service, `${at("actor")}?sort=name&${past}`)).length).toBe(names.length - 1);
  await reindex(service.pool, all);
  expect(await stale()).toBe(0);
  expect(await documents()).toEqual(untouched);
  expect(await idsOf(service, `${at("actor")}?q=reindexed`)).toEqual([after.id, other.id]);
  expect(await idsOf(service, `${at("actor")}?sort=name&limit=500`)).toEqual(names);
  expect(await idsOf(service, `${at("actor")}?q=sanaa&${past}`)).toEqual([before.id]);
  expect(await reindex(service.pool, all)).toBe(0);
});

test("leaves redacted and deleted versions empty", async () => {
  const { id } = await created(service, "conflict", { name: "Redacted secretword" });
  await changed(service, "conflict", id, { name: "Redacted openly" });
  await service
    .as("admin")
    .post(`${at("conflict", id)}/revisions/1/redact`)
    .set({ "If-Match": '"2"', "Change-Reason": "test" })
    .expect(204);
  await service.as("editor").delete(at("conflict", id)).set("If-Match", '"3"').expect(204);
  await makeOld();
  await reindex(service.pool, all);
  const { rows } = await service.pool.query(
    "SELECT version, search IS NULL AS empty, sort_name, search_version FROM revisions WHERE id = $1 ORDER BY version",
    [id],
  );
  expect(rows).toEqual([
    { version: 1, empty: true, sort_name: null, search_version: null },
    { version: 2, empty: false, sort_name: "redacted openly", search_version: 1 },
    { version: 3, empty: false, sort_name: "redacted openly", search_version: 1 },
    { version: 4, empty: true, sort_name: null, search_version: null },
  ]);
});

test("waits for records that others hold, and stops in between when it is told to", async () => {
  await created(service, "actor", bodies.actor("held"));
  await makeOld();
  const client = await service.pool.connect();
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM actors WHERE id = $1 FOR UPDATE", [world.side]);
  const stopped = startReindexing(service.pool, recordTypes, {
    info: () => undefined,
    warn: () => undefined,
  });
  const isLeft = async () =>
    (await stale()) < (await service.pool.query("SELECT 1 FROM revisions WHERE type = 'actor'")).rows.length;
  while (!(await isLeft())) await new Promise((resolve) => setTimeout(resolve, 20));
  await stopped();
  expect(await stale()).toBeGreaterThan(0);
  const running = reindex(service.pool, all);
  await client.query("ROLLBACK");
  client.release();
  await running;
  expect(await stale()).toBe(0);
});

test("tells how much it has made, and tries again after a failure until it is stopped", async () => {
  await makeOld();
  const told: string[] = [];
  const tell = (...line: unknown[]) => void told.push(String(line.at(-1)));
  const log = { info: tell, warn: tell };
  const stop = startReindexing(service.pool, recordTypes, log);
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await stop();
  expect(told[0]).toMatch(/^The search index of \d+ versions was made again\.$/);
  await service.pool.query("ALTER TABLE revisions RENAME COLUMN search_version TO gone");
  const stopFailing = startReindexing(service.pool, recordTypes, log);
  while (told.length === 1) await new Promise((resolve) => setTimeout(resolve, 20));
  await stopFailing();
  await service.pool.query("ALTER TABLE revisions RENAME COLUMN gone TO search_version");
  expect(told[1]).toMatch(/could not be made again/);
});

test.each([
  "search = 'x'",
  "search = 'x', search_version = NULL",
  "search = 'x', search_version = 2, reason = 'x'",
  "document = 'x', search_version = 2",
])("the database refuses to set %s of a version", async (set) => {
  const statement = `UPDATE revisions SET ${set} WHERE id = $1`;
  await expect(service.pool.query(statement, [world.side])).rejects.toThrow("A revision is never changed");
});
