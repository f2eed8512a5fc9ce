import type pg from "pg";
import type { Format } from "./format.ts";
import type { RecordTypes } from "./inline.ts";
import type { Queryable } from "./sql.ts";

/** What the standard calls need. */
export interface RecordsDeps {
  readonly pool: pg.Pool;
  /** For short statements alone: those of several requests are sent one behind the other. */
  readonly lanes: Queryable;
  readonly types: RecordTypes;
  /** The newest entry of the ledger, as people note it down. */
  readonly ledgerHead: () => Promise<string>;
}

/** What the standard calls of all record types need. */
export interface ResourceDeps extends RecordsDeps {
  /** The formats a list leaves in, beside json. */
  readonly formats: readonly Format[];
}
