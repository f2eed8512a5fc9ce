import type { RecordTypeName } from "../../record/field.ts";
import type { SqlContext } from "../../record/sql.ts";

/** The record types that have a name or title. */
export const namedTypes: ReadonlySet<RecordTypeName> = new Set([
  "conflict",
  "actor",
  "place",
  "source",
  "ceasefire",
]);

/** The name of the record with this id, as text: of a place the first of its names, of a source its title, else its publisher. */
export function nameOfSql(type: RecordTypeName, id: string, { view }: SqlContext): string {
  if (type === "place") {
    return `(SELECT n.name FROM ${view.items("places_names")} n WHERE n.place_id = ${id} ORDER BY n.position LIMIT 1)`;
  }
  const name = type === "source" ? "coalesce(named.title, named.publisher)" : "named.name";
  return `(SELECT ${name} FROM ${view.relation(type)} named WHERE named.id = ${id})`;
}
