import { Readable } from "node:stream";
import type { Queryable } from "../record/sql.ts";
import { type Entry, type Feed, readChanges, type Wanted } from "./changes.ts";
import type { Hub } from "./hub.ts";

export interface StreamOptions {
  readonly feed: Feed;
  readonly wanted: Wanted;
  /** The number after which to begin; undefined: with what comes from now on. */
  readonly after: number | undefined;
  readonly cursorOf: (position: number) => string;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** After this time the stream ends and the client comes back, so that a revoked key does not hear on for ever. */
  readonly lifetime_ms: number;
  readonly heartbeat_ms: number;
}

/** How long a client waits before it comes back after the stream has ended. */
const RETRY_MS = 2_000;
/** What a listener that reads slowly may have waiting; with more it is dropped, and resumes where it was. */
const MAX_WAITING_BYTES = 256 * 1024;
const PAGE = 500;

/**
 * Changes as server-sent events: first what came after a number, page by page as the client reads, then what comes, with a
 * comment now and then so that nothing on the way takes the connection for dead.
 */
export function changeStream(database: Queryable, hub: Hub, options: StreamOptions): Readable {
  return Readable.from(told(database, hub, options), { objectMode: false, highWaterMark: 16 * 1024 });
}

async function* told(database: Queryable, hub: Hub, options: StreamOptions): AsyncGenerator<string> {
  const { feed, signal, lifetime_ms, heartbeat_ms } = options;
  const inbox = inboxOf(options);
  const end = AbortSignal.any([signal, AbortSignal.timeout(lifetime_ms)]);
  end.addEventListener("abort", inbox.close, { once: true });
  if (end.aborted) return;
  const seat = await hub.join(feed, inbox.hear);
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    let after = options.after ?? seat.position();
    while (after < seat.position() && !end.aborted) {
      const upTo = seat.position();
      const span = { after, upTo, limit: PAGE };
      const entries = await readChanges(database, feed, span, options.wanted);
      after = entries.length < PAGE ? upTo : (entries.at(-1)?.position ?? upTo);
      if (entries.length > 0) yield eventsOf(entries, options);
    }
    // In the same turn as the last look at the seat's position, so that nothing comes in between.
    inbox.open();
    while (!inbox.closed()) {
      const text = await inbox.next(heartbeat_ms);
      if (!inbox.closed() || text !== "") yield text === "" ? ": still here\n\n" : text;
    }
  } finally {
    seat.leave();
    end.removeEventListener("abort", inbox.close);
  }
}

interface Inbox {
  readonly hear: (entries: readonly Entry[]) => void;
  /** From now on what is heard is kept. */
  readonly open: () => void;
  readonly close: () => void;
  readonly closed: () => boolean;
  /** What has come, at once; else what comes next; "" after the time given or when the inbox is closed. */
  readonly next: (atMost_ms: number) => Promise<string>;
}

function inboxOf(options: StreamOptions): Inbox {
  let state: "shut" | "open" | "closed" = "shut";
  let waiting = "";
  let ring: (() => void) | undefined;
  const close = () => {
    state = "closed";
    ring?.();
  };
  return {
    open: () => {
      if (state === "shut") state = "open";
    },
    close,
    closed: () => state === "closed",
    hear: (entries) => {
      if (state !== "open") return;
      waiting += eventsOf(
        entries.filter((entry) => isWanted(entry, options.wanted)),
        options,
      );
      if (waiting.length > MAX_WAITING_BYTES) close();
      else if (waiting !== "") ring?.();
    },
    next: async (atMost_ms) => {
      if (waiting === "" && state !== "closed") {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMost_ms);
          ring = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        ring = undefined;
      }
      const text = waiting;
      waiting = "";
      return text;
    },
  };
}

function isWanted({ type, conflict }: Entry, { types, conflicts }: Wanted): boolean {
  if (types !== undefined && !types.includes(type)) return false;
  return conflicts === undefined || (conflict !== null && conflicts.includes(conflict));
}

function eventsOf(entries: readonly Entry[], { cursorOf }: StreamOptions): string {
  return entries
    .map(({ position, conflict: _conflict, ...change }) => {
      const cursor = cursorOf(position);
      return `id: ${cursor}\nevent: change\ndata: ${JSON.stringify({ cursor, ...change })}\n\n`;
    })
    .join("");
}
