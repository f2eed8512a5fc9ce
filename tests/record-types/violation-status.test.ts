import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  changed,
  claimBody,
  created,
  docOf,
  expectProblem,
  idsOf,
  makeWorld,
  violationBody,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "actor", { id: "second-monitor", name: "Second Monitor", kind: "NGO" });
});

afterAll(async () => {
  await service.close();
});

const say = (kind: string, actor: string = world.other) => ({ actor, kind });
const find = (verdict: string, more: JsonObject = {}) => ({
  assessor: world.monitor,
  of: "OCCURRENCE",
  verdict,
  ...more,
});
const on = (local: string) => ({ on: { local, time_zone: "+00:00" } });
const second = { assessor: "second-monitor" };

describe("the status of a report", () => {
  test.each<
    [string, string, { responses?: JsonObject[]; assessments?: JsonObject[]; claims?: JsonObject[] }]
  >([
    ["ALLEGED", "with nothing but its claim", {}],
    ["ALLEGED", "where the answer is a general denial", { responses: [say("GENERAL_DENIAL")] }],
    [
      "ALLEGED",
      "where the answer is a justification, rebuttal or retraction",
      { responses: [say("JUSTIFICATION"), say("REBUTTAL"), say("RETRACTION")] },
    ],
    ["DISPUTED", "on a denial", { responses: [say("GENERAL_DENIAL"), say("DENIAL")] }],
    ["DISPUTED", "on a counter-claim", { responses: [say("COUNTER_CLAIM")] }],
    ["DISPUTED", "on a denial by a third", { responses: [say("DENIAL", world.monitor)] }],
    ["ADMITTED", "on an admission", { responses: [say("ADMISSION")] }],
    [
      "ADMITTED",
      "on an admission by an office of the accused",
      { responses: [say("ADMISSION", world.army)] },
    ],
    [
      "ADMITTED",
      "on an admission, whatever else is denied",
      { responses: [say("DENIAL"), say("ADMISSION"), say("DENIAL")] },
    ],
    [
      "VERIFIED",
      "on a verdict, whatever the sides say",
      { responses: [say("DENIAL"), say("ADMISSION")], assessments: [find("VERIFIED")] },
    ],
    ["CORROBORATED", "on the weaker verdict", { assessments: [find("CORROBORATED")] }],
    ["REFUTED", "on a refutation alone", { assessments: [find("REFUTED")] }],
    ["REFUTED", "on two refutations", { assessments: [find("REFUTED"), find("REFUTED", second)] }],
    [
      "DISPUTED",
      "on verdicts against each other",
      { assessments: [find("REFUTED"), find("CORROBORATED", second)] },
    ],
    [
      "VERIFIED",
      "by the latest of two that agree",
      {
        assessments: [find("VERIFIED", on("2021-02")), find("CORROBORATED", { ...second, ...on("2021-01") })],
      },
    ],
    [
      "CORROBORATED",
      "by the latest of two that agree, the other way round",
      {
        assessments: [find("VERIFIED", on("2021-01")), find("CORROBORATED", { ...second, ...on("2021-02") })],
      },
    ],
    [
      "VERIFIED",
      "by an assessor's later verdict, wherever it stands in the list",
      { assessments: [find("VERIFIED", on("2021-02")), find("REFUTED", on("2021-01"))] },
    ],
    [
      "REFUTED",
      "by the later in the list where neither is dated",
      { assessments: [find("VERIFIED"), find("REFUTED")] },
    ],
    [
      "VERIFIED",
      "by a dated verdict against an undated one of the same assessor",
      { assessments: [find("VERIFIED", on("2021-01")), find("REFUTED")] },
    ],
    ["ALLEGED", "where the only verdict is inconclusive", { assessments: [find("INCONCLUSIVE")] }],
    [
      "DISPUTED",
      "by the sides where the verdict is inconclusive",
      { responses: [say("DENIAL")], assessments: [find("INCONCLUSIVE")] },
    ],
    [
      "ALLEGED",
      "where an assessor took its verdict back",
      { assessments: [find("VERIFIED", on("2021-01")), find("INCONCLUSIVE", on("2021-02"))] },
    ],
    [
      "REFUTED",
      "by the other where one is inconclusive",
      { assessments: [find("INCONCLUSIVE"), find("REFUTED", second)] },
    ],
    [
      "ALLEGED",
      "where the verdict is on something else",
      { assessments: ["ATTRIBUTION", "WEAPON", "CASUALTIES"].map((of) => find("VERIFIED", { of })) },
    ],
    [
      "ALLEGED",
      "where the assessor is the claimant",
      { assessments: [find("VERIFIED", { assessor: world.side })] },
    ],
    [
      "ALLEGED",
      "where the assessor is the accused",
      { assessments: [find("REFUTED", { assessor: world.other })] },
    ],
    [
      "ALLEGED",
      "where the assessor claims in a second claim",
      {
        claims: [claimBody(), claimBody({ claimant: world.monitor, capacity: "MONITOR" })],
        assessments: [find("VERIFIED")],
      },
    ],
    [
      "DISPUTED",
      "by the denial where the assessor is a respondent",
      { responses: [say("DENIAL", world.monitor)], assessments: [find("VERIFIED")] },
    ],
  ])("is %s %s", async (status, _when, members) => {
    const report = await created(service, "violation", { ...violationBody(), ...members });
    expect(report.status).toBe(status);
    expect(await idsOf(service, `${at("violation")}?id=${report.id}&status=${status}`)).toEqual([report.id]);
    const bare = await created(service, "violation", violationBody());
    expect((await changed(service, "violation", bare.id, members)).status).toBe(status);
  });

  test("is never taken from the request", async () => {
    expect((await created(service, "violation", violationBody({ status: "VERIFIED" }))).status).toBe(
      "ALLEGED",
    );
  });
});

