import { describe, expect, test } from "@jest/globals";
import { pathFinder } from "../../src/http/paths.ts";
import { ProblemError } from "../../src/http/problem.ts";

const find = pathFinder([
  ["/v1/notes/{id}", "one"],
  ["/v1/notes/{id}/revisions/{n}", "revision"],
  ["/v1/notes/tags", "tags"],
  ["/v1/notes", "all"],
  ["/", "root"],
]);

describe("pathFinder", () => {
  test("finds templates and their parameters", () => {
    expect(find("/v1/notes/abc/revisions/3")).toEqual({ value: "revision", params: { id: "abc", n: "3" } });
    expect(find("/")).toEqual({ value: "root", params: {} });
  });

  test("lets a literal segment win whatever the order, and falls back to the parameter below it", () => {
    expect(find("/v1/notes/tags")?.value).toBe("tags");
    expect(find("/v1/notes/tags/revisions/1")).toEqual({ value: "revision", params: { id: "tags", n: "1" } });
  });

  test.each(["/v1/notes/", "/v1", "/v1/notes/a/revisions", "/v1/notes//revisions/1", "/V1/notes", ""])(
    "finds nothing at %j",
    (path) => {
      expect(find(path)).toBeUndefined();
    },
  );

  test("decodes a parameter once, a slash in it included", () => {
    expect(find("/v1/notes/a%2Fb%2520")?.params).toEqual({ id: "a/b%20" });
  });

  test.each(["%E0%A4%A", "%zz", "%ff", "a%00b"])("refuses %s, which is no text", (segment) => {
    expect(() => find(`/v1/notes/${segment}`)).toThrow(ProblemError);
  });

  test("calls NUL in a path what it is", () => {
    expect(() => find("/v1/notes/a%00b")).toThrow("The path contains the character NUL");
  });

  test("refuses two entries for one path", () => {
    expect(() => pathFinder([["/a/{x}", 1] as const, ["/a/{y}", 2] as const])).toThrow("Two entries");
  });
});
