import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Connection, connect } from "../../src/database/client.ts";
import { limitSql, openCopy, settings } from "../../src/exchange/copy.ts";
import { jsonHistory } from "../../src/exchange/history/stream.ts";
import { cloneDatabase, silentLog } from "../support/postgres.ts";

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let connection: Connection;

beforeAll(async () => {
  database = await cloneDatabase({ empty: true });
  connection = await connect({
    databaseUrl: database.url,
    poolSize: 4,
    statementTimeout_ms: 30_000,
    exportPoolSize: 1,
    log: silentLog,
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Rows of 200 bytes, more than anybody reads: 2 GB. */
const endless = "SELECT repeat('x', 200) FROM generate_series(1, 10000000)";

function never(): AbortSignal {
  return new AbortController().signal;
}

/** How many statements of exports the server still works at. */
async function copies(): Promise<number> {
  const { rows } = await connection.pool.query<{ number: number }>(
    "SELECT count(*)::int AS number FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query LIKE 'COPY (%'",
  );
  return rows[0]?.number ?? 0;
}

async function untilNone(): Promise<void> {
  const deadline = Date.now() + 3_000;
  while ((await copies()) > 0) {
    if (Date.now() > deadline) throw new Error("The COPY is still at work");
    await pause(10);
  }
}

async function textOf(query: string, values = settings()): Promise<string> {
  const { stream } = await openCopy(connection, "lines", query, values, never());
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

describe("the values of a COPY", () => {
  test("arrive as they are, whatever characters they hold", async () => {
    const words = ["it's", 'say "so"', "back\\slash", "{curly}", "a,b", "", "NULL", "Շուշի", "two\nlines"];
    const values = settings();
    const query = `SELECT row_to_json(r) FROM (SELECT ${values.add(words)}::text[] AS list, ${values.add('it\'s \\ "x"')} AS text,
      ${values.add(-1.5)} AS number, ${values.add(true)} AS flag, ${values.add([])}::text[] AS none) AS r`;
    const row: unknown = JSON.parse(await textOf(query, values));
    expect(row).toEqual({ list: words, text: 'it\'s \\ "x"', number: -1.5, flag: true, none: [] });
  });

  test("limit the rows, or not", async () => {
    const some = settings();
    expect(await textOf(`SELECT n FROM generate_series(1, 9) n ${limitSql(3, some)}`, some)).toBe(
      "1\n2\n3\n",
    );
    const all = settings();
    const text = await textOf(`SELECT n FROM generate_series(1, 9) n ${limitSql(undefined, all)}`, all);
    expect(text.split("\n")).toHaveLength(10);
  });

  test("are refused where a setting cannot hold them", () => {
    expect(() => settings().add(null)).toThrow(TypeError);
    expect(() => settings().add(new Date())).toThrow(TypeError);
  });
});

describe("a COPY", () => {
  test("gives its connection back when it is read to its end", async () => {
    const backend = await textOf("SELECT pg_backend_pid()");
    for (let round = 0; round < 3; round += 1) expect(await textOf("SELECT pg_backend_pid()")).toBe(backend);
  });

  test("keeps backslashes as they are", async () => {
    expect(await textOf("SELECT 'a\\b'")).toBe("a\\b\n");
  });

  test("can write nothing", async () => {
    await expect(textOf("SELECT set_config('transaction_read_only', 'off', true)")).rejects.toThrow(
      /read-only|read-write/,
    );
  });

  test("that fails says so on its stream and leaves the pool usable", async () => {
    await expect(textOf("SELECT 1 / (n - 3) FROM generate_series(1, 5) n")).rejects.toThrow(
      "division by zero",
    );
    expect(await textOf("SELECT 1")).toBe("1\n");
  });

  test("is cancelled when its reader goes away half way", async () => {
    const { stream } = await openCopy(connection, "csv", endless, settings(), never());
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await untilNone();
    expect(await textOf("SELECT 1")).toBe("1\n");
  });

  test("is cancelled when the reader of a history made from it goes away", async () => {
    const event = { kind: "expires", item: { words: null }, names: {}, citations: [], at: null };
    const values = settings();
    const query = `SELECT ${values.add(JSON.stringify(event))} FROM generate_series(1, 10000000)`;
    const { stream } = await openCopy(connection, "lines", query, values, never());
    const history = jsonHistory(stream, "a-truce", "2026-11-23T14:00:00.123456Z");
    let text = "";
    for await (const chunk of history) {
      text += chunk;
      if (text.length > 100_000) break;
    }
    expect(text).toContain('"summary":"The ceasefire\'s own term ran out."');
    await untilNone();
    expect(await textOf("SELECT 1")).toBe("1\n");
  });

  test("is cancelled by its signal before its first byte, while the server is still thinking", async () => {
    const controller = new AbortController();
    const { stream } = await openCopy(
      connection,
      "csv",
      "SELECT pg_sleep(20)",
      settings(),
      controller.signal,
    );
    const closed = new Promise((resolve) => stream.once("close", resolve));
    await pause(50);
    expect(await copies()).toBe(1);
    controller.abort();
    await closed;
    await untilNone();
    expect(await textOf("SELECT 1")).toBe("1\n");
  });

  test("is not begun for somebody who is gone already", async () => {
    const open = openCopy(connection, "csv", endless, settings(), AbortSignal.abort());
    await expect(open).rejects.toThrow(/abort/i);
    expect(await copies()).toBe(0);
    expect(await textOf("SELECT 1")).toBe("1\n");
  });

  test("waits for a slow reader instead of filling the memory", async () => {
    const { stream } = await openCopy(connection, "csv", endless, settings(), never());
    const idle = process.memoryUsage().rss;
    let peak = 0;
    let read = 0;
    for await (const chunk of stream) {
      read += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss);
      await pause(10);
      if (read > 6_000_000) break;
    }
    expect((peak - idle) / 1e6).toBeLessThan(60);
    await untilNone();
  });

  test("of 300 MB passes through in constant memory", async () => {
    const query = "SELECT repeat('x', 300) FROM generate_series(1, 1000000)";
    const { stream } = await openCopy(connection, "csv", query, settings(), never());
    const idle = process.memoryUsage().rss;
    let peak = 0;
    let read = 0;
    for await (const chunk of stream) {
      read += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(read).toBe(301_000_007);
    expect((peak - idle) / 1e6).toBeLessThan(60);
  });
});
