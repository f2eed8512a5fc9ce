import { describe, expect, test } from "@jest/globals";
import {
  type MomentInput,
  type MomentKind,
  parseInstantOrDate,
  resolveMoment,
} from "../../src/record/moment.ts";

const NOW = new Date("2026-11-23T14:00:00Z");

/** Both bounds, "earliest latest", or the faults as "member code". */
function bounds(input: MomentInput, kind: MomentKind = "observed"): string | string[] {
  const resolved = resolveMoment(input, kind, NOW);
  if ("faults" in resolved) return resolved.faults.map(({ member, code }) => `${member} ${code}`);
  return `${resolved.moment.earliest} ${resolved.moment.latest}`;
}

function baku(local: string, more: Partial<MomentInput> = {}, kind: MomentKind = "observed") {
  return bounds({ local, time_zone: "+04:00", ...more }, kind);
}

function messages(input: MomentInput, kind: MomentKind = "observed"): string[] {
  const resolved = resolveMoment(input, kind, NOW);
  return "faults" in resolved ? resolved.faults.map(({ message }) => message) : [];
}

describe("what is refused, with the remedy", () => {
  test.each([
    ["", "Give only the parts"],
    ["yesterday", "Give only the parts"],
    ["2020-1-5", "Give only the parts"],
    ["20201026", "Give only the parts"],
    ["+002020-10-26", "Give only the parts"],
    ["2020-10-26T08:00\n", "Give only the parts"],
    ["2020-10-26t08:00", 'capital "T"'],
    ["2020-10-26 08:00", 'capital "T"'],
    ["2020-10-26T08:00Z", "as time_zone"],
    ["2020-10-26T08:00z", "as time_zone"],
    ["2020-10-26T08:00+04:00", "as time_zone"],
    ["2020-10-26T08:00:30.5", "kept to the second"],
    ["2020-10T08:00", "whole date"],
  ])("%j is no form of local", (local, remedy) => {
    expect(baku(local)).toEqual(["local malformed_time"]);
    const [message] = messages({ local });
    expect(message).toContain(JSON.stringify(local));
    expect(message).toContain(remedy);
  });

  test("a long value is cut where it is shown", () => {
    const [message] = messages({ local: "9".repeat(5000) });
    expect(message).toContain(`"${"9".repeat(100)}…"`);
    expect(message?.length).toBeLessThan(400);
  });

  test.each([
    ["1994-02-31", "1994-02 has 28 days"],
    ["2100-02-29", "2100-02 has 28 days"],
    ["2020-02-30T08:00", "2020-02 has 29 days"],
    ["2020-10-00", "give only 2020-10"],
    ["2020-04-31", "2020-04 has 30 days"],
    ["2020-13", "give only 2020"],
    ["2020-00-01", "give only 2020"],
  ])("%s is no date", (local, remedy) => {
    expect(baku(local, {}, "prescribed")).toEqual(["local impossible_date"]);
    expect(messages({ local }, "prescribed").join()).toContain(remedy);
  });

  test.each([
    ["2020-10-26T24:00", "T00:00 of the next day"],
    ["2020-10-26T24", "T00:00 of the next day"],
    ["2020-10-26T25:00", "Hours are 00 to 23"],
    ["2020-10-26T08:60", "minutes and seconds 00 to 59"],
    ["2016-12-31T23:59:60", "leap second"],
  ])("%s is no time of day", (local, remedy) => {
    expect(baku(local)).toEqual(["local impossible_time"]);
    expect(messages({ local }).join()).toContain(remedy);
  });

  test("takes the first and the last second of a day and a leap day", () => {
    expect(baku("2020-02-29T00:00:00")).toBe("2020-02-28T20:00:00Z 2020-02-28T20:00:01Z");
    expect(baku("2000-02-29T23:59:59")).toBe("2000-02-29T19:59:59Z 2000-02-29T20:00:00Z");
  });

  test("the years before 1800, for every kind", () => {
    expect(baku("1799-12-31")).toEqual(["local too_early"]);
    expect(baku("0020", {}, "prescribed")).toEqual(["local too_early"]);
    expect(baku("1800", {}, "expiry")).toBe("1799-12-31T20:00:00Z 1800-12-31T20:00:00Z");
  });

  test("what was observed after the end of next year, in local and in until", () => {
    expect(baku("2027-12-31T23:59")).toBe("2027-12-31T19:59:00Z 2027-12-31T20:00:00Z");
    expect(baku("2028")).toEqual(["local too_late"]);
    expect(baku("2027", { until: "2028-01-01" })).toEqual(["until too_late"]);
    expect(messages({ local: "2028" }).join()).toContain("after the end of 2027");
  });

  test("bounds that do not fit four digits of a year", () => {
    expect(baku("9998", {}, "prescribed")).toBe("9997-12-31T20:00:00Z 9998-12-31T20:00:00Z");
    expect(bounds({ local: "9999", time_zone: "UTC" }, "prescribed")).toEqual(["local too_late"]);
    expect(baku("9998", { approximate: true }, "prescribed")).toBe(
      "9996-12-31T20:00:00Z 9999-12-31T20:00:00Z",
    );
    expect(bounds({ local: "2020", until: "9999", time_zone: "America/New_York" }, "expiry")).toEqual([
      "until too_late",
    ]);
  });

  test.each([
    "",
    "Z",
    "MSK",
    "Asia/Nowhere",
    "+4",
    "+04",
    "+0400",
    "UTC+4",
    "+04:00:30",
    "+14:01",
    "-12:01",
    "+04:60",
    "-00:00",
    "asia/baku",
    "utc",
    " Asia/Baku",
    "2020-10-26T08:00+04:00",
    "Asia/Baku[u-ca=hebrew]",
  ])("the zone %j", (time_zone) => {
    expect(bounds({ local: "2020-10-26", time_zone })).toEqual(["time_zone unknown_zone"]);
  });

  test("a zone is told how to be written", () => {
    expect(messages({ local: "2020", time_zone: "asia/baku" }).join()).toContain("write Asia/Baku");
    expect(messages({ local: "2020", time_zone: "MSK" }).join()).toContain("+04:00");
    expect(messages({ local: "2020", time_zone: "+15:00" }).join()).toContain("-12:00 to +14:00");
    expect(messages({ local: "2020", time_zone: "-00:00" }).join()).toContain("Write +00:00");
  });

  test.each([
    "UTC",
    "+00:00",
    "+14:00",
    "-12:00",
    "Asia/Calcutta",
    "Asia/Kolkata",
    "Europe/Kyiv",
    "Etc/UTC",
    "Japan",
    "UTC+04:00",
    "UTC-03:30",
    "UTC+00:00",
  ])("not the zone %s", (time_zone) => {
    expect(typeof bounds({ local: "2020-10-26", time_zone })).toBe("string");
  });

  test.each([
    ["CET", "Europe/Berlin (+01:00)"],
    ["cet", "Europe/Berlin (+01:00)"],
    ["EST", "America/New_York (-05:00)"],
    ["IST", "Asia/Kolkata (+05:30), Asia/Jerusalem (+02:00) or Europe/Dublin (+01:00)"],
    ["MST", "America/Denver (-07:00)"],
    ["HST", "Pacific/Honolulu (-10:00)"],
    ["EET", "Europe/Kyiv (+02:00)"],
    ["MSK", "Europe/Moscow (+03:00"],
    ["EST5EDT", "such as America/New_York"],
    ["PRC", "such as Asia/Shanghai"],
    ["prc", "such as Asia/Shanghai"],
    ["GMT", "Write UTC, or the zone of the place"],
    ["Etc/GMT", "Write UTC, or the zone of the place"],
    ["Zulu", "Write UTC, or the zone of the place"],
    ["Z", "Write UTC, or the zone of the place"],
    ["Etc/GMT+4", "it is the offset -04:00. Write -04:00."],
    ["Etc/GMT-11", "it is the offset +11:00. Write +11:00."],
    ["UTC+4", "Write +04:00 or UTC+04:00."],
    ["GMT+0430", "Write +04:30 or UTC+04:30."],
    ["+04", "Write +04:00 or UTC+04:00."],
    ["\u22125", "Write -05:00 or UTC-05:00."],
    ["XYZ", "Give an IANA name such as Asia/Baku"],
    ["SystemV/EST5EDT", "Give an IANA name such as Asia/Baku"],
  ])("the zone %s, with what to write instead", (time_zone, remedy) => {
    expect(bounds({ local: "2020-10-26", time_zone })).toEqual(["time_zone unknown_zone"]);
    const [message] = messages({ local: "2020-10-26", time_zone });
    expect(message).toContain(JSON.stringify(time_zone));
    expect(message).toContain(remedy);
  });

  test("an offset in the form of CSV files is kept in the form of JSON", () => {
    for (const time_zone of ["UTC+04:00", "+04:00"]) {
      const resolved = resolveMoment({ local: "2020-10-26T08:00", time_zone }, "observed", NOW);
      expect(resolved).toMatchObject({ moment: { time_zone: "+04:00", earliest: "2020-10-26T04:00:00Z" } });
    }
  });

  test("a skipped time names the time and the zone", () => {
    const [message] = messages({ local: "2021-03-14T02:30", time_zone: "America/New_York" });
    expect(message).toContain('"2021-03-14T02:30" never was in America/New_York');
  });

  test("everything that is wrong, at once", () => {
    expect(bounds({ local: "1994-02-31", until: "soon", time_zone: "MSK" })).toEqual([
      "local impossible_date",
      "until malformed_time",
      "time_zone unknown_zone",
    ]);
    expect(bounds({ local: "2030", until: "2020", time_zone: "MSK" })).toEqual([
      "local too_late",
      "time_zone unknown_zone",
      "until until_before_local",
    ]);
  });
});

