import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { isObject, type Json, valueAt } from "../../src/record/json.ts";
import {
  at,
  claimBody,
  created,
  docOf,
  expectProblem,
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
});

afterAll(async () => {
  await service.close();
});

const post = (body: object) => service.as("analyst").post(at("violation")).send(body);

/** A report whose one claim cites this, be it an id or a whole source. */
function citing(source: Json) {
  return violationBody({ claims: [claimBody({ citations: [{ source }] })] });
}

function sourceOf(body: unknown): Json {
  const claims = isObject(body) && Array.isArray(body.claims) ? body.claims : [];
  const [citation] = claims[0]?.citations ?? [];
  return valueAt(citation, ["source"]) ?? null;
}

async function count(): Promise<{ readonly [table: string]: number }> {
  return await rowCounts(service);
}

describe("whole new records in a report", () => {
  test("are created along, one inside another, each with a version of its own by the same author at the same time", async () => {
    const answer = await post({
      ...violationBody(),
      claims: [
        {
          capacity: "PARTY",
          claimant: {
            id: "office-c",
            name: "Office of C",
            kind: "GOVERNMENT_BODY",
            part_of: { name: "State C", kind: "STATE" },
          },
          accused: [world.other, { name: "Group D", kind: "NON_STATE_ARMED_GROUP" }],
          citations: [
            {
              source: sourceBody("Nested", {
                affiliated_with: { name: "Group D", kind: "NON_STATE_ARMED_GROUP" },
                origin: sourceBody("Root", { url: "https://example.org/root" }),
              }),
            },
          ],
        },
      ],
      locations: [
        {
          place: { names: [{ name: "New Village" }], part_of: { names: [{ name: "New District" }] } },
          geo_precision: "SETTLEMENT",
        },
      ],
    });
    expect(answer.status).toBe(201);
    const report = docOf(answer);
    expect(report.claims).toMatchObject([
      { claimant: "office-c", accused: [world.other, "group-d"], citations: [{ source: "nested" }] },
    ]);
    expect(report.locations).toMatchObject([{ place: "new-village" }]);
    const parts: readonly (readonly ["actor" | "place" | "source", string, object])[] = [
      ["actor", "office-c", { part_of: "state-c" }],
      ["actor", "state-c", { name: "State C" }],
      ["actor", "group-d", { kind: "NON_STATE_ARMED_GROUP" }],
      ["place", "new-village", { part_of: "new-district" }],
      ["source", "nested", { affiliated_with: "group-d", origin: "root" }],
      ["source", "root", { url: "https://example.org/root" }],
    ];
    for (const [type, id, members] of parts) {
      const made = docOf(await service.as("public").get(at(type, id)));
      expect(made).toMatchObject({ id, version: 1, created_at: report.created_at, ...members });
      const { body } = await service.as("public").get(`${at(type, id)}/revisions`);
      expect(body.data).toMatchObject([{ operation: "create", by: "desk-analyst" }]);
    }
  });

  test.each([
    ["id", { id: "again-id" }, { id: "again-id", title: "Another title" }],
    [
      "url",
      { url: "https://example.org/again" },
      { url: "https://example.org/again", title: "Another title" },
    ],
    [
      "SAME external id",
      { external_ids: [{ dataset: "desk", id: "7" }] },
      { external_ids: [{ dataset: "desk", id: "7" }], title: "Another title" },
    ],
  ])("are found again by %s, and left as they stand", async (_by, first, second) => {
    const known = await created(service, "source", sourceBody("Known", first));
    const before = await count();
    const answer = await post(citing(sourceBody("Known", second)));
    expect(sourceOf(answer.body)).toBe(known.id);
    expect((await count()).sources).toBe(before.sources);
    expect(docOf(await service.as("public").get(at("source", known.id)))).toEqual(known);
  });

  test("are found again by their exact name, and not by one that is alike", async () => {
    const place = (name: string) => ({ names: [{ name }], country_code: "ZZZ" });
    const known = await created(service, "place", { names: [{ name: "Second name" }, { name: "Xankəndi" }] });
    const located = async (name: string) =>
      docOf(await post(violationBody({ locations: [{ place: place(name), geo_precision: "SETTLEMENT" }] })))
        .locations;
    expect(await located("Xankəndi")).toMatchObject([{ place: known.id }]);
    expect(await located("xankəndi")).not.toMatchObject([{ place: known.id }]);
    const involved = docOf(
      await post(violationBody({ involved: [{ name: "Side A", kind: "OTHER" }] })),
    ).involved;
    expect(involved).toEqual([world.side]);
  });

  test("that are told by an external id in a looser relation are new", async () => {
    const external_ids = [{ dataset: "desk", id: "part", relation: "PART_OF" }];
    const known = await created(service, "source", sourceBody("Part", { external_ids }));
    expect(sourceOf((await post(citing(sourceBody("Part", { external_ids })))).body)).not.toBe(known.id);
  });

  test("are told by a name that fits several, and refused with the ids to choose from", async () => {
    for (const id of ["twin-1", "twin-2"])
      await created(service, "actor", { id, name: "Twin", kind: "OTHER" });
    const before = await count();
    const answer = await post(violationBody({ involved: [world.side, { name: "Twin", kind: "OTHER" }] }));
    expectProblem(answer, 422, "invalid-record", ["/involved/1"]);
    expect(answer.body.errors[0]).toMatchObject({ code: "ambiguous_record" });
    expect(answer.body.errors[0].message).toContain("twin-1, twin-2");
    expect(await count()).toEqual(before);
    const chosen = await post(violationBody({ involved: [{ id: "twin-2", name: "Twin", kind: "OTHER" }] }));
    expect(docOf(chosen).involved).toEqual(["twin-2"]);
  });

  describe("with a URL that several sources have", () => {
    const url = "https://example.org/many";
    const match = async (more: object) => {
      const before = await count();
      const answer = await post(citing(sourceBody("Unlike any", { url, title: null, ...more })));
      expect(answer.status).toBe(201);
      expect((await count()).sources).toBe(before.sources);
      return sourceOf(answer.body);
    };

    beforeAll(async () => {
      const published = { local: "2020-10-27" };
      // The oldest does not come first by id, and is not the only one with each member.
      await created(service, "source", sourceBody("Secret", { id: "many-d", url, visibility: "RESTRICTED" }));
      await created(service, "source", sourceBody("First", { id: "many-c", url }));
      await created(service, "source", sourceBody("Second", { id: "many-b", url, publisher: "Gazette" }));
      await created(service, "source", sourceBody("Second", { id: "many-a", url, published }));
    });

    test("are the oldest of those with the same visibility", async () => {
      expect(await match({})).toBe("many-c");
      expect(await match({ title: "Unlike any" })).toBe("many-c");
    });

    test("are the one with the same title, publisher and date", async () => {
      expect(await match({ title: "Second" })).toBe("many-b");
      expect(await match({ publisher: "Gazette" })).toBe("many-b");
      expect(await match({ published: { local: "2020-10-27" } })).toBe("many-a");
      expect(await match({ title: "Second", published: { local: "2020-10-27" } })).toBe("many-a");
    });

    test("are the RESTRICTED one in a RESTRICTED report", async () => {
      const report = violationBody({
        visibility: "RESTRICTED",
        claims: [
          claimBody({ citations: [{ source: sourceBody("Any", { url, visibility: "RESTRICTED" }) }] }),
        ],
      });
      expect(sourceOf((await post(report)).body)).toBe("many-d");
    });

    test("are an external id's record first of all", async () => {
      const external_ids = [{ dataset: "many", id: "1" }];
      const known = await created(service, "source", sourceBody("Elsewhere", { external_ids }));
      expect(await match({ title: "First", external_ids })).toBe(known.id);
    });

    test("are created again by a request for a source of its own", async () => {
      const again = await created(service, "source", sourceBody("Another edition", { url }));
      expect(again).toMatchObject({ version: 1, url });
      expect(await match({ title: "Another edition" })).toBe(again.id);
    });
  });

  test("come in by a patch as well, and a patch without If-Match may append them", async () => {
    const { id } = docOf(await post(violationBody()));
    const value = claimBody({ claimant: { name: "Late witness", kind: "OTHER" }, capacity: "WITNESS" });
    const answer = await service
      .as("analyst")
      .patch(at("violation", id))
      .set("Content-Type", "application/json-patch+json")
      .send(JSON.stringify([{ op: "add", path: "/claims/-", value }]));
    expect(docOf(answer).claims).toMatchObject([{}, { claimant: "late-witness" }]);
  });

  test("may stand for sources, actors and places only", async () => {
    const ceasefire = {
      name: "New truce",
      conflict: world.conflict,
      declaration_type: "BILATERAL",
      form: "SIGNED",
    };
    expectProblem(await post(violationBody({ ceasefire })), 422, "invalid-record", ["/ceasefire"]);
  });
});

