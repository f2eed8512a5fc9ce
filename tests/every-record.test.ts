import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeComments } from "../src/database/comments.ts";
import { recordComments } from "../src/record/comments.ts";
import { isObject } from "../src/record/json.ts";
import { filterColumns } from "../src/record/revision.ts";
import { jsonSchema } from "../src/record/schemas.ts";
import type { Node } from "../src/record/shape.ts";
import { allTables } from "../src/record/table.ts";
import { codeLists } from "../src/record-types/codes/index.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await writeComments(service.pool, recordComments(recordTypes));
});

afterAll(async () => {
  await service.close();
});

function nodes(node: Node, path = ""): { readonly path: string; readonly node: Node }[] {
  const at = `${path}/${node.name}`;
  if (node.kind === "object")
    return [{ path: at, node }, ...node.members.flatMap((member) => nodes(member, at))];
  if (node.kind === "list" && node.element.kind === "object")
    return [{ path: at, node }, ...node.element.members.flatMap((member) => nodes(member, at))];
  return [{ path: at, node }];
}

async function columnsOf(
  table: string,
): Promise<
  Map<string, { type: string; nullable: boolean; comment: string | null; collation: string | null }>
> {
  const { rows } = await service.pool.query<{
    name: string;
    type: string;
    nullable: boolean;
    comment: string | null;
    collation: string | null;
  }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
       col_description(a.attrelid, a.attnum) AS comment, c.collname AS collation
     FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [table],
  );
  return new Map(rows.map(({ name, ...column }) => [name, column]));
}

const types: { readonly [type: string]: string } = {
  id: "text",
  text: "text",
  url: "text",
  language: "text",
  ref: "text",
  time: "text",
  local: "text",
  zone: "text",
  date: "date",
  instant: "timestamp(0) with time zone",
  timestamp: "timestamp(6) with time zone",
  integer: "integer",
  number: "double precision",
  boolean: "boolean",
};

describe.each(recordTypes.map((type) => [type.type, type] as const))("the record type %s", (_name, type) => {
  test("describes each of its fields", () => {
    const undescribed = nodes(type.shape).filter(({ node }) => node.description.length < 8);
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });

  test("has an example that its own schema reads without a fault", () => {
    const { id: _id, ...body } = type.example;
    const withIds = JSON.parse(
      JSON.stringify(body, (key, value) => (key === "source" && isObject(value) ? "some-source" : value)),
    );
    expect(type.read(withIds)).toHaveProperty("draft");
  });

  test("keeps every field in a column of the right type, collation and comment", async () => {
    for (const table of allTables(type.table)) {
      const columns = await columnsOf(table.name);
      for (const column of table.columns) {
        const kept = columns.get(column.name);
        const wanted = column.node.codes?.name ?? types[column.node.type];
        expect({ table: table.name, column: column.name, type: kept?.type }).toEqual({
          table: table.name,
          column: column.name,
          type: column.array ? `${wanted}[]` : wanted,
        });
        if (wanted === "text") expect(kept?.collation).toBe("C");
        expect(kept?.comment).toBe(column.node.description);
        if (!column.nullable && !column.array)
          expect({ column: column.name, nullable: kept?.nullable }).toEqual({
            column: column.name,
            nullable: false,
          });
      }
      for (const key of table.keys) expect(columns.get(key)?.nullable).toBe(false);
    }
  });

  test("keeps every reference under a foreign key that guards it", async () => {
    const { rows } = await service.pool.query<{
      table: string;
      column: string;
      target: string;
      on_delete: string;
    }>(
      `SELECT conrelid::regclass::text AS table, a.attname AS column, confrelid::regclass::text AS target, confdeltype AS on_delete
       FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f' AND cardinality(conkey) = 1`,
    );
    const guarded = new Set(
      rows.filter((row) => row.on_delete === "r").map((row) => `${row.table}.${row.column} → ${row.target}`),
    );
    const collections = new Map(recordTypes.map((other) => [other.type, other.collection]));
    for (const table of allTables(type.table)) {
      for (const column of table.columns) {
        if (column.node.ref !== undefined)
          expect(guarded).toContain(`${table.name}.${column.name} → ${collections.get(column.node.ref)}`);
      }
    }
  });

  test("sorts by columns that an index serves in that order", async () => {
    const { rows } = await service.pool.query<{ indexdef: string }>(
      "SELECT indexdef FROM pg_indexes WHERE tablename = $1",
      [type.collection],
    );
    const definitions = rows.map((row) => row.indexdef.replace(/ INCLUDE \(.*?\)/, ""));
    for (const column of Object.values(type.sorts)) {
      const columns = column === "id" ? "(id)" : `(${column}, id)`;
      expect(definitions.some((definition) => definition.endsWith(columns))).toBe(true);
    }
  });

  test("describes its request and its answer as JSON Schemas that agree on the members", () => {
    const request = jsonSchema(type.schema, "request");
    const answer = jsonSchema(type.schema, "answer");
    expect(Object.keys(request.properties ?? {})).toEqual(Object.keys(answer.properties ?? {}));
    expect(request.additionalProperties).toBe(false);
  });

  test("keeps in each revision the columns that its filters and sorts need", () => {
    const kept = new Set([...filterColumns, "id", "updated_at"]);
    for (const column of Object.values(type.sorts)) expect(kept).toContain(column);
  });
});

test("every code list in use is an enum of the database with the same codes in the same order", async () => {
  const { rows } = await service.pool.query<{ name: string; codes: string[] }>(
    "SELECT typname AS name, array_agg(enumlabel::text ORDER BY enumsortorder) AS codes FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname",
  );
  const enums = new Map(rows.map((row) => [row.name, row.codes]));
  const used = new Set(
    recordTypes.flatMap((type) =>
      allTables(type.table).flatMap((table) => table.columns.flatMap((column) => column.node.codes ?? [])),
    ),
  );
  expect(used.size).toBeGreaterThan(20);
  for (const codes of used) expect(enums.get(codes.name)).toEqual(codes.values);
  for (const codes of used) expect(codeLists).toContain(codes);
});
