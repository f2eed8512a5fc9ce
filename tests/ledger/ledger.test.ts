import { setTimeout as later } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { at, bodies, changed, created, makeWorld, violationBody } from "../support/builders.ts";
import { chainedAll, psqlStatement, verified } from "../support/ledger.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeEach(async () => {
  service = await testService();
  await makeWorld(service);
  await changed(service, "violation", (await created(service, "violation", violationBody({ id: "v" }))).id, {
    description: "Second version",
  });
  await service.as("editor").delete(at("violation", "v")).set("If-Match", "*");
});

afterEach(async () => {
  await service.close();
});

describe("the ledger", () => {
  test("holds every version once, in an order in which no version comes before what it rests on", async () => {
    await chainedAll(service);
    const { rows } = await service.pool.query(
      `SELECT count(*)::int AS entries, max(position)::int AS last, bool_and(l.version = 1 OR EXISTS (SELECT 1 FROM ledger p
         WHERE p.type = l.type AND p.id = l.id AND p.version = l.version - 1 AND p.position < l.position)) AS ordered FROM ledger l`,
    );
    const revisions = await service.pool.query("SELECT count(*)::int AS number FROM revisions");
    expect(rows[0]).toEqual({
      entries: revisions.rows[0].number,
      last: revisions.rows[0].number,
      ordered: true,
    });
    expect(await verified(service)).toMatchObject({ broken: null, tail: 0, redacted: 0 });
  });

  test.each([
    ["", false],
    [", also while one between the two is under way", true],
  ])(
    "keeps a record's versions in order where a transaction that waited for another has the lower number%s",
    async (_words, between) => {
      const { id } = await created(service, "actor", bodies.actor("waited for"));
      const [client, other] = [await service.pool.connect(), await service.pool.connect()];
      await client.query("BEGIN");
      await client.query("SELECT pg_current_xact_id()");
      await other.query("BEGIN");
      if (between) await other.query("SELECT pg_current_xact_id()");
      await changed(service, "actor", id, { name: "By the one waited for" });
      await client.query(
        `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, document, digest)
       SELECT type, id, 3, 'update', at, '[]', salt, document, revision_digest(salt, document, type, id, 3, 'update', at, NULL, NULL, NULL)
       FROM revisions, recording_instant() AS at WHERE id = $1 AND version = 2`,
        [id],
      );
      await client.query("COMMIT");
      client.release();
      // Time for a sequencer that would take the later version already.
      if (between) await later(300);
      await other.query("COMMIT");
      other.release();
      await chainedAll(service);
      const { rows } = await service.pool.query(
        "SELECT version FROM ledger WHERE id = $1 ORDER BY position",
        [id],
      );
      expect(rows.map(({ version }) => version)).toEqual([1, 2, 3]);
      expect((await verified(service)).broken).toBeNull();
    },
  );

  test("follows a write at once", async () => {
    await chainedAll(service);
    const lags: number[] = [];
    for (let made = 0; made < 20; made += 1) {
      const { id } = await created(service, "actor", bodies.actor(`lag ${made}`));
      const written = performance.now();
      for (;;) {
        const { rows } = await service.pool.query("SELECT 1 FROM ledger WHERE id = $1", [id]);
        if (rows.length > 0) break;
      }
      lags.push(performance.now() - written);
    }
    lags.sort((a, b) => a - b);
    // Far above what a quiet machine takes (about 30 ms): this tells a sequencer that is woken from one that is not.
    expect(lags[10]).toBeLessThan(1_000);
  });

  test("makes hashes that psql makes again by the statement that the API tells", async () => {
    await chainedAll(service);
    expect((await service.pool.query(await psqlStatement(service))).rows).toEqual([]);
  });

  test("is verified over HTTP with a key, a line of progress at a time, and not without", async () => {
    await chainedAll(service);
    const answer = await service.as("analyst").get("/v1/ledger").buffer(true);
    const lines = answer.text.trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ whole: true, tail: 0, broken: null });
    expect(JSON.parse(lines[0] ?? "")).toHaveProperty("checked");
    expect((await service.as("public").get("/v1/ledger")).status).toBe(401);
  });
});
