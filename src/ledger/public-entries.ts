import { Readable } from "node:stream";
import type pg from "pg";
import { z } from "zod";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { readHead } from "./heads.ts";
import { headText } from "./verify.ts";

const example = {
  position: 412,
  operation: "create",
  type: "violation",
  id: "nagorno-karabakh-2020-v33",
  version: 1,
  digest: "0cf3d0f8a2f4b9a35bfa1cbe4ab8ab4a4bd2e1a3a5bd0ec18f3df0ec2fa3fd0e",
  hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
};

const query = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "Give a position: a whole number, 0 or greater.")
    .transform(Number)
    .describe("Entries after this position: that of the last entry you verified. Default: 0, all of them.")
    .optional(),
});

/** The public chain, entry by entry, so that anyone can compute its hashes again. */
export function publicEntriesRoute({ pool }: { readonly pool: pg.Pool }): Route {
  return route({
    method: "GET",
    path: "/v1/ledger/public",
    operation: "list_public_ledger_entries",
    tag: "ledger",
    summary: "List the public entries of the ledger",
    description:
      "Every public entry in the order of the ledger, one JSON object a line, the same for every reader. `operation` is what the public sees: a record that becomes RESTRICTED is deleted, one that becomes PUBLIC is created. `digest` seals the version's text, author, time and reason. `hash` is SHA-256 of one line of text with six fields and a space between each two: the hash of the entry before (64 zeros before the first), then `digest`, `type`, `id`, `version` and `operation`. The last entry's position and hash are the head of the public chain. The page /verification has a script that checks all of it.",
    role: "public",
    cost: "export",
    params: z.strictObject({}),
    query,
    answers: {
      200: {
        description: "The public entries.",
        content: {
          "application/x-ndjson": {
            schema: {
              type: "string",
              description: 'One {"position", "operation", "type", "id", "version", "digest", "hash"} a line.',
            },
            example: `${JSON.stringify(example)}\n`,
          },
        },
        headers: { "Ledger-Head": "The head of the public chain, as position:hash: the last entry." },
      },
    },
    handle: (call) => answerEntries(pool, call),
  });
}

async function answerEntries(
  pool: pg.Pool,
  { query: { after } }: Call<unknown, z.output<typeof query>>,
): Promise<Reply> {
  const head = await readHead(pool, "public");
  return {
    status: 200,
    headers: { "Data-As-Of": head.as_of, "Ledger-Head": headText(head) },
    mediaType: "application/x-ndjson",
    body: Readable.from(lines(pool, after ?? 0, head.position)),
  };
}

const PAGE = 2_000;

/** The entries after one position and up to another, as lines of JSON, page by page as the client reads. */
async function* lines(pool: pg.Pool, after: number, upTo: number): AsyncGenerator<string> {
  for (let from = after; from < upTo; from += PAGE) {
    const { rows } = await pool.query<typeof example>({
      name: "public_ledger_entries",
      text: `SELECT l.public_position::float8 AS position, l.public_operation::text AS operation, l.type::text AS type, l.id, l.version,
          encode(r.digest, 'hex') AS digest, encode(l.public_hash, 'hex') AS hash
        FROM ledger l JOIN revisions r ON r.type = l.type AND r.id = l.id AND r.version = l.version
        WHERE l.public_position > $1 AND l.public_position <= $2 ORDER BY l.public_position`,
      values: [from, Math.min(from + PAGE, upTo)],
    });
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  }
}
