import { expect, test } from "@jest/globals";
import { progressLine } from "../src/progress.ts";

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return {
    written,
    isTTY,
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      return true;
    },
  };
}

test("progress is told in place, not more often than eyes follow, and taken away in the end", () => {
  const watched = terminal(true);
  const line = progressLine(watched);
  for (let done = 1_000; done <= 5_000; done += 1) line.tell(done, 100_000n, "versions");
  line.clear();
  expect(watched.written[0]).toBe("\r1,000 of 100,000 versions\u001b[K");
  expect(watched.written.length).toBeLessThan(1_000);
  expect(watched.written.at(-1)).toBe("\r\u001b[K");
});

test("where nobody watches nothing is written", () => {
  const file = terminal(false);
  const line = progressLine(file);
  line.tell(1, 2, "versions");
  line.clear();
  expect(file.written).toEqual([]);
});
