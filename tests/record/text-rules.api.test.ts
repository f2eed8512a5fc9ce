import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  bodies,
  ceasefireBody,
  changed,
  claimBody,
  created,
  expectProblem,
  idsOf,
  makeWorld,
  sourceBody,
  violationBody,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

const post = (type: Parameters<typeof at>[0], body: JsonObject) =>
  service.as("editor").post(at(type)).send(body);

describe("names and texts", () => {
  test("are answered as they are kept", async () => {
    const actor = await created(service, "actor", {
      name: " Brigade\u00a0 of Sana\u0301 ",
      aliases: ["\ufeffB\u200b 1"],
      kind: "STATE",
    });
    expect(actor).toMatchObject({ name: "Brigade of San\u00e1", aliases: ["B 1"] });
    const text = "Two\u00a0 blanks\n and a Sana\u0301\u200b.";
    const violation = await created(service, "violation", violationBody({ description: text }));
    expect(violation.description).toBe("Two\u00a0 blanks\n and a San\u00e1.");
  });

  test.each([" ", "\u00a0\u2003", "\u200b", "\u3164\u2060", "\u2800"])(
    "%j is refused everywhere",
    async (blank) => {
      expectProblem(await post("conflict", { name: blank }), 422, "invalid-record", ["/name"]);
      expectProblem(await post("place", { names: [{ name: blank }] }), 422, "invalid-record", [
        "/names/0/name",
      ]);
      expectProblem(
        await post("source", sourceBody("A title", { publisher: blank })),
        422,
        "invalid-record",
        ["/publisher"],
      );
      const claims = [claimBody({ words: blank, stated: { local: "2020-10-10", words: blank } })];
      expectProblem(
        await post("violation", violationBody({ description: blank, claims })),
        422,
        "invalid-record",
        ["/claims/0/stated/words", "/claims/0/words", "/description"],
      );
      expectProblem(
        await post("actor", { name: "N", aliases: ["A", blank], kind: "STATE" }),
        422,
        "invalid-record",
        ["/aliases/1"],
      );
    },
  );

  test("with a bidirectional override, an open isolate or a control character are refused with the place and the remedy", async () => {
    const answer = await post(
      "ceasefire",
      ceasefireBody("A\u202eB", {
        coverage: { words: "x\u2067y" },
        provisions: [{ kind: "OTHER", text: "z\u0007" }],
      }),
    );
    expectProblem(answer, 422, "invalid-record", ["/coverage/words", "/name", "/provisions/0/text"]);
    const codes: unknown = answer.body.errors.map(({ pointer, code }: JsonObject) => [pointer, code]);
    expect(codes).toEqual(
      expect.arrayContaining([
        ["/name", "bidi_override"],
        ["/coverage/words", "unpaired_bidi_control"],
        ["/provisions/0/text", "control_character"],
      ]),
    );
    expect(answer.text).toContain("U+202E");
    const url = sourceBody("A title", { url: "https://example.org/\u202egpj.exe" });
    expectProblem(await post("source", url), 422, "invalid-record", ["/url"]);
  });

  test("that look the same are the same record inside a request", async () => {
    const { id } = await created(service, "actor", { name: "Twin\u00e9 Brigade", kind: "STATE" });
    for (const name of [
      "Twine\u0301 Brigade",
      "Twin\u00e9\u00a0Brigade",
      " Twin\u00e9  Brigade",
      "Twin\u00e9\u200b Brigade",
    ]) {
      const violation = await created(
        service,
        "violation",
        violationBody({ involved: [{ name, kind: "STATE" }] }),
      );
      expect(violation.involved).toEqual([id]);
    }
  });

  test("that differ only in what is normalized make no new version", async () => {
    const { id, version } = await created(service, "conflict", { name: "Conflict of Sana\u0301" });
    expect(await changed(service, "conflict", id, { name: " Conflict\u00a0of San\u00e1 " })).toMatchObject({
      version,
    });
  });

  test("of documents from before are normalized with the next change, and a refusal names the member", async () => {
    const { id } = await created(service, "actor", bodies.actor("old"));
    const store = (name: string) =>
      service.pool.query(
        "UPDATE actors SET name = $2, document = jsonb_set(document::jsonb, '{name}', to_jsonb($2::text))::text WHERE id = $1",
        [id, name],
      );
    await store("Old\u00a0 name");
    expect(await changed(service, "actor", id, { country_code: "AZE" })).toMatchObject({ name: "Old name" });
    await store("Old\u202ename");
    const answer = await service
      .as("editor")
      .patch(at("actor", id))
      .set("If-Match", "*")
      .send({ country_code: "ARM" });
    expectProblem(answer, 422, "invalid-record", ["/name"]);
  });

  test("of publishers and other datasets are found in whatever form they are asked for", async () => {
    const external_ids = [{ dataset: "se\u0301t", id: "n\u00a01" }];
    const { id } = await created(
      service,
      "source",
      sourceBody("A title", { publisher: "Ecole\u0301", external_ids }),
    );
    for (const publisher of ["Ecole\u0301", "Ecol\u00e9", " Ecol\u00e9\u00a0"])
      expect(await idsOf(service, `${at("source")}?publisher=${encodeURIComponent(publisher)}`)).toEqual([
        id,
      ]);
    for (const external of ["se\u0301t:n\u00a01", "s\u00e9t:n 1"])
      expect(await idsOf(service, `${at("source")}?external_id=${encodeURIComponent(external)}`)).toEqual([
        id,
      ]);
  });
});

describe("what stands in the history beside a record", () => {
  test("a reason is kept as texts are, and refused as they are", async () => {
    const { id } = await created(service, "conflict", { name: "With a reason" });
    // Without a body the header's bytes are sent as they are given.
    const remove = (reason: string) =>
      service
        .as("editor")
        .delete(at("conflict", id))
        .set("If-Match", "*")
        .set("Change-Reason", Buffer.from(reason, "utf8").toString("latin1"));
    expectProblem(await remove("a\u202eb"), 400, "bad-request", ["Change-Reason:"]);
    expectProblem(await remove("x".repeat(2_001)), 400, "bad-request", ["Change-Reason:"]);
    expect((await remove("Sana\u0301\u200b")).status).toBe(204);
    const { id: other } = await created(service, "conflict", { name: "Without a reason" });
    const nothing = service.as("editor").delete(at("conflict", other)).set("If-Match", "*");
    await nothing.set("Change-Reason", Buffer.from("\u200b \u2060", "utf8").toString("latin1")).expect(204);
    const reasons = await service.pool.query(
      "SELECT reason FROM revisions WHERE operation = 'delete' AND id = ANY($1) ORDER BY id",
      [[id, other]],
    );
    expect(reasons.rows).toEqual([{ reason: "San\u00e1" }, { reason: null }]);
  });

  test("a key's name is kept as names are, and refused as they are", async () => {
    const make = (name: string) => service.as("admin").post("/v1/api-keys").send({ name, role: "analyst" });
    expect((await make(" Desk\u00a0 Sana\u0301 ")).body.name).toBe("Desk San\u00e1");
    for (const name of ["\u200b", " ", "a\u202eb"])
      expectProblem(await make(name), 422, "invalid-record", ["/name"]);
  });
});

test("the description of the API tells the rule where a name is asked for", async () => {
  const { body } = await service.as("public").get("/openapi.json");
  expect(body.components.schemas.ConflictRequest.properties.name.description).toContain("NFC");
  expect(body.components.schemas.Conflict.properties.name.description).not.toContain("NFC");
});
