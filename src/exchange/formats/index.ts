import type { Format } from "../../record/format.ts";
import type { ExportDeps } from "../copy.ts";
import { csvFormat } from "./csv.ts";
import { ndjsonFormat } from "./ndjson.ts";

/** The registry of formats: what every list leaves in, beside json. */
export function formats(deps: ExportDeps): Format[] {
  return [ndjsonFormat(deps), csvFormat(deps)];
}