describe("a request that fails with whole new records in it", () => {
  const fresh = (title: string) =>
    sourceBody(title, { affiliated_with: { name: `Owner of ${title}`, kind: "MEDIA" } });

  test.each([
    ["a reference to nothing", { ceasefire: "no-such" }, 422, "invalid-record", ["/ceasefire"]],
    [
      "an admission by another",
      { responses: [{ actor: world.monitor, kind: "ADMISSION" }] },
      422,
      "invalid-record",
      ["/responses/0/actor"],
    ],
    [
      "an assessment by an analyst",
      { assessments: [{ assessor: world.monitor, of: "OCCURRENCE", verdict: "VERIFIED" }] },
      403,
      "forbidden",
      ["/assessments"],
    ],
    ["an id that is taken", { id: "taken" }, 409, "id-taken", ["/id"]],
    [
      "an external id that is taken",
      { external_ids: [{ dataset: "desk", id: "taken" }] },
      409,
      "external-id-taken",
      ["/external_ids/0"],
    ],
  ])("for %s leaves nothing behind", async (_why, more, status, slug, places) => {
    await post(violationBody({ id: "taken", external_ids: [{ dataset: "desk", id: "taken" }] }));
    const before = await count();
    const body = {
      ...citing(fresh("Lost")),
      locations: [{ place: { names: [{ name: "Lost" }] }, geo_precision: "REGION" }],
      ...more,
    };
    expectProblem(await post(body), status, slug, places);
    expect(await count()).toEqual(before);
  });

  test("names the fault's place in the whole, all faults of all records at once", async () => {
    const before = await count();
    const answer = await post({
      ...citing({
        kind: "NOISE",
        visibility: "PUBLIC",
        url: "javascript:alert(1)",
        affiliated_with: { name: "", kind: "MEDIA" },
      }),
      scope: "ALL",
    });
    const source = "/claims/0/citations/0/source";
    expectProblem(answer, 422, "invalid-record", [
      `${source}/kind`,
      `${source}/url`,
      `${source}/affiliated_with/name`,
      "/scope",
    ]);
    expect(await count()).toEqual(before);
  });

  test("names the place of a fault that the database alone can tell", async () => {
    const source = "/claims/0/citations/0/source";
    const nothing = await post(citing(sourceBody("Refers", { origin: "no-such" })));
    expectProblem(nothing, 422, "invalid-record", [`${source}/origin`]);
    const buried = await created(service, "source", sourceBody("Buried"));
    await service.as("editor").delete(at("source", buried.id)).set("If-Match", '"1"');
    expectProblem(await post(citing(sourceBody("Buried", { id: buried.id }))), 409, "id-taken", [
      `${source}/id`,
    ]);
    const known = await created(
      service,
      "source",
      sourceBody("Ext", { external_ids: [{ dataset: "gone", id: "1" }] }),
    );
    await service.as("editor").delete(at("source", known.id)).set("If-Match", '"1"');
    const external_ids = [{ dataset: "gone", id: "1" }];
    expectProblem(await post(citing(sourceBody("Ext", { external_ids }))), 409, "external-id-taken", [
      `${source}/external_ids/0`,
    ]);
    const secret = await created(service, "source", sourceBody("Secret root", { visibility: "RESTRICTED" }));
    const derived = citing(sourceBody("Derived", { origin: secret.id }));
    expectProblem(await post(derived), 409, "would-reveal", [`${source}/origin`]);
    const direct = citing(sourceBody("Direct", { visibility: "RESTRICTED" }));
    expectProblem(await post(direct), 409, "would-reveal", [source]);
  });
});

