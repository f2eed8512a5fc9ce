import { createReadStream } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { keptColumns, ledgerColumns, versionColumns } from "../../src/backup/format.ts";
import { readBackup } from "../../src/backup/read.ts";
import { runCommand } from "../../src/commands.ts";
import { at, bodies, changed, created, makeWorld, violationBody } from "../support/builders.ts";
import { allAnswers, allChained, allRows, cursorOf, feedOf, makeHistory } from "../support/history.ts";
import { cloneDatabase, openTemporaryDir } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let folder: string;
let original: TestService;
let restored: TestService;
/** What the command said. */
let said: { readonly backup: string; readonly restore: string };
/** A cursor of each feed, noted down before the backup. */
let noted: { readonly editor: string; readonly public: string };

const file = () => path.join(folder, "backup.ndjson");
const oneBody = { ...bodies.actor("once"), id: "once" };

async function run(url: string, ...args: readonly string[]): Promise<string> {
  const words: unknown[] = [];
  const output = {
    log: (text: string) => words.push(text),
    error: (problem: unknown) => words.push(problem),
  };
  await runCommand(args, { DATABASE_URL: url, LOG_LEVEL: "fatal" }, output);
  return words.map(String).join("\n");
}

function createOnce(service: TestService) {
  return service.as("editor").post(at("actor")).set("Idempotency-Key", "just-once").send(oneBody);
}

/** Writes that stay out of the ledger while a transaction begun before them is open, in an order unlike that of their names. */
async function writeUnchained(): Promise<void> {
  await created(original, "actor", { ...bodies.actor("zz"), id: "zz" });
  await created(original, "violation", violationBody({ id: "unchained" }));
  await changed(original, "actor", "zz", { name: "Zz again" });
  await created(original, "actor", { ...bodies.actor("aa"), id: "aa" });
  await created(original, "conflict", { ...bodies.conflict("last"), id: "last" });
}

beforeAll(async () => {
  folder = await openTemporaryDir();
  original = await testService({ seeded: true });
  await makeWorld(original);
  await makeHistory(original);
  await createOnce(original).expect(201);
  await allChained(original);
  noted = {
    editor: cursorOf((await feedOf(original, "editor")).at(-5)),
    public: cursorOf((await feedOf(original, "public")).at(-5)),
  };
  const blocker = new pg.Client({ connectionString: original.databaseUrl });
  await blocker.connect();
  await blocker.query("BEGIN; SELECT pg_current_xact_id()");
  await writeUnchained();
  const backup = await run(original.databaseUrl, "backup", file());
  await blocker.end();
  await allChained(original);
  const database = await cloneDatabase({ empty: true });
  said = { backup, restore: await run(database.url, "restore", file()) };
  restored = await testService({ on: { database, keys: original.keys } });
  await allChained(restored);
});

afterAll(async () => {
  await original.close();
  await restored.close();
  await rm(folder, { recursive: true, force: true });
});

describe("what was backed up and restored", () => {
  test("is told: how much, up to which head, and what is not chained yet", async () => {
    expect(said.backup).toMatch(
      /^Backed up \d{3} versions as of \S+Z\. The head is \d+:[0-9a-f]{64}\. 5 versions are not chained yet\. It stands in \S+\.$/,
    );
    expect(said.restore).toMatch(
      /^Restored \d{3} versions and the \d{3} records that stand\. The head is \d+:/,
    );
    const head = /The head is \S+/.exec(said.backup)?.[0];
    expect(said.restore).toContain(head);
    expect(said.restore).toContain("5 versions are not chained yet; the service does so when it starts.");
  });

  test("has the same rows in every table, the ledger of versions chained since included", async () => {
    expect(await allRows(restored.databaseUrl)).toEqual(await allRows(original.databaseUrl));
  });

  test("answers every question as before, of every record, version, instant and change", async () => {
    const before = await allAnswers(original);
    const after = await allAnswers(restored);
    expect(before.size).toBeGreaterThan(300);
    expect(after.size).toBe(before.size);
    for (const [question, answer] of before)
      expect([question, after.get(question)]).toEqual([question, answer]);
  }, 300_000);

  test("verifies, against the head that was noted down too", async () => {
    const head = /The head is (\d+:[0-9a-f]{64})/.exec(said.backup)?.[1] ?? "";
    expect(await run(restored.databaseUrl, "verify", "--between", head)).toMatch(
      /^All \d{3} entries are whole\. The head is \S+ The public head is \S+ 3 versions are redacted/,
    );
  });

  test("goes on: cursors mean the same place, a repeated POST gets its first answer, names stay taken", async () => {
    for (const role of ["editor", "public"] as const)
      expect(await feedOf(restored, role, noted[role])).toEqual(await feedOf(original, role, noted[role]));
    expect((await createOnce(restored).expect(201)).body).toMatchObject({ id: "once", version: 1 });
    const external_ids = [{ dataset: "a-dataset", id: "its-name", relation: "SAME" }];
    const taken = { ...bodies.actor("another"), external_ids };
    expect((await restored.as("editor").post(at("actor")).send(taken)).status).toBe(409);
    const changedAgain = await changed(restored, "violation", "named", { description: "After" });
    expect(changedAgain.version).toBe(7);
    await created(restored, "source", bodies.source("after"));
    await allChained(restored);
    const after = (await feedOf(restored, "editor", noted.editor)).slice(-2);
    expect(after.map((change) => JSON.parse(change).id)).toEqual([
      "named",
      expect.stringMatching(/^source-after/),
    ]);
    expect(await run(restored.databaseUrl, "verify")).toMatch(/^All \d{3} entries are whole/);
  });
});

