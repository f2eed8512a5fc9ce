import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { applyPatch } from "../../src/record/apply-patch.ts";
import { isList, isObject, type JsonObject } from "../../src/record/json.ts";
import { readPatch } from "../../src/record/json-patch.ts";
import { emptiedSql } from "../../src/record/revision.ts";
import { docTextOf } from "../support/answers.ts";
import {
  at,
  bodies,
  changed,
  claimBody,
  created,
  docOf,
  expectProblem,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

interface StoredRevision {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly operation: string;
  readonly stamp: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly import: string | null;
  readonly document: string | null;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

async function stored(id: string): Promise<StoredRevision[]> {
  const { rows } = await service.pool.query<StoredRevision>(
    `SELECT type::text, id, version, operation::text, author, reason, import, document, salt, digest,
       to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS stamp FROM revisions WHERE id = $1 ORDER BY version`,
    [id],
  );
  return rows;
}

/** SHA-256 over salt, document, a newline, and the metadata as Postgres writes a JSON array. */
function digestOf(row: StoredRevision): string {
  const metadata = [
    row.type,
    row.id,
    row.version,
    row.operation,
    row.stamp,
    row.author,
    row.reason,
    row.import,
  ];
  const text = `${row.document ?? ""}\n[${metadata.map((value) => JSON.stringify(value)).join(", ")}]`;
  return createHash("sha256").update(row.salt).update(text).digest("hex");
}

async function revisionsOf(type: "violation" | "source" | "actor", id: string): Promise<JsonObject[]> {
  const { body } = await service.as("editor").get(`${at(type, id)}/revisions`);
  return isList(body.data) ? body.data.filter(isObject) : [];
}

/** A document without what the store alone says. */
function members({ id: _id, version: _v, created_at: _c, updated_at: _u, ...rest }: JsonObject): JsonObject {
  return rest;
}

const reason = 'a second "toll"\twas given\\';
const farewell = "withdrawn — ətraflı";

/** A report that is created, changed in many ways, deleted and restored; the texts that were answered, by version. */
async function longLife(id: string): Promise<Map<number, string>> {
  const path = at("violation", id);
  const texts = new Map<number, string>();
  const made = await service
    .as("analyst")
    .post(at("violation"))
    .send(violationBody({ id, description: "First ~ / words", targets: ["CIVILIANS"] }));
  texts.set(1, docTextOf(made));
  const steps: readonly JsonObject[] = [
    { description: "Other words", casualty_claims: [{ killed: { min: 1 } }, { killed: { best: 3 } }] },
    { casualty_claims: [{ killed: { best: 3 } }], targets: ["MILITARY", "CIVILIANS"] },
    { claims: [claimBody({ words: "New" }), claimBody({ claimant: null, capacity: "WITNESS" })] },
    { description: null, occurred: { start: { local: "2020-10-10T12:05", time_zone: "+04:00" } } },
    { responses: [{ actor: world.other, kind: "DENIAL" }] },
  ];
  for (const [place, step] of steps.entries()) {
    const answer = await service
      .as("editor")
      .patch(path)
      .set("If-Match", `"${place + 1}"`)
      .set("Change-Reason", reason)
      .send(step);
    expect(answer.status).toBe(200);
    texts.set(place + 2, answer.text);
  }
  await service
    .as("editor")
    .delete(path)
    .set("If-Match", '"6"')
    .set("Change-Reason", Buffer.from(farewell).toString("latin1"));
  const back = await service.as("admin").post(`${path}/revisions/3/restore`).set("If-Match", '"7"');
  texts.set(8, back.text);
  return texts;
}

describe("the versions of a record", () => {
  test("tell who, when, why and what was done", async () => {
    await longLife("told");
    const revisions = await revisionsOf("violation", "told");
    expect(
      revisions.map(({ version, by, reason: why, operation, import: from }) => [
        version,
        by,
        why,
        operation,
        from,
      ]),
    ).toEqual([
      [1, "desk-analyst", null, "create", null],
      ...[2, 3, 4, 5, 6].map((version) => [version, "desk-editor", reason, "update", null]),
      [7, "desk-editor", farewell, "delete", null],
      [8, "desk-admin", null, "restore", null],
    ]);
    const times = revisions.map((revision) => String(revision.at));
    expect(times).toEqual([...times].sort());
  });

  test("carry changes that turn each version into the next, with the old values they replaced", async () => {
    const texts = await longLife("applied");
    const revisions = await revisionsOf("violation", "applied");
    for (const version of [2, 3, 4, 5, 6]) {
      const before = members(JSON.parse(texts.get(version - 1) ?? ""));
      const operations = revisions[version - 1]?.changes;
      if (!isList(operations)) throw new Error("A version has changes.");
      expect(operations.length).toBeGreaterThan(0);
      let state: JsonObject = before;
      for (const operation of operations.filter(isObject)) {
        const { old, ...plain } = operation;
        const old_checked = old === undefined ? [] : [{ op: "test", path: plain.path ?? "", value: old }];
        expect(old === undefined).toBe(plain.op === "add");
        const read = readPatch([...old_checked, plain]);
        if ("faults" in read) throw new Error(JSON.stringify(read));
        const applied = applyPatch(state, read.operations);
        if (!("result" in applied) || !isObject(applied.result)) throw new Error(JSON.stringify(applied));
        state = applied.result;
      }
      expect(state).toEqual(members(JSON.parse(texts.get(version) ?? "")));
    }
  });

  test("hand out each document byte for byte as it was answered; a deletion has none", async () => {
    const texts = await longLife("bytes");
    for (const [version, text] of texts) {
      const answer = await service.as("public").get(`${at("violation", "bytes")}/revisions/${version}`);
      expect([answer.status, answer.headers.etag, answer.text]).toEqual([200, `"${version}"`, text]);
      expect(JSON.parse(text).version).toBe(version);
    }
    expectProblem(await service.as("public").get(`${at("violation", "bytes")}/revisions/7`), 410, "gone");
    expectProblem(
      await service.as("public").get(`${at("violation", "bytes")}/revisions/9`),
      404,
      "not-found",
    );
    const same = await service
      .as("public")
      .get(`${at("violation", "bytes")}/revisions/2`)
      .set("If-None-Match", '"2"');
    expect(same.status).toBe(304);
  });

  test("are paged, and a cursor of another record's versions is refused", async () => {
    await longLife("paged");
    await longLife("other-paged");
    const path = `${at("violation", "paged")}/revisions`;
    const versions: number[] = [];
    let cursor = "";
    for (let page = 0; page < 5; page += 1) {
      const { body } = await service.as("public").get(`${path}?limit=3${cursor}`);
      versions.push(...body.data.map(({ version }: { version: number }) => version));
      if (body.page.next === null) break;
      cursor = `&cursor=${body.page.next}`;
    }
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const foreign = await service
      .as("public")
      .get(`${at("violation", "other-paged")}/revisions?limit=3${cursor}`);
    expectProblem(foreign, 400, "bad-request", ["?cursor"]);
  });

  test("of a deleted record stay readable", async () => {
    const { id } = await created(service, "actor", bodies.actor("buried"));
    await service.as("editor").delete(at("actor", id)).set("If-Match", '"1"');
    expect((await revisionsOf("actor", id)).map(({ operation }) => operation)).toEqual(["create", "delete"]);
    const first = await service.as("public").get(`${at("actor", id)}/revisions/1`);
    expect(docOf(first)).toMatchObject({ id, version: 1 });
  });
});

describe("the digest of a version", () => {
  test("is that of salt, document and metadata, for every operation", async () => {
    await longLife("sealed");
    const rows = await stored("sealed");
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row.digest.toString("hex")).toBe(digestOf(row));
    expect(new Set(rows.map((row) => row.salt.toString("hex"))).size).toBe(8);
    expect(rows.map((row) => row.salt.length)).toEqual(rows.map(() => 16));
  });

  test("changes with any part that it seals", async () => {
    await longLife("tampered");
    const [row] = await stored("tampered");
    if (row === undefined) throw new Error("A record has a version.");
    const sealed = row.digest.toString("hex");
    const parts: readonly Partial<StoredRevision>[] = [
      { document: `${row.document} ` },
      { author: null },
      { reason: "x" },
      { version: 2 },
      { stamp: row.stamp.replace(/.Z$/, (end) => (end === "0Z" ? "1Z" : "0Z")) },
      { operation: "restore" },
      { salt: Buffer.alloc(16) },
    ];
    for (const part of parts) expect(digestOf({ ...row, ...part })).not.toBe(sealed);
  });
});

describe("the database, even for its owner", () => {
  const redaction = emptiedSql;

  test.each([
    ["an update of the text", "UPDATE revisions SET document = '{}' WHERE id = 'fixed'"],
    ["an update of the author", "UPDATE revisions SET author = 'someone' WHERE id = 'fixed'"],
    ["an update that changes nothing", "UPDATE revisions SET reason = reason WHERE id = 'fixed'"],
    ["a deletion", "DELETE FROM revisions WHERE id = 'fixed'"],
    ["a truncation", "TRUNCATE revisions"],
    ["a truncation with all that refers to it", "TRUNCATE revisions CASCADE"],
    [
      "a redaction that changes the digest too",
      `UPDATE revisions SET ${redaction}, digest = sha256('x') WHERE id = 'fixed'`,
    ],
    [
      "a redaction that changes the reason too",
      `UPDATE revisions SET ${redaction}, reason = 'x' WHERE id = 'fixed'`,
    ],
    [
      "a redaction that keeps the salt",
      "UPDATE revisions SET document = NULL, search = NULL, name = NULL WHERE id = 'fixed'",
    ],
  ])("refuses %s", async (_name, statement) => {
    await service
      .as("editor")
      .post(at("actor"))
      .send({ ...bodies.actor("fixed"), id: "fixed" });
    await expect(service.pool.query(statement)).rejects.toThrow(/A revision is never changed or deleted/);
    expect(await stored("fixed")).toHaveLength(1);
  });

  test("lets a redaction empty text and salt, and the version then answers 410 while its digest stays", async () => {
    const { id } = await created(service, "actor", bodies.actor("secret"));
    await changed(service, "actor", id, { name: "Actor public" });
    const [before] = await stored(id);
    const done = await service.pool.query(`UPDATE revisions SET ${redaction} WHERE id = $1 AND version = 1`, [
      id,
    ]);
    expect(done.rowCount).toBe(1);
    const [after] = await stored(id);
    expect(after).toEqual({ ...before, document: null, salt: null });
    expectProblem(await service.as("editor").get(`${at("actor", id)}/revisions/1`), 410, "gone");
    const restore = await service
      .as("editor")
      .post(`${at("actor", id)}/revisions/1/restore`)
      .set("If-Match", '"2"');
    expectProblem(restore, 410, "gone");
    await expect(
      service.pool.query("UPDATE revisions SET document = '{}' WHERE id = $1 AND version = 1", [id]),
    ).rejects.toThrow(/never changed/);
  });
});