test("twelve reports at once that bring the same new source and actor make one of each", async () => {
  const bring = () =>
    post({
      ...citing(
        sourceBody("Crowd", {
          url: "https://example.org/crowd",
          affiliated_with: { name: "Crowd owner", kind: "MEDIA" },
        }),
      ),
      involved: [{ name: "Crowd owner", kind: "MEDIA" }],
    });
  const answers = await Promise.all(Array.from({ length: 12 }, bring));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(new Set(answers.map(({ body }) => sourceOf(body)))).toEqual(new Set(["crowd"]));
  const { rows } = await service.pool.query("SELECT id FROM actors WHERE name = 'Crowd owner'");
  expect(rows).toEqual([{ id: "crowd-owner" }]);
});

describe("a request with very many faults", () => {
  test("is refused where it holds more than 500 whole new records, at every depth together", async () => {
    const citations = Array.from({ length: 251 }, () => ({ source: {} }));
    const claim = claimBody({ citations });
    const answer = await post(violationBody({ claims: [claim, claim] }));
    expectProblem(answer, 422, "invalid-record");
    expect(answer.body.errors).toEqual([
      expect.objectContaining({ pointer: "", code: "too_many_new_records" }),
    ]);
  });

  test("lists the first 100 faults of the records inside it, and says how many more were found", async () => {
    const citations = Array.from({ length: 400 }, () => ({ source: {} }));
    const answer = await post(violationBody({ claims: [claimBody({ citations })] }));
    expectProblem(answer, 422, "invalid-record");
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.detail).toContain(`${answer.body.more_errors} more were found`);
  });

  test("reads no further lists once many faults were found in them", async () => {
    const claims = Array.from({ length: 400 }, () => ({ capacity: "PARTY", accused: Array(400).fill(1) }));
    const answer = await post(violationBody({ claims }));
    expectProblem(answer, 422, "invalid-record");
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.more_errors).toBeLessThan(1_000);
  });
});
