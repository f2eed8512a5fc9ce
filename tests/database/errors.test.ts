import { describe, expect, test } from "@jest/globals";
import pg from "pg";
import { databaseTrouble } from "../../src/database/errors.ts";

/** An error as the server reports it. */
function reported(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError("reported", 0, "error");
  error.code = code;
  return error;
}

function failed(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe("databaseTrouble", () => {
  test.each([
    ["08006", "away"],
    ["57P01", "away"],
    ["57P03", "away"],
    ["53300", "away"],
    ["57014", "too-slow"],
    ["53100", "full"],
    ["08P01", undefined],
    ["23505", undefined],
    ["42P01", undefined],
  ])("takes the server's %s for %s", (code, trouble) => {
    expect(databaseTrouble(reported(code))).toBe(trouble);
  });

  test.each(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT"])(
    "takes a connection's %s for a database that is away",
    (code) => {
      expect(databaseTrouble(failed("connect", code))).toBe("away");
    },
  );

  test.each([
    "Connection terminated unexpectedly",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error and is not queryable",
  ])("knows the driver's own words: %s", (message) => {
    expect(databaseTrouble(failed(message))).toBe("away");
  });

  test("looks for the cause below what wraps it", () => {
    const wrapped = new Error("outer", { cause: new Error("inner", { cause: reported("57P01") }) });
    expect(databaseTrouble(wrapped)).toBe("away");
  });

  test.each([["a text"], [undefined], [failed("something else")], [failed("no such file", "ENOENT")]])(
    "says nothing of %s",
    (error) => {
      expect(databaseTrouble(error)).toBeUndefined();
    },
  );
});
