import { createHash } from "node:crypto";

/** How long a cursor may be. One that holds the longest name, in characters that take the most room, has 3,100. */
export const MAX_CURSOR_LENGTH = 4_000;

/** Where a page ended: the sort key of its last record (null: among those without one) and its id. */
export interface Position {
  readonly key: string | null;
  readonly id: string;
}

/**
 * An opaque cursor: the position, sealed to the query it belongs to. The seal is a checksum, not a secret: it tells a
 * cursor that was changed, or taken to another query, and a position made up gives nothing that a filter would not.
 */
export function writeCursor(position: Position, query: string): string {
  const body = JSON.stringify([position.key, position.id]);
  return Buffer.from(JSON.stringify([body, seal(body, query)])).toString("base64url");
}

/** The position in a cursor, or undefined where it was not made for this query. */
export function readCursor(cursor: string, query: string): Position | undefined {
  try {
    const [body, mark] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (typeof body !== "string" || mark !== seal(body, query)) return undefined;
    const [key, id] = JSON.parse(body);
    if ((key !== null && typeof key !== "string") || typeof id !== "string") return undefined;
    return { key, id };
  } catch {
    return undefined;
  }
}

function seal(body: string, query: string): string {
  return createHash("sha256").update(`${query}\n${body}`).digest("base64url").slice(0, 16);
}
