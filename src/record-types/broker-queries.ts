import type { Position } from "../record/cursor.ts";
import { jsonListSql, jsonObjectSql, jsonObjectText } from "../record/json-sql.ts";
import { only, params, type Queryable, stampSql, type View, type Viewpoint } from "../record/sql.ts";

export interface BrokerPage {
  /** The brokers' texts, joined by commas. */
  readonly data: string;
  readonly next: Position | null;
  readonly as_of: string;
}

/** Brokers by name, from after a position on; a broker's ceasefires come in the order in which they took effect. */
export async function readBrokers(
  database: Queryable,
  viewpoint: Viewpoint,
  after: { readonly key: string; readonly id: string },
  limit: number,
): Promise<BrokerPage> {
  const collected = params();
  const view = viewpoint(collected);
  const wanted = `${collected.add(limit)}::int`;
  const text = `WITH page AS (
      SELECT a.id, a.name, a.sort_name, row_number() OVER (ORDER BY a.sort_name, a.id) AS place FROM ${view.relation("actor")} a
      WHERE EXISTS (SELECT 1 FROM ${view.items("ceasefires_brokers")} b WHERE b.actor = a.id)
        AND (a.sort_name, a.id) > (${collected.add(after.key)}, ${collected.add(after.id)})
      ORDER BY a.sort_name, a.id LIMIT ${wanted} + 1)
    SELECT string_agg(${jsonObjectText({ actor: "p.id", name: "p.name", ceasefires: brokeredSql("p.id", view) })}, ',' ORDER BY p.place) FILTER (WHERE p.place <= ${wanted}) AS data,
      max(p.sort_name) FILTER (WHERE p.place = ${wanted}) AS key, max(p.id) FILTER (WHERE p.place = ${wanted}) AS id, count(*)::int AS number, ${stampSql(view.now)} AS as_of
    FROM page p`;
  const found = await database.query<{
    data: string | null;
    key: string | null;
    id: string | null;
    number: number;
    as_of: string;
  }>(text, [...collected.values]);
  const { data, key, id, number, as_of } = only(found);
  return { data: data ?? "", next: number > limit && id !== null ? { key, id } : null, as_of };
}

/** The ceasefires that an actor brokered, in the order in which they took effect. */
function brokeredSql(actor: string, view: View): string {
  const one = jsonObjectSql({ ceasefire: "c.id", role: "b.role", disputed: "b.disputed" });
  return `(SELECT ${jsonListSql(one, "c.effective_earliest, c.id, b.position")}
    FROM ${view.items("ceasefires_brokers")} b JOIN ${view.relation("ceasefire")} c ON c.id = b.ceasefire_id WHERE b.actor = ${actor})`;
}
