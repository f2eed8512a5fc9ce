import pg from "pg";
import { z } from "zod";
import { waitUntil } from "../../src/database/processes.ts";
import { adminKey, type Kept } from "./keeper.ts";
import type { Ledger } from "./writers.ts";

/** A version as the database holds it. */
interface Held {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly document: string;
}

type Audited = Pick<Kept, "url" | "databaseUrl">;
type Done = Pick<Ledger, "acknowledged" | "abandoned">;

/** What of a record's history and of its rows does not fit together; no row where all does. */
const misfits = {
  "a record whose versions are not 1 to n":
    "SELECT type, id FROM revisions GROUP BY type, id HAVING min(version) <> 1 OR max(version) <> count(*)",
  "a record that is not its last version": `SELECT id FROM violations v WHERE document IS DISTINCT FROM (SELECT document FROM revisions r
      WHERE r.type = 'violation' AND r.id = v.id ORDER BY version DESC LIMIT 1)`,
  "a version without its record":
    "SELECT id FROM revisions WHERE type = 'violation' AND id NOT IN (SELECT id FROM violations)",
  "a report without its claim or that claim's source": `SELECT v.id FROM violations v WHERE NOT EXISTS (SELECT FROM violations_claims c
      JOIN violations_claims_citations n ON n.violation_id = v.id JOIN sources s ON s.id = n.source WHERE c.violation_id = v.id)`,
  "a source that no report came with": `SELECT id FROM sources WHERE id NOT IN (SELECT source FROM violations_claims_citations)`,
  "a source written twice": "SELECT title FROM sources GROUP BY title HAVING count(*) > 1",
  "a version that is not in the ledger":
    "SELECT type, id, version FROM revisions EXCEPT SELECT type, id, version FROM ledger",
};

/**
 * Holds a service's database against what its writers were told and its reader has heard, once nobody writes any more;
 * resolves to a sentence for each thing that is not as it must be.
 */
export async function audit(service: Audited, done: Done, heard: readonly string[]): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: await service.databaseUrl(), max: 2 });
  try {
    const chained = async () =>
      (await pool.query(misfits["a version that is not in the ledger"])).rowCount === 0;
    await waitUntil(chained, 30_000);
    const found: string[] = [];
    for (const [name, sql] of Object.entries(misfits)) {
      const { rows } = await pool.query(sql);
      found.push(...rows.slice(0, 5).map((row) => `There is ${name}: ${JSON.stringify(row)}`));
    }
    const { rows } = await pool.query<Held>(
      "SELECT r.type::text, r.id, r.version, r.document FROM revisions r JOIN ledger l USING (type, id, version) ORDER BY l.position",
    );
    const inOrder = rows.map(({ type, id, version }) => `${type} ${id} ${version}`);
    return [
      ...found,
      ...lostOrDoubled(rows, done),
      ...skipped(inOrder, heard),
      ...(await brokenLedger(service.url)),
    ];
  } finally {
    await pool.end();
  }
}

/** Every acknowledged write has to be there once, byte for byte; one that was given up at most once. */
function lostOrDoubled(rows: readonly Held[], done: Done): string[] {
  const documents = new Map(
    rows.map(({ type, id, version, document }) => [`${type} ${id} ${version}`, document]),
  );
  const times = new Map<string, number>();
  for (const { type, document } of rows) {
    const word = type === "violation" ? /"description":"([^"]*)"/.exec(document)?.[1] : undefined;
    if (word !== undefined) times.set(word, (times.get(word) ?? 0) + 1);
  }
  const found: string[] = [];
  for (const [word, { id, version, text }] of done.acknowledged) {
    if (documents.get(`violation ${id} ${version}`) !== text)
      found.push(`Lost: ${id}, version ${version} (${word}).`);
    if (times.get(word) !== 1) found.push(`Written ${times.get(word) ?? 0} times: ${word}.`);
  }
  for (const [word, written] of times) {
    if (!done.acknowledged.has(word) && !done.abandoned.has(word)) found.push(`Nobody asked for ${word}.`);
    if (written > 1 && done.abandoned.has(word))
      found.push(`Written ${written} times: ${word}, which was given up.`);
  }
  return found;
}

/** The reader has to have heard of every version once, in the order of the ledger. */
function skipped(inOrder: readonly string[], heard: readonly string[]): string[] {
  const place = inOrder.findIndex((version, at) => heard[at] !== version);
  if (place === -1 && heard.length === inOrder.length) return [];
  return [
    `A reader of the feed has heard of ${heard.length} changes of ${inOrder.length}; number ${place + 1} was ${heard[place]} and not ${inOrder[place]}.`,
  ];
}

const resultSchema = z.object({ whole: z.literal(true), tail: z.literal(0) });

async function brokenLedger(url: string): Promise<string[]> {
  const headers = { Authorization: `Bearer ${adminKey}` };
  const answer = await fetch(`${url}/v1/ledger`, { headers, signal: AbortSignal.timeout(120_000) });
  const last = (await answer.text()).trim().split("\n").at(-1) ?? "";
  return answer.ok && resultSchema.safeParse(JSON.parse(last)).success
    ? []
    : [`The ledger does not verify: ${last}`];
}
