import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  bodies,
  ceasefireBody,
  created,
  dataOf,
  docOf,
  expectProblem,
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

test("a merge patch that takes away what no record has is told so, as one that sets it is", async () => {
  const occurred = { start: { local: "2020-10-26T10", time_zone: "+04:00" } };
  await created(service, "violation", violationBody({ id: "slips", occurred }));
  const patch = { descriptin: null, occurred: { strat: null } };
  const answer = await service
    .as("editor")
    .patch(at("violation", "slips"))
    .set("If-Match", '"1"')
    .send(patch);
  expectProblem(answer, 422, "invalid-record", ["/descriptin", "/occurred/strat"]);
  const known = { description: null, occurred: null };
  const done = await service.as("editor").patch(at("violation", "slips")).set("If-Match", '"1"').send(known);
  expect(docOf(done)).toMatchObject({ version: 2, occurred: null });
});

describe("a report under a ceasefire", () => {
  const path = `${at("ceasefire", world.truce)}/violations`;

  test("takes the ceasefire from the path, or agrees with it", async () => {
    const bare = await service.as("analyst").post(path).send(violationBody());
    const same = await service
      .as("analyst")
      .post(path)
      .send(violationBody({ ceasefire: world.truce }));
    expect([docOf(bare).ceasefire, docOf(same).ceasefire]).toEqual([world.truce, world.truce]);
  });

  test("may not name another, nor be written under one that is not there or was deleted", async () => {
    await created(service, "ceasefire", { ...ceasefireBody("Other"), id: "other" });
    const other = await service
      .as("editor")
      .post(path)
      .send(violationBody({ ceasefire: "other" }));
    expectProblem(other, 422, "invalid-record", ["/ceasefire"]);
    const nowhere = await service
      .as("editor")
      .post("/v1/ceasefires/nowhere/violations")
      .send(violationBody());
    expectProblem(nowhere, 404, "not-found");
    await service.as("editor").delete(at("ceasefire", "other")).set("If-Match", "*");
    const gone = await service.as("editor").post("/v1/ceasefires/other/violations").send(violationBody());
    expectProblem(gone, 410, "gone");
  });

  test("is refused whole where the body is no object", async () => {
    expectProblem(await service.as("editor").post(path).send([]), 422, "invalid-record", [""]);
  });
});

describe("Change-Reason", () => {
  test("is kept as written; one of blanks says nothing", async () => {
    const reason = (id: string) => service.as("editor").get(`${at("actor", id)}/revisions`);
    const send = (id: string, text: string) =>
      service
        .as("editor")
        .post(at("actor"))
        .set("Change-Reason", text)
        .send({ ...bodies.actor(id), id });
    await send("with-reason", "Corrected by the ministry");
    await send("without-reason", " ");
    expect((await reason("with-reason")).body.data[0].reason).toBe("Corrected by the ministry");
    expect((await reason("without-reason")).body.data[0].reason).toBeNull();
  });

  test("of more than 2,000 characters is refused", async () => {
    const answer = await service
      .as("editor")
      .post(at("actor"))
      .set("Change-Reason", "x".repeat(2_001))
      .send(bodies.actor("long"));
    expectProblem(answer, 400, "bad-request", ["Change-Reason:"]);
  });
});

describe("a write without a body", () => {
  test.each(["POST", "PATCH"] as const)("by %s is refused, and says that one is needed", async (method) => {
    const path = method === "POST" ? at("actor") : at("actor", world.side);
    const call = method === "POST" ? service.as("editor").post(path) : service.as("editor").patch(path);
    const answer = await call.set("If-Match", "*").set("Content-Type", "application/json");
    expect(answer.status).toBe(400);
    expect(answer.type).toBe("application/problem+json");
  });
});

describe("brokers", () => {
  test("are paged by name, each once, and a cursor of another list is refused", async () => {
    for (const name of ["Broker C", "Broker A", "Broker B"])
      await created(service, "actor", { id: name.toLowerCase().replace(" ", "-"), name, kind: "STATE" });
    const broker = (actor: string) => ({ actor, role: "MEDIATOR" });
    await created(service, "ceasefire", {
      ...ceasefireBody("Brokered"),
      id: "brokered",
      brokers: ["broker-a", "broker-b", "broker-c"].map(broker),
    });
    const seen: unknown[] = [];
    let next = "";
    do {
      const page = await service.as("public").get(`/v1/brokers?limit=1${next}`);
      seen.push(...dataOf(page).map(({ actor }) => actor));
      next = page.body.page.next === null ? "" : `&cursor=${page.body.page.next}`;
    } while (next !== "");
    expect(seen).toEqual(["broker-a", "broker-b", "broker-c"]);
    const list = await service.as("public").get("/v1/actors?limit=1");
    const foreign = await service.as("public").get(`/v1/brokers?cursor=${list.body.page.next}`);
    expectProblem(foreign, 400, "bad-request", ["?cursor"]);
  });
});

describe("whole new records inside a request", () => {
  test("are found again by external id, url or exact name, and refused with their faults where they stand", async () => {
    const inline = { name: "Found again", kind: "NGO", external_ids: [{ dataset: "set", id: "7" }] };
    const by = (claimant: JsonObject) =>
      violationBody({
        claims: [{ capacity: "MONITOR", claimant, accused: [], citations: [{ source: world.source }] }],
      });
    const first = docOf(await service.as("editor").post(at("violation")).send(by(inline)));
    const again = docOf(
      await service
        .as("editor")
        .post(at("violation"))
        .send(by({ ...inline, name: "By another name" })),
    );
    const named = docOf(
      await service
        .as("editor")
        .post(at("violation"))
        .send(by({ name: "Found again", kind: "NGO" })),
    );
    const claimantOf = (doc: { readonly [member: string]: unknown }) =>
      JSON.stringify(doc.claims).match(/"claimant":"([^"]*)"/)?.[1];
    expect(new Set([first, again, named].map(claimantOf)).size).toBe(1);
    const wrong = await service
      .as("editor")
      .post(at("violation"))
      .send(by({ kind: "NGO", nam: "x" }));
    expectProblem(wrong, 422, "invalid-record", ["/claims/0/claimant/nam", "/claims/0/claimant/name"]);
  });

  test("that are restricted may not come into a public one", async () => {
    const hidden = sourceBody("Hidden", { visibility: "RESTRICTED" });
    const answer = await service
      .as("editor")
      .post(at("violation"))
      .send(violationBody({ citations: [{ source: hidden }] }));
    expectProblem(answer, 409, "would-reveal", ["/citations/0/source"]);
  });
});
