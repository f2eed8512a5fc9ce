import { expect } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { type Head, type Verification, verifyLedger } from "../../src/ledger/verify.ts";
import type { TestService } from "./service.ts";

/** Walks the ledger to its end. */
export async function verified(service: TestService, noted: readonly Head[] = []): Promise<Verification> {
  const walk = verifyLedger(service.pool, noted);
  for (;;) {
    const { done, value } = await walk.next();
    if (done === true) return value;
  }
}

/** Waits until every version is in the ledger. */
export async function chainedAll(service: TestService, atMost_ms = 10_000): Promise<void> {
  const even = "SELECT (SELECT count(*) FROM revisions) = (SELECT count(*) FROM ledger) AS even";
  const all = async () => (await service.pool.query(even)).rows[0].even;
  expect(await waitUntil(all, atMost_ms)).toBe(true);
}

/** Writes first versions of many actors in one transaction, past the service; resolves to their ids in the order of the ledger. */
export async function writeMany(service: TestService, prefix: string, many: number): Promise<string[]> {
  const { rows } = await service.pool.query<{ id: string }>(
    `INSERT INTO revisions (type, id, version, operation, recorded_at, changes, salt, digest)
     SELECT 'actor', $1 || '-' || lpad(n::text, 6, '0') || repeat('-x', 40), 1, 'create', recording_instant(), '[]', '\\x00', sha256('\\x00')
     FROM generate_series(1, $2::int) n RETURNING id`,
    [prefix, many],
  );
  return rows.map(({ id }) => id);
}

/** The head of the whole chain for an analyst, that of the public chain for the public. */
export async function head(service: TestService, reader: "analyst" | "public" = "analyst"): Promise<Head> {
  const { body } = await service.as(reader).get("/v1/ledger/head");
  return { position: BigInt(body.position), hash: body.hash };
}

/** A block of code on the page /verification, by its label. */
export async function verificationCode(service: TestService, label: string): Promise<string> {
  const { text } = await service.as("public").get("/verification");
  const [, escaped] = new RegExp(`aria-label="${label}"><code>([^<]*)</code>`).exec(text) ?? [];
  if (escaped === undefined) throw new Error(`The page has no block labelled ${label}.`);
  const entities: { readonly [entity: string]: string } = {
    lt: "<",
    gt: ">",
    amp: "&",
    quot: '"',
    "#39": "'",
  };
  return escaped.replace(/&([a-z#0-9]+);/g, (_whole, entity) => entities[entity] ?? "");
}

/** The statement by which the page says that psql alone verifies the ledger. */
export async function psqlStatement(service: TestService): Promise<string> {
  return await verificationCode(service, "A statement for psql");
}

/** Does what somebody with the whole database in their hands could do: no trigger and no foreign key stands in the way. */
export async function asSuperuser(service: TestService, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
