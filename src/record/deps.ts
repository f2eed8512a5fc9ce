import type pg from "pg";
import type { Format } from "./format.ts";
import type { RecordTypes } from "./inline.ts";
import type { WriteFirst } from "./write.ts";

/** What the standard calls need. */
export interface RecordsDeps {
  readonly pool: pg.Pool;
  /** Writes new records, those of several requests together. */
  readonly writeFirst: WriteFirst;
  readonly types: RecordTypes;
  /** The newest entry of the ledger, as people note it down. */
  readonly ledgerHead: () => Promise<string>;
}

/** What the standard calls of all record types need. */
export interface ResourceDeps extends RecordsDeps {
  /** The formats a list leaves in, beside json. */
  readonly formats: readonly Format[];
}
