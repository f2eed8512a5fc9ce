import { execFile } from "node:child_process";
import http from "node:http";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { snippets } from "../../src/pages/snippets.ts";
import { type TestService, testService } from "../support/service.ts";

const run = promisify(execFile);
let service: TestService;
let server: http.Server;
let baseUrl: string;

beforeAll(async () => {
  service = await testService({ seeded: true });
  server = http.createServer(service.app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await service.close();
});

function codeOf(tool: string): string {
  return snippets(baseUrl).find((snippet) => snippet.tool === tool)?.code ?? "";
}

/** Whether a program is there; where it is not, what its line asks for is still fetched by the test before. */
async function installed(program: string): Promise<boolean> {
  const found = await run(program, ["--version"]).then(
    () => true,
    () => false,
  );
  if (!found)
    console.warn(`${program} is not installed: its lines were not run, only their address was asked.`);
  return found;
}

test("every address in the lines to copy answers with what the lines read", async () => {
  for (const { tool, code } of snippets(baseUrl)) {
    const address = /https?:\/\/[^\s'"]+/.exec(code)?.[0] ?? "";
    const answer = await fetch(address);
    const type = answer.headers.get("content-type") ?? "";
    const wanted = address.includes("format=csv") ? "text/csv" : "application/json";
    expect({ tool, status: answer.status, type: type.split(";")[0] }).toEqual({
      tool,
      status: 200,
      type: wanted,
    });
    expect((await answer.text()).length).toBeGreaterThan(1000);
  }
});

test("the line for curl prints every ceasefire with its summary", async () => {
  if (!(await installed("curl"))) return;
  const { stdout } = await run("sh", ["-c", codeOf("curl")], { maxBuffer: 10_000_000 });
  const { data } = JSON.parse(stdout);
  expect(data.length).toBeGreaterThanOrEqual(3);
  expect(data[0].expanded.summary.violations.total).toBeGreaterThan(0);
});

test("the lines for Python read every report", async () => {
  if (!(await installed("python3"))) return;
  const { stdout } = await run("python3", ["-c", codeOf("Python")]);
  const { body } = await service.as("public").get("/v1/violations?count=true&limit=1");
  expect(stdout.trim()).toBe(`${body.page.total} reports`);
});
