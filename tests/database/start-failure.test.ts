import { describe, expect, test } from "@jest/globals";
import { describeConnectionFailure } from "../../src/database/server-check.ts";
import { codeOf, isStartFailure, messageOf, startFailure } from "../../src/database/start-failure.ts";

describe("what was thrown", () => {
  test.each<[string, unknown, string]>([
    ["an error", new Error("It broke."), "It broke."],
    ["a system error without words", Object.assign(new Error(""), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["an error with nothing at all", new TypeError(""), "TypeError"],
    ["no error", 7, "7"],
  ])("is told in words: %s", (_name, thrown, words) => {
    expect(messageOf(thrown)).toBe(words);
  });

  test("has a code only where that is a text", () => {
    expect([codeOf({ code: "ENOENT" }), codeOf({ code: 5 }), codeOf({}), codeOf(null), codeOf("x")]).toEqual([
      "ENOENT",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("is for the operator only where it was made so", () => {
    expect(isStartFailure(startFailure("Do this.", new Error("inner")))).toBe(true);
    expect(isStartFailure(new Error("Do this."))).toBe(false);
    expect(isStartFailure("Do this.")).toBe(false);
  });
});

describe("a server that cannot be reached", () => {
  const failed = (code: string, message = "") => Object.assign(new Error(message), { code });

  test.each([
    ["postgresql://u:p@db.example:5433/records", "ECONNREFUSED", "db.example:5433"],
    ["postgresql://u:p@db.example/records", "28P01", "password of user u"],
    ["postgresql://db.example/", "3D000", "no database of that name"],
    ["postgresql:///records?host=/run/postgresql", "ENOENT", "/run/postgresql"],
    ["postgresql:///", "EHOSTUNREACH", "the default address"],
    ["postgresql://db.example/records", "28000", "user of this process"],
    ["postgresql://db.example/records", "XX000", "cannot be used"],
  ])("at %s is told of by what is wrong (%s) and where", (url, code, words) => {
    const sentence = describeConnectionFailure(failed(code, "as told"), url);
    expect(sentence).toContain(words);
    expect(sentence).not.toContain(":p@");
  });

  test("in time is told by the driver's words alone", () => {
    expect(describeConnectionFailure(new Error("connection timeout"), "postgresql://h/d")).toMatch(
      /did not answer in time/,
    );
  });
});
