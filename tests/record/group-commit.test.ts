import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type Connection, connect } from "../../src/database/client.ts";
import { databaseTrouble } from "../../src/database/errors.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { ProblemError } from "../../src/http/problem.ts";
import { create } from "../../src/record/change.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { groupCommit } from "../../src/record/group-commit.ts";
import type { JsonObject } from "../../src/record/json.ts";
import { knownIds } from "../../src/record/known-ids.ts";
import { recordTypeOf } from "../../src/record-types/index.ts";
import { claimBody, created, makeWorld, sourceBody, violationBody, world } from "../support/builders.ts";
import { verified } from "../support/ledger.ts";
import { silentLog } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "source", sourceBody("Waited for", { id: "waited-for" }));
  await created(service, "source", sourceBody("Hidden", { id: "hidden", visibility: "RESTRICTED" }));
});

afterEach(() => {
  expect(service.groupPool.idleCount).toBe(service.groupPool.totalCount);
});

afterAll(async () => {
  await service.close();
});

const desk = {
  author: "desk",
  reason: null,
  principal: { name: "desk", role: "editor", key: "desk" },
  repeatable: undefined,
} as const;

/** Creates records in one turn of the event loop, which makes one group of them, for both connections are free. */
function createAll(
  type: RecordTypeName,
  bodies: readonly JsonObject[],
  { pool, groupPool }: Pick<Connection, "pool" | "groupPool"> = service,
) {
  const deps = {
    pool,
    writeFirst: groupCommit(groupPool, pool),
    types: recordTypeOf,
    knownIds: knownIds(pool),
    ledgerHead: async () => "",
  };
  return bodies.map((body) => create(deps, recordTypeOf[type], body, desk));
}

const report = (id: string, more: JsonObject = {}) =>
  violationBody({ id, description: `Report ${id}`, ...more });
const citing = (source: string) => ({ claims: [claimBody({ citations: [{ source }] })] });

/** In how many transactions the reports whose ids begin so were written, and how many there are. */
async function writtenAs(prefix: string) {
  const { rows } = await service.pool.query(
    "SELECT count(DISTINCT xid)::int AS transactions, count(*)::int AS reports FROM revisions WHERE type = 'violation' AND id LIKE $1",
    [`${prefix}%`],
  );
  return rows[0];
}

test("records that come at once are written in one transaction, each as its request has it", async () => {
  const places = Array.from({ length: 30 }, (_, place) => place);
  // Some have rows in tables where others have none.
  const of = (place: number) =>
    place % 3 === 0 ? { weapons: [{ kind: "ARTILLERY" }], citations: [{ source: world.source }] } : {};
  const all = await Promise.all(
    createAll(
      "violation",
      places.map((place) => report(`at-once-${place}`, of(place))),
    ),
  );
  expect(await writtenAs("at-once-")).toEqual({ transactions: 1, reports: 30 });
  const { rows } = await service.pool.query<{ id: string; document: string; kept: string }>(
    "SELECT v.id, v.document, r.document AS kept FROM violations v JOIN revisions r ON r.type = 'violation' AND r.id = v.id WHERE v.id LIKE 'at-once-%'",
  );
  for (const { id, document } of all)
    expect(rows.find((row) => row.id === id)).toEqual({ id, document, kept: document });
  const described = all.map(({ document }) => JSON.parse(document).description);
  expect(described).toEqual(places.map((place) => `Report at-once-${place}`));
  const children = await service.pool.query(
    "SELECT count(*)::int AS claims, (SELECT count(*)::int FROM violations_citations WHERE violation_id LIKE 'at-once-%') AS citations FROM violations_claims WHERE violation_id LIKE 'at-once-%'",
  );
  expect(children.rows).toEqual([{ claims: 30, citations: 10 }]);
  expect(await verified(service)).toMatchObject({ broken: null });
});

test("what is refused is refused alone, and told why; the others of its group are written", async () => {
  const same = (id: string) => ({ external_ids: [{ dataset: "d", id, relation: "SAME" }] });
  const outcomes = await Promise.allSettled(
    createAll("violation", [
      report("mixed-good-1"),
      report("mixed-nowhere", citing("nowhere")),
      report("mixed-twice", { description: "The one" }),
      report("mixed-twice", { description: "The other" }),
      report("mixed-revealing", citing("hidden")),
      report("mixed-same-1", same("x")),
      report("mixed-same-2", same("x")),
      report("mixed-good-2", { visibility: "RESTRICTED", ...citing("hidden") }),
    ]),
  );
  const told = outcomes.map((outcome) => {
    if (outcome.status === "fulfilled") return outcome.value.id;
    expect(outcome.reason).toBeInstanceOf(ProblemError);
    const [{ pointer, code } = {}] = outcome.reason.errors;
    return `${code} at ${pointer}`;
  });
  const twice = "mixed-twice";
  expect(told.slice(0, 2)).toEqual(["mixed-good-1", "unknown_reference at /claims/0/citations/0/source"]);
  expect(told.slice(2, 4).toSorted()).toEqual(["id_taken at /id", twice]);
  expect(told[4]).toBe("restricted_reference at /claims/0/citations/0/source");
  expect(told.slice(5, 7).toSorted()[0]).toBe("external_id_taken at /external_ids/0");
  expect(told[7]).toBe("mixed-good-2");
  expect(await writtenAs("mixed-")).toEqual({ transactions: 4, reports: 4 });
});

