import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Json, JsonObject } from "../../src/record/json.ts";
import {
  at,
  bodies,
  ceasefireBody,
  changed,
  claimBody,
  created,
  dataOf,
  docOf,
  expectProblem,
  idsOf,
  makeWorld,
  rowCounts,
  sourceBody,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "source", sourceBody("Secret cable", { id: "secret", visibility: "RESTRICTED" }));
  await created(service, "violation", {
    ...violationBody({
      id: "hidden",
      visibility: "RESTRICTED",
      ceasefire: world.truce,
      description: "Hidden words",
    }),
    claims: [claimBody({ citations: [{ source: "secret" }] })],
  });
});

afterAll(async () => {
  await service.close();
});

const citing = (source: string, more = {}) =>
  violationBody({ claims: [claimBody({ citations: [{ source }] })], ...more });
const restricted = (title: string) => sourceBody(title, { visibility: "RESTRICTED" });

describe("without a key a restricted record", () => {
  const hidden = [
    ["source", "secret"],
    ["violation", "hidden"],
  ] as const;

  test.each(hidden)("%s is not found by id, as one that never was", async (type, id) => {
    for (const path of ["", "/revisions", "/revisions/1", "?expand=sources", "?fields=id"]) {
      const answer = await service.as("public").get(`${at(type, id)}${path}`);
      const never = await service.as("public").get(`${at(type, "never-was")}${path}`);
      expectProblem(answer, 404, "not-found");
      expect(answer.text).toBe(never.text.replaceAll("never-was", id));
      for (const role of ["analyst", "editor", "admin"] as const)
        expect((await service.as(role).get(`${at(type, id)}${path}`)).status).toBe(200);
    }
  });

  test.each(hidden)("%s shows in no list, count, filter or search", async (type, id) => {
    const word = type === "source" ? "cable" : "hidden";
    for (const query of ["", `&id=${id}`, "&visibility=RESTRICTED", `&q=${word}`]) {
      const open = await service.as("public").get(`${at(type)}?limit=500&count=true${query}`);
      const known = await service.as("editor").get(`${at(type)}?limit=500&count=true${query}`);
      const ids = open.body.data.map((record: { id: string }) => record.id);
      expect(ids).not.toContain(id);
      expect(open.body.page.total).toBe(ids.length);
      expect(known.body.data.map((record: { id: string }) => record.id)).toContain(id);
      expect(known.body.page.total).toBeGreaterThan(open.body.page.total);
    }
  });

  test("shows neither under its ceasefire nor in its summary", async () => {
    const path = at("ceasefire", world.truce);
    expect(await idsOf(service, `${path}/violations`, "public")).not.toContain("hidden");
    expect(await idsOf(service, `${path}/violations`, "analyst")).toContain("hidden");
    const total = async (role: "public" | "analyst") =>
      (await service.as(role).get(`${path}?expand=summary`)).body.expanded.summary.violations.total;
    expect([await total("public"), await total("analyst")]).toEqual([0, 1]);
  });

  test("stays unknown once it is deleted", async () => {
    const { id } = await created(service, "source", restricted("Burnt"));
    const gone = await service
      .as("editor")
      .delete(at("source", id))
      .set("If-Match", '"1"')
      .set("Change-Reason", "burnt");
    expect(gone.status).toBe(204);
    expectProblem(await service.as("public").get(at("source", id)), 404, "not-found");
    expectProblem(await service.as("public").get(`${at("source", id)}/revisions/1`), 404, "not-found");
    expectProblem(await service.as("analyst").get(at("source", id)), 410, "gone");
  });

  test("is not told of by a refusal of a write without a key", async () => {
    expectProblem(await service.as("public").patch(at("violation", "hidden")).send({}), 401, "unauthorized");
  });
});

