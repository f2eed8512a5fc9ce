import { describe, expect, test } from "@jest/globals";
import { etag, ifNoneMatch, parseIfMatch } from "../../src/http/conditions.ts";

describe("parseIfMatch", () => {
  test("reads a version back from its entity tag", () => {
    expect(parseIfMatch(etag(3))).toEqual({ any: false, versions: [3] });
  });

  test("reads a list, and a star as any version", () => {
    expect(parseIfMatch('"3", "12"')).toEqual({ any: false, versions: [3, 12] });
    expect(parseIfMatch(" * ")).toEqual({ any: true });
  });

  test.each([
    'W/"3"',
    '"3-gzip"',
    'W/"3-gzip"',
    '"3-br"',
    '"3-zstd"',
    '"3-deflate"',
    '"3--gzip"',
    '"3;gzip"',
    '"3;gz"',
    'W/"3;br"',
  ])("reads %s, as a proxy that compresses writes it, as the version 3", (tag) => {
    expect(parseIfMatch(tag)).toEqual({ any: false, versions: [3] });
  });

  test.each([',"3"', '"3",,', ' , "3"\t,\t, ', ',,W/"3"'])("ignores the empty elements of %j", (header) => {
    expect(parseIfMatch(header)).toEqual({ any: false, versions: [3] });
  });

  test.each([
    '"abc"',
    '"0"',
    '"03"',
    '"3-"',
    '"3-x"',
    '"3gzip"',
    '"3-gzip-gzip"',
    '"-gzip"',
    '"3---gzip"',
    '"3.0"',
    '""',
    '"1234567890"',
  ])("matches no version with %s, which is no tag of this service", (tag) => {
    expect(parseIfMatch(tag)).toEqual({ any: false, versions: [] });
  });

  test.each([
    "3",
    "",
    ",",
    " , ,",
    "'3'",
    '"3',
    '"3" "4"',
    '"3""4"',
    'w/"3"',
    'W/ "3"',
    '"3"\n',
    '"a b"',
    "*, *",
  ])("refuses %j, which is no list of tags", (header) => {
    expect(parseIfMatch(header)).toMatchObject({ faults: [{ header: "If-Match", code: "invalid_header" }] });
  });
});

describe("ifNoneMatch", () => {
  test.each(['"3"', 'W/"3"', '"1", "3"', "*", '"3-gzip"', 'W/"3;br"', ',"1",, "3",'])(
    "finds the current tag in %s",
    (header) => {
      expect(ifNoneMatch(header, etag(3))).toBe(true);
    },
  );

  test.each(['"4"', "3", '"33"', ""])("sends the record for %j", (header) => {
    expect(ifNoneMatch(header, etag(3))).toBe(false);
  });

  test("finds a tag that is no version number as well, weak or altered", () => {
    for (const header of ['"aB-c_9"', 'W/"aB-c_9"', '"aB-c_9-gzip"'])
      expect(ifNoneMatch(header, 'W/"aB-c_9"')).toBe(true);
    expect(ifNoneMatch('"aB-br"', '"aB-br"')).toBe(true);
    expect(ifNoneMatch('W/"aB-br"', '"aB-br"')).toBe(true);
    expect(ifNoneMatch('"aB"', '"aB-br"')).toBe(false);
  });

  test("sends the record where there is no header", () => {
    expect(ifNoneMatch(undefined, etag(3))).toBe(false);
  });
});

describe("a header ten times as long as any that is taken", () => {
  const repeated = (text: string) => text.repeat(Math.floor(160_000 / text.length));

  test.each([
    repeated(","),
    repeated(" "),
    repeated("\t "),
    repeated('"'),
    repeated('"3",'),
    repeated('"3" '),
    repeated('W/"3", ,'),
    `${repeated(" ,")}x`,
    `"${repeated("-gzip")}`,
    `"${repeated("-gzip")}"`,
    `"3${repeated("-")}"`,
  ])("is read in time proportional to its length: case %#", (header) => {
    const started = performance.now();
    parseIfMatch(header);
    ifNoneMatch(header, etag(4));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
