import type { Queryable } from "../record/sql.ts";
import { type Entry, type Feed, readChanges, readEnd } from "./changes.ts";

/** New changes, in order, each once. */
type Hear = (entries: readonly Entry[]) => void;

/** A place among those who are told. */
interface Seat {
  /** The number up to which has been told. */
  position(): number;
  leave(): void;
}

/** New changes, read once for all who listen. */
export interface Hub {
  /** Joins those who are told of every change after `position()`. */
  join(feed: Feed, hear: Hear): Promise<Seat>;
  /** Stops listening to the ledger. */
  close(): void;
}

/** How many changes are read at once for listeners: fewer than may wait for one of them, or every burst would drop all. */
const BATCH = 250;
/** After this time a reading that failed is tried again, unless the ledger grows before. */
const RETRY_MS = 1_000;

interface Side {
  readonly feed: Feed;
  readonly listeners: Set<Hear>;
  /** Up to where listeners have been told; undefined while nobody listens. */
  position: number | undefined;
  reading: boolean;
  /** Whether the ledger has grown since the reading under way began. */
  again: boolean;
  retry: NodeJS.Timeout | undefined;
}

/**
 * Reads what is new when the ledger has grown, once for each feed however many listen, and hands it on. `complain` is told
 * what went wrong with a reading, which is tried again until it succeeds.
 */
export function createHub(
  database: Queryable,
  onGrowth: (listener: () => void) => () => void,
  complain: (error: unknown) => void,
): Hub {
  const sides: { readonly [feed in Feed]: Side } = { all: emptySide("all"), public: emptySide("public") };
  const both = [sides.all, sides.public];
  const advance = (side: Side) => {
    clearTimeout(side.retry);
    readOn(database, side).catch((error: unknown) => {
      side.reading = false;
      complain(error);
      side.retry = setTimeout(() => advance(side), RETRY_MS).unref();
    });
  };
  const deafen = onGrowth(() => {
    for (const side of both) advance(side);
  });
  return {
    close() {
      deafen();
      for (const { retry } of both) clearTimeout(retry);
    },
    async join(feed, hear) {
      const side = sides[feed];
      side.listeners.add(hear);
      const leave = () => {
        side.listeners.delete(hear);
        if (side.listeners.size === 0) side.position = undefined;
      };
      try {
        if (side.position === undefined) {
          const { position } = await readEnd(database, feed);
          side.position ??= position;
          // What was told of while the end was being read, and is not in it.
          advance(side);
        }
      } catch (error) {
        leave();
        throw error;
      }
      return { position: () => side.position ?? 0, leave };
    },
  };
}

function emptySide(feed: Feed): Side {
  return { feed, listeners: new Set(), position: undefined, reading: false, again: false, retry: undefined };
}

const everything = { types: undefined, conflicts: undefined };

/** One reading at a time; growth during one asks for another. */
async function readOn(database: Queryable, side: Side): Promise<void> {
  side.again = true;
  if (side.reading) return;
  side.reading = true;
  while (side.again && side.position !== undefined) {
    side.again = false;
    const after = side.position;
    const span = { after, upTo: after + BATCH, limit: BATCH };
    const entries = await readChanges(database, side.feed, span, everything);
    const last = entries.at(-1);
    // All may have left meanwhile, and others have come and begun elsewhere.
    if (last === undefined || side.position !== after) continue;
    side.position = last.position;
    for (const hear of side.listeners) hear(entries);
    if (entries.length === BATCH) side.again = true;
  }
  side.reading = false;
}
