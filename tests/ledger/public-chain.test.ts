import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { headText } from "../../src/ledger/verify.ts";
import { at, bodies, changed, created, makeWorld, sourceBody, violationBody } from "../support/builders.ts";
import { chainedAll, head, verificationCode, verified } from "../support/ledger.ts";
import { openTemporaryDir } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "violation", violationBody({ id: "v" }));
  await created(service, "violation", violationBody({ id: "hidden", visibility: "RESTRICTED" }));
  await changed(service, "violation", "hidden", { description: "Changed while RESTRICTED" });
  await changed(service, "violation", "v", { visibility: "RESTRICTED" });
  await changed(service, "violation", "v", { description: "Changed while hidden" });
  await changed(service, "violation", "v", { visibility: "PUBLIC" });
});

beforeEach(async () => {
  await chainedAll(service);
});

afterAll(async () => {
  await service.close();
});

interface Line {
  readonly position: number;
  readonly operation: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly digest: string;
  readonly hash: string;
}

async function entries(query = ""): Promise<Line[]> {
  const { text } = await service.as("public").get(`/v1/ledger/public${query}`).buffer(true).expect(200);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Every answer to a reader without a key that has to do with the ledger, without the instant of the reading. */
async function publicAnswers(): Promise<readonly string[]> {
  const told: string[] = [];
  for (const question of [
    "/v1/ledger/head",
    "/v1/ledger/public",
    "/v1/changes?limit=500",
    "/v1/violations?format=csv",
    "/v1/violations/claims",
    "/v1/ceasefires/the-truce/history",
  ]) {
    const { text, headers } = await service.as("public").get(question).buffer(true).expect(200);
    told.push(`${question} ${headers["ledger-head"]} ${text.replace(/"as_of":"[^"]*"/g, "")}`);
  }
  return told;
}

describe("the head of the ledger", () => {
  test("does not move without a key when RESTRICTED records are written, and moves with one", async () => {
    const answers = await publicAnswers();
    const whole = await head(service);
    await created(service, "source", sourceBody("Kept back", { id: "kept-back", visibility: "RESTRICTED" }));
    await created(service, "violation", violationBody({ id: "hidden-too", visibility: "RESTRICTED" }));
    await changed(service, "violation", "hidden-too", { description: "Changed" });
    await service.as("editor").delete(at("violation", "hidden-too")).set("If-Match", "*").expect(204);
    await chainedAll(service);
    expect(await publicAnswers()).toEqual(answers);
    expect((await head(service)).position).toBe(whole.position + 4n);
  });

  test("moves without a key when a PUBLIC record is written", async () => {
    const before = await head(service, "public");
    await created(service, "actor", bodies.actor("seen by everyone"));
    await chainedAll(service);
    const after = await head(service, "public");
    expect(after.position).toBe(before.position + 1n);
    expect(after.hash).not.toBe(before.hash);
  });

  test("is that of the whole chain with a key, beside that of the public chain", async () => {
    const { body: seen } = await service.as("public").get("/v1/ledger/head");
    const { body } = await service.as("analyst").get("/v1/ledger/head");
    const { head: whole, public_head } = await verified(service);
    expect(`${body.position}:${body.hash}`).toBe(headText(whole));
    expect(`${seen.position}:${seen.hash}`).toBe(headText(public_head));
    expect(body.public).toEqual({ position: seen.position, hash: seen.hash });
    expect(seen).not.toHaveProperty("public");
    const file = await service.as("analyst").get("/v1/violations?format=csv").buffer(true);
    expect(file.headers["ledger-head"]).toBe(headText(whole));
  });
});

describe("the public entries", () => {
  test("show a record that becomes RESTRICTED as deleted, and one that becomes PUBLIC as created", async () => {
    const all = await entries();
    expect(all.map(({ position }) => position)).toEqual(all.map((_entry, place) => place + 1));
    const ofV = all.filter(({ id }) => id === "v");
    expect(ofV.map(({ operation, version }) => [version, operation])).toEqual([
      [1, "create"],
      [2, "delete"],
      [4, "create"],
    ]);
    expect(all.some(({ id }) => id.startsWith("hidden"))).toBe(false);
  });

  test("are the same for a reader with a key, and may be asked for from a position on", async () => {
    const all = await entries();
    const { text } = await service.as("admin").get("/v1/ledger/public").buffer(true);
    expect(text).toBe(all.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    expect(await entries("?after=3")).toEqual(all.slice(3));
    expect(await entries("?after=100000")).toEqual([]);
  });

  test.each(["-1", "1.5", "x", "", "9".repeat(400)])("refuse the position %j", async (after) => {
    const { status, body } = await service.as("public").get(`/v1/ledger/public?after=${after}`);
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, "after"]);
  });
});

