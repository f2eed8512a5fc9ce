import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  claimBody,
  created,
  docOf,
  expectProblem,
  idsOf,
  makeWorld,
  sourceBody,
  violationBody,
  world,
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

/** Words of the given length in syllables that fold to three times their bytes, all different. */
function syllables(words: number, length: number): string[] {
  const syllable = (number: number) => String.fromCharCode(0xac01 + 28 * (number % 390));
  return Array.from({ length: words }, (_, word) => {
    const rest = Array.from({ length: length - 2 }, (_unused, place) => syllable(word * 7 + place * 11));
    return [syllable(word), syllable(Math.floor(word / 390)), ...rest].join("");
  });
}

describe("a record at the edge of what is taken", () => {
  test("with more words than an index of words can hold is written, and found by its first words", async () => {
    const words = syllables(4_800, 33);
    const claims = Array.from({ length: 10 }, (_, part) =>
      claimBody({ words: words.slice(part * 480, part * 480 + 480).join(" ") }),
    );
    const { id } = await created(service, "violation", violationBody({ description: "beginning", claims }));
    expect(await idsOf(service, `${at("violation")}?q=beginning`)).toEqual([id]);
  });

  test("with names and addresses of the greatest length in any script is written and found by them", async () => {
    const long = syllables(1, 300).join("");
    const url = `https://example.org/${syllables(1, 1_980).join("")}`;
    const external_ids = [{ dataset: long, id: long }];
    const { id } = await created(
      service,
      "source",
      sourceBody(long, { publisher: long, url, licence: long, external_ids }),
    );
    const actor = await created(service, "actor", {
      name: long,
      kind: "OTHER",
      aliases: [long],
      external_ids,
    });
    expect(await idsOf(service, `${at("source")}?publisher=${encodeURIComponent(long)}`)).toEqual([id]);
    expect(
      await idsOf(service, `${at("actor")}?external_id=${encodeURIComponent(`${long}:${long}`)}`),
    ).toEqual([actor.id]);
    const again = await service
      .as("analyst")
      .post(at("violation"))
      .send(
        violationBody({ claims: [claimBody({ citations: [{ source: sourceBody("Again", { url }) }] })] }),
      );
    expect(docOf(again).claims).toMatchObject([{ citations: [{ source: id }] }]);
  });

  test("with 500 items in each of several lists is written, changed and told of", async () => {
    const casualty_claims = Array.from({ length: 500 }, (_, best) => ({
      claimant: world.side,
      killed: { best },
    }));
    const involved = Array.from({ length: 500 }, () => world.side);
    const { id } = await created(service, "violation", violationBody({ casualty_claims, involved }));
    const patch = { casualty_claims: casualty_claims.map((claim) => ({ ...claim, population: "CIVILIAN" })) };
    const answer = await service.as("editor").patch(at("violation", id)).set("If-Match", '"1"').send(patch);
    expect(docOf(answer)).toMatchObject({ version: 2 });
    const { body } = await service.as("public").get(`${at("violation", id)}?expand=casualties&fields=id`);
    expect(body.expanded.casualties.killed).toMatchObject({ low: 499, high: 499 });
    const one = await service
      .as("editor")
      .patch(at("violation", id))
      .set("Content-Type", "application/json-patch+json")
      .send(JSON.stringify([{ op: "add", path: "/casualty_claims/-", value: {} }]));
    expectProblem(one, 422, "invalid-record", ["/casualty_claims"]);
  });

  test("with times at the ends of what may be said is written and listed in their order", async () => {
    const make = (local: string) =>
      created(service, "conflict", { name: `Since ${local}`, started: { local } });
    for (const local of ["1800", "0000"]) {
      if (local === "1800") expect((await make(local)).started).toMatchObject({ local });
      else await expect(make(local)).rejects.toThrow(/422/);
    }
    for (const expires of [{ local: "9999-12-31" }, { local: "9999-12-30", time_zone: "+00:00" }]) {
      const body = {
        name: "Long",
        conflict: world.conflict,
        declaration_type: "BILATERAL",
        form: "SIGNED",
        expires,
      };
      const answer = await service.as("editor").post(at("ceasefire")).send(body);
      expect(answer.status).toBe(expires.local === "9999-12-31" ? 422 : 201);
    }
  });
});

describe("the times of a record's versions", () => {
  test("go forward with the versions, however the writers waited for one another", async () => {
    const { id } = await created(service, "violation", violationBody());
    const append = (best: number) =>
      service
        .as("analyst")
        .patch(at("violation", id))
        .set("Content-Type", "application/json-patch+json")
        .send(JSON.stringify([{ op: "add", path: "/casualty_claims/-", value: { killed: { best } } }]));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, best) => append(best)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await service.as("editor").delete(at("violation", id)).set("If-Match", '"21"');
    await service
      .as("editor")
      .post(`${at("violation", id)}/revisions/1/restore`)
      .set("If-Match", '"22"');
    const { body } = await service.as("public").get(`${at("violation", id)}/revisions?limit=100`);
    const times: string[] = body.data.map((revision: JsonObject) => revision.at);
    expect(times).toHaveLength(23);
    expect(times).toEqual([...new Set(times)].sort());
    const documents = await Promise.all(
      [1, 2, 11, 21, 23].map(async (version) =>
        docOf(await service.as("public").get(`${at("violation", id)}/revisions/${version}`)),
      ),
    );
    expect(documents.map((document) => document.updated_at)).toEqual(
      [0, 1, 10, 20, 22].map((place) => times[place]),
    );
  });
});