describe("what a filter compares with", () => {
  function filter(text: string): string {
    const read = parseInstantOrDate(text);
    return "fault" in read ? read.fault.code : `${read.bounds.earliest} ${read.bounds.latest}`;
  }

  test.each([
    ["2020-10-26T04:00:00Z", "2020-10-26T04:00:00Z 2020-10-26T04:00:00Z"],
    ["2020-10-26T08:00:00+04:00", "2020-10-26T04:00:00Z 2020-10-26T04:00:00Z"],
    ["2020-10-26T04:00:00.000Z", "2020-10-26T04:00:00Z 2020-10-26T04:00:00Z"],
    ["2020-10-26T04:00:00.000001Z", "2020-10-26T04:00:00Z 2020-10-26T04:00:01Z"],
    ["2020", "2020-01-01T00:00:00Z 2021-01-01T00:00:00Z"],
    ["2020-10", "2020-10-01T00:00:00Z 2020-11-01T00:00:00Z"],
    ["2020-10-26", "2020-10-26T00:00:00Z 2020-10-27T00:00:00Z"],
    ["2020-10-26T08", "2020-10-26T08:00:00Z 2020-10-26T09:00:00Z"],
    ["2020-10-26T08:00", "2020-10-26T08:00:00Z 2020-10-26T08:01:00Z"],
    ["2099", "2099-01-01T00:00:00Z 2100-01-01T00:00:00Z"],
    ["2020-10-26T04Z", "2020-10-26T04:00:00Z 2020-10-26T05:00:00Z"],
    ["2020-10-26T04:00Z", "2020-10-26T04:00:00Z 2020-10-26T04:01:00Z"],
    ["2020-10-26T04:00+04:00", "2020-10-26T00:00:00Z 2020-10-26T00:01:00Z"],
    ["2020-10-26T04-03:30", "2020-10-26T07:30:00Z 2020-10-26T08:30:00Z"],
    ["2020-10-26T04:00:00.5+04:00", "2020-10-26T00:00:00Z 2020-10-26T00:00:01Z"],
    ["2020-10-26T04:00:00-00:00", "2020-10-26T04:00:00Z 2020-10-26T04:00:00Z"],
    ["2020-10-26T04:00:30", "2020-10-26T04:00:30Z 2020-10-26T04:00:31Z"],
  ])("%s", (text, expected) => {
    expect(filter(text)).toBe(expected);
  });

  test.each([
    ["today", "malformed_time"],
    ["1994-02-31", "impossible_date"],
    ["1994-02-31T00:00:00Z", "impossible_date"],
    ["2020-10-26T24:00:00Z", "impossible_time"],
    ["2020-10-26T08:00:00+24:00", "unknown_zone"],
    ["1799", "too_early"],
    ["9999", "too_late"],
  ])("refuses %s", (text, code) => {
    expect(filter(text)).toBe(code);
  });

  test.each([
    ["2020-10-26T04:00z", 'capital "Z"'],
    ["2020-10-26t04:00Z", 'capital "T"'],
    ["2020-10-26 04:00Z", 'capital "T"'],
    ["2020-10-26T04:00+0400", "+HH:MM"],
    ["2020-10-26T04:00+4", "+HH:MM"],
    ["2020-10-26T04:00.5Z", "whole seconds"],
    ["2020-10-26T04:00:00,5Z", "with a point"],
    ["2020-10-26T04:00:00.5", "whole seconds"],
    ["2020-10T04Z", "whole date"],
    ["2020-10-26T04:00:00 04:00", "%2B"],
    ["2020-10-26T04:00+15:00", "-12:00 to +14:00"],
    ["soon", "read in UTC"],
  ])("refuses %s with a remedy that does not name time_zone", (text, remedy) => {
    const read = parseInstantOrDate(text);
    const message = "fault" in read ? read.fault.message : "";
    expect(message).toContain(remedy);
    expect(message).not.toContain("time_zone");
  });

  test("says how a lost plus sign is written in an address", () => {
    const read = parseInstantOrDate("2020-10-26T08:00:00 04:00");
    expect(read).toMatchObject({ fault: { message: expect.stringContaining("%2B") } });
  });
});
