import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { chainBatch, readChainEnd } from "../../src/ledger/sequence.ts";
import { createRecord, deleteRecord, transaction } from "../../src/record/store.ts";
import { conflict } from "../../src/record-types/conflict.ts";
import { cloneDatabase } from "../support/postgres.ts";

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let pool: pg.Pool;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Writes a record's first version and its deletion, as if by transactions of these numbers on another server. */
async function writtenElsewhere(id: string, first: string, second: string): Promise<void> {
  const read = conflict.read({ id, name: id });
  if ("faults" in read) throw new Error(JSON.stringify(read.faults));
  const by = { author: null, reason: null };
  await transaction(pool, async (client) => {
    await createRecord(client, conflict, read.draft, by);
    await deleteRecord(client, conflict, { ...by, id, version: 2 });
    await client.query("SET LOCAL session_replication_role = replica");
    const set = "UPDATE revisions SET xid = $1::text::xid8 WHERE id = $2 AND version = $3";
    await client.query(set, [first, id, 1]);
    await client.query(set, [second, id, 2]);
  });
}

test("versions restored with the numbers of another server keep their records' order, on whichever side of the own numbers they lie", async () => {
  const toCome = "4000000000000";
  await writtenElsewhere("both-past", "4", "5");
  await writtenElsewhere("both-to-come", `${toCome}1`, `${toCome}2`);
  await writtenElsewhere("on-either-side", "6", `${toCome}0`);
  const client = await pool.connect();
  const end = await readChainEnd(client);
  expect((await chainBatch(client, end)).added).toBe(6);
  client.release();
  const { rows } = await pool.query<{ told: string }>(
    "SELECT id || ' ' || version AS told FROM ledger ORDER BY position",
  );
  expect(rows.map(({ told }) => told)).toEqual([
    "on-either-side 1",
    "on-either-side 2",
    "both-to-come 1",
    "both-to-come 2",
    "both-past 1",
    "both-past 2",
  ]);
});
