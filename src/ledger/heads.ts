import { only, type Queryable, stampSql } from "../record/sql.ts";
import type { Feed } from "./changes.ts";

/** The end of a chain, as a reader notes it down. */
interface LedgerHead {
  /** The number of the newest entry; 0 before the first. */
  readonly position: number;
  /** Its hash in hexadecimal digits; 64 zeros before the first. */
  readonly hash: string;
  /** When it was read. */
  readonly as_of: string;
}

const newest: { readonly [feed in Feed]: string } = {
  all: "SELECT position, hash FROM ledger ORDER BY position DESC LIMIT 1",
  public: `SELECT public_position AS position, public_hash AS hash FROM ledger
      WHERE public_position IS NOT NULL ORDER BY public_position DESC LIMIT 1`,
};

/**
 * The head of the whole chain, or of the public one. Only the whole chain moves when a RESTRICTED record is written, so its
 * head is for readers with a key.
 */
export async function readHead(database: Queryable, feed: Feed): Promise<LedgerHead> {
  const found = await database.query<LedgerHead>({
    name: `ledger_head_${feed}`,
    text: `SELECT coalesce(head.position, 0)::float8 AS position, coalesce(encode(head.hash, 'hex'), repeat('0', 64)) AS hash,
        ${stampSql("now()")} AS as_of FROM (SELECT) AS one LEFT JOIN (${newest[feed]}) AS head ON true`,
  });
  return only(found);
}
