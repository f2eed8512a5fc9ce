import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { type Output, runCommand } from "../src/commands.ts";
import { waitUntil } from "../src/database/processes.ts";
import { startSequencer } from "../src/ledger/sequencer.ts";
import { cloneDatabase } from "./support/postgres.ts";

/** Commands run here for their words on a database of one's own; tests/cli.test.ts runs them as processes. */
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let empty: Awaited<ReturnType<typeof cloneDatabase>>;

beforeAll(async () => {
  database = await cloneDatabase();
  empty = await cloneDatabase({ empty: true });
});

afterAll(async () => {
  await database.drop();
  await empty.drop();
});

async function run(url: string, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  const said: unknown[] = [];
  const output: Output = { log: (text) => said.push(text), error: (problem) => said.push(problem) };
  const code = await runCommand(args, { DATABASE_URL: url, LOG_LEVEL: "fatal" }, output);
  return { code, said: said.map(String).join("\n") };
}

describe("ceasefire", () => {
  test("migrates what lacks migrations, and says so of what does not", async () => {
    expect(await run(empty.url, "seed")).toMatchObject({
      code: 1,
      said: expect.stringMatching(/lacks \d+_init/),
    });
    expect(await run(empty.url, "migrate")).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^Applied /),
    });
    expect(await run(empty.url, "migrate")).toMatchObject({
      code: 0,
      said: "The database has every migration already.",
    });
  });

  test("seeds once, and names the sets there are where one is unknown", async () => {
    expect((await run(database.url, "seed")).said).toMatch(/^Wrote \d{3} seed records\.$/);
    expect((await run(database.url, "seed")).said).toBe("Wrote 0 seed records.");
    expect(await run(database.url, "seed", "--set", "atlantis")).toEqual({
      code: 1,
      said: "There are no seeds named atlantis. There are: nagorno-karabakh-2020.",
    });
  });

  test("verifies the ledger, and says what has not been chained yet", async () => {
    await run(database.url, "seed");
    const { code, said } = await run(database.url, "verify");
    expect(code).toBe(0);
    expect(said).toMatch(
      /^All 0 entries are whole\. The head is none\. The public head is none\. \d{3} versions are not chained yet\.$/,
    );
    const noted = await run(database.url, "verify", "--between", `1:${"a".repeat(64)}`);
    expect(noted.code).toBe(1);
    expect(noted.said).toMatch(
      /^The ledger is broken at entry 1\. A head was noted at 1, and the ledger ends at 0/,
    );
    expect((await run(database.url, "verify", "--between", "head")).said).toMatch(
      /^`head` is no head\. Give a head as/,
    );
  });

  test("names the head of a whole ledger, what was redacted, and the first entry that was tampered with", async () => {
    await run(database.url, "seed");
    const sequencer = startSequencer(database.url, { info: () => undefined, warn: () => undefined });
    const chained = async () =>
      (await run(database.url, "verify")).said.endsWith(".") &&
      !(await run(database.url, "verify")).said.includes("not chained");
    expect(await waitUntil(chained, 10_000)).toBe(true);
    await sequencer.stop();
    const whole = await run(database.url, "verify");
    const head =
      /^All (\d+) entries are whole\. The head is (\1:[0-9a-f]{64})\. The public head is \1:[0-9a-f]{64}\.$/.exec(
        whole.said,
      )?.[2] ?? "";
    expect((await run(database.url, "verify", "--between", head)).code).toBe(0);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("SET session_replication_role = replica");
    await client.query("UPDATE revisions SET author = 'another' WHERE id = 'armenia'");
    await client.end();
    const broken = await run(database.url, "verify");
    expect(broken.code).toBe(1);
    expect(broken.said).toMatch(
      /^The ledger is broken at entry \d+ \(actor armenia, version 1\)\. The version's text/,
    );
  });

  test("refuses settings that mean nothing, and a server that is not there", async () => {
    const output: unknown[] = [];
    const keep: Output = { log: (text) => output.push(text), error: (problem) => output.push(problem) };
    expect(await runCommand(["verify"], { PORT: "x" }, keep)).toBe(1);
    expect(String(output[0])).toMatch(/^The environment/);
    expect((await run("postgresql://127.0.0.1:1/none", "verify")).said).toMatch(/127\.0\.0\.1:1/);
  });
});
