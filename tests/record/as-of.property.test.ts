import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Role } from "../../src/http/route.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { isList, isObject, type JsonObject } from "../../src/record/json.ts";
import { at, docOf } from "../support/builders.ts";
import { ask, questions, truce } from "../support/questions.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService({ seeded: true });
});

afterAll(async () => {
  await service.close();
});

interface Step {
  readonly kind: "patch" | "copy" | "delete" | "restore";
  readonly type: RecordTypeName;
  readonly pick: number;
  readonly other: number;
  readonly member: number;
}

const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("patch", "patch", "copy", "delete", "restore"),
  type: fc.constantFrom("violation", "violation", "ceasefire", "source", "actor", "place", "conflict"),
  pick: fc.nat(),
  other: fc.nat(),
  member: fc.nat(),
});

/** Members that would change who sees a record, or its id; the rest may pass from one record to another of its type. */
const fixed = new Set(["id", "version", "created_at", "updated_at", "visibility", "external_ids", "part_of"]);

/** One write; what the rules refuse changes nothing, which is a history as good as any. */
async function take({ kind, type, pick, other, member }: Step): Promise<void> {
  const all = (await ask(service, "editor", `${at(type)}?limit=500`)).body.data;
  const records: JsonObject[] = isList(all) ? all.filter(isObject) : [];
  const own = records[pick % records.length] ?? {};
  const donor = records[other % records.length] ?? {};
  const path = at(type, String(own.id));
  const editor = service.as("editor");
  const members = Object.keys(own).filter((name) => !fixed.has(name));
  const name = members[member % members.length] ?? "";
  if (kind === "patch")
    await editor
      .patch(path)
      .set("If-Match", "*")
      .send({ [name]: donor[name] ?? null });
  else if (kind === "copy")
    await editor.post(at(type)).send({ ...own, id: `${String(own.id)}-copy-${pick % 7}`, external_ids: [] });
  else if (kind === "delete") await editor.delete(path).set("If-Match", "*");
  else await editor.post(`${path}/revisions/1/restore`).set("If-Match", "*");
}

test("as_of gives every answer again, byte for byte, as it was given then", async () => {
  const restricted = {
    ...docOf(await service.as("editor").get(at("violation", `${truce.slice(0, -6)}-v02`))),
  };
  await service
    .as("editor")
    .post("/v1/violations")
    .send({ ...restricted, id: "kept-back", visibility: "RESTRICTED", external_ids: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 24 }), async (history) => {
      const given: { role: Role; question: string; text: string; as_of: string }[] = [];
      for (const [place, step] of history.entries()) {
        await take(step);
        if (place % 8 !== 7) continue;
        for (const role of ["editor", "public"] as const) {
          for (const question of questions) {
            const answer = await ask(service, role, question);
            given.push({ role, question, text: answer.text, as_of: String(answer.headers["data-as-of"]) });
          }
        }
      }
      for (const { role, question, text, as_of } of given) {
        const again = await ask(
          service,
          role,
          `${question}${question.includes("?") ? "&" : "?"}as_of=${as_of}`,
        );
        expect({ question, text: again.text }).toEqual({ question, text });
        expect(again.headers["data-as-of"]).toBe(as_of);
      }
    }),
    { numRuns: Number(process.env.AS_OF_RUNS ?? 2), endOnFailure: true },
  );
}, 600_000);

test("a question as of an instant gets the same answer while others write as after", async () => {
  // A database of its own: the other test may delete the report that is written here.
  const own = await testService({ seeded: true });
  const path = at("violation", `${truce.slice(0, -6)}-v05`);
  let writing = true;
  const writers = Array.from({ length: 8 }, async (_none, writer) => {
    for (let round = 0; writing; round += 1)
      await own
        .as("editor")
        .patch(path)
        .set("If-Match", "*")
        .send({ description: `Writer ${writer}, ${round}` });
  });
  const given: { as_of: string; text: string }[] = [];
  for (let asked = 0; asked < 40; asked += 1) {
    const { rows } = await own.pool.query<{ now: string }>("SELECT clock_timestamp()::text AS now");
    const as_of = encodeURIComponent(new Date(rows[0]?.now ?? "").toISOString());
    const { text } = await ask(own, "public", `/v1/violations?limit=500&as_of=${as_of}`);
    given.push({ as_of, text });
  }
  writing = false;
  await Promise.all(writers);
  for (const { as_of, text } of given)
    expect((await ask(own, "public", `/v1/violations?limit=500&as_of=${as_of}`)).text).toBe(text);
  expect(
    new Set(given.map(({ text }) => /"description":"Writer[^"]*"/.exec(text)?.[0])).size,
  ).toBeGreaterThan(5);
  await own.close();
}, 120_000);