describe("verification with noted heads", () => {
  test("takes heads of either chain, and the one before the first entry", async () => {
    const [whole, seen] = [await head(service), await head(service, "public")];
    expect(whole.hash).not.toBe(seen.hash);
    await created(service, "actor", bodies.actor("later"));
    await created(service, "violation", violationBody({ visibility: "RESTRICTED" }));
    await chainedAll(service);
    const noted = [whole, seen, await head(service), await head(service, "public")].map(headText);
    const between = [...noted, `0:${"0".repeat(64)}`].join(",");
    const { text } = await service.as("analyst").get(`/v1/ledger?between=${between}`).buffer(true);
    const result = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    expect(result).toMatchObject({ whole: true, broken: null });
    expect(`${result.public_head.position}:${result.public_head.hash}`).toBe(noted[3]);
  });

  test("names a head that is in neither chain, and what each chain has there", async () => {
    const { position } = await head(service, "public");
    const { broken } = await verified(service, [{ position, hash: "f".repeat(64) }]);
    expect(broken).toMatchObject({
      position,
      what: expect.stringMatching(
        /^The noted head \d+:f{64} is in neither chain: entry \d+ has the hash [0-9a-f]{64}, and public entry \d+ has the hash [0-9a-f]{64}\.$/,
      ),
    });
    const last = await head(service);
    const beyondPublic = await verified(service, [{ position: last.position, hash: "f".repeat(64) }]);
    expect(beyondPublic.broken?.what).toMatch(/and the public chain has no such entry\.$/);
  });

  test("refuses a zero with a hash", async () => {
    const { status } = await service.as("analyst").get(`/v1/ledger?between=0:${"f".repeat(64)}`);
    expect(status).toBe(400);
  });
});

const run = promisify(execFile);

/** A server that passes the service's public answers on, altered. */
async function altering(alter: (text: string, path: string) => string) {
  const server = http.createServer((request, response) => {
    service
      .as("public")
      .get(request.url ?? "")
      .buffer(true)
      .then(
        ({ text }) => response.end(alter(text, request.url ?? "")),
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    close: () => server.close(),
  };
}

const scripts = [
  { label: "A script for Node.js", program: process.execPath, file: "verify.mjs" },
  { label: "A script for Python", program: "python3", file: "verify.py" },
] as const;

describe.each(scripts)("on the page about verification, $label", ({ label, program, file }) => {
  let folder: string;
  let there: boolean;

  beforeAll(async () => {
    folder = await openTemporaryDir();
    there = await run(program, ["--version"]).then(
      () => true,
      () => false,
    );
    if (!there) console.warn(`${program} is not installed: its script was not run.`);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** What the script writes and how it ends, on answers that are altered. */
  async function outcome(alter: (text: string, path: string) => string, noted: readonly string[] = []) {
    const server = await altering(alter);
    const script = await verificationCode(service, label);
    await writeFile(path.join(folder, file), script.replaceAll("http://localhost", server.url));
    try {
      const { stdout } = await run(program, [path.join(folder, file), ...noted]);
      return { failed: false, said: stdout.trim() };
    } catch (error) {
      return { failed: true, said: String(error) };
    } finally {
      server.close();
    }
  }

  test("prints the head that the service shows, and takes heads noted down before", async () => {
    if (!there) return;
    const [, second] = await entries();
    const said = `The public chain is whole. Its head is ${headText(await head(service, "public"))}`;
    const noted = [`${second?.position}:${second?.hash}`];
    expect(await outcome((text) => text, noted)).toEqual({ failed: false, said });
  });

  test("fails where one answer is altered", async () => {
    if (!there) return;
    const lines = (change: (lines: string[]) => string[]) => (text: string, asked: string) =>
      asked === "/v1/ledger/public" ? `${change(text.trim().split("\n")).join("\n")}\n` : text;
    const line = (more: Partial<Line>) =>
      lines((all) => all.with(1, JSON.stringify({ ...JSON.parse(all[1] ?? ""), ...more })));
    const alterations = [
      line({ operation: "delete" }),
      line({ type: "place" }),
      line({ id: "another" }),
      line({ version: 2 }),
      line({ digest: "0".repeat(64) }),
      line({ hash: "0".repeat(64) }),
      line({ position: 3 }),
      lines((all) => all.toSpliced(1, 1)),
      lines((all) => all.slice(0, -1)),
      lines((all) => [...all.slice(0, -1), all.at(-1) ?? "", all.at(-1) ?? ""]),
      lines((all) => all.with(1, all[2] ?? "").with(2, all[1] ?? "")),
      (text: string, asked: string) =>
        asked === "/v1/ledger/head" ? text.replace(/"hash":"./, '"hash":"x') : text,
    ];
    const found: boolean[] = [];
    for (const alter of alterations) found.push((await outcome(alter)).failed);
    expect(found).toEqual(alterations.map(() => true));
    const stranger = await outcome((text) => text, [`1:${"0".repeat(64)}`]);
    expect(stranger).toEqual({ failed: true, said: expect.stringContaining("does not have 1:000") });
  });
});
