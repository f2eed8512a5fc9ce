import { expect } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import type { Role } from "../../src/http/route.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { isObject } from "../../src/record/json.ts";
import { createRecord, transaction } from "../../src/record/store.ts";
import { allTables } from "../../src/record/table.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { source } from "../../src/record-types/source.ts";
import { at, bodies, changed, claimBody, created, sourceBody, violationBody, world } from "./builders.ts";
import { truce } from "./questions.ts";
import type { TestService } from "./service.ts";

/** What a database could lose when it is moved: deletions with their names, redactions, restrictions, what old releases wrote. */
export async function makeHistory(service: TestService): Promise<void> {
  const editor = service.as("editor");
  const remove = (type: RecordTypeName, id: string) =>
    editor.delete(at(type, id)).set("If-Match", "*").expect(204);
  const external_ids = [{ dataset: "a-dataset", id: "its-name", relation: "SAME" }];
  await created(service, "actor", { ...bodies.actor("gone"), id: "gone", external_ids });
  await changed(service, "actor", "gone", { aliases: ["née Ⅻ", "'\\ \t\n\u2028\""] });
  await remove("actor", "gone");
  await redact(service, "actor", "gone", 2);
  await created(service, "source", sourceBody("Kept back", { id: "kept-back", visibility: "RESTRICTED" }));
  await created(
    service,
    "violation",
    violationBody({
      id: "hidden",
      visibility: "RESTRICTED",
      claims: [claimBody({ citations: [{ source: "kept-back" }] })],
    }),
  );
  await created(
    service,
    "violation",
    violationBody({
      id: "named",
      description: "The name that must go",
      external_ids: [{ dataset: "a-dataset", id: "named", relation: "SAME" }],
    }),
  );
  await changed(service, "violation", "named", { description: "Without it", ceasefire: world.truce });
  await redact(service, "violation", "named", 1);
  await changed(service, "violation", "named", { visibility: "RESTRICTED" });
  await changed(service, "violation", "named", { visibility: "PUBLIC" });
  await created(
    service,
    "violation",
    violationBody({ id: "mirror", links: [{ kind: "MIRRORS", violation: "named" }] }),
  );
  await changed(service, "violation", "named", { links: [{ kind: "MIRRORS", violation: "mirror" }] });
  await created(service, "place", {
    ...bodies.place("there"),
    id: "there",
    latitude: 0.1,
    longitude: -179.999_999_9,
  });
  await changed(service, "place", "there", { latitude: 1e-7 });
  await remove("place", "there");
  await redact(service, "place", "there", 1);
  await editor
    .post(`${at("place", "there")}/revisions/2/restore`)
    .set("If-Match", "*")
    .expect(200);
  await writtenBeforeAuthors(service);
}

async function redact(
  service: TestService,
  type: RecordTypeName,
  id: string,
  version: number,
): Promise<void> {
  const call = service.as("admin").post(`${at(type, id)}/revisions/${version}/redact`);
  await call.set("If-Match", "*").set("Change-Reason", "a court order").expect(204);
}

/** A source of the release before sources had authors: its document lacks the member. */
async function writtenBeforeAuthors(service: TestService): Promise<void> {
  const read = source.read({ ...sourceBody("Old"), id: "written-before" });
  if ("faults" in read) throw new Error(JSON.stringify(read.faults));
  await transaction(service.pool, async (client) => {
    await client.query("SET LOCAL session_replication_role = replica");
    await createRecord(client, source, read.draft, { author: null, reason: null });
    const less = `document = replace(document, '"author":null,', '')`;
    await client.query(`UPDATE sources SET ${less} WHERE id = 'written-before'`);
    await client.query(`UPDATE revisions SET ${less} WHERE id = 'written-before'`);
    await client.query(
      `UPDATE revisions SET digest = revision_digest(salt, document, type, id, version, operation, recorded_at, author, reason, import)
       WHERE id = 'written-before'`,
    );
  });
}

/** Waits until every version is in the ledger. */
export async function allChained({ pool }: Pick<TestService, "pool">): Promise<void> {
  const even = async () =>
    (await pool.query("SELECT (SELECT count(*) FROM revisions) = (SELECT count(*) FROM ledger) AS even"))
      .rows[0].even;
  expect(await waitUntil(even, 10_000)).toBe(true);
}

const tables = [
  ...recordTypes.flatMap((type) => allTables(type.table).map(({ name }) => name)),
  "revisions",
  "ledger",
  "same_as",
  "api_keys",
  "idempotency_keys",
];

