import { weakTag } from "../../http/conditional.ts";
import type { RecordTypeName } from "../../record/field.ts";
import type { RecordType } from "../../record/record-type.ts";
import { currentViewpoint, only, params, type Queryable, stampSql, type View } from "../../record/sql.ts";
import { allTables } from "../../record/table.ts";
import { ceasefire } from "../../record-types/ceasefire.ts";
import { violation } from "../../record-types/violation.ts";

/** Identifies the state of a history at present. */
export interface HistoryState {
  readonly tag: string;
  readonly as_of: string;
}

/**
 * A tag that changes with every version of a record that the history of a ceasefire is made from: the ceasefire, those that
 * extend it, its reports, and the actors and sources that these refer to. `format` is the format of the answer.
 */
export async function historyState(
  database: Queryable,
  { withKey, id, format }: { readonly withKey: boolean; readonly id: string; readonly format: string },
): Promise<HistoryState> {
  const found = await database.query<{ versions: string; as_of: string }>({
    name: `history_state_${withKey}`,
    text: stateSql(currentViewpoint(withKey)(params())),
    values: [id],
  });
  const { versions, as_of } = only(found);
  return { tag: weakTag(format, versions), as_of };
}

function stateSql(view: View): string {
  const referred = (target: RecordTypeName) =>
    `SELECT '${target}', other.id, other.version FROM ${view.relation(target)} other
      WHERE other.id IN (${referenceSql(ceasefire, target, view)} UNION ${referenceSql(violation, target, view)})`;
  return `WITH own AS MATERIALIZED (
      SELECT 'ceasefire' AS type, id, version FROM ${view.relation("ceasefire")} t WHERE t.id = $1
      UNION ALL SELECT 'violation', id, version FROM ${view.relation("violation")} t WHERE t.ceasefire = $1),
    part AS (SELECT * FROM own
      UNION ALL SELECT 'extension', other.id, other.version FROM ${view.relation("ceasefire")} other
        WHERE other.id IN (SELECT ceasefire_id FROM ${view.items("ceasefires_relations")} x WHERE x.ceasefire = $1)
      UNION ALL ${referred("actor")}
      UNION ALL ${referred("source")})
    SELECT coalesce(bit_xor(hashtextextended(type || '/' || id, version)), 0)::text AS versions, ${stampSql(view.now)} AS as_of FROM part`;
}

/** The ids of one type that the records in `own` of another type refer to. */
function referenceSql(type: RecordType, target: RecordTypeName, view: View): string {
  const tables = allTables(type.table).filter(({ parent }) => parent !== null);
  return tables
    .flatMap(({ name, keys, columns }) =>
      columns
        .filter(({ node }) => node.ref === target)
        .map(
          (column) =>
            `SELECT x.${column.name} FROM ${view.items(name)} x JOIN own ON own.type = '${type.type}' AND own.id = x.${keys[0]}`,
        ),
    )
    .join(" UNION ");
}
