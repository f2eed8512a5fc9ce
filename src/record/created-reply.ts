import type { Logger } from "pino";
import { etag } from "../http/conditions.ts";
import type { RepeatableRequest } from "../http/idempotency-key.ts";
import type { Reply } from "../http/route.ts";
import type { ResourceDeps } from "./deps.ts";
import { parsedDocument, textsAt } from "./document.ts";
import { duplicatesMember, type FindDuplicates } from "./duplicates.ts";
import { tellOnce } from "./idempotency.ts";
import type { RecordType } from "./record-type.ts";
import type { Queryable } from "./sql.ts";
import { MAX_WORD_BYTES_PER_UNIT, MAX_WORDS_BYTES, wordsOf } from "./words.ts";
import type { Written } from "./write.ts";

/** The answer to a write: the record, its ETag, when it was written, and whether search does not find all of it. */
export function writtenReply(
  type: Pick<RecordType, "search">,
  status: number,
  written: Written,
  more: { readonly [name: string]: string } = {},
): Reply {
  const headers = {
    ETag: etag(written.version),
    "Data-As-Of": written.at,
    ...(isSearchedWhole(type, written) ? {} : { [searchIndexHeader]: "incomplete" }),
    ...more,
  };
  return { status, headers, body: written.document };
}

const searchIndexHeader = "Search-Index";

/** The description of that header, for the answers that may carry it. */
export const searchIndexAnswer = {
  [searchIndexHeader]:
    "incomplete: the record holds more text or more distinct words than the index keeps (1 MB of either, 100,000 words), and search does not find the last ones. Absent otherwise.",
};

/** No shorter document reaches a limit of the index. */
const MIN_INCOMPLETE_LENGTH = MAX_WORDS_BYTES / MAX_WORD_BYTES_PER_UNIT;

/**
 * Whether search finds every word of a record. An answer that wrote nothing, such as a repeated one, computes it from the
 * document, with the same result.
 */
function isSearchedWhole(
  { search }: Pick<RecordType, "search">,
  { document, isSearchedWhole }: Written,
): boolean {
  if (isSearchedWhole !== undefined) return isSearchedWhole;
  if (document.length < MIN_INCOMPLETE_LENGTH) return true;
  const members = parsedDocument(document);
  return wordsOf(search.flatMap((path) => textsAt(members, path))).complete;
}

/** The call that creates, as far as its answer needs it. */
interface Creation {
  readonly baseUrl: string;
  readonly log: Pick<Logger, "warn">;
}

/** The answer to a creation; where duplicates are looked for it names those that may tell of the same. */
export async function createdReply(
  { pool }: Pick<ResourceDeps, "pool">,
  type: Pick<RecordType, "collection" | "search">,
  find: FindDuplicates | undefined,
  written: Written,
  call: Creation,
  repeatable: RepeatableRequest | undefined,
): Promise<Reply> {
  const reply = writtenReply(type, 201, written, {
    Location: `${call.baseUrl}/v1/${type.collection}/${written.id}`,
  });
  if (find === undefined) return reply;
  const named = written.told ?? (await duplicatesOf(pool, find, written, call, repeatable));
  return { ...reply, body: `${written.document.slice(0, -1)},"${duplicatesMember}":${named}}` };
}

/** How long a creation's answer waits for what it names beside the record: a thousand times what it usually takes. */
const PATIENCE_MS = 2_000;

/**
 * The duplicates as JSON: null where they could not be read in time, for the record is written and is answered in any
 * case. Of a request that may come again they are kept before they are answered, so that each repetition is answered
 * the same, the null too.
 */
async function duplicatesOf(
  database: Queryable,
  find: FindDuplicates,
  { id, document }: Written,
  call: Creation,
  repeatable: RepeatableRequest | undefined,
): Promise<string> {
  const complain = (error: unknown) => {
    call.log.warn(
      { err: error, id },
      "What may tell of the same as a new record could not be named with it.",
    );
  };
  const found = await inTime(find(parsedDocument(document))).catch(complain);
  const named = JSON.stringify(found ?? null);
  if (repeatable === undefined) return named;
  return (await tellOnce(database, repeatable, named).catch(complain)) ?? named;
}

/** Rejects where the work takes too long; the work itself goes on, and its end is nobody's concern. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${PATIENCE_MS} ms.`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