/** Every row of every table as PostgreSQL writes it; the number of a version's transaction and the use of a key aside. */
export async function allRows(url: string): Promise<{ readonly [table: string]: readonly string[] }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found: [string, string[]][] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ row: string }>(
      `SELECT (to_jsonb(t) - 'xid' - 'last_used_at')::text AS row FROM ${table} t ORDER BY 1`,
    );
    found.push([table, rows.map(({ row }) => row)]);
  }
  await client.end();
  return Object.fromEntries(found);
}

/** Whether any table holds a row; locks that somebody waits for are waited for as well. */
export async function holdsAnything(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ any: boolean }>(
    `SELECT ${tables.map((table) => `EXISTS (SELECT FROM ${table})`).join(" OR ")} AS any`,
  );
  await client.end();
  return rows[0]?.any === true;
}

/** Every instant at which something was recorded, or some of them, the last in any case. */
async function instantsOf(service: TestService): Promise<string[]> {
  const { rows } = await service.pool.query<{ at: string }>(
    `SELECT at FROM (SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, row_number() OVER (ORDER BY recorded_at DESC) AS place
       FROM (SELECT DISTINCT recorded_at FROM revisions) AS d) AS i WHERE place % 30 = 1`,
  );
  return rows.map(({ at: instant }) => instant);
}

/** Paths that somebody could have noted down, for the records there are and have been; of the many seeds a few. */
async function pathsOf(service: TestService): Promise<string[]> {
  const { rows } = await service.pool.query<{
    type: RecordTypeName;
    id: string;
    versions: number;
    own: boolean;
  }>(
    `SELECT * FROM (SELECT type::text, id, max(version) AS versions, bool_and(author IS DISTINCT FROM 'seed') AS own,
         row_number() OVER (ORDER BY type, id) AS place FROM revisions GROUP BY type, id) AS r WHERE own OR place % 25 = 0 ORDER BY type, id`,
  );
  const records = rows.flatMap(({ type, id, versions }) => [
    at(type, id),
    `${at(type, id)}/revisions`,
    ...Array.from({ length: versions }, (_none, place) => `${at(type, id)}/revisions/${place + 1}`),
  ]);
  const instants = await instantsOf(service);
  const then = instants.flatMap((instant) =>
    [...lists, ...rows.filter(({ own }) => own).map(({ type, id }) => at(type, id))].map(
      (question) => `${question}${question.includes("?") ? "&" : "?"}as_of=${instant}`,
    ),
  );
  return [...records, ...lists, ...then, "/v1/ledger/head"];
}

/** Every list in every form, and what is gathered from several records. */
const lists: readonly string[] = [
  ...recordTypes.flatMap(({ type }) => [
    `${at(type)}?limit=500&count=true`,
    `${at(type)}?format=csv`,
    `${at(type)}?format=ndjson`,
  ]),
  `/v1/ceasefires/${truce}?expand=summary`,
  `/v1/ceasefires/${truce}/history?format=csv`,
  "/v1/violations?q=stepanakert",
];

/** Every answer that the service gives, of records, lists, instants and the feed, by role and path. */
export async function allAnswers(service: TestService): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  const paths = await pathsOf(service);
  for (const role of ["editor", "public"] as const) {
    for (const path of paths) {
      const { status, text, headers } = await service.as(role).get(path).buffer(true);
      // The instant of an answer about the present is its own.
      const told = text.replaceAll(/"as_of":"[^"]*"|"summary":\{"at":"[^"]*"/g, "");
      answers.set(`${role} ${path}`, `${status} ${headers.etag ?? ""} ${told}`);
    }
    for (const [place, change] of (await feedOf(service, role)).entries())
      answers.set(`${role} change ${place}`, change);
  }
  return answers;
}

/** The whole feed of changes, each with its cursor. */
export async function feedOf(service: TestService, role: Role, after?: string): Promise<string[]> {
  const told: string[] = [];
  for (let from = after; ; ) {
    const { body } = await service
      .as(role)
      .get(`/v1/changes?limit=500${from === undefined ? "" : `&after=${from}`}`)
      .expect(200);
    const page: unknown[] = body.data;
    told.push(...page.map((change) => JSON.stringify(change)));
    if (body.page.next === null) return told;
    from = String(body.page.next);
  }
}

/** The cursor of a change that the feed told. */
export function cursorOf(change: string | undefined): string {
  const told: unknown = JSON.parse(change ?? "null");
  return isObject(told) ? String(told.cursor) : "";
}
