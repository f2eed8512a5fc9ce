import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { changed, created, makeWorld, violationBody } from "../support/builders.ts";
import { allAnswers, allChained, allRows, cursorOf, feedOf, makeHistory } from "../support/history.ts";
import { cloneDatabase, openTemporaryDir } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

/** The folder of pg_dump and pg_restore, of the server's version: npm brings none. */
function programs(): string {
  const { POSTGRES_PROGRAMS: folder } = process.env;
  if (folder !== undefined) return folder;
  throw new Error("POSTGRES_PROGRAMS names no folder: run `npm run check:interop`, which does.");
}

async function postgres(program: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)(path.join(programs(), program), [...args]);
}

describe("a database moved by pg_dump and pg_restore", () => {
  let folder: string;
  let original: TestService;
  let restored: TestService;
  let noted: string;

  beforeAll(async () => {
    folder = await openTemporaryDir();
    original = await testService({ seeded: true });
    await makeWorld(original);
    await makeHistory(original);
    await allChained(original);
    noted = cursorOf((await feedOf(original, "editor")).at(-5));
    const blocker = new pg.Client({ connectionString: original.databaseUrl });
    await blocker.connect();
    await blocker.query("BEGIN; SELECT pg_current_xact_id()");
    await created(original, "violation", violationBody({ id: "zz-unchained" }));
    await created(original, "violation", violationBody({ id: "aa-unchained" }));
    const file = path.join(folder, "dump");
    await postgres("pg_dump", "--format=custom", `--file=${file}`, original.databaseUrl);
    await blocker.end();
    await allChained(original);
    const database = await cloneDatabase({ empty: true });
    await postgres("pg_restore", "--exit-on-error", `--dbname=${database.url}`, file);
    restored = await testService({ on: { database, keys: original.keys } });
    await allChained(restored);
  });

  afterAll(async () => {
    await original.close();
    await restored.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("has the same rows and answers, its feed in the same order, what was not chained yet as well", async () => {
    expect(await allRows(restored.databaseUrl)).toEqual(await allRows(original.databaseUrl));
    const before = await allAnswers(original);
    const after = await allAnswers(restored);
    for (const [question, answer] of before)
      expect([question, after.get(question)]).toEqual([question, answer]);
  }, 300_000);

  test("goes on after the cursors that were noted down", async () => {
    expect(await feedOf(restored, "editor", noted)).toEqual(await feedOf(original, "editor", noted));
    await changed(restored, "violation", "zz-unchained", { description: "After" });
    await allChained(restored);
    expect(JSON.parse((await feedOf(restored, "editor", noted)).at(-1) ?? "")).toMatchObject({
      id: "zz-unchained",
      version: 2,
    });
  });
});
