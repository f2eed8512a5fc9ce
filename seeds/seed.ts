import { readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { projectRoot } from "../src/config.ts";
import type { RecordTypeName } from "../src/record/field.ts";
import type { IsToCome } from "../src/record/integrity.ts";
import { isList, type Json } from "../src/record/json.ts";
import type { Draft, RecordType } from "../src/record/record-type.ts";
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
    const seeds = (await Promise.all(types.map((type) => readSeeds(type, name)))).flat();
    const known = await knownOf(client, seeds);
    const fresh = seeds.filter(({ type, id }) => !known.has(nameOf(type.type, id)));
    const open = new Set(fresh.filter(isPublic).map(({ type, id }) => nameOf(type.type, id)));
    const isToCome: IsToCome = (type, id) => open.has(nameOf(type, id));
    const by = { author: SEED_AUTHOR, reason: null };
    for (const { type, draft } of fresh) await createRecord(client, type, draft, by, { isToCome });
    return fresh.length;
  });
}

interface Seed {
  readonly type: RecordType;
  readonly id: string;
  readonly draft: Draft;
}

async function readSeeds(type: RecordType, name: string): Promise<Seed[]> {
  const file = path.join(projectRoot, "seeds", name, `${type.collection}.json`);
  const bodies: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isList(bodies)) throw new Error(`${file} holds no list.`);
  return bodies.map((body, place) => readSeed(type, body, `${file}, record ${place}`));
}

function readSeed(type: RecordType, body: Json, at: string): Seed {
  const read = type.read(body);
  if ("faults" in read) throw new Error(`${at}: ${JSON.stringify(read.faults)}`);
  const { id } = read.draft;
  if (id === null) throw new Error(`${at}: a seed chooses its id.`);
  return { type, id, draft: read.draft };
}

function isPublic({ draft }: Seed): boolean {
  return draft.members.visibility !== "RESTRICTED";
}

/** Those that the database has ever held. */
async function knownOf(client: pg.PoolClient, seeds: readonly Seed[]): Promise<Set<string>> {
  const { rows } = await client.query<{ type: RecordTypeName; id: string }>(
    `SELECT type, id FROM revisions JOIN unnest($1::record_type[], $2::text[]) AS seed(type, id) USING (type, id)
      WHERE version = 1`,
    [seeds.map(({ type }) => type.type), seeds.map(({ id }) => id)],
  );
  return new Set(rows.map(({ type, id }) => nameOf(type, id)));
}

function nameOf(type: RecordTypeName, id: string): string {
  return `${type} ${id}`;
}
