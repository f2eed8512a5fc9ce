import DataLoader from "dataloader";
import { LRUCache } from "lru-cache";
import pg from "pg";
import { IdTaken, isIdViolation } from "./integrity.ts";
import type { RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import { type Prepared, prepare, type WriteFirst, type Written, writeAll, writePrepared } from "./write.ts";

/** How many records are written by one statement at most; those after it need not wait long for theirs. */
const MAX_GROUP = 32;

/** How many ids of each type are known to be taken: the ids written last. An id is never free again. */
const MAX_TAKEN = 10_000;
type TakenIds = LRUCache<string, true>;

/**
 * Writes the first versions of several requests' records by one statement, in one transaction: of those that wait while
 * others are being written, a group is made. A statement that writes a record into a dozen tables costs the database more
 * to make ready than to run, and each transaction waits for the disk. One that comes alone is written at once.
 *
 * A group is written whole or not at all. Where the database refuses it because ids are taken, the group is written again
 * without those records. Where it refuses it otherwise, each record is written by a statement of its own, so that no
 * request fails because of another, and one that waits for a lock keeps no other waiting.
 *
 * @param groups the connection for groups, whose statements wait for no lock for long
 * @param alone for statements of one record
 */
export function groupCommit(groups: Queryable, alone: Queryable): WriteFirst {
  const turns = takeTurns();
  const loaders = new Map<RecordType, DataLoader<Prepared, Written | Promise<Written>>>();
  const loaderOf = (type: RecordType) => {
    const taken: TakenIds = new LRUCache({ max: MAX_TAKEN });
    const made = new DataLoader<Prepared, Written | Promise<Written>>(
      (group) => turns.end(writeGroup(groups, alone, type, group, taken)),
      { cache: false, maxBatchSize: MAX_GROUP, batchScheduleFn: (send) => turns.begin(send) },
    );
    loaders.set(type, made);
    return made;
  };
  return async (type, version) => await (loaders.get(type) ?? loaderOf(type)).load(prepare(type, version));
}

/** Lets one work run at a time; the others wait for it to end. */
function takeTurns() {
  let isRunning = false;
  const waiting: (() => void)[] = [];
  return {
    begin(work: () => void): void {
      if (isRunning) waiting.push(work);
      else process.nextTick(work);
      isRunning = true;
    },
    async end<T>(work: Promise<T>): Promise<T> {
      try {
        return await work;
      } finally {
        const next = waiting.shift();
        if (next === undefined) isRunning = false;
        else process.nextTick(next);
      }
    },
  };
}

/** What became of each record: written, refused for its id, or left to a statement of its own, which may have to wait. */
async function writeGroup(
  groups: Queryable,
  alone: Queryable,
  type: RecordType,
  group: readonly Prepared[],
  taken: TakenIds,
): Promise<(Written | Promise<Written> | IdTaken)[]> {
  const distinct = new Map(group.toReversed().map((prepared) => [prepared.version.id, prepared]));
  const written = await writeFree(groups, type, [...distinct.values()].toReversed(), taken);
  return group.map((prepared) => {
    const { version, members } = prepared;
    const own = distinct.get(version.id) === prepared ? written.get(version.id) : undefined;
    if (own !== undefined) return own;
    return taken.has(version.id)
      ? new IdTaken(type, version.id, members)
      : writePrepared(alone, type, prepared);
  });
}

/** Writes the records whose ids are free by one statement, all or none. Resolves to those written, by id. */
async function writeFree(
  groups: Queryable,
  type: RecordType,
  records: readonly Prepared[],
  taken: TakenIds,
): Promise<ReadonlyMap<string, Written>> {
  const free = records.filter(({ version }) => !taken.has(version.id));
  if (free.length === 0) return new Map();
  try {
    const written = (await writeAll(groups, type, free)) ?? [];
    for (const { id } of written) taken.set(id, true);
    return new Map(written.map((one) => [one.id, one]));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const found = isIdViolation(type, error) ? await findTaken(groups, type, free) : [];
    for (const id of found) taken.set(id, true);
    return found.length === 0 ? new Map() : await writeFree(groups, type, free, taken);
  }
}

/** The ids of these records that are taken. */
async function findTaken(
  database: Queryable,
  type: RecordType,
  records: readonly Prepared[],
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: "taken_ids",
    text: "SELECT id FROM revisions WHERE type = $1::record_type AND id = ANY($2::text[]) AND version = 1",
    values: [type.type, records.map(({ version }) => version.id)],
  });
  return rows.map(({ id }) => id);
}

/** Whether an error is of the statement alone, which then has left nothing, and not of its connection. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}
