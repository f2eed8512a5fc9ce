import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { type Connection, connect } from "../../src/database/client.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { create } from "../../src/record/change.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { groupCommit } from "../../src/record/group-commit.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { knownIds } from "../../src/record/known-ids.ts";
import { recordTypeOf } from "../../src/record-types/index.ts";
import {
  at,
  claimBody,
  created,
  docOf,
  expectProblem,
  makeWorld,
  violationBody,
} from "../support/builders.ts";
import { silentLog } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const named = (name: string, more: JsonObject = {}) => ({ name, kind: "OTHER", ...more });

async function makeOne(name: string, more: JsonObject = {}): Promise<string> {
  return (await created(service, "actor", named(name, more), "analyst")).id;
}

/** The ids that the service gives to namesakes, from one number to another; the first has none. */
function numbered(stem: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, place) =>
    from + place === 1 ? stem : `${stem}-${from + place}`,
  );
}

/** Takes the ids from stem-`from` to stem-`to`, by first versions without a record, as deleted records have. */
async function take(stem: string, from: number, to: number, type: RecordTypeName = "actor"): Promise<void> {
  await service.pool.query(
    `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest)
     SELECT $1::record_type, $2 || '-' || n, 1, 'create', now(), '[]', '\\x00', sha256('') FROM generate_series($3::int, $4::int) n`,
    [type, stem, from, to],
  );
}

/** Creates actors as another process would: it has no list of the ids that this one has written. */
function processOf({ pool, groupPool }: Pick<Connection, "pool" | "groupPool"> = service) {
  const deps = {
    pool,
    writeFirst: groupCommit(groupPool, pool),
    types: recordTypeOf,
    knownIds: knownIds(pool),
    ledgerHead: async () => "",
  };
  const desk = {
    author: "desk",
    reason: null,
    principal: { name: "desk", role: "editor", key: "desk" },
    repeatable: undefined,
  } as const;
  return async (body: JsonObject) => (await create(deps, recordTypeOf.actor, body, desk)).id;
}

