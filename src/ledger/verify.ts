import { recordTypeNames } from "../record/field.ts";
import { collections, isRestrictable, only, type Queryable, stampSql } from "../record/sql.ts";
import {
  beforeSql,
  chained,
  digestOf,
  GENESIS,
  type Metadata,
  type Publicity,
  publicChained,
  publicOperation,
} from "./chain.ts";

/** The number and the hash of an entry, of either chain. */
export interface Head {
  readonly position: bigint;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** A head as text: position:hash. */
export function headText(head: { readonly position: bigint | number; readonly hash: string } | null): string {
  return head === null ? "none" : `${head.position}:${head.hash}`;
}

/** Reads a head from text. Zero is the head before the first entry, with a hash of zeros. */
export function parseHead(text: string): Head | undefined {
  const [, position, hash] = /^([1-9]\d{0,15}|0(?=:0+$)):([0-9a-f]{64})$/.exec(text) ?? [];
  return position === undefined || hash === undefined ? undefined : { position: BigInt(position), hash };
}

export const headRemedy = "Give a head as position:hash, with the values of /v1/ledger/head: 412:5f70bf18….";

/** The first place where what is stored is not what was chained. */
interface Broken {
  readonly position: bigint;
  readonly version: { readonly type: string; readonly id: string; readonly version: number } | null;
  readonly what: string;
}

export interface Verification {
  /** How many entries were found whole. */
  readonly checked: bigint;
  /** The last entry found whole; null: there is none. */
  readonly head: Head | null;
  /** The last public entry found whole; null: there is none. */
  readonly public_head: Head | null;
  /** Versions whose text was redacted: their digest is taken as it stands. */
  readonly redacted: number;
  /** Versions that are not chained yet. */
  readonly tail: number;
  readonly broken: Broken | null;
}

const PAGE = 2_000;

interface Row extends Metadata, Publicity {
  readonly operation: string;
  readonly position: string;
  readonly hash: Buffer;
  readonly public_position: string | null;
  readonly public_operation: string | null;
  readonly public_hash: Buffer | null;
  readonly entry_type: string;
  readonly entry_id: string;
  readonly entry_version: number;
  readonly document: string | null;
  readonly salt: Buffer | null;
  readonly digest: Buffer | null;
  /** Whether the record's versions are there one by one up to this. */
  readonly follows: boolean;
  /** Whether a later version says that one of this record's was redacted. */
  readonly told: boolean;
  /** Whether this is the record's last version, and what is answered for the record is something else. */
  readonly stands_otherwise: boolean;
}

/** How far a walk has come. */
export interface Progress {
  readonly checked: bigint;
  readonly of: bigint;
}

/**
 * Walks both chains and computes every digest, hash and public number again; returns what it found. Each head in `noted`
 * must be in one of the chains. With "compared", each record as it is answered is compared with its last version. Memory
 * does not grow with the ledger. Yields the progress after every 2,000 entries.
 */
export async function* verifyLedger(
  database: Queryable,
  noted: readonly Head[],
  records: "compared" | "yet to be made" = "compared",
): AsyncGenerator<Progress, Verification> {
  const of = await lengthOf(database);
  const missed = await missedHeads(database, noted);
  const state: Walk = { position: 0n, hash: GENESIS, public_position: 0n, public_hash: GENESIS, redacted: 0 };
  for (;;) {
    const rows = await page(database, state.position);
    for (const row of rows) {
      const what =
        step(state, row) ??
        missed.get(state.position) ??
        (records === "compared" ? standing(row) : undefined);
      if (what !== undefined) return await report(database, state, brokenAt(row, what));
    }
    yield { checked: state.position, of };
    if (rows.length < PAGE) break;
  }
  const unversioned = records === "compared" ? await recordWithoutVersion(database) : undefined;
  if (unversioned !== undefined) {
    const what = `The ${unversioned.type} ${unversioned.id} is answered and has no version: its row was inserted by hand.`;
    return await report(database, state, { position: state.position + 1n, version: null, what });
  }
  const beyond = noted.find(({ position }) => position > state.position);
  if (beyond === undefined) return await report(database, state, null);
  const what = `A head was noted at ${beyond.position}, and the ledger ends at ${state.position}: entries are missing at its end.`;
  return await report(database, state, { position: state.position + 1n, version: null, what });
}

/** The noted heads that are in neither chain although the ledger is long enough: a sentence about each, by position. */
async function missedHeads(
  database: Queryable,
  noted: readonly Head[],
): Promise<ReadonlyMap<bigint, string>> {
  const missed = new Map<bigint, string>();
  for (const head of noted) {
    const { rows } = await database.query<{ whole: string | null; seen: string | null }>(
      `SELECT (SELECT encode(hash, 'hex') FROM ledger WHERE position = $1) AS whole,
         (SELECT encode(public_hash, 'hex') FROM ledger WHERE public_position = $1) AS seen`,
      [String(head.position)],
    );
    const { whole = null, seen = null } = rows[0] ?? {};
    if (whole === null || whole === head.hash || seen === head.hash) continue;
    const other =
      seen === null
        ? "the public chain has no such entry"
        : `public entry ${head.position} has the hash ${seen}`;
    missed.set(
      head.position,
      `The noted head ${headText(head)} is in neither chain: entry ${head.position} has the hash ${whole}, and ${other}.`,
    );
  }
  return missed;
}

interface Walk {
  position: bigint;
  hash: Buffer;
  public_position: bigint;
  public_hash: Buffer;
  redacted: number;
}

/** Checks one entry and moves the walk to it; returns what is wrong with it, if anything. */
function step(state: Walk, row: Row): string | undefined {
  const position = BigInt(row.position);
  if (position !== state.position + 1n)
    return `Entries ${state.position + 1n} to ${position - 1n} are missing.`;
  if (row.digest === null) return "The version of this entry is missing.";
  if (!row.follows) return "A version before this one is missing, or was chained after it.";
  if (row.salt === null && !row.told)
    return "The version's text is gone, and no later version says that it was redacted.";
  if (row.salt === null) state.redacted += 1;
  else if (!digestOf(row.salt, row.document, row).equals(row.digest))
    return "The version's text or what is told of it is not what its digest was made of.";
  const hash = chained(state.hash, row.digest);
  if (!hash.equals(row.hash))
    return "The entry's hash is not made of the hash before and the version's digest: one of them was changed, or entries were swapped.";
  const wrong = publicStep(state, row, row.digest);
  if (wrong !== undefined) return wrong;
  state.position = position;
  state.hash = hash;
  return undefined;
}

/** In a JSON text the quotes within a string are escaped, so this finds the member only. */
const restrictedMember = /"visibility"\s*:\s*"RESTRICTED"/;

/** Checks what an entry is to the public and moves the public walk to it; returns what is wrong, if anything. */
function publicStep(state: Walk, row: Row, digest: Buffer): string | undefined {
  if (row.document !== null && restrictedMember.test(row.document) !== (row.visibility === "RESTRICTED"))
    return "The version's visibility is not that of its document: the column was changed.";
  const operation = publicOperation(row);
  if (row.public_operation !== operation)
    return `The entry's public operation is ${row.public_operation ?? "none"}, and its version makes it ${operation ?? "none"}.`;
  const seen = operation !== null;
  const position = seen ? String(state.public_position + 1n) : null;
  if (row.public_position !== position)
    return `The entry's public number is ${row.public_position ?? "none"}, and it must be ${position ?? "none"}.`;
  const entry = { type: row.entry_type, id: row.entry_id, version: row.entry_version };
  const hash = seen ? publicChained(state.public_hash, digest, { ...entry, operation }) : null;
  if (row.public_hash?.toString("hex") !== hash?.toString("hex"))
    return "The entry's public hash is not made of the public hash before, the version's digest and the entry: one of them was changed.";
  if (hash === null) return undefined;
  state.public_position += 1n;
  state.public_hash = hash;
  return undefined;
}

function standing({ stands_otherwise }: Row): string | undefined {
  return stands_otherwise
    ? "The document or visibility of the record's row is not that of this, its last version: the row was changed."
    : undefined;
}

function brokenAt(row: Row, what: string): Broken {
  const { entry_type: type, entry_id: id, entry_version: version } = row;
  return { position: BigInt(row.position), version: { type, id, version }, what };
}

async function lengthOf(database: Queryable): Promise<bigint> {
  const found = await database.query<{ last: string }>(
    "SELECT coalesce(max(position), 0)::text AS last FROM ledger",
  );
  return BigInt(only(found).last);
}

/** What reads of the present use of a record's row, as text: its visibility and its document; null without a row. */
const standingSql = `CASE l.type ${recordTypeNames
  .map((type) => {
    const visibility = isRestrictable(type) ? "t.visibility::text" : "''";
    return `WHEN '${type}' THEN (SELECT ${visibility} || t.document FROM ${collections[type]} t WHERE t.id = l.id)`;
  })
  .join(" ")} END`;

/** The same of a version. */
const versionSql = "coalesce(r.visibility::text, '') || r.document";

/** A record that has a row and no version; undefined where there is none. */
async function recordWithoutVersion(
  database: Queryable,
): Promise<{ readonly type: string; readonly id: string } | undefined> {
  const arms = recordTypeNames.map(
    (type) => `SELECT '${type}' AS type, t.id FROM ${collections[type]} t
      WHERE NOT EXISTS (SELECT 1 FROM revisions r WHERE r.type = '${type}' AND r.id = t.id AND r.version = t.version)`,
  );
  const { rows } = await database.query<{ type: string; id: string }>(`${arms.join(" UNION ALL ")} LIMIT 1`);
  return rows[0];
}

async function page(database: Queryable, after: bigint): Promise<Row[]> {
  const { rows } = await database.query<Row>(
    `SELECT l.position::text, l.hash, l.type::text AS entry_type, l.id AS entry_id, l.version AS entry_version,
       l.public_position::text, l.public_operation::text, l.public_hash,
       r.type::text, r.id, r.version, r.operation::text, ${stampSql("r.recorded_at")} AS at, r.author, r.reason, r.import,
       r.document, r.salt, r.digest, r.visibility::text, ${beforeSql.seen_before} AS seen_before, ${beforeSql.known_before} AS known_before,
       l.version = 1 OR EXISTS (SELECT 1 FROM ledger p WHERE p.type = l.type AND p.id = l.id AND p.version = l.version - 1
         AND p.position < l.position) AS follows,
       r.salt IS NULL AND EXISTS (SELECT 1 FROM revisions t WHERE t.type = l.type AND t.id = l.id AND t.version > l.version
         AND t.operation = 'redact') AS told,
       NOT EXISTS (SELECT 1 FROM revisions later WHERE later.type = l.type AND later.id = l.id AND later.version > l.version)
         AND ${versionSql} IS DISTINCT FROM ${standingSql} AS stands_otherwise
     FROM ledger l LEFT JOIN revisions r ON r.type = l.type AND r.id = l.id AND r.version = l.version
       LEFT JOIN revisions before ON before.type = l.type AND before.id = l.id AND before.version = l.version - 1
     WHERE l.position > $1 ORDER BY l.position LIMIT ${PAGE}`,
    [String(after)],
  );
  return rows;
}

async function report(database: Queryable, state: Walk, broken: Broken | null): Promise<Verification> {
  const found = await database.query<{ tail: number }>(
    "SELECT greatest(0, (SELECT count(*) FROM revisions) - (SELECT count(*) FROM ledger))::int AS tail",
  );
  return {
    checked: state.position,
    head: headOf(state.position, state.hash),
    public_head: headOf(state.public_position, state.public_hash),
    redacted: state.redacted,
    tail: only(found).tail,
    broken,
  };
}

function headOf(position: bigint, hash: Buffer): Head | null {
  return position === 0n ? null : { position, hash: hash.toString("hex") };
}

/** What is broken and where, as a sentence. */
export function brokenSentence({ position, version, what }: Broken): string {
  const of = version === null ? "" : ` (${version.type} ${version.id}, version ${version.version})`;
  return `The ledger is broken at entry ${position}${of}. ${what}`;
}
