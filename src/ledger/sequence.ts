import type pg from "pg";
import { only } from "../record/sql.ts";
import { beforeSql, chained, GENESIS, type Publicity, publicChained, publicOperation } from "./chain.ts";

/** The channel on which the sequencer says that the ledger has grown. */
export const CHANNEL = "ledger";

/** How many versions are chained at once; after a start or a restore, when all that waits is sorted for each batch, more. */
const BATCH = 5_000;
const FIRST_BATCH = 50_000;

/** The ends of both chains, as the process that writes them knows. */
export interface ChainEnd {
  readonly position: bigint;
  readonly hash: Buffer;
  readonly public_position: bigint;
  readonly public_hash: Buffer;
  /** Every version of a transaction numbered below this is in the ledger; null: not known yet. */
  readonly watermark: string | null;
}

/** Reads the ends of both chains. Only for the holder of the sequencer's lock: any other process may read an old answer. */
export async function readChainEnd(client: pg.ClientBase): Promise<ChainEnd> {
  const last = await client.query<{ position: string; hash: Buffer }>(
    "SELECT position::text, hash FROM ledger ORDER BY ledger.position DESC LIMIT 1",
  );
  const lastPublic = await client.query<{ position: string; hash: Buffer }>(
    `SELECT public_position::text AS position, public_hash AS hash FROM ledger
     WHERE public_position IS NOT NULL ORDER BY ledger.public_position DESC LIMIT 1`,
  );
  const nothing = { position: "0", hash: GENESIS };
  const { position, hash } = last.rows[0] ?? nothing;
  const { position: public_position, hash: public_hash } = lastPublic.rows[0] ?? nothing;
  return {
    position: BigInt(position),
    hash,
    public_position: BigInt(public_position),
    public_hash,
    watermark: null,
  };
}

interface Unchained extends Publicity {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly digest: Buffer;
}

/**
 * Chains what has been committed and not been chained, up to a batch, and tells listeners once. Only transactions
 * are taken before which none is still under way, so that nothing can come to stand before what is already in the chain.
 * Resolves to the new end, and whether more is waiting.
 */
export async function chainBatch(
  client: pg.ClientBase,
  end: ChainEnd,
): Promise<{ readonly end: ChainEnd; readonly added: number; readonly more: boolean }> {
  const { rows, horizon } = await takeUnchained(client, end.watermark);
  const entries = entriesOf(rows, end);
  const last = entries.at(-1);
  const lastPublic = entries.findLast((entry) => entry.seen !== null)?.seen;
  if (last !== undefined) await insert(client, entries);
  const more = rows.length === batchSize(end.watermark);
  return {
    end: {
      position: last?.position ?? end.position,
      hash: last?.hash ?? end.hash,
      public_position: lastPublic?.position ?? end.public_position,
      public_hash: lastPublic?.hash ?? end.public_hash,
      watermark: more ? end.watermark : horizon,
    },
    added: entries.length,
    more,
  };
}

/**
 * The order in which versions are chained, over `revisions r`. By transaction number: what was acknowledged before a write
 * began has a lower one. A record's versions keep their order even where a transaction that waited has the lower number:
 * each goes by the highest number so far. Of one transaction, what is referred to comes first, as types are declared.
 * Numbers from before a restore mean nothing beside those given out since, and come first; those yet to be given out are told
 * by lying above the horizon, and a version before one of them is from before the restore as well.
 */
export const chainOrder = {
  /** Two columns; `horizon` is the first transaction number not given out yet. */
  columns: (horizon: string) =>
    `bool_or((r.xid >= ${horizon}) IS NOT FALSE) OVER (PARTITION BY r.type, r.id ORDER BY r.version DESC) AS restored,
          max(r.xid::text::numeric) OVER (PARTITION BY r.type, r.id ORDER BY r.version) AS turn`,
  by: (row: string) => `${row}.restored DESC, ${row}.turn, ${row}.type, ${row}.id, ${row}.version`,
} as const;

/**
 * A number for a version that was not chained when it was backed up, as its place among those: far above any that a server
 * gives out, so that it is known to be from before the restore, and keeps its place.
 */
export function restoredTurn(place: number): string {
  return String(2n ** 62n + BigInt(place));
}

/**
 * Takes what may be chained now. A version whose number lies below the horizon waits for the versions before it of the same
 * record, where a transaction that had to wait has the lower number; the watermark then stays below it.
 */
