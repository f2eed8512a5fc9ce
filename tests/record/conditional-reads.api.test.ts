import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import type { Role } from "../../src/http/route.ts";
import type { JsonObject } from "../../src/record/json.ts";
import {
  at,
  ceasefireBody,
  changed,
  claimBody,
  created,
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

async function tagOf(path: string, role: Role = "public"): Promise<string> {
  const { status, headers } = await service.as(role).get(path);
  expect({ path, status, etag: headers.etag }).toEqual({ path, status: 200, etag: expect.any(String) });
  return String(headers.etag);
}

/** Whether a request with the ETag of an earlier answer gets a 304, with the ETag and the instant of a whole answer. */
async function isUnchanged(path: string, tag: string, role: Role = "public"): Promise<boolean> {
  const { status, headers, text } = await service.as(role).get(path).set("If-None-Match", tag);
  if (status === 304)
    expect([text, headers.etag, headers["data-as-of"]]).toEqual(["", tag, expect.any(String)]);
  return status === 304;
}

/** Expects a tag to stay over one act and to change with another. */
async function expectTag(
  path: string,
  over: () => Promise<unknown>,
  until: () => Promise<unknown>,
): Promise<void> {
  const tag = await tagOf(path);
  await over();
  expect(await isUnchanged(path, tag)).toBe(true);
  await until();
  expect(await waitUntil(async () => !(await isUnchanged(path, tag)), 10_000)).toBe(true);
  expect(await tagOf(path)).not.toBe(tag);
}

describe("the versions of a record", () => {
  test("are unchanged until there is another version", async () => {
    const { id } = await created(service, "violation", violationBody());
    const { id: other } = await created(service, "violation", violationBody());
    await expectTag(
      `${at("violation", id)}/revisions`,
      () => changed(service, "violation", other, { description: "x" }),
      () => changed(service, "violation", id, { description: "x" }),
    );
  });

  test("have one ETag for each page and each instant", async () => {
    const { id, updated_at } = await created(service, "violation", violationBody());
    const path = `${at("violation", id)}/revisions`;
    await changed(service, "violation", id, { description: "x" });
    const then = `${path}?as_of=${updated_at}`;
    const tag = await tagOf(then);
    expect(new Set([tag, await tagOf(path), await tagOf(`${path}?limit=1`)]).size).toBe(3);
    await changed(service, "violation", id, { description: "y" });
    expect(await isUnchanged(then, tag)).toBe(true);
  });

  test("are changed by a redaction", async () => {
    const { id } = await created(service, "violation", violationBody());
    const path = at("violation", id);
    await changed(service, "violation", id, { description: "x" });
    const tag = await tagOf(`${path}/revisions`);
    await service
      .as("admin")
      .post(`${path}/revisions/1/redact`)
      .set("If-Match", '"2"')
      .set("Change-Reason", "A court order.")
      .expect(204);
    expect(await isUnchanged(`${path}/revisions`, tag)).toBe(false);
  });
});

test("brokers are unchanged until an actor or a ceasefire of theirs changes", async () => {
  const brokered = await created(
    service,
    "ceasefire",
    ceasefireBody("Brokered", { brokers: [{ actor: world.monitor, role: "MEDIATOR" }] }),
  );
  await expectTag(
    "/v1/brokers",
    () => changed(service, "actor", world.army, { aliases: ["Not a broker"] }),
    () => changed(service, "actor", world.monitor, { name: "The Monitor Renamed" }),
  );
  await expectTag(
    "/v1/brokers",
    () => changed(service, "ceasefire", brokered.id, { name: "Brokered again" }),
    () => changed(service, "ceasefire", brokered.id, { brokers: [] }),
  );
});

test("a page of changes is unchanged until the feed goes on, for the public until something PUBLIC changes", async () => {
  const { id } = await created(service, "violation", violationBody({ visibility: "RESTRICTED" }));
  const all = "/v1/changes?limit=500";
  await waitUntil(async () => (await service.as("analyst").get(all)).text.includes(id), 10_000);
  const keyed = await tagOf(all, "analyst");
  await expectTag(
    all,
    async () => {
      await changed(service, "violation", id, { description: "Protected" });
      expect(await waitUntil(async () => !(await isUnchanged(all, keyed, "analyst")), 10_000)).toBe(true);
    },
    () => created(service, "violation", violationBody()),
  );
});

describe("the history of a ceasefire", () => {
  const path = `${at("ceasefire", world.truce)}/history`;
  let cited = "";
  let report = "";

  beforeAll(async () => {
    ({ id: cited } = await created(service, "source", sourceBody("Cited")));
    const body: JsonObject = {
      ceasefire: world.truce,
      claims: [claimBody({ citations: [{ source: cited }] })],
    };
    ({ id: report } = await created(service, "violation", violationBody(body)));
  });

  test.each<[string, () => Promise<unknown>]>([
    ["the ceasefire", () => changed(service, "ceasefire", world.truce, { name: "The Truce Renamed" })],
    ["a report", () => changed(service, "violation", report, { description: "Changed" })],
    ["an actor that it names", () => changed(service, "actor", world.other, { name: "Side B Renamed" })],
    ["a source that it cites", () => changed(service, "source", cited, { publisher: "Gazette" })],
    ["a new report", () => created(service, "violation", violationBody({ ceasefire: world.truce }))],
    [
      "a ceasefire that extends it",
      () =>
        created(
          service,
          "ceasefire",
          ceasefireBody("Extension", { relations: [{ kind: "EXTENDS", ceasefire: world.truce }] }),
        ),
    ],
    [
      "the deletion of a report",
      () => service.as("editor").delete(at("violation", report)).set("If-Match", "*"),
    ],
  ])("is unchanged until %s changes", async (what, change) => {
    await expectTag(
      path,
      async () => {
        await created(service, "actor", { name: `Unnamed by ${what}`, kind: "OTHER" });
        await created(
          service,
          "violation",
          violationBody({ ceasefire: world.truce, visibility: "RESTRICTED" }),
        );
      },
      change,
    );
  });

  test("has one ETag for each format, also of a negotiated one, and as CSV", async () => {
    const [json, csv] = [await tagOf(path), await tagOf(`${path}?format=csv`)];
    expect(json).not.toBe(csv);
    expect(await isUnchanged(`${path}?format=csv`, csv)).toBe(true);
    expect(await isUnchanged(`${path}?format=csv`, json)).toBe(false);
    const negotiated = await service.as("public").get(path).set("Accept", "text/csv");
    expect(negotiated.headers.etag).toBe(csv);
  });

  test("has no ETag at an earlier instant and as known by one", async () => {
    const now = await service.as("public").get(path);
    for (const clock of [`as_of=${now.headers["data-as-of"]}`, "known_at=2030-01-01"]) {
      const { status, headers } = await service
        .as("public")
        .get(`${path}?${clock}`)
        .set("If-None-Match", "*");
      expect([clock, status, headers.etag]).toEqual([clock, 200, undefined]);
    }
  });
});
