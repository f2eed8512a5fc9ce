import { describe, expect, test } from "@jest/globals";
import { problem, problemBody } from "../../src/http/problem.ts";
import { problemTypes } from "../../src/http/problem-types.ts";

describe("problemTypes", () => {
  test("covers every status of a failed request that the contract names", () => {
    const covered = new Set<number>(Object.values(problemTypes).map((type) => type.status));
    const named = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503];
    expect(named.filter((status) => !covered.has(status))).toEqual([]);
  });

  test.each(Object.entries(problemTypes))("explains %s and says what to do, in sentences", (slug, type) => {
    expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(type.explanation).toMatch(/^[A-Z`].{20,}\.$/);
    expect(type.remedy).toMatch(/^[A-Z`].{20,}\.$/);
    expect(type.title).not.toMatch(/\.$/);
  });
});

describe("problem", () => {
  test("keeps the inside text and the cause out of the answer", () => {
    const error = problem("internal-error", "Something failed.", {
      inside: "password wrong",
      cause: new Error("secret"),
    });
    const body = problemBody(error, { baseUrl: "https://example.org", instance: "/v1/x" });
    expect(error.message).toBe("password wrong");
    expect(body).toEqual({
      type: "https://example.org/problems/internal-error",
      title: "The service failed",
      status: 500,
      detail: "Something failed.",
      instance: "/v1/x",
      errors: [],
    });
  });

  test("adds the headers that a status implies, and lets the caller set its own", () => {
    expect(problem("unauthorized", "x").headers).toEqual({ "WWW-Authenticate": "Bearer" });
    expect(problem("service-unavailable", "x").headers).toEqual({ "Retry-After": "5" });
    expect(problem("too-many-requests", "x", { headers: { "Retry-After": "9" } }).headers).toEqual({
      "Retry-After": "9",
    });
  });
});

describe("the bounds of a problem", () => {
  const where = { baseUrl: "https://example.org", instance: "/" };

  test("lists at most 100 faults, and says how many more were found", () => {
    const errors = Array.from({ length: 250 }, (_none, place) => ({
      pointer: `/${place}`,
      code: "wrong_type",
      message: "This is wrong.",
    }));
    const body = problemBody(problem("invalid-record", "It breaks rules.", { errors }), where);
    expect(body.errors).toEqual(errors.slice(0, 100));
    expect(body.more_errors).toBe(150);
    expect(body.detail).toBe("It breaks rules. `errors` lists 100 faults; 150 more were found.");
  });

  test("lists fewer where they are long, so that the answer stays below 64 KB", () => {
    const long = "\u0001".repeat(10_000);
    const errors = Array.from({ length: 100 }, () => ({
      pointer: `/${long}/${long}`,
      code: "x",
      message: long,
    }));
    const body = problemBody(problem("invalid-record", long, { errors }), where);
    expect(body.errors.length + (body.more_errors ?? 0)).toBe(100);
    expect(body.errors.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(64 * 1024);
  });
});
