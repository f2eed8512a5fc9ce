import type { Route } from "../http/route.ts";
import type { RecordsDeps } from "../record/deps.ts";
import type { RecordType } from "../record/record-type.ts";
import type { ExportDeps } from "./copy.ts";
import { formats } from "./formats/index.ts";
import { historyRoute } from "./history/route.ts";
import { seriesRoutes } from "./series.ts";

/** What the routes of this folder need. */
export interface ExchangeDeps extends ExportDeps, RecordsDeps {
  readonly recordTypes: readonly RecordType[];
}

/** Every child series as a table of its own, and the history of a ceasefire. */
export function exchangeRoutes(deps: ExchangeDeps): Route[] {
  const offered = formats(deps);
  return [...deps.recordTypes.flatMap((type) => seriesRoutes(deps, offered, type)), historyRoute(deps)];
}
