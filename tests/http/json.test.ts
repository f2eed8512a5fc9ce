import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJson } from "../../src/http/json.ts";

const limits = { maxDepth: 20 };
const faultsOf = (text: string) => parseJson(text, limits).faults.map(({ pointer, code }) => [pointer, code]);

describe("parseJson", () => {
  test("returns what JSON.parse returns for every value without doubles", () => {
    fc.assert(
      fc.property(fc.json({ depthSize: "small", maxDepth: 6 }), (text) => {
        fc.pre(!text.includes("__proto__") && !/\\u(0000|d)/i.test(text) && !/\d{16}|e\+/.test(text));
        expect(parseJson(text, limits)).toEqual({ value: JSON.parse(text), faults: [] });
      }),
    );
  });

  test.each([
    ["", 1, 1],
    ["{", 1, 2],
    ['{"a":1,}', 1, 8],
    ['{"a" 1}', 1, 6],
    ["[1 2]", 1, 4],
    ['{\n  "a": tru\n}', 2, 8],
    ['{"a":1} x', 1, 9],
    ['"\\x"', 1, 2],
    ['"a\nb"', 1, 3],
    ['"open', 1, 6],
    ["01", 1, 2],
    ["{a:1}", 1, 2],
    ["[1", 1, 3],
    ["NaN", 1, 1],
  ])("says where %j is malformed", (text, line, column) => {
    const { value, faults } = parseJson(text, limits);
    expect(value).toBeUndefined();
    expect(faults).toHaveLength(1);
    expect(faults[0]?.code).toBe("malformed_json");
    expect(faults[0]?.message).toContain(`line ${line}, column ${column}:`);
  });

  test("tells every text that JSON.parse refuses, and none that it takes, as malformed", () => {
    const scraps = fc.array(
      fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "a", '"a"', "1", "-", ".", "null", " ", "\\"),
    );
    fc.assert(
      fc.property(scraps, (parts) => {
        const text = parts.join("");
        let isValid = true;
        try {
          JSON.parse(text);
        } catch {
          isValid = false;
        }
        expect(faultsOf(text).some(([, code]) => code === "malformed_json")).toBe(!isValid);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses a member named twice, at any depth and however it is spelt", () => {
    expect(faultsOf('{"a":1,"b":[{"c/d":1,"\\u0063/d":2}],"a":3}')).toEqual([
      ["/b/0/c~1d", "duplicate_member"],
      ["/a", "duplicate_member"],
    ]);
  });

  test("takes the same name in different objects, and colons and quotes inside strings", () => {
    expect(faultsOf('{"a":{"a":":\\":{\\\\"},"b":{"a":"\\\\\\":"}}')).toEqual([]);
  });

  test("refuses nesting beyond the limit and takes nesting up to it", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(faultsOf(nested(20))).toEqual([]);
    expect(faultsOf(nested(21))).toEqual([["/0".repeat(20), "too_deep"]]);
    expect(parseJson(nested(21), limits).value).toBeUndefined();
  });

  test("survives a hundred thousand open brackets", () => {
    expect(faultsOf("[".repeat(100_000))).toEqual([["/0".repeat(20), "too_deep"]]);
  });

  test("refuses NUL and halves of surrogate pairs in values and in names", () => {
    expect(faultsOf('{"a":"x\\u0000","\\ud800":1,"c":"\\udc00"}').map(([, code]) => code)).toEqual([
      "invalid_text",
      "invalid_text",
      "invalid_text",
    ]);
  });

  test("takes an escaped pair of surrogates", () => {
    expect(parseJson('"\\ud83d\\ude00"', limits)).toEqual({ value: "😀", faults: [] });
  });

  test("refuses a number that would be rounded to another whole number", () => {
    expect(faultsOf("[9007199254740993, 1e400, 9007199254740991, 0.1]")).toEqual([
      ["/0", "too_large"],
      ["/1", "too_large"],
    ]);
  });

  test("refuses __proto__ and leaves every prototype as it was", () => {
    expect(faultsOf('{"a":{"__proto__":{"polluted":1}}}')).toEqual([["/a/__proto__", "unknown_member"]]);
    expect("polluted" in {}).toBe(false);
  });
});

describe("an object with very many members", () => {
  const crowd = (count: number) =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: count }, (_none, place) => [`m"${place}`, { a: [1, 2] }])),
    );

  test("is refused with a fault for each member beyond the thousandth, of which 100 are listed", () => {
    const { value, faults } = parseJson(`{"a":[0,{"b":${crowd(60_000)}}]}`, { maxDepth: 20 });
    expect(value).toBeUndefined();
    expect(faults).toHaveLength(101);
    expect(faults[0]).toMatchObject({ pointer: '/a/1/b/m\\"1000', code: "too_many_members" });
    expect(faults.at(-1)).toMatchObject({ unlisted: 58_900 });
  });

  test("is read with a thousand members, and with many objects and list items", () => {
    expect(parseJson(crowd(1_000), { maxDepth: 20 }).faults).toEqual([]);
    const many = JSON.stringify(Array(5_000).fill({ a: 1, b: "," }));
    expect(parseJson(many, { maxDepth: 20 }).faults).toEqual([]);
  });

  test("is found below and beside what is too deep, and malformed text is still called malformed", () => {
    expect(parseJson(`[[[[]]],${crowd(1_001)}]`, { maxDepth: 2 }).faults).toEqual([
      expect.objectContaining({ code: "too_many_members" }),
    ]);
    for (const text of ['{"a'.repeat(2_000), '"\\'.repeat(3_000), "]".repeat(5_000), `${",:".repeat(4_000)}`])
      expect(parseJson(text, { maxDepth: 20 }).faults).toEqual([
        expect.objectContaining({ code: "malformed_json" }),
      ]);
  });
});

describe("a text of very many objects and lists", () => {
  test("is refused as one fault above 25,000, and read up to there", () => {
    const lists = (count: number) => `[${Array(count).fill("[]").join(",")}]`;
    expect(parseJson(lists(24_999), { maxDepth: 20 }).faults).toEqual([]);
    expect(parseJson(lists(25_000), { maxDepth: 20 })).toEqual({
      value: undefined,
      faults: [expect.objectContaining({ pointer: "", code: "too_many_values" })],
    });
  });
});
