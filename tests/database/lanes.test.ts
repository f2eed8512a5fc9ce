import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Connection, connect } from "../../src/database/client.ts";
import { cloneDatabase, silentLog } from "../support/postgres.ts";

let database: { url: string; drop: () => Promise<void> };
let connection: Connection;

beforeAll(async () => {
  database = await cloneDatabase();
});

beforeEach(async () => {
  const { url: databaseUrl } = database;
  connection = await connect({ databaseUrl, poolSize: 5, statementTimeout_ms: 5_000, log: silentLog });
});

afterEach(async () => {
  await connection.close();
});

afterAll(async () => {
  await database.drop();
});

const numbers = Array.from({ length: 40 }, (_, place) => place);
/** A number, and which process of the database answered it. */
const told = async (number: number) =>
  (
    await connection.lanes.query<{ number: number; process: number }>({
      name: "told",
      text: "SELECT $1::int AS number, pg_backend_pid() AS process",
      values: [number],
    })
  ).rows[0];

/** That no connection is on loan. */
const allBack = () => expect(connection.lanePool.idleCount).toBe(connection.lanePool.totalCount);

test("statements sent at the same time get each its own answer, over no more connections than are lanes", async () => {
  const answers = await Promise.all(numbers.map(told));
  expect(answers.map((answer) => answer?.number)).toEqual(numbers);
  expect(new Set(answers.map((answer) => answer?.process)).size).toBe(2);
  allBack();
});

test("one that fails fails alone: those before and behind it on its connection do not hear of it", async () => {
  const answers = await Promise.allSettled(
    numbers.map((number) =>
      number % 7 === 3
        ? connection.lanes.query({ name: "divided", text: "SELECT 1 / $1::int AS number", values: [0] })
        : told(number),
    ),
  );
  for (const [number, answer] of answers.entries()) {
    if (number % 7 === 3) expect(answer).toMatchObject({ status: "rejected", reason: { code: "22012" } });
    else expect(answer).toMatchObject({ status: "fulfilled", value: { number } });
  }
  allBack();
});

test("each is a transaction of its own: what is written before one that fails stays", async () => {
  await connection.pool.query("CREATE TABLE written (number int PRIMARY KEY)");
  const insert = (number: number) =>
    connection.lanes.query({ name: "insert", text: "INSERT INTO written VALUES ($1)", values: [number] });
  const answers = await Promise.allSettled([1, 2, 1, 3, 2, 4].map(insert));
  expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(2);
  const { rows } = await connection.pool.query("SELECT number FROM written ORDER BY number");
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
});

test("a connection that breaks fails what is under way on it, and the next statement finds another", async () => {
  const slow = numbers.slice(0, 6).map((number) =>
    connection.lanes.query<{ process: number }>({
      text: "SELECT pg_backend_pid() AS process, pg_sleep($1)",
      values: [number < 2 ? 0.3 : 0],
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await connection.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'",
  );
  const answers = await Promise.allSettled(slow);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  expect((await Promise.all(numbers.map(told))).map((answer) => answer?.number)).toEqual(numbers);
  allBack();
});
