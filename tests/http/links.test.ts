import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { linkTo, MAX_URL_BYTES, urlLength_bytes } from "../../src/http/links.ts";

const baseUrl = "https://example.org/ceasefires";

/** A request target as a client may write it: escaped or not, with characters that a URL should escape. */
const target = fc
  .array(
    fc.tuple(
      fc.constantFrom("id", "q", "cursor", "format", "as_of"),
      fc.array(
        fc.constantFrom("a", ",", "%2C", "'", '"', "<", "|", "%", "+", " ", "é", "%C3%A9", ":", "=", "%41"),
      ),
    ),
    { maxLength: 6 },
  )
  .map((pairs) =>
    pairs.map(([name, parts]) => `${name}=${parts.join("").replace(/%(?![0-9A-F]{2})| /g, "+")}`).join("&"),
  );

describe("linkTo", () => {
  test("keeps commas, colons and slashes as they are, and escapes what a query cannot hold", () => {
    const call = { baseUrl, url: "/v1/actors?id=a%2Cb,c&since=2020-10-26T04:00:00%2B04:00&q=a%26b+c%3Cd%3E" };
    expect(linkTo(call, { cursor: "x_-1" })).toBe(
      `${baseUrl}/v1/actors?id=a,b,c&since=2020-10-26T04:00:00%2B04:00&q=a%26b+c%3Cd%3E&cursor=x_-1`,
    );
  });

  test("sets a parameter that is there already, and makes a query where there is none", () => {
    expect(linkTo({ baseUrl, url: "/v1/actors?cursor=a&limit=1" }, { cursor: "b" })).toBe(
      `${baseUrl}/v1/actors?cursor=b&limit=1`,
    );
    expect(linkTo({ baseUrl, url: "/v1/actors" }, { format: "csv" })).toBe(`${baseUrl}/v1/actors?format=csv`);
  });

  test("says what the request says, and makes a URL that is no longer than the request's is taken to be", () => {
    fc.assert(
      fc.property(target, fc.nat(400), (query, times) => {
        const long = `${query}&q2=${'"é,'.repeat(times)}`;
        const length = urlLength_bytes("/v1/actors", long);
        const link = linkTo({ baseUrl, url: `/v1/actors?${long}` }, { cursor: "c".repeat(50) });
        const own = link.slice(baseUrl.length).split("?");
        expect(own[0]).toBe("/v1/actors");
        const added = new URLSearchParams(own[1]);
        const asked = new URLSearchParams(long);
        asked.set("cursor", "c".repeat(50));
        expect([...added]).toEqual([...asked]);
        if (length <= MAX_URL_BYTES)
          expect(urlLength_bytes("/v1/actors", own[1])).toBeLessThanOrEqual(MAX_URL_BYTES);
      }),
    );
  });
});
