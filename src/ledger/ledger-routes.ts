import { Readable } from "node:stream";
import type pg from "pg";
import { z } from "zod";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { feedOf } from "./changes.ts";
import { readHead } from "./heads.ts";
import { publicEntriesRoute } from "./public-entries.ts";
import { type Head, headRemedy, parseHead, type Verification, verifyLedger } from "./verify.ts";

export interface LedgerDeps {
  readonly pool: pg.Pool;
}

const headExample = {
  position: 412,
  hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
  as_of: "2026-11-23T14:00:00.123456Z",
};

/** The chain of all versions and the chain of its public entries: their heads, the public entries, and the verification. */
export function ledgerRoutes(deps: LedgerDeps): Route[] {
  return [headRoute(deps), publicEntriesRoute(deps), verifyRoute(deps)];
}

const position = { type: "integer", description: "The number of the newest entry; 0 before the first." };
const hash = {
  type: "string",
  description: "Its hash, SHA-256 in hexadecimal digits; zeros before the first.",
};

function headRoute({ pool }: LedgerDeps): Route {
  return route({
    method: "GET",
    path: "/v1/ledger/head",
    operation: "read_ledger_head",
    tag: "ledger",
    summary: "Read the head of the ledger",
    description:
      "The number and the hash of the newest entry: without a key, of the chain of public entries, which does not change when a RESTRICTED record is written; with a key, of the chain of all versions, and `public` is the head of the public chain. Note a head down elsewhere and give it to a later verification: that proves that no entry up to it was changed or removed. The page /verification shows how.",
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
              description: "The head of a chain.",
              properties: {
                position,
                hash,
                as_of: { type: "string", format: "date-time", description: "When the head was read." },
                public: {
                  type: "object",
                  description: "With a key only: the head of the public chain.",
                  properties: { position, hash },
                  required: ["position", "hash"],
                  additionalProperties: false,
                },
              },
              required: Object.keys(headExample),
              additionalProperties: false,
            },
            example: headExample,
          },
        },
      },
    },
    handle: (call) => answerHead(pool, call),
  });
}

async function answerHead(pool: pg.Pool, { principal }: Call<unknown, unknown>): Promise<Reply> {
  const seen = await readHead(pool, "public");
  if (feedOf(principal) === "public")
    return { status: 200, headers: { "Data-As-Of": seen.as_of }, body: JSON.stringify(seen) };
  const head = await readHead(pool, "all");
  const body = { ...head, public: { position: seen.position, hash: seen.hash } };
  return { status: 200, headers: { "Data-As-Of": head.as_of }, body: JSON.stringify(body) };
}

const query = z.strictObject({
  between: z
    .string()
    .describe(
      "Heads noted down earlier, of either chain, as position:hash, separated by commas: each must still be in its chain.",
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

function verifyRoute(deps: LedgerDeps): Route {
  return route({
    method: "GET",
    path: "/v1/ledger",
    operation: "verify_ledger",
    tag: "ledger",
    summary: "Verify the ledger",
    description:
      "Computes the digest and the hashes of every entry again, compares each record as it is answered with its last version, and names the first entry that differs. Checks both chains: that of all versions, and that of the public entries with their numbers and operations. One JSON object a line: progress, then the result. Versions not chained yet are counted as the tail. The page /verification shows how to verify the ledger with psql alone.",
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
                '{"checked", "of"} while it goes on; at last {"whole", "checked", "head", "public_head", "redacted", "tail", "broken"}.',
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
  const { as_of } = await readHead(pool, "all");
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

function headJson(head: Head | null) {
  return head === null ? null : { position: Number(head.position), hash: head.hash };
}

/** A verification as JSON has it. */
function toldOf({ checked, head, public_head, redacted, tail, broken }: Verification) {
  return {
    whole: broken === null,
    checked: Number(checked),
    head: headJson(head),
    public_head: headJson(public_head),
    redacted,
    tail,
    broken:
      broken === null
        ? null
        : { position: Number(broken.position), version: broken.version, what: broken.what },
  };
}
