import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEmbedded } from "../../src/database/embedded.ts";
import { makeFolder, refuseUnusableFile } from "../../src/database/folders.ts";
import { isRoot } from "../../src/database/posix-user.ts";
import { run } from "../../src/database/processes.ts";
import { isStartFailure } from "../../src/database/start-failure.ts";
import { openTemporaryDir, silentLog } from "../support/postgres.ts";
import { ceasefire, startProcess } from "../support/process.ts";

let base: string;

beforeAll(async () => {
  base = await openTemporaryDir();
  await writeFile(path.join(base, "file"), "");
  await symlink("/nonexistent/folder", path.join(base, "dangling"));
  await symlink(path.join(base, "loop"), path.join(base, "loop"));
  await mkdir(path.join(base, "taken/service.lock"), { recursive: true });
  const lock = path.join(base, "taken/service.lock");
  await utimes(lock, new Date(0), new Date(0));
  await mkdir(path.join(base, "closed"));
  await chmod(path.join(base, "closed"), 0o500);
});

afterAll(async () => {
  await chmod(path.join(base, "closed"), 0o700);
  await rm(base, { recursive: true, force: true });
});

const onLinux = process.platform === "linux" ? test : test.skip;
const asOrdinaryUser = isRoot() ? test.skip : test;

/** The sentence with which a data folder is refused. */
async function refusal(dataDir: string): Promise<string> {
  const fallbackDirs = [path.join(base, "fallback")];
  const failure = await startEmbedded({ dataDir, log: silentLog, durable: false, fallbackDirs }).catch(
    (error: unknown) => error,
  );
  expect(isStartFailure(failure)).toBe(true);
  return failure instanceof Error ? failure.message : "";
}

describe("a data folder that cannot be used is refused with its path, the cause and what to do:", () => {
  onLinux.each([
    ["/proc/x", "ENOENT"],
    ["/proc/x/y", "ENOENT"],
    ["/proc", "ENOENT"],
    ["/sys/x", "EPERM|EACCES|EROFS"],
    ["/dev/null", "EEXIST"],
    ["/dev/null/x", "ENOTDIR"],
  ])("%s", async (dataDir, cause) => {
    expect(await refusal(dataDir)).toMatch(
      new RegExp(
        `^The data folder ${dataDir} cannot be .*\\((?:Error: )?(?:${cause}): .*\\)\\. .*set DATA_DIR to`,
        "i",
      ),
    );
  });

  test.each([
    ["a file", "file", "EEXIST"],
    ["a folder below a file", "file/x", "ENOTDIR"],
    ["a link to nothing", "dangling", "EEXIST"],
    ["a folder below a link to itself", "loop/x", "ELOOP"],
    ["a name that is too long", "n".repeat(300), "ENAMETOOLONG"],
    ["a folder in which the lock is a folder", "taken", "service.lock is a folder, not a regular file"],
  ])("%s", async (_what, name, cause) => {
    const said = await refusal(path.join(base, name));
    expect(said).toContain(`The data folder ${path.join(base, name)} cannot be `);
    expect(said).toMatch(new RegExp(`\\(.*(${cause}).*\\)\\. .*set DATA_DIR to`, "i"));
  });

  asOrdinaryUser.each(["closed", "closed/x"])("a folder without permission (%s)", async (name) => {
    expect(await refusal(path.join(base, name))).toMatch(/\((?:Error: )?EACCES: .*\)\. .*set DATA_DIR to/i);
  });

  test.each([950, 965, 1_200, 5_000])("a path of %i bytes, which PostgreSQL does not take", async (size) => {
    const long = `${base}${"/p".repeat(size)}`.slice(0, size).replace(/\/$/, "p");
    expect(await refusal(long)).toMatch(
      new RegExp(
        `has ${size} bytes, and PostgreSQL takes at most 900: .*Set DATA_DIR to a folder with a shorter`,
      ),
    );
  });

  test("a path with a line break", async () => {
    expect(await refusal(path.join(base, "two\nlines"))).toMatch(/has a line break: .*Set DATA_DIR to/);
  });
});

describe("the service and its command", () => {
  onLinux(
    "end at once with the sentence where DATA_DIR is /proc/x",
    async () => {
      const sentence =
        "The data folder /proc/x cannot be made (ENOENT: no such file or directory, mkdir '/proc/x'). Set DATA_DIR to a folder this user may write in.\n";
      await expect(startProcess({ DATA_DIR: "/proc/x" })).rejects.toThrow(
        `The service did not start: ${sentence}`,
      );
      expect(await ceasefire(["verify"], { DATA_DIR: "/proc/x" })).toEqual({
        code: 1,
        stdout: "",
        stderr: sentence,
      });
    },
    60_000,
  );
});

