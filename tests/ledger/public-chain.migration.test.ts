import { cp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { migrationsDir } from "../../src/assembly.ts";
import { migrate } from "../../src/database/migrate.ts";
import { GENESIS, publicChained } from "../../src/ledger/chain.ts";
import { readChainEnd } from "../../src/ledger/sequence.ts";
import { cloneDatabase, openTemporaryDir, silentLog } from "../support/postgres.ts";

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let before: string;
let client: pg.Client;

const isLater = (name: string) => /^\d{14}_/.test(name) && name >= "20261128085647_public_chain";

beforeAll(async () => {
  before = await openTemporaryDir();
  for (const name of (await readdir(migrationsDir)).filter((one) => !isLater(one)))
    await cp(path.join(migrationsDir, name), path.join(before, name), { recursive: true });
  database = await cloneDatabase({ empty: true });
  await migrate({ databaseUrl: database.url, migrationsDir: before, log: silentLog });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
  await rm(before, { recursive: true, force: true });
});

test("the migration gives existing public entries the hashes that the service computes", async () => {
  await client.query(
    `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest)
     SELECT (enum_range(NULL::record_type))[1 + n % 6], CASE n % 5 WHEN 0 THEN 'é ն ' ELSE 'n-' END || n, 1, 'create', now(), '[]', '\\x00', sha256(n::text::bytea)
     FROM generate_series(1, 3000) n`,
  );
  await client.query(
    `INSERT INTO ledger (position, type, id, version, hash, public_position, public_operation)
     SELECT n, type, id, 1, digest, CASE WHEN seen THEN count(*) FILTER (WHERE seen) OVER (ORDER BY n) END,
       CASE WHEN seen THEN (enum_range(NULL::operation))[1 + n % 4] END
     FROM (SELECT row_number() OVER (ORDER BY digest) AS n, *, get_byte(digest, 0) % 3 > 0 AS seen FROM revisions) AS r`,
  );
  await migrate({ databaseUrl: database.url, migrationsDir, log: silentLog });
  const { rows } = await client.query(
    `SELECT l.type::text, l.id, l.version, l.public_operation::text AS operation, l.public_hash, r.digest
     FROM ledger l JOIN revisions r USING (type, id, version) WHERE public_position IS NOT NULL ORDER BY public_position`,
  );
  expect(rows.length).toBeGreaterThan(1_000);
  let hash: Buffer = GENESIS;
  for (const { public_hash, digest, ...entry } of rows) {
    hash = publicChained(hash, digest, entry);
    expect(public_hash.toString("hex")).toBe(hash.toString("hex"));
  }
  expect(await readChainEnd(client)).toMatchObject({
    public_position: BigInt(rows.length),
    public_hash: hash,
  });
  const { rows: others } = await client.query(
    "SELECT count(*)::int AS n FROM ledger WHERE public_position IS NULL AND public_hash IS NOT NULL",
  );
  expect(others).toEqual([{ n: 0 }]);
  await expect(client.query("UPDATE ledger SET public_hash = hash")).rejects.toThrow(/never changed/);
}, 60_000);