describe("an admission", () => {
  test.each([
    ["the claimant", world.side],
    ["an office of the claimant", world.ministry],
    ["a third", world.monitor],
  ])("by %s is refused", async (_who, actor) => {
    const answer = await service
      .as("editor")
      .post(at("violation"))
      .send(violationBody({ responses: [say("ADMISSION", actor)] }));
    expectProblem(answer, 422, "invalid-record", ["/responses/0/actor"]);
    expect(answer.body.errors[0].code).toBe("not_the_accused");
  });

  test("by the state is refused where only its office is accused, and where nobody is", async () => {
    for (const accused of [[world.army], []]) {
      const body = violationBody({ claims: [claimBody({ accused })], responses: [say("ADMISSION")] });
      expectProblem(await service.as("editor").post(at("violation")).send(body), 422, "invalid-record", [
        "/responses/0/actor",
      ]);
    }
  });

  test("is refused to a patch as well, be it of the answers or of the accused", async () => {
    const { id } = await created(service, "violation", violationBody({ responses: [say("ADMISSION")] }));
    const patch = (body: object) =>
      service.as("editor").patch(at("violation", id)).set("If-Match", '"1"').send(body);
    expectProblem(await patch({ claims: [claimBody({ accused: [world.monitor] })] }), 422, "invalid-record", [
      "/responses/0/actor",
    ]);
    expectProblem(await patch({ responses: [say("ADMISSION", world.monitor)] }), 422, "invalid-record", [
      "/responses/0/actor",
    ]);
  });
});

describe("a figure", () => {
  test.each<[JsonObject, boolean]>([
    [{ min: 5, max: 3 }, true],
    [{ min: 5, best: 4 }, true],
    [{ best: 4, max: 3 }, true],
    [{ min: 1, best: 4, max: 3 }, true],
    [{ min: 3, best: 3, max: 3 }, false],
    [{ min: 40 }, false],
    [{ best: 0 }, false],
    [{ max: 7, approximate: true }, false],
    [{}, false],
  ])("%j is contradictory: %s, and kept as printed", async (killed, contradictory) => {
    const answer = await service
      .as("analyst")
      .post(at("violation"))
      .send(violationBody({ casualty_claims: [{ killed: { ...killed, contradictory: !contradictory } }] }));
    const whole = { min: null, best: null, max: null, approximate: false, ...killed, contradictory };
    expect(docOf(answer).casualty_claims).toMatchObject([{ killed: whole, injured: null }]);
  });
});
