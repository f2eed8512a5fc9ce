import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { type Head, type Verification, verifyLedger } from "../../src/ledger/verify.ts";
import { at, bodies, changed, created, makeWorld, violationBody } from "../support/builders.ts";
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

async function verified(noted: readonly Head[] = []): Promise<Verification> {
  const walk = verifyLedger(service.pool, noted);
  for (;;) {
    const { done, value } = await walk.next();
    if (done === true) return value;
  }
}

async function chainedAll(): Promise<void> {
  const waiting = async () => (await verified()).tail === 0;
  expect(await waitUntil(waiting, 5_000)).toBe(true);
}

async function head(): Promise<Head> {
  const { body } = await service.as("public").get("/v1/ledger/head");
  return { position: BigInt(body.position), hash: body.hash };
}

describe("the ledger", () => {
  test("holds every version once, in an order in which no version comes before what it rests on", async () => {
    await chainedAll();
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
    expect(await verified()).toMatchObject({ broken: null, tail: 0, redacted: 0 });
  });

  test("follows a write at once", async () => {
    await chainedAll();
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
    await chainedAll();
    const { body } = await service.as("public").get("/openapi.json");
    const told = String(body.paths["/v1/ledger"].get.description);
    const statement = told.slice(told.indexOf("WITH RECURSIVE"), told.indexOf(";\nNo row"));
    expect((await service.pool.query(statement)).rows).toEqual([]);
    await asSuperuser("UPDATE revisions SET reason = 'another' WHERE id = 'v' AND version = 2");
    expect((await service.pool.query(statement)).rows).toMatchObject([{ id: "v", version: 2 }]);
  });

  test("is verified over HTTP with a key, a line of progress at a time, and not without", async () => {
    await chainedAll();
    const answer = await service.as("analyst").get("/v1/ledger").buffer(true);
    const lines = answer.text.trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ whole: true, tail: 0, broken: null });
    expect(JSON.parse(lines[0] ?? "")).toHaveProperty("checked");
    expect((await service.as("public").get("/v1/ledger")).status).toBe(401);
  });
});

/** What somebody with the whole database in their hands could do. */
async function asSuperuser(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const wrong = createHash("sha256").update("wrong").digest("hex");

describe("tampering", () => {
  test.each([
    [
      "one byte of one old document",
      [
        "UPDATE revisions SET document = replace(document, 'ARMED_CLASH', 'ARMED_CLASs') WHERE id = 'v' AND version = 1",
      ],
      { type: "violation", id: "v", version: 1 },
    ],
    [
      "its author",
      ["UPDATE revisions SET author = 'someone' WHERE id = 'v' AND version = 2"],
      { type: "violation", id: "v", version: 2 },
    ],
    [
      "its time",
      [
        "UPDATE revisions SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = 'v' AND version = 3",
      ],
      { type: "violation", id: "v", version: 3 },
    ],
    [
      "a document and its digest along with it",
      [
        "UPDATE revisions SET reason = 'x' WHERE id = 'v' AND version = 2",
        "UPDATE revisions r SET digest = revision_digest(salt, document, type, id, version, operation, recorded_at, author, reason, import) WHERE id = 'v' AND version = 2",
      ],
      { type: "violation", id: "v", version: 2 },
    ],
    [
      "one hash of the chain",
      [`UPDATE ledger SET hash = '\\x${wrong}' WHERE id = 'v' AND version = 2`],
      { type: "violation", id: "v", version: 2 },
    ],
    [
      "one revision dropped",
      ["DELETE FROM revisions WHERE id = 'v' AND version = 2"],
      { type: "violation", id: "v", version: 2 },
    ],
    [
      "one revision dropped with its entry",
      [
        "DELETE FROM revisions WHERE id = 'v' AND version = 2",
        "DELETE FROM ledger WHERE id = 'v' AND version = 2",
      ],
      { type: "violation", id: "v", version: 3 },
    ],
    [
      "two revisions swapped",
      [
        "UPDATE ledger SET position = -position WHERE id IN ('side-a', 'side-b')",
        `UPDATE ledger l SET position = (SELECT -o.position FROM ledger o WHERE o.id = CASE l.id WHEN 'side-a' THEN 'side-b' ELSE 'side-a' END AND o.position < 0)
           WHERE l.id IN ('side-a', 'side-b')`,
      ],
      { type: "actor", id: "side-b", version: 1 },
    ],
    [
      "a text emptied as if redacted",
      ["UPDATE revisions SET document = NULL, salt = NULL WHERE id = 'v' AND version = 1"],
      { type: "violation", id: "v", version: 1 },
    ],
  ])("with %s is named", async (name, statements, version) => {
    await chainedAll();
    if (name.startsWith("two"))
      await asSuperuser("ALTER TABLE ledger DROP CONSTRAINT ledger_position_positive");
    await asSuperuser(...statements);
    const { broken } = await verified();
    expect(broken).toMatchObject({ version });
  });

  test("with the newest entries cut off shows against a head noted down before", async () => {
    await chainedAll();
    const noted = await head();
    await created(service, "actor", bodies.actor("after"));
    await chainedAll();
    const later = await head();
    expect((await verified([noted, later])).broken).toBeNull();
    await asSuperuser(
      `DELETE FROM revisions WHERE (type, id, version) IN (SELECT type, id, version FROM ledger WHERE position = ${later.position})`,
      `DELETE FROM ledger WHERE position = ${later.position}`,
    );
    expect((await verified()).broken).toBeNull();
    expect((await verified([noted])).broken).toBeNull();
    expect((await verified([later])).broken?.what).toMatch(/missing at its end/);
  });

  test("with all made anew shows against a head noted down before", async () => {
    await chainedAll();
    const noted = await head();
    await asSuperuser(
      "UPDATE revisions SET reason = 'rewritten' WHERE id = 'the-war'",
      "UPDATE revisions SET digest = revision_digest(salt, document, type, id, version, operation, recorded_at, author, reason, import)",
      `WITH RECURSIVE walked AS (SELECT 0::bigint AS position, decode(repeat('00', 32), 'hex') AS hash
         UNION ALL SELECT l.position, sha256(w.hash || r.digest) FROM walked w JOIN ledger l ON l.position = w.position + 1 JOIN revisions r USING (type, id, version))
       UPDATE ledger l SET hash = w.hash FROM walked w WHERE w.position = l.position`,
    );
    expect((await verified()).broken).toBeNull();
    expect((await verified([noted])).broken?.what).toMatch(/does not extend it/);
  });
});
