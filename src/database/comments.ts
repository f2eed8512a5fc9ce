import type pg from "pg";

/** What is said of tables and of their columns; a table's own description stands under "". */
export type Comments = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Makes the database's comments those given, so that psql and other tools describe every column. Only what differs is
 * written: at an ordinary start that is nothing.
 */
export async function writeComments(pool: pg.Pool, comments: Comments): Promise<void> {
  const { rows } = await pool.query<{ table: string; column: string; comment: string }>(
    `SELECT c.relname AS table, coalesce(a.attname, '') AS column, d.description AS comment
     FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
     LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
     WHERE c.relnamespace = current_schema()::regnamespace`,
  );
  const present = new Map(rows.map(({ table, column, comment }) => [`${table}.${column}`, comment]));
  const statements: string[] = [];
  for (const [table, columns] of comments) {
    for (const [column, comment] of columns) {
      if (present.get(`${table}.${column}`) === comment) continue;
      const what = column === "" ? `TABLE "${table}"` : `COLUMN "${table}"."${column}"`;
      statements.push(`COMMENT ON ${what} IS '${comment.replaceAll("'", "''")}'`);
    }
  }
  if (statements.length > 0) await pool.query(statements.join(";\n"));
}
