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

  test.each(['W/"3"', '"abc"', '"0"', '"03"', '"3-gzip"'])(
    "matches no version with %s, which is no strong tag of ours",
    (tag) => {
      expect(parseIfMatch(tag)).toEqual({ any: false, versions: [] });
    },
  );

  test.each(["3", "", "'3'", '"3', '"3" "4"', "*, *"])("refuses %j, which is no list of tags", (header) => {
    expect(parseIfMatch(header)).toMatchObject({ faults: [{ header: "If-Match", code: "invalid_header" }] });
  });
});

describe("ifNoneMatch", () => {
  test.each(['"3"', 'W/"3"', '"1", "3"', "*"])("finds the current tag in %s", (header) => {
    expect(ifNoneMatch(header, etag(3))).toBe(true);
  });

  test.each(['"4"', "3", '"33"', ""])("sends the record for %j", (header) => {
    expect(ifNoneMatch(header, etag(3))).toBe(false);
  });

  test("sends the record where there is no header", () => {
    expect(ifNoneMatch(undefined, etag(3))).toBe(false);
  });
});
