import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { JsonObject } from "../../src/record/json.ts";
import { adoptedSql, violationStatusSql } from "../../src/record-types/derived-sql.ts";
import { draftOf, histories } from "../support/sayings.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

const list = (member: string) =>
  `(SELECT * FROM jsonb_array_elements(d.document->'${member}') WITH ORDINALITY AS listed(item, place))`;

/** What the database makes of each document, as text. */
async function made(documents: readonly JsonObject[], sql: string): Promise<unknown[]> {
  const { rows } = await service.pool.query<{ made: unknown }>(
    `SELECT ${sql} AS made FROM unnest($1::jsonb[]) WITH ORDINALITY AS d(document, place) ORDER BY d.place`,
    [documents.map((document) => JSON.stringify(document))],
  );
  return rows.map((row) => row.made);
}

test("what follows from a record's lists is the same in SQL as when it is written", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const drafts = (type: string) =>
        history
          .filter((saying) => saying.type === type)
          .map(({ members }) => draftOf(type === "ceasefire" ? "ceasefire" : "violation", members));
      const violations = drafts("violation").map(({ members }) => members);
      expect(await made(violations, violationStatusSql(list))).toEqual(
        violations.map(({ status }) => status),
      );
      const ceasefires = drafts("ceasefire");
      for (const bound of ["earliest", "latest"] as const) {
        const told = `to_char(${adoptedSql(bound)(list)}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
        expect(
          await made(
            ceasefires.map(({ members }) => members),
            told,
          ),
        ).toEqual(ceasefires.map(({ computed }) => computed[`effective_${bound}`]));
      }
    }),
    { numRuns: Number(process.env.DERIVED_RUNS ?? 60) },
  );
}, 600_000);
