import { Readable } from "node:stream";
import type pg from "pg";
import { z } from "zod";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { only, stampSql } from "../record/sql.ts";
import { type Head, headRemedy, headText, parseHead, type Verification, verifyLedger } from "./verify.ts";

export interface LedgerDeps {
  readonly pool: pg.Pool;
}

const headExample = {
  position: 412,
  hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
  as_of: "2026-11-23T14:00:00.123456Z",
};

/** The chain over all versions: its end, for others to note down, and its verification. */
export function ledgerRoutes(deps: LedgerDeps): Route[] {
  return [headRoute(deps), verifyRoute(deps)];
}

function headRoute({ pool }: LedgerDeps): Route {
  return route({
    method: "GET",
    path: "/v1/ledger/head",
    operation: "read_ledger_head",
    tag: "ledger",
    summary: "Read the end of the ledger",
    description:
      "The newest entry's number and hash. Noted down elsewhere, and given to a later verification, it proves that nothing up to it was changed since. Before the first entry: 0 and 64 zeros.",
    role: "public",
    params: z.strictObject({}),
    query: z.strictObject({}),
    answers: {
      200: {
        description: "The head.",
        content: {
          "application/json": {
            schema: {
              type: "object",
              description: "The end of the chain.",
              properties: {
                position: { type: "integer", description: "How many entries there are." },
                hash: { type: "string", description: "SHA-256 in hexadecimal digits." },
                as_of: { type: "string", format: "date-time", description: "When it was looked at." },
              },
              required: Object.keys(headExample),
              additionalProperties: false,
            },
            example: headExample,
          },
        },
      },
    },
    async handle() {
      const head = await readHead(pool);
      return { status: 200, headers: { "Data-As-Of": head.as_of }, body: JSON.stringify(head) };
    },
  });
}

/** The end of the ledger as people note it down, position:hash. */
export async function headNow(pool: pg.Pool): Promise<string> {
  const { position, hash } = await readHead(pool);
  return headText({ position: BigInt(position), hash });
}

async function readHead(pool: pg.Pool): Promise<typeof headExample> {
  const found = await pool.query<typeof headExample>({
    name: "ledger_head",
    text: `SELECT coalesce(max(position), 0)::float8 AS position,
        coalesce((SELECT encode(l.hash, 'hex') FROM ledger l ORDER BY l.position DESC LIMIT 1), repeat('0', 64)) AS hash,
        ${stampSql("now()")} AS as_of FROM ledger`,
  });
  return only(found);
}

const query = z.strictObject({
  between: z
    .string()
    .describe(
      "Heads noted down earlier, as position:hash, separated by commas: the chain is proved to extend each.",
    )
    .transform((text, context) => {
      const parts = text.split(",").map((part) => part.trim());
      const heads = parts.map(parseHead).filter((head) => head !== undefined);
      if (heads.length === parts.length) return heads;
      context.addIssue({ code: "custom", message: headRemedy });
      return z.NEVER;
    })
    .optional(),
});

const psql = `To verify it with psql alone, walk the chain and make every hash and digest again:
WITH RECURSIVE walked AS (SELECT 0::bigint AS position, decode(repeat('00', 32), 'hex') AS hash
  UNION ALL SELECT l.position, sha256(w.hash || r.digest) FROM walked w JOIN ledger l ON l.position = w.position + 1 JOIN revisions r USING (type, id, version))
SELECT l.position, l.type, l.id, l.version FROM ledger l LEFT JOIN walked w USING (position) LEFT JOIN revisions r USING (type, id, version)
WHERE w.hash IS DISTINCT FROM l.hash OR (r.salt IS NOT NULL
  AND revision_digest(r.salt, r.document, r.type, r.id, r.version, r.operation, r.recorded_at, r.author, r.reason, r.import) <> r.digest)
  OR (r.salt IS NULL AND NOT EXISTS (SELECT FROM revisions t WHERE t.type = l.type AND t.id = l.id AND t.version > l.version AND t.operation = 'redact'))
  OR (l.version > 1 AND NOT EXISTS (SELECT FROM ledger p WHERE p.type = l.type AND p.id = l.id AND p.version = l.version - 1 AND p.position < l.position))
ORDER BY l.position LIMIT 1;
No row: every entry is whole. Heads noted down earlier are then compared by SELECT position, encode(hash, 'hex') FROM ledger.`;

function verifyRoute(deps: LedgerDeps): Route {
  return route({
    method: "GET",
    path: "/v1/ledger",
    operation: "verify_ledger",
    tag: "ledger",
    summary: "Verify the ledger",
    description: `Walks every entry, makes its digest and hash again from the version it stands for, compares each record as it is answered with its last version, and names the first that differs. One JSON object a line: progress, then the result. Versions not chained yet are counted as the tail. ${psql}`,
    role: "analyst",
    cost: "export",
    params: z.strictObject({}),
    query,
    answers: {
      200: {
        description: "Progress and, in the last line, the result.",
        content: {
          "application/x-ndjson": {
            schema: {
              type: "string",
              description:
                '{"checked", "of"} while it goes on; at last {"whole", "checked", "head", "redacted", "tail", "broken"}.',
            },
            example: '{"checked":412,"of":412}\n',
          },
        },
      },
    },
    handle: (call) => answerVerification(deps, call),
  });
}

async function answerVerification(
  { pool }: LedgerDeps,
  call: Call<unknown, { readonly between?: readonly Head[] | undefined }>,
): Promise<Reply> {
  const { as_of } = await readHead(pool);
  async function* told() {
    const walk = verifyLedger(pool, call.query.between ?? []);
    for (;;) {
      const { done, value } = await walk.next();
      if (done === true) {
        yield `${JSON.stringify(toldOf(value))}\n`;
        return;
      }
      yield `${JSON.stringify({ checked: Number(value.checked), of: Number(value.of) })}\n`;
    }
  }
  return {
    status: 200,
    headers: { "Data-As-Of": as_of },
    mediaType: "application/x-ndjson",
    body: Readable.from(told()),
  };
}

/** A verification as JSON has it. */
function toldOf({ checked, head, redacted, tail, broken }: Verification) {
  return {
    whole: broken === null,
    checked: Number(checked),
    head: head === null ? null : { position: Number(head.position), hash: head.hash },
    redacted,
    tail,
    broken:
      broken === null
        ? null
        : { position: Number(broken.position), version: broken.version, what: broken.what },
  };
}
