import type { RecordTypeName } from "./field.ts";
import type { RecordTypes } from "./inline.ts";
import type { RecordType } from "./record-type.ts";
import { filterColumns } from "./revision.ts";
import { isRestrictable, type Viewpoint } from "./sql.ts";
import type { Column } from "./table.ts";
import { listTable, typed, unnestedSql, valueSql } from "./unnest.ts";

/**
 * The records as they stood at an instant, which has been waited for: of each, the last version recorded by then. Own
 * columns and lists are read off that version's document, but for those that revisions carry for filters. Deleted and
 * redacted versions are left out.
 */
export function asOfViewpoint(types: RecordTypes, withKey: boolean, instant: string): Viewpoint {
  return (params) => {
    let placeholder: string | undefined;
    const at = () => {
      placeholder ??= `${params.add(instant)}::timestamptz`;
      return placeholder;
    };
    const relation = (type: RecordTypeName) => `(${recordsSql(types[type], at(), withKey)})`;
    return {
      relation,
      items(list) {
        const { type, table } = listTable(types, list);
        return `(${unnestedSql(table, relation(type.type))})`;
      },
      tables: false,
      get now() {
        return at();
      },
      get today() {
        return at();
      },
    };
  };
}

/**
 * The version of each record that was the last at the instant. The type is written out wherever it is compared, so that an
 * index of one type's versions, which holds no type, is all that is read to choose them.
 */
function recordsSql(type: RecordType, at: string, withKey: boolean): string {
  const carried = new Set(filterColumns);
  const columns = type.table.columns
    .filter(({ name }) => !envelope.has(name))
    .map((column) => {
      const value = carried.has(column.name) ? carriedSql(column) : valueSql("r.document::json", column);
      return `${value} AS ${column.name}`;
    });
  const computed = type.computed.map(({ name, again }) =>
    again === undefined ? `coalesce(r.${name}, '') AS ${name}` : `r.${name}`,
  );
  const name = `'${type.type}'`;
  const seen = withKey || !isRestrictable(type.type) ? "" : `AND ${publicThenAndNowSql(name)}`;
  return `SELECT r.id, r.version, (r.document::json->>'created_at')::timestamptz AS created_at, r.recorded_at AS updated_at, r.document, r.search,
      ${[...columns, ...computed].join(", ")}
    FROM revisions r WHERE r.type = ${name} AND r.recorded_at <= ${at} AND r.document IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM revisions later WHERE later.type = ${name} AND later.id = r.id AND later.version = r.version + 1
        AND later.recorded_at <= ${at}) ${seen}`;
}

/** A column that revisions carry: codes as text, everything else as it is, for a cast would hide the order of an index. */
function carriedSql(column: Column): string {
  const own = `r.${column.name}`;
  return column.node.codes === undefined ? own : typed(own, column);
}

const envelope = new Set(["id", "version", "created_at", "updated_at"]);

/** Restriction reaches back: what is RESTRICTED today was never there for those without a key. */
function publicThenAndNowSql(type: string): string {
  return `r.visibility = 'PUBLIC' AND (SELECT last.visibility FROM revisions last
    WHERE last.type = ${type} AND last.id = r.id ORDER BY last.version DESC LIMIT 1) = 'PUBLIC'`;
}
