import { z } from "zod";
import { sleep } from "../../src/database/processes.ts";
import { adminKey } from "./keeper.ts";

const pageSchema = z.object({
  data: z.array(z.object({ cursor: z.string(), type: z.string(), id: z.string(), version: z.number() })),
});

/** Somebody who follows the feed of changes by its cursors alone, whatever happens to the service. */
export interface Reader {
  /** Reads on to the end, and resolves to every version in the order it was heard of: "violation some-id 2". */
  finish(): Promise<string[]>;
}

const pause_ms = 100;

/** Begins to follow the feed of changes, page by page. */
export function followChanges(url: string, cancelled: AbortSignal): Reader {
  const heard: string[] = [];
  let after: string | undefined;
  let finishing = false;
  const following = (async () => {
    while (!cancelled.aborted) {
      const page = await readPage(
        `${url}/v1/changes?limit=500${after === undefined ? "" : `&after=${after}`}`,
      );
      for (const { type, id, version } of page ?? []) heard.push(`${type} ${id} ${version}`);
      after = page?.at(-1)?.cursor ?? after;
      if (finishing && page?.length === 0) return;
      if (page === undefined || page.length < 500) await sleep(pause_ms);
    }
  })();
  return {
    finish: async () => {
      finishing = true;
      await following;
      return heard;
    },
  };
}

async function readPage(address: string): Promise<z.output<typeof pageSchema>["data"] | undefined> {
  try {
    const headers = { Authorization: `Bearer ${adminKey}` };
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(20_000) });
    return answer.ok ? pageSchema.parse(await answer.json()).data : undefined;
  } catch {
    return undefined;
  }
}
