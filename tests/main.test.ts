import { afterEach, expect, jest, test } from "@jest/globals";
import { waitUntil } from "../src/database/processes.ts";

const { exitCode } = process;

afterEach(() => {
  process.exitCode = exitCode;
  delete process.env.PORT;
  jest.restoreAllMocks();
});

test("a start that the environment makes impossible ends with 1 and a sentence, without a stack", async () => {
  const said: unknown[] = [];
  jest.spyOn(console, "error").mockImplementation((text: unknown) => said.push(text));
  process.env.PORT = "high";
  await import("../src/main.ts");
  expect(await waitUntil(() => process.exitCode === 1, 5_000)).toBe(true);
  expect(said).toEqual([expect.stringMatching(/^The environment is not right\. PORT: /)]);
});
