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

/** How many changes are read at once for listeners. */
const BATCH = 1_000;

interface Side {
  readonly feed: Feed;
  readonly listeners: Set<Hear>;
  /** Up to where listeners have been told; undefined while nobody listens. */
  position: number | undefined;
  reading: boolean;
  /** Whether the ledger has grown since the reading under way began. */
  again: boolean;
}

/**
 * Reads what is new when the ledger has grown, once for each feed however many listen, and hands it on. `complain` is told
 * what went wrong with a reading, which the next growth tries again.
 */
export function createHub(
  database: Queryable,
  onGrowth: (listener: () => void) => () => void,
  complain: (error: unknown) => void,
): Hub {
  const sides: { readonly [feed in Feed]: Side } = { all: emptySide("all"), public: emptySide("public") };
  const advance = (side: Side) => {
    readOn(database, side).catch((error: unknown) => {
      side.reading = false;
      complain(error);
    });
  };
  const close = onGrowth(() => {
    for (const side of [sides.all, sides.public]) advance(side);
  });
  return {
    close,
    async join(feed, hear) {
      const side = sides[feed];
      side.listeners.add(hear);
      if (side.position === undefined) {
        const { position } = await readEnd(database, feed);
        side.position ??= position;
        // What was told of while the end was being read, and is not in it.
        advance(side);
      }
      return {
        position: () => side.position ?? 0,
        leave: () => {
          side.listeners.delete(hear);
          if (side.listeners.size === 0) side.position = undefined;
        },
      };
    },
  };
}

function emptySide(feed: Feed): Side {
  return { feed, listeners: new Set(), position: undefined, reading: false, again: false };
}

const everything = { types: undefined, conflicts: undefined };

/** One reading at a time; growth during one asks for another. */
async function readOn(database: Queryable, side: Side): Promise<void> {
  side.again = true;
  if (side.reading) return;
  side.reading = true;
  while (side.again && side.position !== undefined) {
    side.again = false;
    const span = { after: side.position, upTo: Number.MAX_SAFE_INTEGER, limit: BATCH };
    const entries = await readChanges(database, side.feed, span, everything);
    const last = entries.at(-1);
    if (last === undefined || side.position === undefined) continue;
    side.position = last.position;
    for (const hear of side.listeners) hear(entries);
    if (entries.length === BATCH) side.again = true;
  }
  side.reading = false;
}