test("records of one name that come at once get ids of their own", async () => {
  const actor = { name: "A Name of Several", kind: "STATE" };
  const made = await Promise.all(createAll("actor", [actor, actor, actor]));
  expect(made.map(({ id }) => id).toSorted()).toEqual([
    "a-name-of-several",
    "a-name-of-several-2",
    "a-name-of-several-3",
  ]);
});

/** Runs while another transaction holds the lock that a report citing `waited-for` waits for. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const other = await service.pool.connect();
  try {
    await other.query("BEGIN; SELECT FROM sources WHERE id = 'waited-for' FOR UPDATE");
    await work();
  } finally {
    await other.query("ROLLBACK");
    other.release();
  }
}

test("one that has to wait for another's change keeps the others of its group from waiting", async () => {
  let waiting: Promise<unknown> | undefined;
  await whileLocked(async () => {
    const [first, second, ...others] = createAll("violation", [
      report("queue-1"),
      report("queue-waits", citing("waited-for")),
      report("queue-2"),
      report("queue-3"),
    ]);
    waiting = second;
    await Promise.all([first, ...others]);
    expect(await writtenAs("queue-")).toEqual({ transactions: 3, reports: 3 });
  });
  expect(await waiting).toMatchObject({ id: "queue-waits", version: 1 });
});

const linkedTo = (violation: string) => ({ links: [{ kind: "MIRRORS", violation }] });
const wouldReveal = { errors: [{ code: "restricted_reference", pointer: "/links/0/violation" }] };

test("a PUBLIC report does not come to refer to a RESTRICTED one that is written in the same moment", async () => {
  const [revealing, hidden] = await Promise.allSettled(
    createAll("violation", [
      report("moment-public", linkedTo("moment-hidden")),
      report("moment-hidden", { visibility: "RESTRICTED" }),
    ]),
  );
  expect(hidden).toMatchObject({ status: "fulfilled" });
  // Told by whether the hidden one is there already when it is looked for.
  expect(revealing).toMatchObject({ status: "rejected", reason: expect.any(ProblemError) });
  expect(await writtenAs("moment-")).toMatchObject({ reports: 1 });
});

test("nor to one that is written while it waits for another; a PUBLIC one written meanwhile it may name", async () => {
  const both = report("late-both", {
    ...linkedTo("late-hidden"),
    ...citing("waited-for"),
  });
  const open = report("late-open", { ...linkedTo("late-public"), ...citing("waited-for") });
  let waiting: Promise<unknown>[] = [];
  await whileLocked(async () => {
    waiting = createAll("violation", [both, open]);
    const isWaiting =
      "SELECT count(*) = 2 AS both FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name NOT LIKE '% groups'";
    expect(await waitUntil(async () => (await service.pool.query(isWaiting)).rows[0].both, 10_000)).toBe(
      true,
    );
    const [hidden, seen] = createAll("violation", [
      report("late-hidden", { visibility: "RESTRICTED" }),
      report("late-public"),
    ]);
    await Promise.all([hidden, seen]);
  });
  const [revealing, naming] = await Promise.allSettled(waiting);
  expect(revealing).toMatchObject({ status: "rejected", reason: wouldReveal });
  expect(naming).toMatchObject({ status: "fulfilled", value: { id: "late-open" } });
});

test("an id that is made is none that the record itself refers to", async () => {
  const circular = { name: "A Round One", kind: "STATE", part_of: "a-round-one" };
  const [refused] = await Promise.allSettled(createAll("actor", [circular]));
  expect(refused).toMatchObject({
    status: "rejected",
    reason: { errors: [{ code: "unknown_reference", pointer: "/part_of" }] },
  });
  await Promise.all(createAll("actor", [{ name: "A Round One", kind: "STATE" }]));
  const [inside] = await Promise.all(createAll("actor", [circular]));
  expect(inside).toMatchObject({ id: "a-round-one-2" });
});

test("where a group's connection breaks all of it fails, nothing is written, and the next finds another", async () => {
  await whileLocked(async () => {
    const lost = Promise.allSettled(
      createAll("violation", [report("lost-1"), report("lost-2", citing("waited-for"))]),
    );
    const ending =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% groups' AND wait_event_type = 'Lock'";
    expect(await waitUntil(async () => (await service.pool.query(ending)).rowCount === 1, 10_000)).toBe(true);
    expect((await lost).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
  expect(await writtenAs("lost-")).toEqual({ transactions: 0, reports: 0 });
  await Promise.all(createAll("violation", [report("lost-not")]));
});

test("a connection that falls silent keeps the groups after it waiting no longer than a statement may take", async () => {
  const connection = await connect({
    databaseUrl: service.databaseUrl,
    poolSize: 2,
    statementTimeout_ms: 300,
    log: silentLog,
  });
  const { rows } = await connection.groupPool.query("SELECT pg_backend_pid() AS pid");
  process.kill(rows[0].pid, "SIGSTOP");
  try {
    const [lost] = await Promise.allSettled(createAll("violation", [report("silent")], connection));
    expect(lost).toMatchObject({ status: "rejected", reason: expect.any(Error) });
    if (lost?.status === "rejected") expect(databaseTrouble(lost.reason)).toBe("away");
    const next = await Promise.all(createAll("violation", [report("silent-not")], connection));
    expect(next).toMatchObject([{ id: "silent-not" }]);
  } finally {
    process.kill(rows[0].pid, "SIGCONT");
    await connection.close();
  }
});
