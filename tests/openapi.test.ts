import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { version } from "../src/assembly.ts";
import { projectRoot } from "../src/config.ts";
import { committedDescription } from "../src/pages/openapi.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;
const file = path.join(projectRoot, "openapi.json");

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

test("the committed openapi.json is what the routes say now; else run tsx scripts/openapi.ts", async () => {
  const stale = (await readFile(file, "utf8")) !== committedDescription(service.routes, recordTypes, version);
  expect(stale).toBe(false);
});

test("spectral finds no error in it", async () => {
  const spectral = path.join(projectRoot, "node_modules", ".bin", "spectral");
  const ruleset = path.join(projectRoot, ".spectral.yaml");
  const args = ["lint", file, "--ruleset", ruleset, "--format", "json", "--quiet"];
  const { stdout } = await promisify(execFile)(spectral, args, { maxBuffer: 50_000_000 }).catch(
    (failed: { readonly stdout: string }) => failed,
  );
  const findings: { severity: number; code: string; path: string[]; message: string }[] = JSON.parse(
    stdout || "[]",
  );
  const errors = findings.filter(({ severity }) => severity === 0);
  expect(errors.map((error) => `${error.path.join(".")}: ${error.message}`)).toEqual([]);
}, 60_000);
