import { finished, Readable } from "node:stream";
import { E_TIMEOUT, Semaphore, withTimeout } from "async-mutex";
import { problem } from "./problem.ts";
import type { Cost, Reply } from "./route.ts";

/** How many calls of each cost run at once. */
export type Capacity = { readonly [cost in Cost]: number };

/** Lets expensive calls in as there is room for them. */
export interface Room {
  /**
   * Runs a call once a place is free, and keeps the place until its answer is made: of a stream, until that has ended or
   * its client is gone. Throws ProblemError 503 where no place has become free in time.
   */
  use(cost: Cost, signal: AbortSignal, work: () => Promise<Reply>): Promise<Reply>;
}

/** `patience_ms`: how long a call waits for a place, so that a handful that come at once are all answered. */
export function room(capacity: Capacity, patience_ms: number): Room {
  const places = (cost: Cost) => withTimeout(new Semaphore(capacity[cost]), patience_ms);
  const free = { export: places("export"), heavy: places("heavy"), listener: places("listener") };
  return {
    async use(cost, signal, work) {
      const [, leave] = await free[cost].acquire().catch((error: unknown) => {
        throw error === E_TIMEOUT ? tooBusy(cost, capacity[cost]) : error;
      });
      try {
        // Whoever left while waiting hears nothing of this, and is not worked for.
        if (signal.aborted) throw problem("service-unavailable", "The service is stopping.");
        const reply = await work();
        if (reply.body instanceof Readable) finished(reply.body, leave);
        else leave();
        return reply;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

const what: { readonly [cost in Cost]: string } = {
  export: "whole lists and histories",
  heavy: "questions that look at very many records",
  listener: "listeners to the changes",
};

function tooBusy(cost: Cost, most: number) {
  return problem(
    "too-busy",
    `All places for ${what[cost]} are taken (${most}). Try again after the time in Retry-After; single records and plain pages are answered meanwhile.`,
  );
}
