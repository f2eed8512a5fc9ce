import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { hostname } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startMark } from "../src/database/processes.ts";
import { cloneDatabase, openTemporaryDir } from "./support/postgres.ts";
import { ceasefire, type Ended, startProcess } from "./support/process.ts";

const limit_ms = 60_000;

/** A failure is for a person: the sentence, and nothing before or after it. */
function expectSentence({ code, stdout, stderr }: Ended, sentence: RegExp): void {
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(sentence);
  expect(stdout).toBe("");
  expect(code).toBe(1);
}

describe("on the embedded database of a data folder", () => {
  let dataDir: string;
  const quiet = () => ({ DATA_DIR: dataDir, LOG_LEVEL: "error" });

  beforeAll(async () => {
    dataDir = await openTemporaryDir();
  });

  afterAll(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  test(
    "seeds only what has its tables, and each record once",
    async () => {
      expectSentence(await ceasefire(["seed"], quiet()), /lacks .*_init.*ceasefire migrate/);

      const first = await ceasefire(["migrate"], quiet());
      expect(first).toMatchObject({ code: 0, stderr: "" });
      expect(first.stdout).toMatch(/^Applied \d{14}_init, .*\.\n$/);
      const second = await ceasefire(["migrate"], quiet());
      expect(second).toMatchObject({ code: 0, stdout: "The database has every migration already.\n" });

      const seeded = await ceasefire(["seed", "--set", "nagorno-karabakh-2020"], quiet());
      expect(seeded.code).toBe(0);
      expect(Number(/^Wrote (\d+) seed records\.\n$/.exec(seeded.stdout)?.[1])).toBeGreaterThan(50);
      expect((await ceasefire(["seed"], quiet())).stdout).toBe("Wrote 0 seed records.\n");
      const verified = await ceasefire(["verify"], quiet());
      expect(verified.stdout).toMatch(
        /^All 0 entries are whole\. The head is none\. The public head is none\. \d+ versions are not chained yet\.\n$/,
      );
      const between = ["verify", "--between", `7:${"0".repeat(64)}`];
      expectSentence(await ceasefire(between, quiet()), /broken at entry 1\. A head was noted at 7/);
      expectSentence(
        await ceasefire(["verify", "--between", "7"], quiet()),
        /`7` is no head\. Give a head as/,
      );
      expectSentence(
        await ceasefire(["seed", "--set", "atlantis"], quiet()),
        /no seeds named atlantis.*nagorno-karabakh-2020/,
      );
    },
    limit_ms,
  );
});

describe("keys on the embedded database of a data folder", () => {
  let dataDir: string;
  const quiet = () => ({ DATA_DIR: dataDir, LOG_LEVEL: "error", SEED: "none" });
  const create = (name: string) => ceasefire(["keys", "create", "--name", name, "--role", "admin"], quiet());

  beforeAll(async () => {
    dataDir = await openTemporaryDir();
  });

  afterAll(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  test(
    "are made beside a service that runs on it, and without one",
    async () => {
      const service = await startProcess(quiet());
      const beside = await create("beside");
      expect(beside).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cft_[\w-]{43}\n$/) });
      const answer = await fetch(`${service.url}/v1/api-keys`, {
        headers: { Authorization: `Bearer ${beside.stdout.trim()}` },
      });
      expect(answer.status).toBe(200);
      service.child.kill("SIGTERM");
      await service.ended;
      expect((await create("alone")).code).toBe(0);
      const { stdout } = await ceasefire(["keys", "list"], quiet());
      expect(stdout.match(/(?<= )(admin|beside|alone)$/gm)).toEqual(["admin", "beside", "alone"]);
    },
    limit_ms,
  );

  test(
    "are left to the calls where the service that holds the folder cannot be reached",
    async () => {
      const [pid, host] = [process.pid, hostname()];
      await writeFile(
        path.join(dataDir, "service.lock"),
        JSON.stringify({ pid, mark: startMark(pid), host }),
      );
      expectSentence(await create("refused"), /in use by process \d+ .*managed at \/v1\/api-keys\./);
      await rm(path.join(dataDir, "service.lock"));
    },
    limit_ms,
  );
});

describe("a start that cannot succeed", () => {
  test.each(["PORT", "METRICS_PORT"])(
    "names the port that is taken, and that %s may say another",
    async (setting) => {
      const database = await cloneDatabase();
      const other = net.createServer().listen(0, "127.0.0.1");
      await once(other, "listening");
      const address = other.address();
      const port = typeof address === "object" ? String(address?.port) : "";
      try {
        const more = { PORT: "0", [setting]: port };
        const environment = { DATABASE_URL: database.url, SEED: "none", LOG_LEVEL: "error", ...more };
        expectSentence(
          await ceasefire(["serve"], environment),
          new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken\\. .*set ${setting} to another`),
        );
      } finally {
        other.close();
        await database.drop();
      }
    },
    limit_ms,
  );

  test(
    "names every variable of the environment that is wrong",
    async () => {
      const ended = await ceasefire(["serve"], {
        PORT: "high",
        TRUST_PROXY: "-1",
        DATABASE_URL: "mysql://x/y",
      });
      for (const name of ["PORT", "TRUST_PROXY", "DATABASE_URL"])
        expectSentence(ended, new RegExp(`\\b${name}: `));
    },
    limit_ms,
  );

  test(
    "names the server that does not answer, and keeps its password to itself",
    async () => {
      const ended = await ceasefire(["migrate"], {
        DATABASE_URL: "postgresql://desk:hush-hush@127.0.0.1:1/x",
      });
      expectSentence(ended, /No PostgreSQL server answers at 127\.0\.0\.1:1/);
      expect(ended.stderr).not.toContain("hush-hush");
    },
    limit_ms,
  );
});
