import { readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { projectRoot } from "../src/config.ts";
import { isList } from "../src/record/json.ts";
import type { RecordType } from "../src/record/record-type.ts";
import { createRecord, transaction } from "../src/record/store.ts";

/** The name that stands as author in the revisions of seeded records. */
const SEED_AUTHOR = "seed";

/**
 * Writes the seed records that the database has never held, through the same validation and store as the API, in one
 * transaction: all or none. A record that an analyst changed or deleted since is left as it is. Resolves to how many were
 * written. Throws an Error that names file, record and fault.
 */
export async function seed(pool: pg.Pool, types: readonly RecordType[], name: string): Promise<number> {
  return await transaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('ceasefire-tracker seed', 0))");
    // Reports point to one another; whether all are there is looked at when the transaction ends.
    await client.query("SET CONSTRAINTS ALL DEFERRED");
    let written = 0;
    for (const type of types) written += await seedType(client, type, name);
    return written;
  });
}

async function seedType(client: pg.PoolClient, type: RecordType, name: string): Promise<number> {
  const file = path.join(projectRoot, "seeds", name, `${type.collection}.json`);
  const bodies: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isList(bodies)) throw new Error(`${file} holds no list.`);
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM revisions WHERE type = $1 AND version = 1",
    [type.type],
  );
  const known = new Set(rows.map((row) => row.id));
  let written = 0;
  for (const [place, body] of bodies.entries()) {
    const read = type.read(body);
    if ("faults" in read) throw new Error(`${file}, record ${place}: ${JSON.stringify(read.faults)}`);
    if (read.draft.id === null) throw new Error(`${file}, record ${place}: a seed chooses its id.`);
    if (known.has(read.draft.id)) continue;
    await createRecord(client, type, read.draft, { author: SEED_AUTHOR, reason: null });
    written += 1;
  }
  return written;
}
