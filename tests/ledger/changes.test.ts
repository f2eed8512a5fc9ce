import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  at,
  bodies,
  changed,
  created,
  dataOf,
  expectProblem,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
import { feed, short, toldOf } from "../support/changes.ts";
import { chainedAll } from "../support/ledger.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

describe("the feed of changes", () => {
  test("tells every creation, update, deletion and restoring in order", async () => {
    const before = (await feed(service, "editor")).at(-1)?.cursor;
    await created(service, "actor", { ...bodies.actor("fed"), id: "fed" });
    await changed(service, "actor", "fed", { name: "Fed again" });
    await service.as("editor").delete(at("actor", "fed")).set("If-Match", "*");
    await service
      .as("editor")
      .post(`${at("actor", "fed")}/revisions/1/restore`)
      .set("If-Match", '"3"');
    const told = await feed(service, "editor", "", before);
    expect(told.map(short)).toEqual(["create fed 1", "update fed 2", "delete fed 3", "restore fed 4"]);
    expect((await feed(service, "public", "&type=actor")).slice(-4).map(short)).toEqual(told.map(short));
  });

  test("tells everybody of hiding as a deletion, of publishing as a creation, and of what was never public nothing", async () => {
    const before = (await feed(service, "public")).at(-1)?.cursor;
    const set = (visibility: string) => changed(service, "violation", "seen", { visibility });
    await created(service, "violation", violationBody({ id: "unseen", visibility: "RESTRICTED" }));
    await created(service, "violation", violationBody({ id: "seen", visibility: "RESTRICTED" }));
    await changed(service, "violation", "unseen", { description: "x" });
    await set("PUBLIC");
    await changed(service, "violation", "seen", { description: "x" });
    await set("RESTRICTED");
    await changed(service, "violation", "seen", { description: "y" });
    await service.as("editor").delete(at("violation", "unseen")).set("If-Match", "*");
    const told = await feed(service, "public", "", before);
    expect(told.map(short)).toEqual(["create seen 2", "update seen 3", "delete seen 4"]);
    const numbers = await service.pool.query(
      "SELECT count(*)::int AS number, max(public_position)::int AS last FROM ledger WHERE public_position IS NOT NULL",
    );
    expect(numbers.rows[0].number).toBe(numbers.rows[0].last);
  });

  test("is narrowed by type and conflict, and begun at an instant", async () => {
    const now = await service.pool.query<{ now: string }>("SELECT clock_timestamp()::text AS now");
    const since = encodeURIComponent(now.rows[0]?.now.replace(" ", "T").replace(/\+00$/, "Z") ?? "");
    await created(service, "conflict", { id: "other-war", name: "Other War" });
    await created(service, "ceasefire", {
      ...bodies.ceasefire("of another"),
      id: "other-truce",
      conflict: "other-war",
    });
    await created(service, "violation", violationBody({ id: "of-other", ceasefire: "other-truce" }));
    await created(service, "violation", violationBody({ id: "of-this", ceasefire: world.truce }));
    await chainedAll(service);
    const of = async (query: string) =>
      dataOf(await service.as("public").get(`/v1/changes?since=${since}&${query}`)).map(({ id }) => id);
    expect(await of("conflict=other-war")).toEqual(["other-war", "other-truce", "of-other"]);
    expect(await of(`conflict=${world.conflict}`)).toEqual(["of-this"]);
    expect(await of("type=violation,conflict")).toEqual(["other-war", "of-other", "of-this"]);
    expect(await of("type=violation&limit=1")).toEqual(["of-other"]);
    expect(await of("conflict=other-war&type=violation&limit=1")).toEqual(["of-other"]);
    expect(await of(`conflict=${world.conflict}&type=ceasefire&limit=1`)).toEqual([]);
  });

  test("refuses a cursor of the other feed, a made-up one, and two beginnings at once", async () => {
    const cursor = (await feed(service, "editor")).at(-1)?.cursor;
    expectProblem(await service.as("public").get(`/v1/changes?after=${cursor}`), 400, "bad-request", [
      "?after",
    ]);
    expectProblem(await service.as("public").get("/v1/changes?after=abc"), 400, "bad-request", ["?after"]);
    const both = await service.as("editor").get(`/v1/changes?after=${cursor}&since=2026-01-01T00:00:00Z`);
    expectProblem(both, 400, "bad-request", ["?since"]);
    const header = await service.as("editor").get("/v1/changes/stream").set("Last-Event-ID", "abc");
    expectProblem(header, 400, "bad-request", ["Last-Event-ID:"]);
  });
});

test("a reader by sequence number skips what a reader of the feed does not", async () => {
  await service.pool.query("CREATE TABLE numbered (number bigserial PRIMARY KEY, id text NOT NULL)");
  await service.pool.query(
    `CREATE FUNCTION number_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO numbered (id) VALUES (NEW.id); RETURN NEW; END $$`,
  );
  await service.pool.query(
    "CREATE TRIGGER numbering AFTER INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION number_it()",
  );
  const byNumber: string[] = [];
  const byFeed: string[] = [];
  let last = 0;
  let cursor = (await feed(service, "editor")).at(-1)?.cursor;
  /** Both readers ask for what is new. */
  const readOn = async () => {
    const sql = "SELECT number::int, id FROM numbered WHERE number > $1 ORDER BY number";
    const { rows } = await service.pool.query(sql, [last]);
    byNumber.push(...rows.map(({ id }) => id));
    last = rows.at(-1)?.number ?? last;
    const page = dataOf(await service.as("editor").get(`/v1/changes?limit=500&after=${cursor}`)).map(toldOf);
    byFeed.push(...page.map(({ id }) => id));
    cursor = page.at(-1)?.cursor ?? cursor;
  };
  let writing = true;
  const writers = Array.from({ length: 6 }, async (_none, writer) => {
    for (let made = 0; made < 30; made += 1) {
      const id = `numbered-${writer}-${made}`;
      await created(service, "source", { ...bodies.source(id), id });
    }
  });
  const written = Promise.all(writers).then(() => {
    writing = false;
  });
  const client = await service.pool.connect();
  const late = Array.from({ length: 5 }, (_none, straggler) => `late-${straggler}`);
  for (const id of late) {
    // Numbered first and committed last.
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest) VALUES ('actor', $1, 1, 'create', recording_instant(), '[]', '\\x00', sha256('\\x00'))",
      [id],
    );
    await created(service, "actor", { ...bodies.actor(id), id: `after-${id}` });
    await readOn();
    await client.query("COMMIT");
  }
  client.release();
  while (writing) await readOn();
  await written;
  await chainedAll(service);
  await readOn();
  await service.pool.query("DROP TRIGGER numbering ON revisions");
  expect(byFeed).toHaveLength(6 * 30 + 2 * late.length);
  expect(new Set(byFeed).size).toBe(byFeed.length);
  for (const id of late) {
    expect(byNumber).toContain(`after-${id}`);
    expect(byNumber).not.toContain(id);
    expect(byFeed.indexOf(id)).toBeLessThan(byFeed.indexOf(`after-${id}`));
  }
}, 60_000);