describe("a public record", () => {
  test.each([
    ["violation", citing("secret"), "/claims/0/citations/0/source"],
    ["violation", violationBody({ links: [{ kind: "MIRRORS", violation: "hidden" }] }), "/links/0/violation"],
    [
      "violation",
      violationBody({ responses: [{ actor: world.other, kind: "DENIAL", violations: ["hidden"] }] }),
      "/responses/0/violations/0",
    ],
    ["source", sourceBody("Derived", { origin: "secret" }), "/origin"],
    ["actor", { ...bodies.actor("cites"), citations: [{ source: "secret" }] }, "/citations/0/source"],
    [
      "ceasefire",
      ceasefireBody("Cites", {
        ended: { how: "UNKNOWN", citations: [{ source: world.source }, { source: "secret" }] },
      }),
      "/ended/citations/1/source",
    ],
  ] as const)("never refers to a restricted one: %s %#", async (type, body, pointer) => {
    const before = await rowCounts(service);
    const answer = await service.as("editor").post(at(type)).send(body);
    expectProblem(answer, 409, "would-reveal", [pointer]);
    expect(answer.body.errors[0].message).toMatch(/`(secret|hidden)` is RESTRICTED/);
    expect(await rowCounts(service)).toEqual(before);
    const plain = await created(service, type, bodies[type](`plain ${pointer}`));
    const { id: _id, ...members } = { id: "", ...body };
    const patch = await service.as("editor").patch(at(type, plain.id)).set("If-Match", '"1"').send(members);
    expectProblem(patch, 409, "would-reveal", [pointer]);
    expect((await service.as("public").get(at(type, plain.id))).headers.etag).toBe('"1"');
  });

  test("may not come of publishing one that refers to a restricted one, nor of restoring", async () => {
    const publish = await service
      .as("editor")
      .patch(at("violation", "hidden"))
      .set("If-Match", '"1"')
      .send({ visibility: "PUBLIC" });
    expectProblem(publish, 409, "would-reveal", ["/claims/0/citations/0/source"]);
    const source = await created(service, "source", sourceBody("Once public"));
    const report = await created(service, "violation", citing(source.id));
    await changed(service, "violation", report.id, { claims: [claimBody()] });
    await changed(service, "source", source.id, { visibility: "RESTRICTED" });
    const restore = service
      .as("editor")
      .post(`${at("violation", report.id)}/revisions/1/restore`)
      .set("If-Match", '"2"');
    expectProblem(await restore, 409, "would-reveal", ["/claims/0/citations/0/source"]);
  });
});

describe("a restricted record", () => {
  test("may refer to anything", async () => {
    const answer = await service
      .as("analyst")
      .post(at("violation"))
      .send(
        citing("secret", { visibility: "RESTRICTED", links: [{ kind: "MIRRORS", violation: "hidden" }] }),
      );
    expect(answer.status).toBe(201);
  });

  test("cannot be made of what public records refer to, and the refusal names them", async () => {
    const source = await created(service, "source", sourceBody("Cited twice"));
    const open = await created(service, "violation", citing(source.id, { id: "open-citing" }));
    await created(service, "violation", citing(source.id, { id: "closed-citing", visibility: "RESTRICTED" }));
    const hide = () =>
      service
        .as("editor")
        .patch(at("source", source.id))
        .set("If-Match", '"1"')
        .send({ visibility: "RESTRICTED" });
    const refused = await hide();
    expectProblem(refused, 409, "would-reveal", ["/visibility"]);
    expect(refused.body.detail).toContain("/v1/violations/open-citing");
    expect(refused.body.detail).not.toContain("closed-citing");
    await changed(service, "violation", open.id, { visibility: "RESTRICTED" });
    expect((await hide()).status).toBe(200);
    expectProblem(await service.as("public").get(at("source", source.id)), 404, "not-found");
  });

  test("is shown from the version on that publishes it, and tells nothing of those before", async () => {
    const { id } = await created(
      service,
      "violation",
      violationBody({ visibility: "RESTRICTED", description: "First draft" }),
    );
    await changed(service, "violation", id, { description: "Second draft" });
    const third = await changed(service, "violation", id, { visibility: "PUBLIC", description: "For all" });
    await changed(service, "violation", id, { description: "For all, amended" });
    expect(docOf(await service.as("public").get(`${at("violation", id)}/revisions/3`))).toEqual(third);
    for (const version of [1, 2])
      expectProblem(
        await service.as("public").get(`${at("violation", id)}/revisions/${version}`),
        404,
        "not-found",
      );
    const listed = await service.as("public").get(`${at("violation", id)}/revisions`);
    expect(
      listed.body.data.map(({ version, changes }: { version: number; changes: [] }) => [
        version,
        changes.length,
      ]),
    ).toEqual([
      [3, 0],
      [4, 1],
    ]);
    expect(listed.text).not.toContain("draft");
    expect((await service.as("analyst").get(`${at("violation", id)}/revisions`)).text).toContain(
      "Second draft",
    );
  });

  test("once hidden shows none of its versions, the public ones neither", async () => {
    const { id } = await created(service, "violation", violationBody({ description: "Was open" }));
    await changed(service, "violation", id, { visibility: "RESTRICTED" });
    for (const path of ["", "/revisions", "/revisions/1", "/revisions/2"])
      expectProblem(await service.as("public").get(`${at("violation", id)}${path}`), 404, "not-found");
  });
});

