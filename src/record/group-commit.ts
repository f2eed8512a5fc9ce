import DataLoader from "dataloader";
import pg from "pg";
import type { RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import { type Prepared, prepare, type WriteFirst, type Written, writeAll, writePrepared } from "./write.ts";

/** How many records are written by one statement at most; those after it need not wait long for theirs. */
const MAX_GROUP = 32;

/**
 * Writes the first versions of several requests' records by one statement, in one transaction: of those that wait while
 * others are being written, a group is made. A statement that writes a record into a dozen tables costs the database more
 * to make ready than to run, and each transaction waits for the disk. One that comes alone is written at once.
 *
 * A group is written whole or not at all. Where the database refuses it, each of its records is written by a statement of
 * its own instead, so that none hears of another's fault, and one that has to wait for a lock keeps no other waiting.
 *
 * @param groups the connection for groups, whose statements wait for no lock for long
 * @param alone for statements of one record
 */
export function groupCommit(groups: Queryable, alone: Queryable): WriteFirst {
  const turns = takeTurns();
  const loaders = new Map<RecordType, DataLoader<Prepared, Written | Promise<Written>>>();
  const loaderOf = (type: RecordType) => {
    const made = new DataLoader<Prepared, Written | Promise<Written>>(
      (group) => turns.end(writeGroup(groups, alone, type, group)),
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

/** What became of each; of a refused group what will become of each, for some may have to wait and others not. */
async function writeGroup(
  groups: Queryable,
  alone: Queryable,
  type: RecordType,
  group: readonly Prepared[],
): Promise<(Written | Promise<Written>)[]> {
  const written = await writeAll(groups, type, group).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
  });
  return written ?? group.map((prepared) => writePrepared(alone, type, prepared));
}

/** Whether an error is of the statement alone, which then has left nothing, and not of its connection. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}
