import { linkTo } from "../http/links.ts";
import type { Call, Reply } from "../http/route.ts";
import type { RecordsDeps } from "./deps.ts";
import type { Exported, Format } from "./format.ts";

/** The headers that every file carries, for the description of the API. */
export const fileHeaders = {
  "Data-As-Of": "The instant the file is as of.",
  "Content-Disposition": "A file name that says what the file holds and as of when.",
  Link: 'The address that gives the same data for ever, rel="cite-as" (RFC 8574).',
  "Ledger-Head":
    "The head of the ledger when the file was begun, as position:hash: without a key, of its public chain.",
};

/** A stream as a reply, under a file name that says what it holds and as of when, with what it is cited by. */
export async function fileReply(
  deps: Pick<RecordsDeps, "ledgerHead">,
  call: Pick<Call<unknown, unknown>, "url" | "baseUrl" | "principal">,
  { name, mediaType }: Pick<Format, "name" | "mediaType">,
  what: string,
  open: () => Promise<Exported>,
): Promise<Reply> {
  const head = await deps.ledgerHead(call.principal);
  const { stream, as_of } = await open();
  return {
    status: 200,
    mediaType,
    headers: {
      "Data-As-Of": as_of,
      // A file of JSON is read where it is asked for, as pages are.
      ...(name !== "json" && {
        "Content-Disposition": `attachment; filename="${what}-${as_of.slice(0, 10)}.${name}"`,
      }),
      // The address asked for, with the instant and the format that made the answer what it is.
      Link: `<${linkTo(call, { format: name, as_of })}>; rel="cite-as"`,
      "Ledger-Head": head,
    },
    body: stream,
  };
}
