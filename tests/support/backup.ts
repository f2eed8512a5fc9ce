import path from "node:path";
import { runCommand } from "../../src/commands.ts";
import { makeWorld } from "./builders.ts";
import { allChained, makeHistory } from "./history.ts";
import { testService } from "./service.ts";

/** Runs a command of the CLI in this process on a database. Resolves to what it writes. */
export async function run(url: string, ...args: readonly string[]): Promise<string> {
  const words: unknown[] = [];
  const output = {
    log: (text: string) => words.push(text),
    error: (problem: unknown) => words.push(problem),
  };
  await runCommand(args, { DATABASE_URL: url, LOG_LEVEL: "fatal" }, output);
  return words.map(String).join("\n");
}

/** Backs up a database that holds `makeHistory`, as whole.ndjson in a folder. Resolves to the file's path. */
export async function backupOfHistory(folder: string): Promise<string> {
  const service = await testService();
  await makeWorld(service);
  await makeHistory(service);
  await allChained(service);
  const file = path.join(folder, "whole.ndjson");
  await run(service.databaseUrl, "backup", file);
  await service.close();
  return file;
}