async function takeUnchained(
  client: pg.ClientBase,
  watermark: string | null,
): Promise<{ readonly rows: readonly Unchained[]; readonly horizon: string }> {
  // Whatever a snapshot shows has a number below its end, but for what is from before a restore.
  const span =
    watermark === null ? "$1::text IS NULL" : "r.xid >= $1::text::xid8 AND r.xid < pg_snapshot_xmax(s.now)";
  const found = await client.query<{ horizon: string; waiting: readonly WaitingRow[] | null }>({
    name: watermark === null ? "unchained_all" : "unchained_since",
    text: `WITH s AS MATERIALIZED (SELECT now, pg_snapshot_xmin(now)::text::numeric AS horizon FROM pg_current_snapshot() AS now),
      unchained AS MATERIALIZED (SELECT r.type, r.id, r.version, r.operation, r.digest, r.visibility, r.xid, s.horizon,
          ${chainOrder.columns("pg_snapshot_xmax(s.now)")}
        FROM s, revisions r
        WHERE ${span} AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.type = r.type AND l.id = r.id AND l.version = r.version)),
      waiting AS (SELECT * FROM unchained r WHERE r.restored OR r.turn < r.horizon
        ORDER BY ${chainOrder.by("r")} LIMIT ${batchSize(watermark)})
      SELECT least((SELECT horizon FROM s),
          (SELECT min(r.xid::text::numeric) FROM unchained r WHERE NOT r.restored AND r.turn >= r.horizon))::text AS horizon,
        (SELECT json_agg(json_build_object('type', w.type, 'id', w.id, 'version', w.version, 'operation', w.operation, 'digest', encode(w.digest, 'hex'),
            'visibility', w.visibility, 'seen_before', ${beforeSql.seen_before}, 'known_before', ${beforeSql.known_before})
            ORDER BY ${chainOrder.by("w")})
          FROM waiting w LEFT JOIN revisions before ON before.type = w.type AND before.id = w.id AND before.version = w.version - 1) AS waiting`,
    values: [watermark],
  });
  const row = only(found);
  const waiting = (row.waiting ?? []).map((one) => ({ ...one, digest: Buffer.from(one.digest, "hex") }));
  return { rows: waiting, horizon: row.horizon };
}

function batchSize(watermark: string | null): number {
  return watermark === null ? FIRST_BATCH : BATCH;
}

type WaitingRow = Omit<Unchained, "digest"> & { readonly digest: string };

interface Entry {
  readonly position: bigint;
  readonly version: Unchained;
  readonly hash: Buffer;
  /** The public entry; null: the version is not one. */
  readonly seen: { readonly position: bigint; readonly operation: string; readonly hash: Buffer } | null;
}

function entriesOf(rows: readonly Unchained[], end: ChainEnd): Entry[] {
  let { position, hash, public_position, public_hash } = end;
  return rows.map((version) => {
    position += 1n;
    hash = chained(hash, version.digest);
    const operation = publicOperation(version);
    if (operation === null) return { position, version, hash, seen: null };
    public_position += 1n;
    public_hash = publicChained(public_hash, version.digest, { ...version, operation });
    return { position, version, hash, seen: { position: public_position, operation, hash: public_hash } };
  });
}

async function insert(client: pg.ClientBase, entries: readonly Entry[]): Promise<void> {
  await client.query({
    name: "chain_entries",
    text: `WITH added AS (INSERT INTO ledger (position, type, id, version, hash, public_position, public_operation, public_hash)
        SELECT * FROM unnest($1::bigint[], $2::record_type[], $3::text[], $4::int[], $5::bytea[], $6::bigint[], $7::operation[], $8::bytea[]))
      SELECT pg_notify('${CHANNEL}', $9)`,
    values: [
      entries.map((entry) => String(entry.position)),
      entries.map((entry) => entry.version.type),
      entries.map((entry) => entry.version.id),
      entries.map((entry) => entry.version.version),
      entries.map((entry) => entry.hash),
      entries.map((entry) => (entry.seen === null ? null : String(entry.seen.position))),
      entries.map((entry) => entry.seen?.operation ?? null),
      entries.map((entry) => entry.seen?.hash ?? null),
      String(entries.at(-1)?.position ?? 0n),
    ],
  });
}