describe("as of an instant, without a key, a record", () => {
  const id = "back-and-forth";
  const path = at("violation", id);
  /** When each version was written. */
  const instants: string[] = [];

  /** What each instant shows, by id and by a list and its count: the description, or null where there is nothing. */
  async function shown(role: "public" | "analyst"): Promise<Json[]> {
    const found: Json[] = [];
    for (const as_of of instants) {
      const one = await service.as(role).get(`${path}?as_of=${as_of}`);
      const listed = await service.as(role).get(`/v1/violations?id=${id}&count=true&as_of=${as_of}`);
      const csv = await service
        .as(role)
        .get(`/v1/violations?id=${id}&format=csv&as_of=${as_of}`)
        .buffer(true);
      const records = dataOf(listed);
      expect(listed.body.page.total).toBe(records.length);
      expect(csv.text.includes(id)).toBe(records.length === 1);
      if (records.length === 0) expectProblem(one, 404, "not-found");
      else expect(records).toEqual([one.body]);
      found.push(records[0]?.description ?? null);
    }
    return found;
  }

  test("is seen where it was PUBLIC then and is so now: publishing shows nothing older, hiding takes all back", async () => {
    const made = violationBody({ id, visibility: "RESTRICTED", description: "First" });
    instants.push((await created(service, "violation", made)).updated_at);
    const turns: readonly [JsonObject, Json[]][] = [
      [{ visibility: "PUBLIC", description: "Second" }, [null, "Second"]],
      [{ description: "Third" }, [null, "Second", "Third"]],
      [{ visibility: "RESTRICTED", description: "Fourth" }, [null, null, null, null]],
      [{ visibility: "PUBLIC", description: "Fifth" }, [null, "Second", "Third", null, "Fifth"]],
    ];
    for (const [turn, seen] of turns) {
      instants.push((await changed(service, "violation", id, turn)).updated_at);
      expect(await shown("public")).toEqual(seen);
    }
    expect(await shown("analyst")).toEqual(["First", "Second", "Third", "Fourth", "Fifth"]);
  });

  test("deleted while it was PUBLIC is gone, and hidden before that was never there", async () => {
    for (const hidden of [false, true]) {
      const open = await created(service, "violation", violationBody());
      if (hidden) await changed(service, "violation", open.id, { visibility: "RESTRICTED" });
      await service.as("editor").delete(at("violation", open.id)).set("If-Match", "*");
      const now = await service.as("public").get(at("violation", open.id));
      const then = await service.as("public").get(`${at("violation", open.id)}?as_of=${open.updated_at}`);
      expect([now.status, then.status]).toEqual(hidden ? [404, 404] : [410, 200]);
    }
  });
});
