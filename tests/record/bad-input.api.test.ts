import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  bodies,
  ceasefireBody,
  claimBody,
  created,
  expectProblem,
  makeWorld,
  placesOf,
  rowCounts,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let before: Awaited<ReturnType<typeof rowCounts>>;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(
    service,
    "violation",
    violationBody({ id: "stands", external_ids: [{ dataset: "desk", id: "1" }] }),
  );
  await created(
    service,
    "violation",
    violationBody({ id: "gone", external_ids: [{ dataset: "desk", id: "gone" }] }),
  );
  await service.as("editor").delete(at("violation", "gone")).set("If-Match", '"1"');
  before = await rowCounts(service);
});

afterAll(async () => {
  expect(await rowCounts(service)).toEqual(before);
  await service.close();
});

const post = (body: object) => service.as("editor").post(at("violation")).send(body);
const raw = (text: string | Buffer, type = "application/json") =>
  service
    .as("editor")
    .post(at("violation"))
    .set("Content-Type", type)
    .serialize(String)
    .send(text.toString());
const occurring = (occurred: JsonObject) => violationBody({ occurred });
const place = (more: JsonObject) => ({ ...bodies.place("bad"), ...more });
const truce = (more: JsonObject) => ceasefireBody("Bad", more);
const noon = { local: "2020-10-10T12:00", time_zone: "+04:00" };
const reading = (adopted: boolean) => ({ kind: "TEXT", adopted, moment: noon });

