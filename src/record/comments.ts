import type { Comments } from "../database/comments.ts";
import type { RecordType } from "./record-type.ts";
import { allTables } from "./table.ts";

/** The database's comments: what the record literals say of their tables and columns. */
export function recordComments(types: readonly RecordType[]): Comments {
  const comments = new Map<string, Map<string, string>>();
  for (const type of types) {
    for (const table of allTables(type.table)) {
      const columns = new Map([["", table.description]]);
      for (const column of table.columns) columns.set(column.name, column.node.description);
      if (table.parent === null)
        for (const { name, description } of type.computed) columns.set(name, description);
      comments.set(table.name, columns);
    }
  }
  return comments;
}
