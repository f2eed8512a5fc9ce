import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { recordTypes } from "../../src/record-types/index.ts";
import { docTextOf } from "../support/answers.ts";
import {
  at,
  bodies,
  created,
  docOf,
  expectProblem,
  makeWorld,
  patches,
  rowCounts,
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

const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe.each(recordTypes.map(({ type }) => type))("the standard calls of %s", (type) => {
  const editor = () => service.as("editor");
  const make = (word: string, more = {}) => created(service, type, { ...bodies[type](word), ...more });

  test("creates with 201, address, first ETag, and every member of the shape", async () => {
    const answer = await editor()
      .post(at(type))
      .send({ ...bodies[type]("new"), id: `${type}-new` });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`http://localhost${at(type, `${type}-new`)}`);
    expect(answer.headers.etag).toBe('"1"');
    const record = docOf(answer);
    const shape = recordTypes.find((one) => one.type === type)?.shape.members.map(({ name }) => name);
    expect(Object.keys(record)).toEqual(shape);
    expect(record).toMatchObject({ id: `${type}-new`, version: 1, external_ids: [], citations: [] });
    expect(record.created_at).toMatch(stamp);
    expect(record.updated_at).toBe(record.created_at);
    expect(answer.headers["data-as-of"]).toBe(record.created_at);
  });

  test("makes an id where none is chosen, and another for a namesake", async () => {
    const [one, two] = [await make("namesake"), await make("namesake")];
    expect(one.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    if (type !== "violation") expect([one.id, two.id]).toEqual([`${type}-namesake`, `${type}-namesake-2`]);
    else expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(two.id).not.toBe(one.id);
  });

  test("reads byte for byte what creating answered, with 304 for its ETag only", async () => {
    const posted = await editor().post(at(type)).send(bodies[type]("read"));
    const { id } = docOf(posted);
    const read = await service.as("public").get(at(type, id));
    expect([read.status, read.headers.etag, read.text]).toEqual([200, '"1"', docTextOf(posted)]);
    const same = await service.as("public").get(at(type, id)).set("If-None-Match", '"1"');
    expect([same.status, same.text]).toEqual([304, ""]);
    const other = await service.as("public").get(at(type, id)).set("If-None-Match", '"2"');
    expect(other.status).toBe(200);
    const listed = await service.as("public").get(`${at(type)}?id=${id}`);
    expect(
      listed.text.startsWith(`{"data":[${docTextOf(posted)}],"page":{"limit":50,"next":null,"as_of":"`),
    ).toBe(true);
  });

  test("takes back what was read, derived members and all, and makes no version of it", async () => {
    const record = await make("back");
    const answer = await editor()
      .patch(at(type, record.id))
      .set("If-Match", '"1"')
      .send({ ...record, expanded: { anything: true }, version: 77, updated_at: "yesterday" });
    expect([answer.status, answer.headers.etag]).toEqual([200, '"1"']);
    expect(String(answer.headers["data-as-of"]) > String(record.updated_at)).toBe(true);
    expect(docOf(answer)).toEqual(record);
    const copy = await created(service, type, { ...record, id: `${record.id}-copy` });
    const { created_at, updated_at } = copy;
    expect(copy).toEqual({ ...record, id: `${record.id}-copy`, created_at, updated_at });
    const revisions = await editor().get(`${at(type, record.id)}/revisions`);
    expect(revisions.body.data).toHaveLength(1);
  });

  test("changes by merge patch against the version read, and refuses to without or against another", async () => {
    const record = await make("patch");
    const path = at(type, record.id);
    const patch = patches[type]("patched");
    expectProblem(await editor().patch(path).send(patch), 428, "precondition-required", ["If-Match:"]);
    const stale = await editor().patch(path).set("If-Match", '"2"').send(patch);
    expectProblem(stale, 412, "precondition-failed", ["If-Match:"]);
    expect(stale.headers.etag).toBe('"1"');
    expectProblem(
      await editor().patch(path).set("If-Match", 'W/"2", "1-x"').send(patch),
      412,
      "precondition-failed",
    );
    expectProblem(await editor().patch(path).set("If-Match", "1").send(patch), 400, "bad-request", [
      "If-Match:",
    ]);
    const done = await editor()
      .patch(path)
      .set("If-Match", `,W/"1"`)
      .set("Content-Type", "application/merge-patch+json")
      .send(JSON.stringify(patch));
    expect([done.status, done.headers.etag]).toEqual([200, '"2"']);
    expect(docOf(done)).toMatchObject({ version: 2, created_at: record.created_at });
    expect(docOf(done).updated_at > record.updated_at).toBe(true);
    expect(JSON.stringify(docOf(done))).toContain("patched");
    expect((await service.as("public").get(path)).text).toBe(done.text);
  });

  test("merges: null removes a member, a list is replaced whole", async () => {
    const external_ids = [
      { dataset: "one", id: `${type}-m1` },
      { dataset: "two", id: `${type}-m2`, relation: "PART_OF" },
    ];
    const record = await make("merge", { external_ids });
    const replaced = await editor()
      .patch(at(type, record.id))
      .set("If-Match", '"1"')
      .send({ external_ids: [{ dataset: "three", id: "3" }] });
    expect(docOf(replaced).external_ids).toEqual([{ dataset: "three", id: "3", relation: "SAME" }]);
    const removed = await editor()
      .patch(at(type, record.id))
      .set("If-Match", '"2"')
      .send({ external_ids: null });
    expect(docOf(removed).external_ids).toEqual([]);
    const again = await make("merge-again", { external_ids });
    expect(again.external_ids).toHaveLength(2);
  });

  test("changes by JSON Patch, and appends without If-Match", async () => {
    const { id } = await make("json-patch");
    const send = (operations: readonly object[]) =>
      editor()
        .patch(at(type, id))
        .set("Content-Type", "application/json-patch+json")
        .send(JSON.stringify(operations));
    const append = { op: "add", path: "/external_ids/-", value: { dataset: "d", id: `${type}-jp` } };
    const appended = await send([append]);
    expect([appended.status, appended.headers.etag]).toEqual([200, '"2"']);
    expect(docOf(appended).external_ids).toEqual([{ dataset: "d", id: `${type}-jp`, relation: "SAME" }]);
    const remove = { op: "remove", path: "/external_ids/0" };
    expectProblem(await send([append, remove]), 428, "precondition-required");
    const test1 = { op: "test", path: "/external_ids/0/dataset", value: "other" };
    const failed = await send([test1, remove]).set("If-Match", '"2"');
    expectProblem(failed, 422, "invalid-record", ["/0/path"]);
    const removed = await send([{ ...test1, value: "d" }, remove]).set("If-Match", '"2"');
    expect(docOf(removed)).toMatchObject({ version: 3, external_ids: [] });
  });

  test("never changes an id, and refuses a record that the patch would break", async () => {
    const { id } = await make("keep");
    const send = (patch: object) => editor().patch(at(type, id)).set("If-Match", '"1"').send(patch);
    expectProblem(await send({ id: "another" }), 422, "invalid-record", ["/id"]);
    expectProblem(await send({ id: null }), 422, "invalid-record", ["/id"]);
    expectProblem(await send({ nmae: "x", citations: [{}] }), 422, "invalid-record", [
      "/nmae",
      "/citations/0/source",
    ]);
    expect((await editor().get(at(type, id))).headers.etag).toBe('"1"');
  });

  test("deletes with If-Match: then 410 with when, why and the ETag, which restoring takes", async () => {
    const record = await make("delete");
    const path = at(type, record.id);
    expectProblem(await editor().delete(path), 428, "precondition-required", ["If-Match:"]);
    expectProblem(await editor().delete(path).set("If-Match", '"9"'), 412, "precondition-failed");
    const gone = await editor()
      .delete(path)
      .set("If-Match", '"1"')
      .set("Change-Reason", Buffer.from("entered twice — sorry").toString("latin1"));
    expect([gone.status, gone.text, gone.headers.etag]).toEqual([204, "", '"2"']);
    const read = await service.as("public").get(path);
    expectProblem(read, 410, "gone");
    expect(read.headers.etag).toBe('"2"');
    expect(read.body.detail).toContain("entered twice — sorry");
    expect(read.body.detail).toContain(gone.headers["data-as-of"]);
    expectProblem(await editor().delete(path).set("If-Match", '"2"'), 410, "gone");
    expectProblem(await editor().patch(path).set("If-Match", '"2"').send({}), 410, "gone");
    expectProblem(
      await editor()
        .post(at(type))
        .send({ ...bodies[type]("delete"), id: record.id }),
      409,
      "id-taken",
      ["/id"],
    );
    const restore = () => editor().post(`${path}/revisions/1/restore`);
    expectProblem(await restore(), 428, "precondition-required");
    expectProblem(await restore().set("If-Match", '"1"'), 412, "precondition-failed");
    const back = await restore().set("If-Match", read.headers.etag ?? "");
    expect([back.status, back.headers.etag]).toEqual([200, '"3"']);
    const { version, updated_at, ...rest } = docOf(back);
    expect({ ...rest, version: 1, updated_at: record.updated_at }).toEqual(record);
    expect((await service.as("public").get(path)).text).toBe(back.text);
    expect([version, updated_at > record.updated_at]).toEqual([3, true]);
  });

  test("restores an old version as a new one", async () => {
    const record = await make("restore");
    const path = at(type, record.id);
    await editor().patch(path).set("If-Match", '"1"').send(patches[type]("meanwhile"));
    const restore = (version: number) => editor().post(`${path}/revisions/${version}/restore`);
    expectProblem(await restore(1).set("If-Match", '"1"'), 412, "precondition-failed");
    expectProblem(await restore(9).set("If-Match", '"2"'), 404, "not-found");
    const back = await restore(1).set("If-Match", '"2"');
    const { updated_at } = docOf(back);
    expect(docOf(back)).toEqual({ ...record, version: 3, updated_at });
  });

  test("knows nothing at an id that never was", async () => {
    const path = at(type, "never-was");
    const before = await rowCounts(service);
    expectProblem(await service.as("public").get(path), 404, "not-found");
    expectProblem(await editor().patch(path).set("If-Match", "*").send({}), 404, "not-found");
    expectProblem(await editor().delete(path).set("If-Match", "*"), 404, "not-found");
    expectProblem(await service.as("public").get(`${path}/revisions`), 404, "not-found");
    expectProblem(await service.as("public").get(`${path}/revisions/1`), 404, "not-found");
    expectProblem(await editor().post(`${path}/revisions/1/restore`).set("If-Match", "*"), 404, "not-found");
    expect(await rowCounts(service)).toEqual(before);
  });
});
