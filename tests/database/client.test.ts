import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { connect } from "../../src/database/client.ts";
import { freePort } from "../../src/database/postmaster.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { describeConnectionFailure, judgeServer } from "../../src/database/server-check.ts";
import {
  cloneDatabase,
  openTemporaryDir,
  otherDatabase,
  recordingLog,
  silentLog,
  withParameters,
} from "../support/postgres.ts";

let database: { url: string; drop: () => Promise<void> };

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

function open(databaseUrl: string, log = silentLog) {
  return connect({ databaseUrl, poolSize: 2, statementTimeout_ms: 200, log });
}

describe("a server", () => {
  const good = { version_number: 150_000, encoding: "UTF8", read_only: false };

  test("of version 15 or newer in UTF8 that takes writes is accepted", () => {
    expect(judgeServer(good)).toBeUndefined();
    expect(judgeServer({ ...good, version_number: 180_004 })).toBeUndefined();
  });

  test.each([
    [
      { version_number: 140_012 },
      /version 14, and 15 or newer is needed\. Upgrade it, or unset DATABASE_URL/,
    ],
    [{ encoding: "SQL_ASCII" }, /encoded in SQL_ASCII, and UTF8 is needed\. Make one/],
    [{ read_only: true }, /standby.*Name the primary server/],
  ])("that is %j is refused with what to do", (difference, sentence) => {
    expect(judgeServer({ ...good, ...difference })).toMatch(sentence);
  });
});

describe("connecting", () => {
  test("says what to do when no server answers", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(open(`postgresql://someone:secret@${address}/some`)).rejects.toThrow(
      `No PostgreSQL server answers at ${address}. Start it, or correct DATABASE_URL.`,
    );
  });

  test("says what to do about a certificate file that cannot be read", async () => {
    await expect(
      open(withParameters(database.url, { sslrootcert: "/nonexistent/root.crt" })),
    ).rejects.toThrow(
      /^DATABASE_URL cannot be used \(.*ENOENT.*\/nonexistent\/root\.crt.*Correct its parameters, or the file/,
    );
  });

  test("needs the certificate file of its address only once, so that a later connection cannot fail unhandled", async () => {
    const folder = await openTemporaryDir();
    const file = path.join(folder, "root.crt");
    await writeFile(file, "");
    const { pool, close } = await open(
      withParameters(database.url, { sslmode: "disable", sslrootcert: file }),
    );
    await rm(folder, { recursive: true });
    const end = () => pool.query("SELECT pg_terminate_backend(pg_backend_pid())");
    const ask = async () => (await pool.query("SELECT 1 AS one")).rows[0].one;
    await Promise.allSettled([end(), end(), end(), end(), ask(), ask()]);
    expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual([1, 1, 1, 1]);
    await close();
  });

  test("says what to do about a host nobody knows", async () => {
    await expect(open("postgresql://someone@no-such-host.invalid/some")).rejects.toThrow(
      /no-such-host\.invalid.* DATABASE_URL/,
    );
  });

  test("says what to do about a database that is not there", async () => {
    await expect(open(otherDatabase(database.url, "no_such_database"))).rejects.toThrow(
      /no database no_such_database\. Make it with CREATE DATABASE/,
    );
  });

  test("says what to do about a wrong user or password, and does not repeat the password", async () => {
    const url = new URL(database.url);
    url.password = "a-wrong-password";
    const failure = await open(url.href).catch((error: unknown) => String(error));
    expect(failure).toMatch(/refused the password of user \w+\. Correct it in DATABASE_URL/);
    expect(failure).not.toContain("a-wrong-password");
  });

  test.each(["", "localhost:5432/some", "mysql://localhost/some", "postgresql://a:b%@["])(
    "refuses the address %j and shows the form of one",
    async (address) => {
      await expect(open(address)).rejects.toThrow(
        "It has the form postgresql://user:password@host:5432/database",
      );
    },
  );

  test("tells an unknown failure in the server's own words", () => {
    expect(describeConnectionFailure(new Error("odd"), "postgresql://db.example:5433/some")).toBe(
      "The PostgreSQL server at db.example:5433 cannot be used (odd). Check DATABASE_URL and the server's log.",
    );
  });

  test("works in UTC whatever the address says, and ends a statement that takes too long", async () => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c timezone=Asia/Tokyo -c work_mem=5MB");
    const { pool, exportPool, close } = await open(url.href);
    const settings = "SELECT current_setting('timezone') AS zone, current_setting('work_mem') AS memory";
    expect((await pool.query(settings)).rows).toEqual([{ zone: "UTC", memory: "5MB" }]);
    await expect(pool.query("SELECT pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
    await expect(exportPool.query("SELECT pg_sleep(0.3)")).resolves.toBeDefined();
    await close();
  });

  test("survives the loss of an idle connection", async () => {
    const log = recordingLog();
    const { pool, exportPool, close } = await open(database.url, log);
    const { rows } = await pool.query("SELECT pg_backend_pid() AS pid");
    await exportPool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    expect(await waitUntil(() => log.lines.length > 0, 2_000)).toBe(true);
    expect(log.lines[0]).toMatch(/^warn: A database connection was lost/);
    await expect(pool.query("SELECT 1")).resolves.toBeDefined();
    await close();
  });

  test("survives the loss of a connection between two statements of a transaction, and fails the next", async () => {
    const { pool, exportPool, close } = await open(database.url);
    const client = await pool.connect();
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    let ended = false;
    client.on("end", () => {
      ended = true;
    });
    await exportPool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    expect(await waitUntil(() => ended, 10_000)).toBe(true);
    await expect(client.query("COMMIT")).rejects.toThrow(/not queryable/);
    client.release();
    await expect(pool.query("SELECT 1")).resolves.toBeDefined();
    await close();
  });
});
