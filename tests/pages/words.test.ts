import { describe, expect, test } from "@jest/globals";
import {
  codeWords,
  counted,
  dateWords,
  elapsedWords,
  listWords,
  localWords,
  utcWords,
} from "../../src/pages/words.ts";

describe("the time since the effect", () => {
  test.each([
    [{ min: 300, max: 360 }, "after 5 to 6 minutes"],
    [{ min: 300, max: 300 }, "after 5 minutes"],
    [{ min: 60, max: 60 }, "after 1 minute"],
    [{ min: 30, max: 45 }, "after 30 to 45 seconds"],
    [{ min: 4140, max: 4320 }, "after 69 to 72 minutes"],
    [{ min: 36_000, max: 46_800 }, "after 10 to 13 hours"],
    [{ min: 0, max: 86_400 }, "within 24 hours"],
    [{ min: 0, max: 0 }, "at that very moment"],
    [{ min: 1_378_800, max: 1_465_200 }, "after 15 to 17 days"],
  ])("%j is told as %s", (elapsed, words) => {
    expect(elapsedWords(elapsed)).toBe(words);
  });

  test("never promises more than is known: the bounds are rounded outwards", () => {
    expect(elapsedWords({ min: 359, max: 361 })).toBe("after 5 to 7 minutes");
  });
});

describe("a date", () => {
  test.each([
    ["2020", "2020"],
    ["2020-10", "October 2020"],
    ["2020-10-06", "6 October 2020"],
    ["2020-10-26T08", "26 October 2020, 08h"],
    ["2020-10-26T08:00", "26 October 2020, 08:00"],
  ])("%s is told as precisely as it is known and no more: %s", (iso, words) => {
    expect(dateWords(iso)).toBe(words);
  });

  const moment = {
    local: "2020-10-18T00:00",
    until: null,
    time_zone: "+04:00",
    approximate: false,
    earliest: "2020-10-17T20:00:00Z",
    latest: "2020-10-17T20:00:00Z",
  };

  test("keeps local date and UTC date apart where they differ", () => {
    expect(localWords(moment)).toBe("18 October 2020, 00:00 (UTC+04:00)");
    expect(utcWords(moment)).toBe("17 October 2020, 20:00 UTC");
  });

  test("says when no zone is known, and names both bounds in UTC", () => {
    const open = { ...moment, time_zone: null, latest: "2020-10-18T12:00:00Z" };
    expect(localWords(open)).toContain("(time zone not given)");
    expect(utcWords(open)).toBe("between 17 October 2020, 20:00 and 18 October 2020, 12:00 UTC");
  });

  test("says what is approximate and until when it may have been", () => {
    const vague = { ...moment, local: "2020-10-17", until: "2020-10-18", approximate: true };
    expect(localWords(vague)).toBe("about 17 October 2020, at the latest 18 October 2020 (UTC+04:00)");
  });
});

test("codes, lists and counts read as words", () => {
  expect(codeWords("COUNTER_CLAIM")).toBe("counter claim");
  expect([listWords([]), listWords(["A"]), listWords(["A", "B", "C"])]).toEqual(["", "A", "A, B and C"]);
  expect([counted(1, "report"), counted(1200, "report")]).toEqual(["1 report", "1,200 reports"]);
});

describe("a zone", () => {
  const at = { local: "2020-10-26T08:00", until: null, approximate: false, earliest: "", latest: "" };

  test.each([
    ["+04:00", "26 October 2020, 08:00 (UTC+04:00)"],
    ["Asia/Baku", "26 October 2020, 08:00 (Asia/Baku)"],
    [null, "26 October 2020, 08:00 (time zone not given)"],
  ])("%s is told beside the local time", (time_zone, words) => {
    expect(localWords({ ...at, time_zone })).toBe(words);
  });

  test("and a year or a month alone stays one", () => {
    expect([dateWords("2020"), dateWords("2020-10"), dateWords("2020-10-26T08")]).toEqual([
      "2020",
      "October 2020",
      "26 October 2020, 08h",
    ]);
  });
});
