import { createHash } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Response } from "supertest";
import { waitUntil } from "../../src/database/processes.ts";
import { forgetOldKeys } from "../../src/record/idempotency.ts";
import {
  at,
  bodies,
  ceasefireBody,
  changed,
  claimBody,
  created,
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

function post(key: string, body: object, path = at("violation"), role: "analyst" | "editor" = "editor") {
  return service.as(role).post(path).set("Idempotency-Key", key).send(body);
}

/** What of an answer has to be the same again. */
function whole({ status, text, headers }: Response) {
  return { status, text, location: headers.location, etag: headers.etag, as_of: headers["data-as-of"] };
}

async function keys(): Promise<number> {
  return (await service.pool.query("SELECT 1 FROM idempotency_keys")).rowCount ?? 0;
}

describe("a POST with an Idempotency-Key", () => {
  test("that comes again gets the first answer again, byte for byte, whatever has become of the record", async () => {
    const body = violationBody({ description: "Once" });
    const first = await post("again", body);
    expect(first.status).toBe(201);
    await changed(service, "violation", first.body.id, { description: "Changed since" });
    const counts = await rowCounts(service);
    expect(whole(await post("again", body))).toEqual(whole(first));
    expect(whole(await post('"again"', body))).toEqual(whole(first));
    expect(await rowCounts(service)).toEqual(counts);
  });

  test("means another request where it comes with another key, though both keys have one name", async () => {
    const made = await service.as("admin").post("/v1/api-keys").send({ name: "desk-editor", role: "editor" });
    const first = await post("shared", violationBody({ description: "By one" }));
    const second = await service
      .as("public")
      .post(at("violation"))
      .set({ "Idempotency-Key": "shared", Authorization: `Bearer ${made.body.key}` })
      .send(violationBody({ description: "By another" }));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test("makes whole new records inside it once", async () => {
    const claim = {
      capacity: "MEDIA",
      accused: [],
      citations: [{ source: { kind: "NEWS", visibility: "PUBLIC", title: "Inside" } }],
    };
    const body = violationBody({ claims: [claim] });
    const first = await post("inside", body);
    expect(whole(await post("inside", body))).toEqual(whole(first));
    const { rowCount } = await service.pool.query("SELECT 1 FROM sources WHERE title = 'Inside'");
    expect(rowCount).toBe(1);
  });

  test("is refused with another body or at another address, and writes nothing", async () => {
    await post("taken", violationBody());
    const counts = await rowCounts(service);
    const other = await post("taken", violationBody({ description: "Other" }));
    expectProblem(other, 422, "idempotency-key-reused", ["Idempotency-Key:"]);
    const elsewhere = await post("taken", violationBody(), `${at("ceasefire", world.truce)}/violations`);
    expectProblem(elsewhere, 422, "idempotency-key-reused");
    expect(await rowCounts(service)).toEqual(counts);
  });

  test("means nothing to another key's holder", async () => {
    const first = await post("shared", violationBody());
    const second = await post("shared", violationBody(), at("violation"), "analyst");
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test("that was refused is forgotten, so that the mended request may come under it", async () => {
    const before = await keys();
    expectProblem(await post("mended", { types: ["NO_SUCH"] }), 422, "invalid-record");
    expectProblem(await post("mended", violationBody({ ceasefire: "nowhere" })), 422, "invalid-record");
    expect(await keys()).toBe(before);
    expect((await post("mended", violationBody())).status).toBe(201);
  });

  test.each(["", "with space", "x".repeat(256), '"open'])("that says %j is refused", async (key) => {
    const answer = await post(key, violationBody());
    expectProblem(answer, 400, "bad-request", ["Idempotency-Key:"]);
  });

  test("a hundred times at once makes one record; the others get its answer or are told to wait", async () => {
    const before = (await service.pool.query("SELECT 1 FROM violations")).rowCount ?? 0;
    const body = violationBody({ description: "A hundred times" });
    const answers = await Promise.all(Array.from({ length: 100 }, () => post("hundred", body)));
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, 409, "still-running");
      expect(answer.headers["retry-after"]).toBe("1");
    }
    expect((await service.pool.query("SELECT 1 FROM violations")).rowCount).toBe(before + 1);
  });

  test("whose answer was lost on the way gets it when it comes again", async () => {
    const body = JSON.stringify(violationBody({ description: "Lost on the way" }));
    const server = http.createServer(service.app);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const headers = {
        Authorization: `Bearer ${service.keys.editor}`,
        "Content-Type": "application/json",
        "Idempotency-Key": "lost",
      };
      const lost = http
        .request({ port, method: "POST", path: at("violation"), headers })
        .on("error", () => undefined);
      lost.on("response", () => lost.destroy());
      lost.end(body);
      const kept = async () =>
        (await service.pool.query("SELECT 1 FROM idempotency_keys WHERE key = 'lost'")).rowCount === 1;
      expect(await waitUntil(kept, 5_000)).toBe(true);
      lost.destroy();
      const again = await post("lost", JSON.parse(body));
      expect(again.status).toBe(201);
      const { rowCount } = await service.pool.query(
        "SELECT 1 FROM violations WHERE description = 'Lost on the way'",
      );
      expect(rowCount).toBe(1);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("restores once", async () => {
    const { id } = await created(service, "actor", bodies.actor("restored"));
    await changed(service, "actor", id, { name: "Changed" });
    const restore = () =>
      service
        .as("editor")
        .post(`${at("actor", id)}/revisions/1/restore`)
        .set({ "If-Match": '"2"', "Idempotency-Key": "restore" });
    const first = await restore();
    expect([first.status, first.headers.etag]).toEqual([200, '"3"']);
    expect(whole(await restore())).toEqual(whole(first));
    expect((await service.as("public").get(at("actor", id))).headers.etag).toBe('"3"');
  });

  test("is forgotten after a day", async () => {
    const first = await post("old", violationBody());
    await service.pool.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'");
    const second = await post("old", violationBody());
    expect(second.body.id).not.toBe(first.body.id);
    await forgetOldKeys(service.pool);
    expect(await keys()).toBe(1);
  });

  test("of which the answer was redacted since says so", async () => {
    const body = violationBody({ description: "Named" });
    const first = await post("redacted", body);
    await changed(service, "violation", first.body.id, { description: "Without" });
    await service
      .as("admin")
      .post(`${at("violation", first.body.id)}/revisions/1/redact`)
      .set({ "If-Match": "*", "Change-Reason": "a court order" });
    expectProblem(await post("redacted", body), 410, "gone");
  });
});

describe("a PATCH with an Idempotency-Key", () => {
  const send = (id: string, key: string, headers: { [name: string]: string }, body: unknown) =>
    service
      .as("editor")
      .patch(at("violation", id))
      .set({ "Content-Type": "application/json-patch+json", "Idempotency-Key": key, ...headers })
      .send(JSON.stringify(body));
  const append = [{ op: "add", path: "/claims/-", value: claimBody() }];

  test("appends once, and gets the first answer again whatever has become of the record", async () => {
    const { id } = await created(service, "violation", violationBody());
    const first = await send(id, "append", {}, append);
    expect([first.status, first.headers.etag, first.body.claims.length]).toEqual([200, '"2"', 2]);
    await changed(service, "violation", id, { description: "Changed since" });
    const counts = await rowCounts(service);
    expect(whole(await send(id, "append", {}, append))).toEqual(whole(first));
    expect(await rowCounts(service)).toEqual(counts);
    await service.as("editor").delete(at("violation", id)).set("If-Match", "*");
    expect(whole(await send(id, "append", {}, append))).toEqual(whole(first));
  });

  test.each(["application/merge-patch+json", "application/json"])(
    "of %s against a version that is stale by then gets the first answer, not a 412",
    async (type) => {
      const { id } = await created(service, "violation", violationBody());
      const headers = { "Content-Type": type, "If-Match": '"1"' };
      const key = `merge of ${type.length}`.replaceAll(" ", "-");
      const first = await send(id, key, headers, { description: "Once" });
      expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
      expect(whole(await send(id, key, headers, { description: "Once" }))).toEqual(whole(first));
      expectProblem(await send(id, `${key}-2`, headers, { description: "Once" }), 412, "precondition-failed");
    },
  );

  test("that changed nothing gets the first answer again, with its instant", async () => {
    const { id } = await created(service, "violation", violationBody({ description: "Same" }));
    const same = [{ op: "replace", path: "/description", value: "Same" }];
    const first = await send(id, "same", { "If-Match": '"1"' }, same);
    expect([first.status, first.headers.etag]).toEqual([200, '"1"']);
    await changed(service, "violation", id, { description: "Changed since" });
    expect(whole(await send(id, "same", { "If-Match": '"1"' }, same))).toEqual(whole(first));
  });

  test("is refused with another body, condition, record or method, and writes nothing", async () => {
    const { id } = await created(service, "violation", violationBody());
    const { id: other } = await created(service, "violation", violationBody());
    expect((await send(id, "differs", {}, append)).status).toBe(200);
    const counts = await rowCounts(service);
    const answers = [
      await send(id, "differs", {}, [...append, ...append]),
      await send(id, "differs", { "If-Match": '"2"' }, append),
      await send(other, "differs", {}, append),
      await service
        .as("editor")
        .delete(at("violation", id))
        .set({ "If-Match": "*", "Idempotency-Key": "differs" }),
    ];
    for (const answer of answers) expectProblem(answer, 422, "idempotency-key-reused", ["Idempotency-Key:"]);
    expect(await rowCounts(service)).toEqual(counts);
  });

  test("that was refused does not use its key up", async () => {
    const { id } = await created(service, "violation", violationBody());
    const late = { "If-Match": '"7"' };
    expectProblem(await send(id, "late", late, append), 412, "precondition-failed");
    expectProblem(
      await send(id, "late", {}, [{ op: "remove", path: "/claims/0" }]),
      428,
      "precondition-required",
    );
    expect((await send(id, "late", {}, append)).status).toBe(200);
  });

  test("fifty times at once appends once; the others get its answer or are told to wait", async () => {
    const { id } = await created(service, "violation", violationBody());
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(id, "fifty", {}, append)));
    const done = answers.filter(({ status }) => status === 200);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectProblem(answer, 409, "still-running");
    expect((await service.as("editor").get(at("violation", id))).body).toMatchObject({ version: 2 });
  });

  test("keeps its key only if the change is kept: a failure between them undoes both", async () => {
    const { id } = await created(service, "violation", violationBody());
    await service.pool.query(
      "CREATE FUNCTION no_keys() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no keys''; END'",
    );
    await service.pool.query(
      "CREATE TRIGGER no_keys BEFORE INSERT ON idempotency_keys FOR EACH ROW WHEN (NEW.key = 'torn') EXECUTE FUNCTION no_keys()",
    );
    expect((await send(id, "torn", {}, append)).status).toBe(500);
    await service.pool.query("DROP TRIGGER no_keys ON idempotency_keys; DROP FUNCTION no_keys()");
    const again = await send(id, "torn", {}, append);
    expect([again.status, again.headers.etag]).toEqual([200, '"2"']);
  });
});

describe("another write with an Idempotency-Key", () => {
  test("deletes a record once", async () => {
    const { id } = await created(service, "actor", bodies.actor("deleted"));
    const remove = () =>
      service.as("editor").delete(at("actor", id)).set({ "If-Match": '"1"', "Idempotency-Key": "delete" });
    const first = await remove();
    expect([first.status, first.headers.etag]).toEqual([204, '"2"']);
    expect(whole(await remove())).toEqual(whole(first));
  });

  test("redacts a version once", async () => {
    const { id } = await created(service, "violation", violationBody({ description: "Named" }));
    await changed(service, "violation", id, { description: "Without" });
    const redact = (more: { [name: string]: string } = {}) =>
      service
        .as("admin")
        .post(`${at("violation", id)}/revisions/1/redact`)
        .set({ "If-Match": '"2"', "Change-Reason": "a court order", "Idempotency-Key": "redact", ...more });
    const first = await redact();
    expect([first.status, first.headers.etag]).toEqual([204, '"3"']);
    expect(whole(await redact())).toEqual(whole(first));
    expectProblem(await redact({ "If-Match": '"3"' }), 422, "idempotency-key-reused");
  });

  test("reports a violation under a ceasefire once, though the ceasefire was deleted since", async () => {
    const truce = await created(service, "ceasefire", ceasefireBody("Short-lived"));
    const path = `${at("ceasefire", truce.id)}/violations`;
    const first = await post("nested", violationBody(), path);
    expect(first.status).toBe(201);
    await service.as("editor").delete(at("violation", first.body.id)).set("If-Match", "*").expect(204);
    await service.as("editor").delete(at("ceasefire", truce.id)).set("If-Match", "*").expect(204);
    expect(whole(await post("nested", violationBody(), path))).toEqual(whole(first));
    expectProblem(await post("nested-2", violationBody(), path), 410, "gone");
  });

  test("makes an API key once, and shows it again without keeping it", async () => {
    const make = (key: string, name = "Retried desk") =>
      service.as("admin").post("/v1/api-keys").set("Idempotency-Key", key).send({ name, role: "analyst" });
    const first = await make("api-key");
    expect(first.status).toBe(201);
    await service
      .as("public")
      .get(at("actor", world.side))
      .set("Authorization", `Bearer ${first.body.key}`)
      .expect(200);
    const again = await make("api-key");
    expect(whole(again)).toEqual(whole(first));
    const named = await service.pool.query("SELECT 1 FROM api_keys WHERE name = 'Retried desk'");
    expect(named.rowCount).toBe(1);
    const { rows } = await service.pool.query("SELECT to_jsonb(k)::text AS row FROM idempotency_keys k");
    expect(rows.map(({ row }) => row).join("\n")).not.toContain(first.body.key.slice(4));
    expect((await make("api-key-2")).body.key).not.toBe(first.body.key);
    expectProblem(await make("api-key", "Other"), 422, "idempotency-key-reused");
  });

  test("shows no API key again that another ADMIN_API_KEY made", async () => {
    const made = await service
      .as("admin")
      .post("/v1/api-keys")
      .set("Idempotency-Key", "rotated")
      .send({ name: "Rotated", role: "analyst" });
    await service.pool.query("UPDATE api_keys SET key_sha256 = sha256('another') WHERE id = $1", [
      made.body.id,
    ]);
    const again = await service
      .as("admin")
      .post("/v1/api-keys")
      .set("Idempotency-Key", "rotated")
      .send({ name: "Rotated", role: "analyst" });
    expectProblem(again, 410, "gone");
  });

  test("revokes an API key once", async () => {
    const { body } = await service
      .as("admin")
      .post("/v1/api-keys")
      .send({ name: "Revoked", role: "analyst" });
    const revoke = (key: string) =>
      service.as("admin").delete(`/v1/api-keys/${body.id}`).set("Idempotency-Key", key);
    expect([(await revoke("revoke")).status, (await revoke("revoke")).status]).toEqual([204, 204]);
    expectProblem(await revoke("revoke-2"), 410, "gone");
  });
});

test("a key that an earlier version kept for a POST is still known", async () => {
  const body = violationBody({ description: "Before the upgrade" });
  const first = await post("upgraded", body);
  const request_sha256 = createHash("sha256")
    .update(`${at("violation")}\n${JSON.stringify(body)}`)
    .digest();
  const { rowCount } = await service.pool.query(
    "UPDATE idempotency_keys SET as_of = NULL WHERE key = 'upgraded' AND request_sha256 = $1",
    [request_sha256],
  );
  expect(rowCount).toBe(1);
  expect(whole(await post("upgraded", body))).toEqual(whole(first));
});