/** The statements that the service sends to the database during some work, in order. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const query = jest.spyOn(pg.Client.prototype, "query");
  await work();
  const { contexts, calls } = query.mock;
  query.mockRestore();
  return calls.flatMap(([statement]: readonly unknown[], place) => {
    const { application_name } = Object(Object(contexts[place]).connectionParameters);
    // The sequencer has a connection of its own, and works at any time.
    if (application_name === "ceasefire-tracker sequencer") return [];
    return [typeof statement === "string" ? statement : String(Object(statement).text)];
  });
}

describe("the id of a namesake", () => {
  test("is the next number, and that of a deleted record is not used again", async () => {
    const ids = [];
    for (let made = 0; made < 12; made += 1) ids.push(await makeOne("Border Guard"));
    expect(ids).toEqual(numbered("border-guard", 1, 12));
    await service.as("editor").delete(at("actor", "border-guard-12")).set("If-Match", '"1"').expect(204);
    expect(await makeOne("Border Guard")).toBe("border-guard-13");
    for (const id of [...ids.slice(0, 11), "border-guard-13"])
      await service.as("editor").delete(at("actor", id)).set("If-Match", '"1"').expect(204);
    expect(await makeOne("Border Guard")).toBe("border-guard-14");
  });

  test("skips ids that clients chose, also for another name", async () => {
    for (const id of ["group", "group-3", "group-4", "group-40"]) await makeOne("Chosen", { id });
    expect(await makeOne("Group")).toBe("group-2");
    expect(await makeOne("Group 3")).toBe("group-3-2");
    expect(await makeOne("Group")).toBe("group-5");
    expect(await makeOne("Group 5")).toBe("group-5-2");
    await take("group", 6, 39);
    expect(await makeOne("Group")).toBe("group-41");
  });

  test("is neither reserved nor the id of a record that it refers to", async () => {
    const place = docOf(
      await service
        .as("analyst")
        .post(at("place"))
        .send({ names: [{ name: "Names" }] }),
    );
    expect(place.id).toBe("names-2");
    await makeOne("Circle");
    expect(await makeOne("Circle", { part_of: "circle" })).toBe("circle-2");
    const refused = await service
      .as("analyst")
      .post(at("actor"))
      .send(named("Circle", { part_of: "circle-3" }));
    expectProblem(refused, 422, "invalid-record", ["/part_of"]);
    expect(await makeOne("Circle")).toBe("circle-3");
  });

  test("is at most 120 characters long, whatever its number", async () => {
    const name = "long ".repeat(60);
    const stem = `${"long-".repeat(23)}l`;
    expect(await makeOne(name)).toBe(stem);
    expect(await makeOne(name)).toBe(`${stem}-2`);
    await take(stem, 3, 999);
    expect(await makeOne(name)).toBe(`${"long-".repeat(23)}1000`);
    const { rows } = await service.pool.query("SELECT numbered_id($1, 1234567890) AS id", [stem]);
    expect(rows).toEqual([{ id: `${"long-".repeat(21)}long-1234567890` }]);
  });

  test("is a UUID only where the name has no words", async () => {
    expect(await makeOne("…")).toMatch(/^[0-9a-f]{8}-/);
    await makeOne("Ministry of Defence");
    await take("ministry-of-defence", 2, 999);
    expect(await makeOne("Ministry of Defence")).toBe("ministry-of-defence-1000");
  });
});

describe("the cost of a namesake", () => {
  test("is the same for the second and the ten thousandth, and a record without namesakes is one statement", async () => {
    const make = processOf();
    const first = await statementsOf(() => make(named("Watch")));
    expect(first).toHaveLength(1);
    const second = await statementsOf(() => make(named("Watch")));
    expect(second).toHaveLength(4);
    expect(second[1]).toContain("next_free_id");
    await take("watch", 3, 9_999);
    expect(await statementsOf(async () => expect(await make(named("Watch"))).toBe("watch-10000"))).toEqual(
      second,
    );
  });

  test("grows with the logarithm of their number", async () => {
    await take("crowd", 2, 10_000);
    await makeOne("One", { id: "crowd" });
    const client = new pg.Client({ connectionString: service.databaseUrl });
    await client.connect();
    try {
      const scans = async () => {
        const { rows } = await client.query(
          "SELECT coalesce(sum(idx_scan), 0)::int AS scans FROM pg_stat_xact_user_tables WHERE relname = 'revisions'",
        );
        return Number(rows[0].scans);
      };
      await client.query("BEGIN");
      const before = await scans();
      const { rows } = await client.query("SELECT next_free_id('actor', 'crowd', '{}', true) AS id");
      expect(rows).toEqual([{ id: "crowd-10001" }]);
      const used = (await scans()) - before;
      expect([used > 10, used < 40]).toEqual([true, true]);
    } finally {
      await client.end();
    }
  });

  test("is not paid by the others of a group: they are written in one transaction", async () => {
    await makeOne("Known Name");
    const make = processOf();
    const others = Array.from({ length: 20 }, (_, place) => `beside-${place}`);
    const ids = await Promise.all([
      make(named("Known Name")),
      ...others.map((id) => make(named("Beside", { id }))),
      make(named("Known Name")),
    ]);
    expect(ids.slice(1, -1)).toEqual(others);
    expect([ids[0], ids.at(-1)].toSorted()).toEqual(["known-name-2", "known-name-3"]);
    const { rows } = await service.pool.query(
      "SELECT count(DISTINCT xid)::int AS transactions FROM revisions WHERE type = 'actor' AND id LIKE 'beside-%'",
    );
    expect(rows).toEqual([{ transactions: 1 }]);
  });
});

describe("namesakes that are written at once", () => {
  test("by four processes all get ids of their own, without a gap and without holding up others", async () => {
    const connections = await Promise.all(
      Array.from({ length: 4 }, () =>
        connect({
          databaseUrl: service.databaseUrl,
          poolSize: 3,
          statementTimeout_ms: 15_000,
          log: silentLog,
        }),
      ),
    );
    try {
      const processes = connections.map((connection) => processOf(connection));
      const names = Array.from({ length: 32 }, (_, place) => place);
      const ids = await Promise.all([
        ...names.map((place) => processes[place % 4]?.(named("Rush"))),
        ...names.map((place) => processes[place % 4]?.(named(`Rush beside ${place}`))),
      ]);
      expect(ids.slice(32)).toEqual(names.map((place) => `rush-beside-${place}`));
      const numbers = ids.slice(0, 32).map((id) => (id === "rush" ? 1 : Number(id?.slice("rush-".length))));
      expect(new Set(numbers).size).toBe(32);
      // An id that a transaction gave back stays free for the next.
      expect(Math.max(...numbers)).toBeLessThanOrEqual(40);
    } finally {
      await Promise.all(connections.map(({ close }) => close()));
    }
  });

  test("with an Idempotency-Key each get ids of their own", async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, place) =>
        service
          .as("analyst")
          .post(at("actor"))
          .set("Idempotency-Key", `namesake-${place}`)
          .send(named("Repeated")),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((answer) => docOf(answer).id)).size).toBe(16);
  });

  test("embedded in reports and on their own get ids of their own", async () => {
    // The same words, so the same id, and another name, so that none is found.
    const embed = (name: string) =>
      service
        .as("analyst")
        .post(at("violation"))
        .send(violationBody({ claims: [claimBody({ claimant: named(name) })] }));
    const marks = ["!", "?", ".", ",", ";", ":"];
    const reports = await Promise.all(marks.map((mark) => embed(`Side Office${mark}`)));
    const alone = await Promise.all(marks.map((mark) => makeOne(`Side Office ${mark}`)));
    const more = await Promise.all([
      ...marks.map((mark) => embed(`Side-Office${mark}`)),
      ...marks.map((mark) => makeOne(`Side Office${mark}${mark}`)),
    ]);
    const claimants = [...reports, ...more].flatMap((one) =>
      typeof one === "string"
        ? one
        : [...JSON.stringify(docOf(one)).matchAll(/"(side-office[0-9-]*)"/g)].map(([, id]) => id),
    );
    expect(new Set([...claimants, ...alone]).size).toBe(24);
    expect([...claimants, ...alone].every((id) => /^side-office(-\d+)?$/.test(String(id)))).toBe(true);
  });
});

test("an id that an open transaction is writing is waited for, and the next is taken once it is committed", async () => {
  await makeOne("Slow");
  const other = await service.pool.connect();
  try {
    await other.query("BEGIN");
    await other.query(
      `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest)
       VALUES ('actor', 'slow-2', 1, 'create', now(), '[]', '\\x00', sha256(''))`,
    );
    const waiting = makeOne("Slow");
    const isWaiting =
      "SELECT count(*) = 1 AS waits FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    expect(await waitUntil(async () => (await service.pool.query(isWaiting)).rows[0].waits, 10_000)).toBe(
      true,
    );
    await other.query("COMMIT");
    expect(await waiting).toBe("slow-3");
  } finally {
    other.release();
  }
});

test("an id that an open transaction has reserved is left to it, without waiting", async () => {
  await makeOne("Reserved");
  const other = await service.pool.connect();
  try {
    await other.query("BEGIN");
    const { rows } = await other.query("SELECT next_free_id('actor', 'reserved', '{}', true) AS id");
    expect(rows[0].id).toBe("reserved-2");
    expect(await makeOne("Reserved")).toBe("reserved-3");
    const unheld = await service.pool.query("SELECT next_free_id('actor', 'reserved', '{}', false) AS id");
    expect(unheld.rows[0].id).toBe("reserved-4");
    await other.query("ROLLBACK");
  } finally {
    other.release();
  }
  expect(await makeOne("Reserved")).toBe("reserved-2");
});
