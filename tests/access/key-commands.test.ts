import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import request from "supertest";
import { runCommand } from "../../src/commands.ts";
import { cloneDatabase } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

interface Ran {
  readonly code: number;
  /** Standard output, and standard error. */
  readonly out: string;
  readonly err: string;
}

async function run(
  args: readonly string[],
  environment: { readonly [name: string]: string } = {},
): Promise<Ran> {
  const [out, err]: [unknown[], unknown[]] = [[], []];
  const output = { log: (text: string) => out.push(text), error: (text: unknown) => err.push(text) };
  const settings = { DATABASE_URL: service.databaseUrl, LOG_LEVEL: "fatal", ...environment };
  const code = await runCommand(["keys", ...args], settings, output);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const idIn = ({ err }: Ran) => /The key (\S+) for/.exec(err)?.[1] ?? "";
const readWith = (key: string) =>
  request.agent(service.app).get("/v1/actors").set("Authorization", `Bearer ${key}`);

describe("ceasefire keys create", () => {
  test("prints a key that lives, alone, and says beside it what it is", async () => {
    const made = await run(["create", "--name", "desk-2", "--role", "analyst"]);
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/^cft_[\w-]{43}$/);
    expect(made.err).toMatch(
      /^The key \S+ for desk-2 \(analyst\) never expires\. It is shown only this once\.$/,
    );
    expect((await readWith(made.out)).status).toBe(200);
    const told = await service.as("admin").get(`/v1/api-keys/${idIn(made)}`);
    expect(told.body).toMatchObject({ name: "desk-2", role: "analyst", expires_at: null });
  });

  test("makes one that expires", async () => {
    const made = await run([
      ...["create", "--name", "brief", "--role", "editor"],
      ...["--expires", "2099-01-01T00:00:00+04:00"],
    ]);
    expect(made.err).toContain("expires at 2098-12-31T20:00:00Z");
    const told = await service.as("admin").get(`/v1/api-keys/${idIn(made)}`);
    expect(told.body.expires_at).toBe("2098-12-31T20:00:00.000000Z");
  });

  test.each<[string[], RegExp]>([
    [[], /^--name: .* --role: /],
    [["--name", " ", "--role", "analyst"], /^--name: /],
    [["--name", "x", "--role", "boss"], /^--role: .*analyst.*editor.*admin/],
    [["--name", "x", "--role", "admin", "--expires", "tomorrow"], /^--expires: /],
    [
      ["--name", "x", "--role", "admin", "--expires", "2020-01-01T00:00:00Z"],
      /^--expires: .*dead from the start/,
    ],
  ])("makes none of %j, and names the option", async (options, sentence) => {
    const before = await service.pool.query("SELECT 1 FROM api_keys");
    const refused = await run(["create", ...options]);
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringMatching(sentence) });
    expect((await service.pool.query("SELECT 1 FROM api_keys")).rowCount).toBe(before.rowCount);
  });
});

describe("ceasefire keys list", () => {
  beforeEach(async () => {
    await service.pool.query("DELETE FROM api_keys WHERE name LIKE 'listed%'");
  });

  test("shows every key with its role, its times and its name, and never the key", async () => {
    const made = await run(["create", "--name", "listed", "--role", "editor"]);
    const revoked = await run(["create", "--name", "listed too", "--role", "analyst"]);
    await run(["revoke", idIn(revoked)]);
    await service.pool.query("UPDATE api_keys SET last_used_at = '2026-11-25T10:00:00Z' WHERE id = $1", [
      idIn(made),
    ]);
    const { code, out, err } = await run(["list"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const [head, ...lines] = out.split("\n");
    expect(head).toMatch(/^ID +ROLE +MADE +LAST USED +EXPIRES +REVOKED +NAME$/);
    expect(lines).toHaveLength((await service.pool.query("SELECT 1 FROM api_keys")).rowCount ?? 0);
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    const lineOf = (key: Ran) => lines.find((line) => line.startsWith(idIn(key)));
    expect(lineOf(made)).toMatch(
      new RegExp(`^\\S+ +editor +${time} +2026-11-25T10:00:00Z +never +never +listed$`),
    );
    expect(lineOf(revoked)).toMatch(
      new RegExp(`^\\S+ +analyst +${time} +never +never +${time} +listed too$`),
    );
    expect(out).not.toContain(made.out);
  });

  test("takes what would steer a terminal out of a name", async () => {
    // A name from before such characters were refused.
    await service.pool.query(
      "INSERT INTO api_keys (id, name, role, key_sha256) VALUES ('listed', $1, 'analyst', sha256('listed'))",
      ["listed\u001b[2J\nx"],
    );
    expect((await run(["list"])).out.split("\n").at(-1)).toMatch(/ listed�\[2J�x$/);
  });

  test("goes on after the first five hundred", async () => {
    await service.pool.query(
      `INSERT INTO api_keys (id, name, role, key_sha256) SELECT 'listed-' || n, 'listed', 'analyst', sha256(n::text::bytea)
       FROM generate_series(1, 1000) n`,
    );
    const { out } = await run(["list"]);
    expect(out.split("\n").filter((line) => line.startsWith("listed-"))).toHaveLength(1_000);
  });
});

describe("ceasefire keys revoke", () => {
  test("revokes for good, and says so of one that was", async () => {
    const made = await run(["create", "--name", "gone", "--role", "editor"]);
    const done = await run(["revoke", idIn(made)]);
    expect(done).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining(`${idIn(made)} is revoked`),
    });
    expect((await readWith(made.out)).status).toBe(401);
    const again = await run(["revoke", idIn(made)]);
    expect(again).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/ was revoked at \S+Z\.$/) });
  });

  test("names the command that lists them where there is no such key", async () => {
    expect(await run(["revoke", "nowhere"])).toEqual({
      code: 1,
      out: "",
      err: "There is no key `nowhere`. `ceasefire keys list` shows them all.",
    });
  });

  test("keeps the last live admin key, unless the environment gives one", async () => {
    const { rows } = await service.pool.query<{ id: string }>("SELECT id FROM api_keys WHERE role = 'admin'");
    const [last] = rows;
    const refused = await run(["revoke", last?.id ?? ""]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("Make a new admin key first") });
    const given = { ADMIN_API_KEY: `cft_${"a".repeat(43)}` };
    expect((await run(["revoke", last?.id ?? ""], given)).code).toBe(0);
  });
});

test("a database without tables is told to be migrated first", async () => {
  const empty = await cloneDatabase({ empty: true });
  const refused = await run(["list"], { DATABASE_URL: empty.url });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("ceasefire migrate") });
  await empty.drop();
});
