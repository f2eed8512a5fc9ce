import { expect, test } from "@jest/globals";
import { chooseMediaType } from "../../src/http/accept.ts";

const offered = ["application/json", "text/csv", "application/x-ndjson"];

test.each([
  [undefined, "application/json"],
  ["*/*", "application/json"],
  ["text/csv", "text/csv"],
  ["text/*", "text/csv"],
  ["TEXT/CSV; charset=utf-8", "text/csv"],
  ["application/json;q=0.5, text/csv", "text/csv"],
  ["text/csv;q=0.1, */*;q=0.2", "application/json"],
  ["*/*, application/json;q=0", "text/csv"],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "application/json"],
  ["nonsense", "application/json"],
  [", text/csv,,", "text/csv"],
  [",,", "application/json"],
  ["image/png", undefined],
  ["text/csv;q=0", undefined],
  ["text/csv;q=x, application/json", "application/json"],
])("chooses for Accept %j: %j", (header, chosen) => {
  expect(chooseMediaType(header, offered)).toBe(chosen);
});
