import { setImmediate } from "node:timers/promises";
import { E_TIMEOUT, Mutex, Semaphore, withTimeout } from "async-mutex";
import { problem } from "./problem.ts";

/** A body longer than this is a large one; a request with a usual record is far shorter. */
const LARGE_BODY_BYTES = 64 * 1024;
/** How many large bodies are held in memory at once. */
const MAX_HELD = 4;
/** How long a request with a large body waits until its body is read. */
const PATIENCE_MS = 2_000;

/** One for the process: memory and event loop are the process's too. */
const places = withTimeout(new Semaphore(MAX_HELD), PATIENCE_MS);
const turns = new Mutex();
/** Buffers of earlier bodies. Fresh ones for each body would leave several times their size to the allocator. */
const spare: Buffer[] = [];

/** Whether a body of this stated length is a large one; one of no stated length is taken for one. */
export function isLarge(length_bytes: number | undefined): boolean {
  return length_bytes === undefined || length_bytes > LARGE_BODY_BYTES;
}

/**
 * Collects and parses a large body. At most four are held in memory at once, and each is parsed in a turn of the event
 * loop of its own, so that other requests are answered between two. What `parse` returns must not refer to the bytes.
 * Throws ProblemError 503 where no place becomes free in time.
 *
 * @param collect puts the body into the buffer, and resolves to its length
 */
export async function readLarge<T>(
  maxBody_bytes: number,
  collect: (into: Buffer) => Promise<number>,
  parse: (bytes: Buffer) => T,
): Promise<T> {
  const [, leave] = await places.acquire().catch((error: unknown) => {
    throw error === E_TIMEOUT ? tooBusy() : error;
  });
  const kept = spare.pop();
  const buffer = kept?.length === maxBody_bytes ? kept : Buffer.allocUnsafeSlow(maxBody_bytes);
  try {
    const length_bytes = await collect(buffer);
    return await turns.runExclusive(async () => {
      await setImmediate();
      return parse(buffer.subarray(0, length_bytes));
    });
  } finally {
    spare.push(buffer);
    leave();
  }
}

function tooBusy() {
  return problem(
    "too-busy",
    `${MAX_HELD} large bodies are being read. Try again after the time in Retry-After; bodies of up to ${LARGE_BODY_BYTES} bytes are read meanwhile.`,
  );
}
