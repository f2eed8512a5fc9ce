import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { projectRoot } from "../src/config.ts";
import type { Role, Route } from "../src/http/route.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;
const table = path.join(projectRoot, "tests", "permissions.txt");
const roles: readonly Role[] = ["public", "analyst", "editor", "admin"];

beforeAll(async () => {
  service = await testService();
});

afterAll(async () => {
  await service.close();
});

/** What asking comes to as far as permission goes. Nothing is there and nothing is sent, so nothing is written. */
async function tried(route: Route, role: Role): Promise<string> {
  const address = route.path.replace("{version}", "1").replace(/\{\w+\}/g, "nothing");
  const agent = service.as(role);
  const ask = { GET: agent.get, POST: agent.post, PATCH: agent.patch, DELETE: agent.delete }[route.method];
  const { status } = await ask.call(agent, address);
  return status === 401 || status === 403 ? String(status) : "allowed";
}

test("every route lets in whom the committed table says, and nobody else", async () => {
  const lines: string[] = [];
  for (const route of service.routes) {
    const answers: string[] = [];
    for (const role of roles) answers.push(`${role} ${await tried(route, role)}`);
    lines.push(`${route.method} ${route.path}: ${answers.join(", ")}`);
  }
  const found = `${lines.toSorted().join("\n")}\n`;
  if (process.env.UPDATE_PERMISSIONS !== undefined) await writeFile(table, found);
  expect(found).toBe(await readFile(table, "utf8"));
}, 120_000);