describe("a backup", () => {
  test("is for its owner's eyes alone, and leaves nothing beside it", async () => {
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["backup.ndjson"]);
  });

  test("is compressed where its name ends in .gz, and takes the place of an older one", async () => {
    const packed = path.join(folder, "packed.ndjson.gz");
    await run(original.databaseUrl, "backup", packed);
    const again = await run(original.databaseUrl, "backup", packed);
    expect(again).toMatch(/^Backed up/);
    const lines = gunzipSync(await readFile(packed))
      .toString("utf8")
      .trim()
      .split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ line: "end" });
    const other = await cloneDatabase();
    expect(await run(other.url, "restore", packed)).toMatch(/^Restored/);
    await other.drop();
    await rm(packed);
  });

  test("says in its first line what it is, by which one can tell before restoring", async () => {
    const { header, close } = await readBackup("it", createReadStream(file()));
    expect(header).toMatchObject({ format: "ceasefire-tracker backup", format_version: 1 });
    expect(header.migrations[0]).toMatch(/_init$/);
    await close();
  });

  test("holds no salt that the text of an API key is derived from", async () => {
    const one = await testService();
    try {
      const make = one.as("admin").post("/v1/api-keys").set("Idempotency-Key", "of-an-api-key");
      await make.send({ name: "Desk", role: "analyst" }).expect(201);
      const kept = "SELECT told FROM idempotency_keys WHERE key = 'of-an-api-key'";
      const { rows } = await one.pool.query<{ told: string }>(kept);
      const backup = path.join(folder, "salt.ndjson");
      await run(one.databaseUrl, "backup", backup);
      const text = await readFile(backup, "utf8");
      expect(text).toContain('"name":"Desk"');
      expect(text).not.toContain("of-an-api-key");
      expect(text).not.toContain(rows[0]?.told);
    } finally {
      await one.close();
      await rm(path.join(folder, "salt.ndjson"), { force: true });
    }
  });

  test("holds every column there is", async () => {
    const kept = { revisions: [...versionColumns, "xid"], ledger: ledgerColumns, ...keptColumns };
    for (const [table, columns] of Object.entries(kept)) {
      const { rows } = await original.pool.query<{ name: string }>(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
      );
      expect([table, rows.map(({ name }) => name).sort()]).toEqual([table, [...columns].sort()]);
    }
  });

  test("is refused of a database whose ledger is broken, with the place", async () => {
    const broken = await cloneDatabase();
    expect(await run(broken.url, "restore", file())).toMatch(/^Restored/);
    const client = new pg.Client({ connectionString: broken.url });
    await client.connect();
    await client.query(
      "SET session_replication_role = replica; UPDATE revisions SET author = 'x' WHERE id = 'written-before'",
    );
    await client.end();
    expect(await run(broken.url, "backup", path.join(folder, "broken"))).toMatch(
      /^The database holds what could not be restored: line \d+ of its backup .* \(source written-before, version 1\)\. .*ceasefire verify/,
    );
    expect(await readdir(folder)).toEqual(["backup.ndjson"]);
    await broken.drop();
  });

  test("is refused of a database without its tables, and where no file can be", async () => {
    const empty = await cloneDatabase({ empty: true });
    expect(await run(empty.url, "backup", path.join(folder, "none"))).toMatch(
      /lacks \d+_init.*ceasefire migrate/,
    );
    await empty.drop();
    expect(await run(original.databaseUrl, "backup", folder)).toMatch(/is there already and is no file/);
    expect(await run(original.databaseUrl, "backup", path.join(folder, "no", "where"))).toMatch(
      /could not be written to .*no\/where \(.*ENOENT.*Name a file in a folder/,
    );
    expect(await readdir(folder)).toEqual(["backup.ndjson"]);
  });

  test("takes one instant while others write", async () => {
    let writing = true;
    const writer = (async () => {
      for (let made = 0; writing; made += 1)
        await created(original, "actor", { ...bodies.actor("busy"), id: `busy-${made}` });
    })();
    const busy = path.join(folder, "busy.ndjson");
    expect(await run(original.databaseUrl, "backup", busy)).toMatch(/^Backed up/);
    writing = false;
    await writer;
    const other = await cloneDatabase();
    expect(await run(other.url, "restore", busy)).toMatch(/^Restored/);
    await other.drop();
    await rm(busy);
  });
});
