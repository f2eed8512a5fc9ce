import { z } from "zod";
import type { RecordTypeName } from "./field.ts";
import { jsonListSql } from "./json-sql.ts";
import type { ObjectNode } from "./shape.ts";
import { collectionOf, type SqlContext } from "./sql.ts";
import { jsonPath, type ReferencePath, referencePaths } from "./table.ts";

/** A fact that depends on other records: computed when it is asked for, in the same statement, and never stored. */
export interface Expand {
  readonly description: string;
  /** What is answered under `expanded`. */
  readonly answer: z.ZodType;
  /** Whether it looks at so many other records that only a few may be asked for at once. */
  readonly heavy?: true;
  /** An expression of type json over the record's row (`context.row`, with its `document`). Its text has no blanks: see json-sql.ts. */
  sql(context: SqlContext): string;
}

/** Every record refers to others: each single reference by its own name, and all of a type by its collection's. */
export function referenceExpands(shape: ObjectNode): { readonly [name: string]: Expand } {
  const expands: { [name: string]: Expand } = {};
  const paths = referencePaths(shape);
  for (const { path, node } of paths) {
    if (path.length !== 1) continue;
    expands[path.join()] = {
      description: `The ${node.ref} that \`${path.join()}\` refers to, in full, or null.`,
      answer: z.looseObject({ id: z.string() }).nullable(),
      sql: ({ row, view }) =>
        `(SELECT other.document::json FROM ${view.relation(node.ref)} other WHERE other.id = ${row}.${path.join()})`,
    };
  }
  for (const target of new Set(paths.map(({ node }) => node.ref))) {
    const leading = paths.filter(({ node }) => node.ref === target);
    expands[collectionOf(target)] = {
      description: `Every ${target} that the record refers to anywhere, in full, by id.`,
      answer: z.array(z.looseObject({ id: z.string() })),
      sql: (context) => allReferencedSql(context, target, leading),
    };
  }
  return expands;
}

function allReferencedSql(
  { row, view }: SqlContext,
  target: RecordTypeName,
  paths: readonly ReferencePath[],
): string {
  const ids = paths.map(
    ({ path }) => `SELECT jsonb_path_query(${row}.document::jsonb, '${jsonPath(path)}') #>> '{}'`,
  );
  const all = ids.join(" UNION ALL ");
  // An array is there before any document is cut; otherwise all may be, and thrown away.
  const among = view.whole === undefined ? `IN (${all})` : `= ANY(ARRAY(${all}))`;
  return `(SELECT ${jsonListSql("other.document::json", "other.id")} FROM ${view.relation(target)} other
    WHERE other.id ${among})`;
}
