import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { inChunks, linesOf } from "../../src/backup/lines.ts";

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let piece = 0; from < bytes.length; piece += 1) {
    const size = sizes[piece % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

async function all(source: AsyncIterable<Buffer>): Promise<string[]> {
  const found: string[] = [];
  for await (const part of source) found.push(part.toString("utf8"));
  return found;
}

const neverTooLong = () => new Error("too long");
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
const text = fc.string({ unit: "binary" }).map((drawn) => drawn.replaceAll("\n", "\r\u2028"));

test("lines come out whole however the bytes are cut, also where a character is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text), sizes, async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      expect(await all(linesOf(pieces(bytes, cuts), neverTooLong))).toEqual(lines);
    }),
  );
});

test("a last line without its end is told as well", async () => {
  expect(await all(linesOf(pieces(Buffer.from("one\n\ntwo"), [3]), neverTooLong))).toEqual([
    "one",
    "",
    "two",
  ]);
  expect(await all(linesOf(pieces(Buffer.from(""), [3]), neverTooLong))).toEqual([]);
});

test("a line that goes on for ever is given up", async () => {
  const block = Buffer.alloc(50_000_000, "x");
  async function* forEver(): AsyncGenerator<Buffer> {
    for (;;) yield block;
  }
  await expect(all(linesOf(forEver(), neverTooLong))).rejects.toThrow("too long");
});

test("chunks hold the same bytes, and are worth a write", async () => {
  const bytes = Buffer.from("a line of some bytes\n".repeat(20_000));
  const chunks = await all(inChunks(pieces(bytes, [21])));
  expect(chunks.join("")).toBe(bytes.toString("utf8"));
  expect(chunks.length).toBeLessThan(10);
  expect(await all(inChunks(pieces(Buffer.from(""), [1])))).toEqual([]);
});
