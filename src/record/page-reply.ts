import { conditional, weakTag } from "../http/conditional.ts";
import type { Call, Reply } from "../http/route.ts";

/** One page of a list. */
export interface PageText {
  /** The items' JSON texts, joined by commas. */
  readonly data: string;
  readonly limit: number;
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly as_of: string;
  readonly total?: number | undefined;
}

/** The JSON text of a page. */
export function pageText({ data, limit, next, as_of, total }: PageText): string {
  const count = total === undefined ? "" : `,"total":${total}`;
  return `{"data":[${data}],"page":{"limit":${limit},"next":${JSON.stringify(next)},"as_of":"${as_of}"${count}}}`;
}

/** A page with an ETag of its items, or a 304 if the caller has it. `page.as_of`, which is new in every answer, is no part of the tag. */
export function taggedPage(call: Pick<Call<unknown, unknown>, "header">, page: PageText): Reply {
  const headers = { "Data-As-Of": page.as_of, ETag: weakTag(page.data, page.next) };
  return conditional(call, { status: 200, headers, body: pageText(page) });
}
