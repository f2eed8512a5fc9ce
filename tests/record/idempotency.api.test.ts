import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Response } from "supertest";
import { waitUntil } from "../../src/database/processes.ts";
import { forgetOldKeys } from "../../src/record/idempotency.ts";
import {
  at,
  bodies,
  changed,
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
