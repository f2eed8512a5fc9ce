import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import { startSequencer } from "../../src/ledger/sequencer.ts";
import { cloneDatabase, openTemporaryDir, withParameters } from "../support/postgres.ts";

let folder: string;
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let lines: string[];

const log = {
  info: (message: string) => void lines.push(message),
  warn: (_fields: object, message: string) => void lines.push(message),
};

beforeEach(async () => {
  folder = await openTemporaryDir();
  database = await cloneDatabase();
  lines = [];
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  "http://[",
  "postgresql://u:p@127.0.0.1:1/none?sslrootcert=/nonexistent",
  "postgresql://%E0%A4%A@h/d",
])(
  "the sequencer goes on trying, and stops when asked, where a connection cannot even be made: %s",
  async (url) => {
    const sequencer = startSequencer(url, log);
    expect(await waitUntil(() => lines.length > 0, 5_000)).toBe(true);
    await sequencer.stop();
    expect(lines).toEqual(["The sequencer has lost its database and tries again."]);
  },
);

test("the sequencer works once the certificate file of its address can be read", async () => {
  const file = path.join(folder, "root.crt");
  const sequencer = startSequencer(
    withParameters(database.url, { sslmode: "disable", sslrootcert: file }),
    log,
  );
  expect(await waitUntil(() => lines.length > 0, 5_000)).toBe(true);
  await writeFile(file, "");
  expect(await waitUntil(() => lines.length > 1, 5_000)).toBe(true);
  await sequencer.stop();
  expect(lines.at(-1)).toBe("The sequencer has its database again.");
});
