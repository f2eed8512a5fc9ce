import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import pg from "pg";
import { readBackup } from "../../src/backup/read.ts";
import { runCommand } from "../../src/commands.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { startSequencer } from "../../src/ledger/sequencer.ts";
import { isObject } from "../../src/record/json.ts";
import { reindex } from "../../src/record/reindex.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { backupOfHistory, run } from "../support/backup.ts";
import { allRows, holdsAnything } from "../support/history.ts";
import { cloneDatabase, openTemporaryDir } from "../support/postgres.ts";

let folder: string;
let whole: Buffer;
let lines: readonly string[];
/** A migrated database that stays empty, whatever is refused. */
let target: Awaited<ReturnType<typeof cloneDatabase>>;

beforeAll(async () => {
  folder = await openTemporaryDir();
  target = await cloneDatabase();
  whole = await readFile(await backupOfHistory(folder));
  lines = whole.toString("utf8").trimEnd().split("\n");
});

afterAll(async () => {
  await target.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Tries to restore these bytes; what is said. The target stays as it was. */
async function refused(bytes: string | Buffer, name = "given.ndjson"): Promise<string> {
  await writeFile(path.join(folder, name), bytes);
  const said = await run(target.url, "restore", path.join(folder, name));
  expect(await holdsAnything(target.url)).toBe(false);
  return said.replaceAll(`${folder}/`, "");
}

/** The backup with one line changed, and a last line that agrees with it, as somebody could make who knows how. */
function withLine(number: number, change: (line: object) => object): string {
  return withLines((line, place) => (place === number - 1 ? change(line) : line));
}

function withLines(change: (line: object, place: number) => object): string {
  return withLast(
    lines.map((text, place) => {
      const line: object = JSON.parse(text);
      const other = change(line, place);
      return other === line ? text : JSON.stringify(other);
    }),
  );
}

/** These lines, with a last one that agrees with those before it. */
function withLast(changed: readonly string[]): string {
  const before = changed
    .slice(0, -1)
    .map((text) => `${text}\n`)
    .join("");
  const end = {
    ...JSON.parse(lines.at(-1) ?? ""),
    sha256: createHash("sha256").update(before).digest("hex"),
  };
  return `${before}${JSON.stringify(end)}\n`;
}

function numberOf(part: string): number {
  const place = lines.findIndex((text) => text.includes(part));
  if (place === -1) throw new Error(`No line holds ${part}.`);
  return place + 1;
}

const row = (more: object) => (line: object) => ({
  ...line,
  row: { ...("row" in line && isObject(line.row) ? line.row : {}), ...more },
});
const entry = (more: object) => (line: object) => ({
  ...line,
  entry: { ...("entry" in line && isObject(line.entry) ? line.entry : {}), ...more },
});

describe("a file that is no whole backup is refused, with the place, and nothing is written:", () => {
  test("one that is cut off, between lines or within one", async () => {
    const half = lines.slice(0, 20).join("\n");
    expect(await refused(`${half}\n`)).toBe(
      "Line 21 of given.ndjson is missing: the backup is cut off. Nothing was restored.",
    );
    expect(await refused(half.slice(0, -40))).toBe(
      "Line 20 of given.ndjson is no whole JSON: the backup is cut off or damaged there. Nothing was restored.",
    );
    const packed = gzipSync(whole);
    expect(await refused(packed.subarray(0, packed.length / 2), "half.ndjson.gz")).toMatch(
      /^half\.ndjson\.gz cannot be read \(.*unexpected end of file\)\. It is cut off, damaged/,
    );
  });

  test("one of which any one byte was changed", async () => {
    await expect(drained(whole)).resolves.toBe(lines.length - 2);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 2 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(whole);
          changed[at] = (whole[at] ?? 0) ^ by;
          await expect(drained(changed)).rejects.toThrow(/^Line \d+ of it .*Nothing was restored\.$/s);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("one whose last rows were changed, though all else was written by then", async () => {
    const key = lines[numberOf('"api_keys"') - 1] ?? "";
    expect(await refused(whole.toString("utf8").replace(key, key.replace('"analyst"', '"admin"')))).toBe(
      `Line ${lines.length} of given.ndjson has another SHA-256 than the lines before it: one of them was changed or is missing. Nothing was restored.`,
    );
  });

  test("one that was changed by somebody who made its sums anew", async () => {
    const named = numberOf('"id":"the-truce"');
    expect(await refused(withLine(named, row({ author: "somebody else" })))).toMatch(
      new RegExp(`^Line ${named} of given\\.ndjson holds a text.*\\(ceasefire the-truce, version 1\\)`),
    );
    expect(await refused(withLine(named, row({ digest: `\\x${"0".repeat(64)}`, salt: null })))).toMatch(
      /has a hash that is not made of the one before/,
    );
    expect(await refused(withLine(named, entry({ position: 99 })))).toMatch(
      new RegExp(`is out of the ledger's order: entry 99 follows entry ${named - 2} `),
    );
    expect(await refused(withLine(named, row({ document: null, salt: null })))).toMatch(
      /^The ledger is broken at entry \d+ \(ceasefire the-truce, version 1\)\. The version's text is gone, and no later/,
    );
    expect(await refused(withLine(named, row({ latest: 3 })))).toMatch(
      /is not as a backup's lines are \(row: .*latest/,
    );
    expect(await refused(withLine(1, (line) => ({ ...line, head: null })))).toMatch(/tells of another head/);
  });

  test("one whose public entries were changed", async () => {
    const named = numberOf('"id":"the-truce"');
    const said = (what: string) =>
      new RegExp(`^Line ${named} of .* ${what} .*\\(ceasefire the-truce, version 1\\)`);
    for (const public_position of [1, 99, null])
      expect(await refused(withLine(named, entry({ public_position })))).toMatch(
        said("has another public number than"),
      );
    for (const more of [
      { public_operation: "update" },
      { public_hash: `\\x${"0".repeat(64)}` },
      { public_hash: null },
    ])
      expect(await refused(withLine(named, entry(more)))).toMatch(
        said("has a public hash that is not made of"),
      );
    const hidden = numberOf('"id":"hidden"');
    const seen = { public_position: 99, public_operation: "create", public_hash: `\\x${"0".repeat(64)}` };
    expect(await refused(withLine(hidden, entry(seen)))).toMatch(/has another public number than/);
  });

  test("one that says of two records that they are one of another dataset's", async () => {
    const name = numberOf('"external_id":"its-name"');
    expect(await refused(withLine(name, row({ type: "violation", external_id: "named" })))).toMatch(
      /^The database refused what the backup holds: duplicate key .*same_as_pkey.* \(Key .*already exists\.\)\. Nothing/,
    );
  });

  test("one whose lines stand in the wrong places", async () => {
    expect(await refused([lines[0], ...lines].join("\n"))).toMatch(
      /^Line 2 of given\.ndjson is a second beginning/,
    );
    expect(await refused([...lines, lines.at(-2)].join("\n"))).toMatch(
      /stands behind the last line\. Nothing/,
    );
    expect(await refused(lines.slice(1).join("\n"))).toMatch(/does not say that this is a backup/);
  });

  test("a file of another kind, of another format, of a newer release", async () => {
    const strange =
      "Line 1 of given.ndjson does not say that this is a backup of a ceasefire tracker; `ceasefire backup` makes one. Nothing was restored.";
    expect(await refused("id,name\n1,x\n")).toBe(strange);
    expect(await refused('{"id":"x"}\n')).toBe(strange);
    expect(await refused(gzipSync(whole))).toBe(strange);
    expect(await refused("")).toBe("given.ndjson is empty. Nothing was restored.");
    expect(
      await refused(withLine(1, (line) => ({ ...line, format_version: 2, service_version: "9.0.0" }))),
    ).toMatch(/says format 2, and this release reads format 1; restore it with release 9\.0\.0/);
    const newer = withLine(1, (line) => ({
      ...line,
      migrations: ["29990101000000_newer"],
      service_version: "9.0.0",
    }));
    expect(await refused(newer)).toMatch(
      /^The backup was made by release 9\.0\.0, whose database had the migrations 29990101000000_newer; this release lacks them/,
    );
    expect(await refused(whole, "unpacked.gz")).toMatch(
      /^unpacked\.gz cannot be read \(.*incorrect header check\)/,
    );
  });

  test("a file that is not there, or a folder", async () => {
    const nowhere = path.join(folder, "nowhere");
    const said: unknown[] = [];
    const output = { log: () => undefined, error: (problem: unknown) => said.push(problem) };
    await runCommand(["restore", nowhere], { DATA_DIR: path.join(folder, "data") }, output);
    expect(said.join("")).toMatch(/nowhere cannot be read \(.*ENOENT.*Name a backup that you may read/);
    expect(await readdir(folder)).not.toContain("data");
    expect(await run(target.url, "restore", folder)).toMatch(/cannot be read \(.*EISDIR/);
  });
});

/** How many lines a backup has between its first and its last. */
async function drained(bytes: Buffer): Promise<number> {
  const { lines: rest } = await readBackup("it", chunks(bytes));
  let number = 0;
  for await (const line of rest) number += line === undefined ? 0 : 1;
  return number;
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 1_000) yield bytes.subarray(from, from + 1_000);
}

test("a backup of a release without the public chain is restored with the same public chain", async () => {
  const old = lines.map((text) => {
    const line: unknown = JSON.parse(text);
    if (!isObject(line) || !isObject(line.entry)) return text;
    const { public_hash: _later, ...before } = line.entry;
    return JSON.stringify({ ...line, entry: before });
  });
  const rows = async (bytes: string | Buffer) => {
    await writeFile(path.join(folder, "given.ndjson"), bytes);
    const database = await cloneDatabase();
    expect(await run(database.url, "restore", path.join(folder, "given.ndjson"))).toMatch(/^Restored/);
    const { ledger } = await allRows(database.url);
    await database.drop();
    return ledger;
  };
  expect(withLast(old)).not.toContain("public_hash");
  const ledger = await rows(whole);
  expect(ledger?.filter((row) => row.includes('"public_hash": "')).length).toBeGreaterThan(10);
  expect(await rows(withLast(old))).toEqual(ledger);
});

describe("a database", () => {
  test("is restored from a backup of a release before words were folded, and then indexed anew", async () => {
    const old = withLines((line) => {
      if (!("row" in line) || !isObject(line.row) || !("search" in line.row)) return line;
      const { search_version: _version, sort_name: _name, ...rest } = line.row;
      return { ...line, row: { ...rest, search: "'earlier'" } };
    });
    await writeFile(path.join(folder, "old.ndjson"), old);
    const database = await cloneDatabase();
    await run(database.url, "restore", path.join(folder, "old.ndjson"));
    const pool = new pg.Pool({ connectionString: database.url });
    const read = async () =>
      (await pool.query("SELECT id, sort_name, search::text FROM actors WHERE name = 'Side A' ORDER BY id"))
        .rows[0];
    expect(await read()).toMatchObject({ sort_name: "", search: "'earlier'" });
    expect(await reindex(pool, { types: recordTypes, signal: new AbortController().signal })).toBeGreaterThan(
      0,
    );
    expect(await read()).toMatchObject({ sort_name: "side a", search: "'a' 'side'" });
    await pool.end();
    await database.drop();
  });

  test("that holds anything is refused before anything is done to it, one without tables is given them", async () => {
    const file = path.join(folder, "whole.ndjson");
    const database = await cloneDatabase({ empty: true });
    expect(await run(database.url, "restore", file)).toMatch(/^Restored/);
    const rows = await allRows(database.url);
    expect(await run(database.url, "restore", file)).toMatch(
      /^The database is not empty: it holds rows in revisions, ledger, same_as, conflicts, .*, violations\. A backup is restored into an empty database only/,
    );
    expect(await allRows(database.url)).toEqual(rows);
    await database.drop();
  });

  test("on which a service runs is refused", async () => {
    const sequencer = startSequencer(target.url, { info: () => undefined, warn: () => undefined });
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    const locked = async () =>
      (
        await client.query(
          "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
      ).rowCount !== 0;
    expect(await waitUntil(locked, 5_000)).toBe(true);
    expect(await refused(whole)).toBe(
      "A service, or another restore, is at work on this database. Stop it, then restore. Nothing was restored.",
    );
    await client.end();
    await sequencer.stop();
  });

  test("keeps the keys that it had, beside those that come", async () => {
    const database = await cloneDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      "INSERT INTO api_keys (id, name, role, key_sha256) VALUES ('own', 'own', 'admin', sha256('own'))",
    );
    expect(await run(database.url, "restore", path.join(folder, "whole.ndjson"))).toMatch(/^Restored/);
    const { rows } = await client.query("SELECT name FROM api_keys ORDER BY name");
    expect(rows.map(({ name }) => name)).toEqual(["desk-admin", "desk-analyst", "desk-editor", "own"]);
    await client.end();
    await database.drop();
  });
});