describe("a body that cannot be read", () => {
  test.each([
    ["is cut short", '{"types": ["ARMED_CLASH"', 400, "bad-request"],
    ["has a trailing comma", '{"types": [],}', 400, "bad-request"],
    ["is no JSON", "types=ARMED_CLASH", 400, "bad-request"],
    ["names a member twice", '{"scope":"INCIDENT","scope":"AGGREGATE"}', 400, "bad-request"],
    ["is a list", "[]", 422, "invalid-record"],
    ["is null", "null", 422, "invalid-record"],
    ["is a text", '"x"', 422, "invalid-record"],
  ])("%s", async (_how, text, status, slug) => {
    const answer = await raw(text);
    expectProblem(answer, status, slug);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  test("has another type, or none, or is too large, or is not there", async () => {
    expectProblem(await raw("{}", "text/plain"), 415, "unsupported-media-type");
    expectProblem(await raw("{}", "application/json; charset=latin1"), 415, "unsupported-media-type");
    expectProblem(await raw("{}", "application/merge-patch+json"), 415, "unsupported-media-type");
    expectProblem(
      await post(violationBody({ description: "x".repeat(1_000_001) })),
      413,
      "payload-too-large",
    );
    expectProblem(await service.as("editor").post(at("violation")), 400, "bad-request", [""]);
  });

  test("nests deeper than allowed", async () => {
    const deep = (levels: number) => `${'{"x":'.repeat(levels)}1${"}".repeat(levels)}`;
    const answer = await raw(deep(21));
    expectProblem(answer, 422, "invalid-record", ["/x".repeat(20)]);
    expectProblem(await raw("[".repeat(300_000)), 422, "invalid-record");
    expect(placesOf(await raw(`{"expanded":${deep(10)},"earliest":1}`))).toContain("/earliest");
  });
});

describe("a record is refused, and the place named, for", () => {
  const cases: readonly (readonly [
    string,
    "violation" | "ceasefire" | "source" | "place" | "actor",
    object,
    readonly string[],
  ])[] = [
    [
      "members that are not known, at any depth",
      "violation",
      { ...violationBody({ descripton: "x" }), claims: [claimBody({ stated: { ...noon, zone: "x" } })] },
      ["/descripton", "/claims/0/stated/zone"],
    ],
    [
      "an impossible date",
      "violation",
      occurring({ start: { local: "1994-02-31" } }),
      ["/occurred/start/local"],
    ],
    [
      "a zone that is not known",
      "violation",
      occurring({ start: { ...noon, time_zone: "Asia/Stepanakert" } }),
      ["/occurred/start/time_zone"],
    ],
    [
      "a local time that the clock skipped",
      "violation",
      occurring({ start: { local: "2015-03-29T04:30", time_zone: "Asia/Baku" } }),
      ["/occurred/start/local"],
    ],
    [
      "an end before its start",
      "violation",
      occurring({ start: noon, end: { ...noon, local: "2020-10-10T11:58" } }),
      ["/occurred/end"],
    ],
    [
      "an end before the start of a ceasefire",
      "ceasefire",
      truce({
        effective_readings: [reading(true)],
        ended: { how: "EXPIRED", moment: { ...noon, local: "2020-10-09" } },
      }),
      ["/ended/moment"],
    ],
    [
      "a time after next year",
      "violation",
      occurring({ start: { local: "2090" } }),
      ["/occurred/start/local"],
    ],
    [
      "min over max",
      "violation",
      violationBody({ counts: [{ of: "SHOT" }, { of: "SHOT", min: 3, max: 2 }] }),
      ["/counts/1/min"],
    ],
    ["a latitude of 91", "place", place({ latitude: 91, longitude: 0 }), ["/latitude"]],
    [
      "a longitude of -180.1",
      "violation",
      violationBody({ locations: [{ geo_precision: "EXACT", latitude: 0, longitude: -180.1 }] }),
      ["/locations/0/longitude"],
    ],
    ["half a point", "place", place({ latitude: 9 }), ["/longitude"]],
    [
      "a point without a location",
      "violation",
      violationBody({ locations: [{ geo_precision: "UNLOCATED", latitude: 0, longitude: 0 }] }),
      ["/locations/0/geo_precision"],
    ],
    [
      "a javascript: url",
      "source",
      { kind: "NEWS", visibility: "PUBLIC", url: "javascript:alert(1)", archive_url: "file:///etc/passwd" },
      ["/url", "/archive_url"],
    ],
    [
      "references to nothing, each named",
      "violation",
      violationBody({
        ceasefire: "no-1",
        involved: [world.side, "no-2"],
        claims: [claimBody({ citations: [{ source: "no-3" }] })],
      }),
      ["/ceasefire", "/involved/1", "/claims/0/citations/0/source"],
    ],
    [
      "references of the wrong form",
      "violation",
      violationBody({ ceasefire: "No Such", involved: [7] }),
      ["/ceasefire", "/involved/0"],
    ],
    [
      "two adopted readings",
      "ceasefire",
      truce({ effective_readings: [reading(true), reading(false), reading(true)] }),
      ["/effective_readings/2/adopted"],
    ],
    [
      "hours in a zone that is not known",
      "ceasefire",
      truce({ schedule: { days: ["MONDAY"], from: "08:00", to: "10:00", time_zone: "Nowhere/Land" } }),
      ["/schedule/time_zone"],
    ],
    [
      "hours that no clock shows",
      "ceasefire",
      truce({ schedule: { days: [], from: "24:00", to: "8:00", time_zone: "UTC" } }),
      ["/schedule/days", "/schedule/from", "/schedule/to"],
    ],
    [
      "names of 10,000 characters",
      "actor",
      { name: "n".repeat(10_000), kind: "STATE", aliases: ["a", "n".repeat(10_000)] },
      ["/name", "/aliases/1"],
    ],
    [
      "a list of 501",
      "actor",
      { name: "n", kind: "STATE", aliases: Array.from({ length: 501 }, () => "a") },
      ["/aliases"],
    ],
    ["an id that is none", "actor", { id: "Not_An_Id", name: "n", kind: "STATE" }, ["/id"]],
    ["an id that names a series", "violation", violationBody({ id: "claims" }), ["/id"]],
    ["what is missing", "violation", {}, ["/types", "/visibility", "/claims"]],
    [
      "no type and no claim",
      "violation",
      { visibility: "PUBLIC", types: [], claims: [] },
      ["/types", "/claims"],
    ],
    [
      "claims without a citation",
      "violation",
      violationBody({ claims: [claimBody({ citations: [] })] }),
      ["/claims/0/citations"],
    ],
    [
      "a record that refers to itself",
      "violation",
      violationBody({ id: "self", links: [{ kind: "MIRRORS", violation: "self" }] }),
      ["/links/0/violation"],
    ],
    [
      "an actor that is part of itself",
      "actor",
      { id: "self", name: "n", kind: "STATE", part_of: "self" },
      ["/part_of"],
    ],
    [
      "an admission by one who is not accused",
      "violation",
      violationBody({
        responses: [
          { actor: world.other, kind: "ADMISSION" },
          { actor: world.side, kind: "ADMISSION" },
        ],
      }),
      ["/responses/1/actor"],
    ],
    [
      "figures below 0, in halves or beyond counting",
      "violation",
      violationBody({ casualty_claims: [{ killed: { min: -1, best: 1.5, max: 1e9 } }] }),
      ["/casualty_claims/0/killed/min", "/casualty_claims/0/killed/best", "/casualty_claims/0/killed/max"],
    ],
    [
      "all of these at once",
      "violation",
      {
        types: ["WAR"],
        visibility: "SECRET",
        occurred: { start: { local: "1994-02-31" }, end: { local: "x" } },
        claims: [{ accused: "b", citations: [{}] }],
        scope: 1,
      },
      [
        "/types/0",
        "/visibility",
        "/occurred/start/local",
        "/occurred/end/local",
        "/claims/0/capacity",
        "/claims/0/accused",
        "/claims/0/citations/0/source",
        "/scope",
      ],
    ],
  ];

  test.each(cases)("%s", async (_name, type, body, places) => {
    expectProblem(
      await service
        .as("editor")
        .post(at(type))
        .send(body ?? {}),
      422,
      "invalid-record",
      places,
    );
  });

  test("an unknown member names the nearest known one", async () => {
    const answer = await post(violationBody({ descripton: "x" }));
    expect(answer.body.errors[0].message).toContain("`description`");
  });

  test("an id or external id that stands or was deleted", async () => {
    for (const id of ["stands", "gone"])
      expectProblem(await post(violationBody({ id })), 409, "id-taken", ["/id"]);
    for (const id of ["1", "gone"]) {
      const external_ids = [
        { dataset: "other", id },
        { dataset: "desk", id },
      ];
      expectProblem(await post(violationBody({ external_ids })), 409, "external-id-taken", [
        "/external_ids/1",
      ]);
    }
    const twice = [
      { dataset: "new", id: "1" },
      { dataset: "new", id: "1" },
    ];
    expectProblem(await post(violationBody({ external_ids: twice })), 409, "external-id-taken", [
      "/external_ids/1",
    ]);
  });
});

test("faults of query, header and body are told in one answer", async () => {
  const answer = await service
    .as("editor")
    .post(`${at("violation")}?dry=1&dry_run=1`)
    .send({ scope: "X", visibility: "PUBLIC" });
  expectProblem(answer, 400, "bad-request", ["?dry", "?dry_run", "/scope", "/types", "/claims"]);
});
