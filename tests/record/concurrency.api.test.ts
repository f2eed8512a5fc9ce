import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { seed } from "../../seeds/seed.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { claimBody, created, makeWorld, sourceBody, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

async function versionsOf(id: string): Promise<{ version: number; changes: { value?: unknown }[] }[]> {
  const { body } = await service.as("public").get(`/v1/violations/${id}/revisions?limit=500`).expect(200);
  return body.data;
}

describe("writers at the same time", () => {
  test("win each version once, a hundred times over: none is missing, no update is lost", async () => {
    const { id } = await created(service, "violation", violationBody());
    const won = new Set<string>();
    for (let round = 1; round <= 100; round += 1) {
      const attempts = ["left", "right"].map(async (desk) => {
        const description = `${desk} ${round}`;
        const answer = await service
          .as("analyst")
          .patch(`/v1/violations/${id}`)
          .set("If-Match", `"${round}"`)
          .send({ description });
        if (answer.status === 200) won.add(description);
        return answer.status;
      });
      expect((await Promise.all(attempts)).sort()).toEqual([200, 412]);
    }
    const versions = await versionsOf(id);
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 101 }, (_, place) => place + 1),
    );
    expect(new Set(versions.slice(1).map(({ changes }) => changes[0]?.value))).toEqual(won);
  }, 60_000);

  test("may both append without If-Match, and both stay", async () => {
    const { id } = await created(service, "violation", violationBody());
    const tolls = Array.from({ length: 20 }, (_, place) => place + 1);
    const answers = await Promise.all(
      tolls.map((best) =>
        service
          .as("analyst")
          .patch(`/v1/violations/${id}`)
          .set("Content-Type", "application/json-patch+json")
          .send(
            JSON.stringify([
              { op: "add", path: "/casualty_claims/-", value: { claimant: world.side, killed: { best } } },
            ]),
          ),
      ),
    );
    for (const answer of answers) expect(answer.status).toBe(200);
    const { body } = await service.as("public").get(`/v1/violations/${id}`).expect(200);
    expect(body.version).toBe(21);
    expect(
      body.casualty_claims
        .map((claim: { killed: { best: number } }) => claim.killed.best)
        .sort((a: number, b: number) => a - b),
    ).toEqual(tolls);
  });

  test("cannot take one id twice", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        service
          .as("editor")
          .post("/v1/violations")
          .send(violationBody({ id: "the-one" })),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  test("are given different ids for one name", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        service.as("analyst").post("/v1/actors").send({ name: "Twin", kind: "OTHER" }),
      ),
    );
    for (const answer of answers) expect(answer.status).toBe(201);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(6);
  });

  test("never leave a public report citing a hidden source", async () => {
    for (let round = 0; round < 15; round += 1) {
      const source = await created(service, "source", sourceBody(`Raced ${round}`));
      const body = violationBody({ claims: [claimBody({ citations: [{ source: source.id }] })] });
      const [hidden, cited] = await Promise.all([
        service
          .as("analyst")
          .patch(`/v1/sources/${source.id}`)
          .set("If-Match", '"1"')
          .send({ visibility: "RESTRICTED" }),
        service.as("analyst").post("/v1/violations").send(body),
      ]);
      expect([hidden.status, cited.status].sort()).toEqual(hidden.status === 200 ? [200, 409] : [201, 409]);
    }
  });

  test("who restore a deleted record at once revive it once", async () => {
    const { id } = await created(service, "violation", violationBody());
    await service.as("analyst").delete(`/v1/violations/${id}`).set("If-Match", '"1"').expect(204);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        service.as("analyst").post(`/v1/violations/${id}/revisions/1/restore`).set("If-Match", '"2"'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
  });
});

test("two seeders at once write every record once", async () => {
  const written = await Promise.all(
    [1, 2].map(() => seed(service.pool, recordTypes, "nagorno-karabakh-2020")),
  );
  expect(Math.min(...written)).toBe(0);
  expect(Math.max(...written)).toBeGreaterThan(200);
});
