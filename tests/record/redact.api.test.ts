import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import { verifyLedger } from "../../src/ledger/verify.ts";
import {
  at,
  bodies,
  changed,
  created,
  docOf,
  expectProblem,
  makeWorld,
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

const secret = "The name that must go";

function redact(id: string, version: number, ifMatch = "*", reason: string | undefined = "a court order") {
  const call = service
    .as("admin")
    .post(`${at("violation", id)}/revisions/${version}/redact`)
    .set("If-Match", ifMatch);
  return reason === undefined ? call : call.set("Change-Reason", reason);
}

/** Everything that anybody could be told of a record, and all that the database holds of it. */
async function allText(id: string): Promise<string> {
  const path = at("violation", id);
  const answers = await Promise.all(
    [
      path,
      `${path}/revisions`,
      `${path}/revisions/1`,
      `${path}/revisions/2`,
      `/v1/violations?q=name`,
      "/v1/violations?format=csv",
    ].map((one) => service.as("admin").get(one).buffer(true)),
  );
  const { rows } = await service.pool.query("SELECT r::text AS whole FROM revisions r WHERE id = $1", [id]);
  return [...answers.map(({ text }) => text), ...rows.map(({ whole }) => String(whole))].join("\n");
}

async function broken() {
  const walk = verifyLedger(service.pool, []);
  for (;;) {
    const { done, value } = await walk.next();
    if (done === true) return value;
  }
}

test("takes the text away everywhere, tells of it in every document from then on, and the ledger verifies", async () => {
  const made = await created(service, "violation", violationBody({ id: "named", description: secret }));
  await changed(service, "violation", "named", { description: "Without the name" });
  expect(await allText("named")).toContain(secret);
  const done = await redact("named", 1, '"2"');
  expect([done.status, done.headers.etag]).toEqual([204, '"3"']);
  expect(await allText("named")).not.toContain(secret);

  const now = docOf(await service.as("public").get(at("violation", "named")));
  expect(now).toMatchObject({ version: 3, description: "Without the name", redacted_versions: [1] });
  const later = await changed(service, "violation", "named", { ...now, description: "Later" });
  expect(later).toMatchObject({ version: 4, redacted_versions: [1] });

  const list = await service.as("public").get(`${at("violation", "named")}/revisions`);
  expect(list.body.data).toMatchObject([
    { version: 1, operation: "create", changes: [] },
    { version: 2, operation: "update" },
    { version: 3, operation: "redact", reason: "a court order", by: "desk-admin" },
    { version: 4 },
  ]);
  expectProblem(await service.as("admin").get(`${at("violation", "named")}/revisions/1`), 410, "gone");
  const then = await service.as("admin").get(`${at("violation", "named")}?as_of=${made.updated_at}`);
  expectProblem(then, 410, "gone");
  expect(then.body.detail).toMatch(/redacted/);
  const listed = await service.as("admin").get(`/v1/violations?id=named&as_of=${made.updated_at}`);
  expect(listed.body.data).toEqual([]);
  const restore = await service
    .as("editor")
    .post(`${at("violation", "named")}/revisions/1/restore`)
    .set("If-Match", "*");
  expectProblem(restore, 410, "gone");
  expect(await waitUntil(async () => (await broken()).tail === 0, 5_000)).toBe(true);
  expect(await broken()).toMatchObject({ broken: null, redacted: 1 });
});

test("of a deleted record leaves it deleted, and what is restored later tells of it", async () => {
  await created(service, "violation", violationBody({ id: "gone", description: secret }));
  await changed(service, "violation", "gone", { description: "Without" });
  await service.as("editor").delete(at("violation", "gone")).set("If-Match", "*");
  expect((await redact("gone", 1, '"3"')).headers.etag).toBe('"4"');
  expectProblem(await service.as("public").get(at("violation", "gone")), 410, "gone");
  expect(await allText("gone")).not.toContain(secret);
  const back = await service
    .as("editor")
    .post(`${at("violation", "gone")}/revisions/2/restore`)
    .set("If-Match", '"4"');
  expect(docOf(back)).toMatchObject({ version: 5, description: "Without", redacted_versions: [1] });
});

test("reaches what a deletion and a restoring after it repeat of the last text", async () => {
  const made = { ...bodies.source("last"), id: "last", title: "First" };
  await created(service, "source", made);
  await changed(service, "source", "last", { title: secret });
  await service.as("editor").delete(at("source", "last")).set("If-Match", "*");
  const path = at("source", "last");
  await service.as("editor").post(`${path}/revisions/1/restore`).set("If-Match", '"3"');
  const whole = async () => {
    const { rows } = await service.pool.query("SELECT r::text AS whole FROM revisions r WHERE id = 'last'");
    return rows.map(({ whole: text }) => String(text));
  };
  const words = /name that must go|'must'/i;
  expect((await whole()).filter((text) => words.test(text))).toHaveLength(2);
  const done = await service
    .as("admin")
    .post(`${path}/revisions/2/redact`)
    .set({ "If-Match": "*", "Change-Reason": "a court order" });
  expect(done.status).toBe(204);
  expect((await whole()).filter((text) => words.test(text))).toEqual([]);
  expect(await waitUntil(async () => (await broken()).tail === 0, 5_000)).toBe(true);
  expect(await broken()).toMatchObject({ broken: null });
});

test("is refused for the version that stands, without reason, role or the right version, and twice", async () => {
  await created(service, "violation", violationBody({ id: "kept" }));
  await changed(service, "violation", "kept", { description: "Second" });
  expectProblem(await redact("kept", 2), 422, "invalid-record", ["?version"]);
  expectProblem(await redact("kept", 9), 404, "not-found");
  expectProblem(await redact("nowhere", 1), 404, "not-found");
  expectProblem(await redact("kept", 1, '"1"'), 412, "precondition-failed", ["If-Match:"]);
  expectProblem(await redact("kept", 1, "*", ""), 400, "bad-request", ["Change-Reason:"]);
  const editor = await service
    .as("editor")
    .post(`${at("violation", "kept")}/revisions/1/redact`)
    .set({ "If-Match": "*", "Change-Reason": "x" });
  expectProblem(editor, 403, "forbidden");
  expect((await redact("kept", 1)).status).toBe(204);
  expectProblem(await redact("kept", 1), 410, "gone");
});
