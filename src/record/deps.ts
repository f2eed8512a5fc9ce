import type pg from "pg";
import type { Principal } from "../http/route.ts";
import type { Format } from "./format.ts";
import type { RecordTypes } from "./inline.ts";
import type { KnownIds } from "./known-ids.ts";
import type { WriteFirst } from "./write.ts";

/** What the standard calls need. */
export interface RecordsDeps {
  readonly pool: pg.Pool;
  /** Writes new records, those of several requests together. */
  readonly writeFirst: WriteFirst;
  readonly types: RecordTypes;
  readonly knownIds: KnownIds;
  /** The head of the chain that this reader sees, as position:hash. */
  readonly ledgerHead: (reader: Pick<Principal, "role">) => Promise<string>;
}

/** What the standard calls of all record types need. */
export interface ResourceDeps extends RecordsDeps {
  /** The formats a list leaves in, beside json. */
  readonly formats: readonly Format[];
}
