import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { recordTypes } from "../../src/record-types/index.ts";
import {
  at,
  bodies,
  changed,
  claimBody,
  created,
  docOf,
  expectProblem,
  makeWorld,
  rowCounts,
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

const writers: { readonly [type: string]: string } = {
  conflict: "editor",
  actor: "analyst",
  place: "analyst",
  source: "analyst",
  ceasefire: "editor",
  violation: "analyst",
};

describe.each(recordTypes.map(({ type }) => type))("writing a %s", (type) => {
  const writes = (id: string) =>
    [
      ["create", "post", at(type), bodies[type]("by role")],
      ["change", "patch", at(type, id), {}],
      ["delete", "delete", at(type, id), undefined],
      ["restore", "post", `${at(type, id)}/revisions/1/restore`, undefined],
    ] as const;

  test("needs a key, whether the record is there or not", async () => {
    const { id } = await created(service, type, bodies[type]("guarded"));
    const before = await rowCounts(service);
    for (const there of [id, "never-was"]) {
      for (const [, method, path, body] of writes(there)) {
        const answer = await service.as("public")[method](path).set("If-Match", '"1"').send(body);
        expectProblem(answer, 401, "unauthorized");
        expect(answer.headers["www-authenticate"]).toBe("Bearer");
      }
    }
    expect(await rowCounts(service)).toEqual(before);
  });

  test(`is for an ${writers[type]} at least`, async () => {
    for (const role of ["analyst", "editor", "admin"] as const) {
      const { id } = await created(service, type, bodies[type](`for ${role}`));
      const may = role !== "analyst" || writers[type] === "analyst";
      for (const [, method, path, body] of writes(id)) {
        const answer = await service.as(role)[method](path).set("If-Match", "*").send(body);
        expect([role, method, path, answer.status < 300]).toEqual([role, method, path, may]);
        if (!may) expectProblem(answer, 403, "forbidden");
        if (!may) expect(answer.body.detail).toContain("editor");
      }
    }
  });
});

describe("assessments", () => {
  const assessment = (verdict = "VERIFIED") => ({ assessor: world.monitor, of: "OCCURRENCE", verdict });
  const forbidden = (answer: Parameters<typeof expectProblem>[0]) => {
    expectProblem(answer, 403, "forbidden", ["/assessments"]);
    expect(answer.body.errors[0].message).toContain("editor");
  };

  test("cannot be written by an analyst in a new report, under a ceasefire neither", async () => {
    const before = await rowCounts(service);
    const body = violationBody({ assessments: [assessment()] });
    forbidden(await service.as("analyst").post(at("violation")).send(body));
    forbidden(
      await service
        .as("analyst")
        .post(`${at("ceasefire", world.truce)}/violations`)
        .send(body),
    );
    expect(await rowCounts(service)).toEqual(before);
    expect((await service.as("editor").post(at("violation")).send(body)).status).toBe(201);
  });

  test("cannot be added, altered, removed or restored by an analyst, who may change the rest", async () => {
    const { id } = await created(service, "violation", violationBody());
    await service
      .as("editor")
      .patch(at("violation", id))
      .set("If-Match", '"1"')
      .send({ assessments: [assessment()] });
    const path = at("violation", id);
    const patch = (body: object) => service.as("analyst").patch(path).set("If-Match", '"2"').send(body);
    forbidden(await patch({ assessments: [assessment("REFUTED")] }));
    forbidden(await patch({ assessments: [] }));
    forbidden(await patch({ assessments: null, description: "x" }));
    const append = [{ op: "add", path: "/assessments/-", value: assessment() }];
    forbidden(
      await service
        .as("analyst")
        .patch(path)
        .set("Content-Type", "application/json-patch+json")
        .send(JSON.stringify(append)),
    );
    forbidden(await service.as("analyst").post(`${path}/revisions/1/restore`).set("If-Match", '"2"'));
    const rest = await patch({ description: "The rest", assessments: [assessment()] });
    expect(docOf(rest)).toMatchObject({ version: 3, description: "The rest", assessments: [assessment()] });
    expect(
      (await service.as("editor").patch(path).set("If-Match", '"3"').send({ assessments: [] })).status,
    ).toBe(200);
  });

  /** A report whose first version has no assessments and whose second has one. */
  async function assessed(verdict = "REFUTED"): Promise<string> {
    const { id } = await created(service, "violation", violationBody());
    await changed(service, "violation", id, { assessments: [assessment(verdict)] });
    return at("violation", id);
  }

  test("are not deleted with their report by an analyst", async () => {
    const path = await assessed();
    const remove = (role: "analyst" | "editor", etag: string) =>
      service.as(role).delete(path).set("If-Match", etag);
    expectProblem(await service.as("analyst").delete(path), 428, "precondition-required");
    expectProblem(await remove("analyst", '"1"'), 412, "precondition-failed");
    forbidden(await remove("analyst", '"2"'));
    forbidden(await remove("analyst", "*"));
    expect(docOf(await service.as("public").get(path))).toMatchObject({
      version: 2,
      assessments: [assessment("REFUTED")],
    });
    expect((await remove("editor", '"2"')).status).toBe(204);
  });

  test("are not deleted by an analyst who moves the report to another ceasefire first", async () => {
    const path = await assessed();
    const moved = await service
      .as("analyst")
      .patch(path)
      .set("If-Match", '"2"')
      .send({ ceasefire: world.truce });
    expect(moved.status).toBe(200);
    forbidden(await service.as("analyst").delete(path).set("If-Match", '"3"'));
  });

  test("of a deleted report are the same after an analyst revives it", async () => {
    const path = await assessed();
    await service.as("editor").delete(path).set("If-Match", '"2"').expect(204);
    const revive = (version: number) =>
      service.as("analyst").post(`${path}/revisions/${version}/restore`).set("If-Match", '"3"');
    forbidden(await revive(1));
    expect(docOf(await revive(2))).toMatchObject({ version: 4, assessments: [assessment("REFUTED")] });
  });

  describe("of a deleted report that was redacted afterwards", () => {
    const redact = (path: string, version: number, etag: string) =>
      service
        .as("admin")
        .post(`${path}/revisions/${version}/redact`)
        .set("If-Match", etag)
        .set("Change-Reason", "A court order.")
        .expect(204);
    const revive = (role: "analyst" | "editor", path: string, version: number, etag: string) =>
      service.as(role).post(`${path}/revisions/${version}/restore`).set("If-Match", etag);

    test("are compared with the last version before the deletion", async () => {
      const { id } = await created(service, "violation", violationBody());
      const path = at("violation", id);
      await changed(service, "violation", id, { description: "Second" });
      await changed(service, "violation", id, { assessments: [assessment()] });
      await service.as("editor").delete(path).set("If-Match", '"3"').expect(204);
      await redact(path, 1, '"4"');
      forbidden(await revive("analyst", path, 2, '"5"'));
      expect(docOf(await revive("analyst", path, 3, '"5"'))).toMatchObject({ version: 6 });
    });

    test("are restored by an editor only if that version is the redacted one", async () => {
      const path = await assessed();
      await service.as("editor").delete(path).set("If-Match", '"2"').expect(204);
      await redact(path, 2, '"3"');
      forbidden(await revive("analyst", path, 1, '"4"'));
      expect(docOf(await revive("editor", path, 1, '"4"'))).toMatchObject({ version: 5 });
    });
  });
});

describe("deleting", () => {
  test("is refused while others refer to the record, and names them", async () => {
    const { id } = await created(
      service,
      "violation",
      violationBody({ claims: [claimBody({ accused: [world.army] })] }),
    );
    const refused = await service.as("editor").delete(at("actor", world.army)).set("If-Match", '"1"');
    expectProblem(refused, 409, "referred-to", ["?id"]);
    expect(refused.body.detail).toContain(`/v1/violations/${id}`);
    expect(refused.body.errors).toEqual([
      { parameter: "id", code: "referred_to", message: expect.stringContaining(`/v1/violations/${id}`) },
    ]);
    expect((await service.as("public").get(at("actor", world.army))).headers.etag).toBe('"1"');
    await service.as("editor").delete(at("violation", id)).set("If-Match", '"1"');
    expect((await service.as("editor").delete(at("actor", world.army)).set("If-Match", '"1"')).status).toBe(
      204,
    );
  });

  test("names twenty of those that refer to it, and says that there are more", async () => {
    const army = await created(service, "actor", { name: "Much accused army", kind: "OTHER" });
    for (let made = 0; made < 21; made += 1)
      await created(
        service,
        "violation",
        violationBody({ id: `much-${made}`, claims: [claimBody({ accused: [army.id] })] }),
      );
    const refused = await service.as("editor").delete(at("actor", army.id)).set("If-Match", '"1"');
    expectProblem(refused, 409, "referred-to", ["?id"]);
    expect(refused.body.errors).toHaveLength(20);
    expect(refused.body.detail).toContain(", and more.");
  });
});

describe("circles of belonging", () => {
  test("are refused, of two and of three, one after the other or at once", async () => {
    const make = (id: string, part_of: string | null) =>
      created(service, "actor", { ...bodies.actor(id), id, part_of });
    await make("c-1", null);
    await make("c-2", "c-1");
    await make("c-3", "c-2");
    for (const part_of of ["c-2", "c-3"]) {
      const answer = await service
        .as("editor")
        .patch(at("actor", "c-1"))
        .set("If-Match", '"1"')
        .send({ part_of });
      expectProblem(answer, 422, "invalid-record", ["/part_of"]);
    }
    await make("d-1", null);
    await make("d-2", null);
    const tie = (id: string, part_of: string) =>
      service.as("editor").patch(at("actor", id)).set("If-Match", '"1"').send({ part_of });
    const both = await Promise.all([tie("d-1", "d-2"), tie("d-2", "d-1")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  });
});

test("a write that the database gives up for a deadlock is run again", async () => {
  let wasGivenUp = false;
  for (let tries = 0; !wasGivenUp && tries < 10; tries += 1) {
    const [one, two] = [`e-${tries}-1`, `e-${tries}-2`] as const;
    for (const id of [one, two]) await created(service, "actor", { ...bodies.actor(id), id });
    wasGivenUp = await deadlock(one, two);
  }
  expect(wasGivenUp).toBe(true);
}, 60_000);

/**
 * Lets a patch of one record and another transaction wait for each other, and tells whether the patch was the one given
 * up. The server gives up the one that has waited longer, but where a second has passed before the other waits as well.
 */
async function deadlock(one: string, two: string): Promise<boolean> {
  const other = await service.pool.connect();
  try {
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM actors WHERE id = $1 FOR UPDATE", [two]);
    const patch = service.as("editor").patch(at("actor", one)).set("If-Match", "*").send({ part_of: two });
    const answer = patch.then((done) => done);
    await untilSomeoneWaits();
    const isLocked = await other.query("SELECT 1 FROM actors WHERE id = $1 FOR UPDATE", [one]).then(
      () => true,
      () => false,
    );
    await other.query(isLocked ? "COMMIT" : "ROLLBACK");
    expect(docOf(await answer)).toMatchObject({ part_of: two });
    return isLocked;
  } finally {
    other.release();
  }
}

async function untilSomeoneWaits(): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { rows } = await service.pool.query(
      "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("Nobody waits for a lock.");
}
