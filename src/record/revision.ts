import { textsAt } from "./document.ts";
import type { Json, JsonObject } from "./json.ts";
import type { RecordType } from "./record-type.ts";

/** The columns of `revisions` that lists filter and sort by, beside those each revision has. */
const scalarColumns = new Set([
  "name",
  "sort_name",
  "kind",
  "part_of",
  "country_code",
  "latitude",
  "longitude",
  "affiliated_with",
  "origin",
  "publisher",
  "visibility",
  "published_earliest",
  "conflict",
  "declaration_type",
  "ceasefire_class",
  "effective_earliest",
  "effective_latest",
  "ceasefire",
  "status",
  "scope",
  "occurred_earliest",
  "occurred_latest",
]);

/** Columns that gather what stands in lists of the document. */
const listColumns: { readonly [column: string]: string } = {
  parties: "parties.*.actor",
  brokers: "brokers.*.actor",
  purposes: "purposes.*",
  types: "types.*",
  accused: "claims.*.accused.*",
  claimants: "claims.*.claimant",
  involved: "involved.*",
  places: "locations.*.place",
};

export const filterColumns: readonly string[] = [...scalarColumns, ...Object.keys(listColumns)];

/** What a version without a text keeps of the one before: whether it is RESTRICTED, and where the feed of changes files it. */
export const deletedColumns: readonly string[] = ["visibility", "conflict", "ceasefire"];

/** Sets everything of a revision that a redaction empties; the database lets nothing less and nothing else pass. */
export const emptiedSql = [
  "document = NULL",
  "salt = NULL",
  "search = NULL",
  "search_version = NULL",
  "changes = '[]'",
  ...[...scalarColumns].filter((column) => column !== "visibility").map((column) => `${column} = NULL`),
  ...Object.keys(listColumns).map((column) => `${column} = '{}'`),
].join(", ");

/** The filter columns of a revision: the scalar ones from the record's own row, the lists' from its document. */
export function filterRow(type: RecordType, row: JsonObject, members: JsonObject): JsonObject {
  const filters: { [column: string]: Json } = {};
  for (const [column, value] of Object.entries(row)) if (scalarColumns.has(column)) filters[column] = value;
  for (const [column, path] of Object.entries(listColumns)) {
    const steps = path.split(".");
    if (type.shape.members.some((member) => member.name === steps[0]))
      filters[column] = [...new Set(textsAt(members, steps))];
  }
  return filters;
}