describe.each([
  ["a folder", (file: string) => mkdir(file)],
  ["a FIFO", (file: string) => run("mkfifo", [file])],
])("%s in the place of", (kind, make) => {
  const dataDirWith = async (name: string) => {
    const dataDir = await mkdtemp(path.join(base, "with-"));
    await make(path.join(dataDir, name));
    return dataDir;
  };
  const sentence = (dataDir: string, name: string) =>
    `The data folder ${dataDir} cannot be used (${path.join(dataDir, name)} is ${kind}, not a regular file). Move it away, or set DATA_DIR to another folder.`;

  test.each(["service.lock", "service.lock.takeover", "postgres.path"])(
    "%s is refused before a database is made",
    async (name) => {
      const dataDir = await dataDirWith(name);
      expect(await refusal(dataDir)).toBe(sentence(dataDir, name));
      expect(await readdir(dataDir)).toEqual([name]);
    },
  );

  test.each(["admin-key", "service.lock", "postgres.path"])(
    "%s ends the service at once with the sentence, before a database is made",
    async (name) => {
      const dataDir = await dataDirWith(name);
      await expect(startProcess({ DATA_DIR: dataDir })).rejects.toThrow(
        `The service did not start: ${sentence(dataDir, name)}\n`,
      );
      expect(await readdir(dataDir)).toEqual([name]);
    },
    60_000,
  );

  test("service.lock ends the command with the sentence", async () => {
    const dataDir = await dataDirWith("service.lock");
    expect(await ceasefire(["verify"], { DATA_DIR: dataDir })).toEqual({
      code: 1,
      stdout: "",
      stderr: `${sentence(dataDir, "service.lock")}\n`,
    });
  }, 60_000);
});

describe("an admin-key", () => {
  asOrdinaryUser(
    "that this user cannot write ends the service at once with the sentence, before a database is made",
    async () => {
      const dataDir = await mkdtemp(path.join(base, "with-"));
      await writeFile(path.join(dataDir, "admin-key"), "", { mode: 0o000 });
      await expect(startProcess({ DATA_DIR: dataDir })).rejects.toThrow(
        `The data folder ${dataDir} cannot be used (EACCES: permission denied, access '${dataDir}/admin-key'). Make it a regular file that this user can read and write, or set DATA_DIR`,
      );
      expect(await readdir(dataDir)).toEqual(["admin-key"]);
    },
    60_000,
  );
});

describe("refusing an unusable file", () => {
  test("accepts a regular file, a link to one, and none", async () => {
    await symlink(path.join(base, "file"), path.join(base, "link"));
    for (const name of ["file", "link", "none", "file/x"]) await refuseUnusableFile(path.join(base, name));
  });

  test.each([
    ["a link to nothing", "dangling", "ENOENT: "],
    ["a link to itself", "loop", "ELOOP: "],
  ])("names the cause where the file is %s", async (_what, name, cause) => {
    const file = path.join(base, name);
    await expect(refuseUnusableFile(file)).rejects.toThrow(
      new RegExp(
        `^The data folder ${base} cannot be used \\((?:Error: )?${cause}.*\\)\\. Make it .* set DATA_DIR to`,
      ),
    );
  });

  onLinux.each([["/dev/null", "a device"]])("names the kind of %s", async (file, kind) => {
    await expect(refuseUnusableFile(file)).rejects.toThrow(`(${file} is ${kind}, not a regular file)`);
  });

  test("names the kind of a socket", async () => {
    const file = path.join(base, "socket");
    const server = net.createServer().listen(file);
    await once(server, "listening");
    try {
      await expect(refuseUnusableFile(file)).rejects.toThrow(`(${file} is a socket, not a regular file)`);
    } finally {
      server.close();
    }
  });
});

describe("making a folder", () => {
  test("makes those above it, and does nothing where it is there", async () => {
    const folder = path.join(base, "a/b/c");
    await Promise.all([makeFolder(folder, 0o700), makeFolder(folder, 0o700), makeFolder(folder, 0o700)]);
    await writeFile(path.join(folder, "file"), "");
    await makeFolder(folder);
    await expect(makeFolder(path.join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  });
});
