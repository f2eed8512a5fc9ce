import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PrismaPg } from "@prisma/adapter-pg";
import request from "supertest";
import { firstAdminKey } from "../../src/access/keys.ts";
import { openPool } from "../../src/database/client.ts";
import { waitUntil } from "../../src/database/processes.ts";
import { PrismaClient } from "../../src/generated/prisma/client.ts";
import { bodies, dataOf, expectProblem } from "../support/builders.ts";
import { cloneDatabase, silentLog } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
const path = "/v1/api-keys";

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

const make = (body: object) => service.as("admin").post(path).send(body);
const withKey = (key: string) => request.agent(service.app).set("Authorization", `Bearer ${key}`);

describe("a key", () => {
  test("is shown once, writes under its name, and is kept as its SHA-256 alone", async () => {
    const made = await make({ name: "desk-7", role: "analyst" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: "desk-7", role: "analyst", expires_at: null, revoked_at: null });
    expect(made.body.key).toMatch(/^cft_[\w-]{43}$/);
    expect(made.headers.location).toBe(`http://localhost${path}/${made.body.id}`);
    const { key, ...rest } = made.body;
    expect((await service.as("admin").get(`${path}/${made.body.id}`)).body).toEqual(rest);
    const actor = await withKey(key).post("/v1/actors").send(bodies.actor("by desk-7"));
    expect(actor.status).toBe(201);
    const revisions = await service.as("public").get(`/v1/actors/${actor.body.id}/revisions`);
    expect(revisions.body.data[0].by).toBe("desk-7");
    const { rows } = await service.pool.query("SELECT k::text AS whole FROM api_keys k WHERE id = $1", [
      made.body.id,
    ]);
    expect(rows[0].whole).not.toContain(key.slice(4));
  });

  test("does what its role allows, and no more", async () => {
    const { body } = await make({ name: "desk-8", role: "analyst" });
    const refused = await withKey(body.key).post("/v1/conflicts").send(bodies.conflict("refused"));
    expectProblem(refused, 403, "forbidden");
    expect(refused.body.detail).toMatch(/editor/);
    expectProblem(await withKey(body.key).get(path), 403, "forbidden");
    expectProblem(await service.as("public").get(path), 401, "unauthorized");
  });

  test("is dead at once when it is revoked, and stays so", async () => {
    const { body } = await make({ name: "desk-9", role: "editor" });
    expect((await withKey(body.key).get("/v1/actors")).status).toBe(200);
    expect((await service.as("admin").delete(`${path}/${body.id}`)).status).toBe(204);
    expectProblem(await withKey(body.key).get("/v1/actors"), 401, "unauthorized");
    expectProblem(await service.as("admin").delete(`${path}/${body.id}`), 410, "gone");
    expect((await service.as("admin").get(`${path}/${body.id}`)).body.revoked_at).toMatch(/Z$/);
  });

  test("is dead from its expiry on", async () => {
    const { body } = await make({
      name: "brief",
      role: "editor",
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    });
    expect((await withKey(body.key).get("/v1/actors")).status).toBe(200);
    await service.pool.query("UPDATE api_keys SET expires_at = now() WHERE id = $1", [body.id]);
    const dead = async () => (await withKey(body.key).get("/v1/actors")).status === 401;
    expect(await waitUntil(dead, 3_000)).toBe(true);
  });

  test("tells when it was last used, to the minute", async () => {
    const { body } = await make({ name: "used", role: "analyst" });
    const lastUse = async () => (await service.as("admin").get(`${path}/${body.id}`)).body.last_used_at;
    expect(await lastUse()).toBeNull();
    await withKey(body.key).get("/v1/actors");
    expect(await waitUntil(async () => (await lastUse()) !== null, 3_000)).toBe(true);
    const first = await lastUse();
    await withKey(body.key).get("/v1/actors");
    expect(await lastUse()).toBe(first);
  });

  test.each([
    [{}, ["/name", "/role"]],
    [{ name: " ", role: "analyst" }, ["/name"]],
    [{ name: "x".repeat(101), role: "boss" }, ["/name", "/role"]],
    [{ name: "x", role: "analyst", expires_at: "2020-01-01T00:00:00Z" }, ["/expires_at"]],
    [{ name: "x", role: "analyst", expires_at: "tomorrow" }, ["/expires_at"]],
    [{ name: "x", role: "analyst", key: "cft_mine" }, ["/key"]],
  ])("is not made of %j", async (body, places) => {
    expectProblem(await make(body), 422, "invalid-record", places);
  });

  test("is listed with all others by age, in pages", async () => {
    const names: unknown[] = [];
    let next = "";
    do {
      const page = await service.as("admin").get(`${path}?limit=2${next}`);
      names.push(...dataOf(page).map(({ id }) => id));
      next = page.body.page.next === null ? "" : `&cursor=${page.body.page.next}`;
    } while (next !== "");
    const { rows } = await service.pool.query("SELECT id FROM api_keys ORDER BY created_at, id");
    expect(names).toEqual(rows.map(({ id }) => id));
    expectProblem(await service.as("admin").get(`${path}?cursor=x`), 400, "bad-request", ["?cursor"]);
    expectProblem(await service.as("admin").get(`${path}/nowhere`), 404, "not-found");
    expectProblem(await service.as("admin").delete(`${path}/nowhere`), 404, "not-found");
  });
});

test("of two admins who revoke one another one is left", async () => {
  const alone = await testService();
  const second = await alone.as("admin").post(path).send({ name: "second", role: "admin" });
  const [first] = dataOf(await alone.as("admin").get(path)).filter(({ role }) => role === "admin");
  const other = request.agent(alone.app).set("Authorization", `Bearer ${second.body.key}`);
  const answers = await Promise.all([
    alone.as("admin").delete(`${path}/${second.body.id}`),
    other.delete(`${path}/${String(first?.id)}`),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
  expectProblem(answers.find(({ status }) => status === 409) ?? answers[0], 409, "last-admin-key");
  await alone.close();
});

test("the first admin key counts only once it is kept: no crash leaves one in force which nobody has", async () => {
  const database = await cloneDatabase();
  const pool = openPool(database.url, "first key", 2, 0, silentLog);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const stored = async () => (await pool.query("SELECT FROM api_keys")).rowCount;
  const full = () => Promise.reject(new Error("no space left on device"));
  await expect(firstAdminKey(prisma, full)).rejects.toThrow(/no space left/);
  expect(await stored()).toBe(0);
  const kept: string[] = [];
  const made = await firstAdminKey(prisma, async (key) => {
    kept.push(key);
  });
  expect([made, await stored()]).toEqual([kept[0], 1]);
  expect(await firstAdminKey(prisma, full)).toBeUndefined();
  await pool.end();
  await database.drop();
});
