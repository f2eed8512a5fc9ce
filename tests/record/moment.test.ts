import { describe, expect, test } from "@jest/globals";
import { type MomentInput, type MomentKind, resolveMoment } from "../../src/record/moment.ts";

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

describe("the moment that comes back", () => {
  test("says every member, null where nothing was said", () => {
    expect(resolveMoment({ local: "2020-10-26T08:00" }, "observed", NOW)).toEqual({
      moment: {
        local: "2020-10-26T08:00",
        until: null,
        time_zone: null,
        approximate: false,
        words: null,
        earliest: "2020-10-25T18:00:00Z",
        latest: "2020-10-26T20:01:00Z",
      },
    });
  });

  test("keeps every member that was given, and can be written back", () => {
    const input = {
      local: "2020-10-10",
      until: "2020-10-10T12:00",
      time_zone: "Asia/Yerevan",
      approximate: true,
      words: "minutes before noon",
    };
    const first = resolveMoment(input, "observed", NOW);
    expect(first).toMatchObject({ moment: input });
    if ("faults" in first) throw new Error("refused");
    expect(resolveMoment(first.moment, "observed", NOW)).toEqual(first);
  });
});

describe("an observed moment spans the whole of its last part", () => {
  test.each([
    ["2020", "2019-12-31T20:00:00Z 2020-12-31T20:00:00Z"],
    ["2020-10", "2020-09-30T20:00:00Z 2020-10-31T20:00:00Z"],
    ["2020-12", "2020-11-30T20:00:00Z 2020-12-31T20:00:00Z"],
    ["2020-02", "2020-01-31T20:00:00Z 2020-02-29T20:00:00Z"],
    ["2020-10-26", "2020-10-25T20:00:00Z 2020-10-26T20:00:00Z"],
    ["2020-10-26T08", "2020-10-26T04:00:00Z 2020-10-26T05:00:00Z"],
    ["2020-10-26T08:00", "2020-10-26T04:00:00Z 2020-10-26T04:01:00Z"],
    ["2020-10-26T08:00:30", "2020-10-26T04:00:30Z 2020-10-26T04:00:31Z"],
  ])("%s at UTC+4", (local, expected) => {
    expect(baku(local)).toBe(expected);
  });

  test("places the same wall clock by offset, by name and by a name with daylight saving", () => {
    expect(bounds({ local: "2020-10-26T08:00", time_zone: "Asia/Baku" })).toBe(baku("2020-10-26T08:00"));
    expect(bounds({ local: "2020-10-26T00:00", time_zone: "America/New_York" })).toBe(
      baku("2020-10-26T08:00"),
    );
    expect(bounds({ local: "2020-11-26T00", time_zone: "America/New_York" })).toBe(
      "2020-11-26T05:00:00Z 2020-11-26T06:00:00Z",
    );
    expect(bounds({ local: "2020-10-26T12:30", time_zone: "-03:30" })).toBe(
      "2020-10-26T16:00:00Z 2020-10-26T16:01:00Z",
    );
  });

  test("without a zone reaches from UTC+14 to UTC-12", () => {
    expect(bounds({ local: "2020-10-26" })).toBe("2020-10-25T10:00:00Z 2020-10-27T12:00:00Z");
    expect(bounds({ local: "2020-10-26T08:00", time_zone: null })).toBe(
      "2020-10-25T18:00:00Z 2020-10-26T20:01:00Z",
    );
  });
});

describe("until", () => {
  test("ends at exactly its time of day, to the hour as to the second", () => {
    expect(baku("2020-10-10", { until: "2020-10-10T12:00" })).toBe(
      "2020-10-09T20:00:00Z 2020-10-10T08:00:00Z",
    );
    expect(baku("2020-10-10T02", { until: "2020-10-10T04" })).toBe(
      "2020-10-09T22:00:00Z 2020-10-10T00:00:00Z",
    );
    expect(baku("2020-10-10T02", { until: "2020-10-10T02:00:30" })).toBe(
      "2020-10-09T22:00:00Z 2020-10-09T22:00:30Z",
    );
  });

  test("as a date includes it, whatever its last part", () => {
    expect(baku("2020-10-10T22", { until: "2020-10-11" })).toBe("2020-10-10T18:00:00Z 2020-10-11T20:00:00Z");
    expect(baku("2020-10-10", { until: "2020-11" })).toBe("2020-10-09T20:00:00Z 2020-11-30T20:00:00Z");
    expect(baku("2020-10-10T08:00", { until: "2020-10-10" })).toBe(
      "2020-10-10T04:00:00Z 2020-10-10T20:00:00Z",
    );
    expect(baku("2020-10-10", { until: "2020" })).toBe("2020-10-09T20:00:00Z 2020-12-31T20:00:00Z");
  });

  test("at the very start of local leaves one instant", () => {
    expect(baku("2020-10-10T08:00", { until: "2020-10-10T08:00" })).toBe(
      "2020-10-10T04:00:00Z 2020-10-10T04:00:00Z",
    );
  });

  test.each([
    ["2020-10-10T08:00", "2020-10-10T07:59"],
    ["2020-10-10T08:30", "2020-10-10T08"],
    ["2020-10-10", "2020-10-09"],
    ["2020-10-10", "2020-09"],
    ["2020-10-10", "2019"],
  ])("is refused before local: %s until %s", (local, until) => {
    for (const time_zone of [null, "+04:00", "Asia/Baku"]) {
      expect(bounds({ local, until, time_zone })).toEqual(["until until_before_local"]);
      expect(bounds({ local, until, time_zone, approximate: true })).toEqual(["until until_before_local"]);
    }
  });

  test("earlier on the wall clock is no fault where the clock was set back in between", () => {
    const input = { local: "2020-11-01T01:50", until: "2020-11-01T01:10", time_zone: "America/New_York" };
    expect(bounds(input)).toBe("2020-11-01T05:50:00Z 2020-11-01T06:10:00Z");
    expect(bounds({ ...input, time_zone: "-04:00" })).toEqual(["until until_before_local"]);
  });
});

describe("approximate widens each end by one unit of the last part given there", () => {
  test.each([
    ["2020", "2018-12-31T20:00:00Z 2021-12-31T20:00:00Z"],
    ["2020-01", "2019-11-30T20:00:00Z 2020-02-29T20:00:00Z"],
    ["2020-10-26", "2020-10-24T20:00:00Z 2020-10-27T20:00:00Z"],
    ["2020-10-11T02", "2020-10-10T21:00:00Z 2020-10-11T00:00:00Z"],
    ["2020-10-26T08:00", "2020-10-26T03:59:00Z 2020-10-26T04:02:00Z"],
    ["2020-10-26T08:00:30", "2020-10-26T04:00:29Z 2020-10-26T04:00:32Z"],
  ])("about %s", (local, expected) => {
    expect(baku(local, { approximate: true })).toBe(expected);
  });

  test("the end by the unit of until", () => {
    expect(baku("2020-10-10T02", { until: "2020-10-10T04:30", approximate: true })).toBe(
      "2020-10-09T21:00:00Z 2020-10-10T00:31:00Z",
    );
    expect(baku("2020-10-10T02:00", { until: "2020-10-10", approximate: true })).toBe(
      "2020-10-09T21:59:00Z 2020-10-11T20:00:00Z",
    );
  });

  test("hours by the time that passes, days by the calendar, where the clock is changed", () => {
    const york = { time_zone: "America/New_York", approximate: true };
    expect(bounds({ local: "2021-03-14T03", ...york })).toBe("2021-03-14T06:00:00Z 2021-03-14T09:00:00Z");
    expect(bounds({ local: "2021-03-13", ...york })).toBe("2021-03-12T05:00:00Z 2021-03-15T04:00:00Z");
    const paulo = { time_zone: "America/Sao_Paulo", approximate: true };
    expect(bounds({ local: "2018-11-05", ...paulo })).toBe("2018-11-04T03:00:00Z 2018-11-07T02:00:00Z");
  });
});

describe("a prescribed moment", () => {
  test("to the minute or second is an instant", () => {
    expect(baku("2020-10-26T08:00", {}, "prescribed")).toBe("2020-10-26T04:00:00Z 2020-10-26T04:00:00Z");
    expect(baku("2020-10-26T08:00:30", {}, "prescribed")).toBe("2020-10-26T04:00:30Z 2020-10-26T04:00:30Z");
  });

  test("to the hour, day, month or year keeps the whole of it", () => {
    for (const local of ["2020-10-26T08", "2020-10-26", "2020-10", "2020"]) {
      expect(baku(local, {}, "prescribed")).toBe(baku(local));
    }
  });

  test("to the minute without a zone is an instant at an offset not known", () => {
    expect(bounds({ local: "2020-10-10T12:00" }, "prescribed")).toBe(
      "2020-10-09T22:00:00Z 2020-10-11T00:00:00Z",
    );
  });

  test("about a minute lies within one minute of it", () => {
    expect(baku("2020-10-26T08:00", { approximate: true }, "prescribed")).toBe(
      "2020-10-26T03:59:00Z 2020-10-26T04:01:00Z",
    );
  });

  test("reaches to its until", () => {
    expect(baku("2020-10-26T08:00", { until: "2020-10-26T09" }, "prescribed")).toBe(
      "2020-10-26T04:00:00Z 2020-10-26T05:00:00Z",
    );
    expect(baku("2020-10-26T08:00", { until: "2020-10-26" }, "prescribed")).toBe(
      "2020-10-26T04:00:00Z 2020-10-26T20:00:00Z",
    );
  });

  test("may lie in a year far ahead, as an observed one may not", () => {
    expect(baku("2099-01-01T00:00", {}, "prescribed")).toBe("2098-12-31T20:00:00Z 2098-12-31T20:00:00Z");
    expect(baku("2099-01-01T00:00", {}, "expiry")).toBe("2098-12-31T20:00:00Z 2098-12-31T20:00:00Z");
    expect(baku("2099-01-01T00:00")).toEqual(["local too_late"]);
  });
});

describe("an expiry", () => {
  test("to the day is the instant at which the day ends", () => {
    expect(baku("2020-10-26", {}, "expiry")).toBe("2020-10-26T20:00:00Z 2020-10-26T20:00:00Z");
    expect(bounds({ local: "2020-10-26" }, "expiry")).toBe("2020-10-26T10:00:00Z 2020-10-27T12:00:00Z");
    expect(baku("2020-10-26", { approximate: true }, "expiry")).toBe(
      "2020-10-25T20:00:00Z 2020-10-27T20:00:00Z",
    );
  });

  test("to the day until a date lies between the ends of both days", () => {
    expect(baku("2020-10-26", { until: "2020-10-28" }, "expiry")).toBe(
      "2020-10-26T20:00:00Z 2020-10-28T20:00:00Z",
    );
    expect(baku("2020-10-26", { until: "2020-10-26" }, "expiry")).toBe(
      "2020-10-26T20:00:00Z 2020-10-26T20:00:00Z",
    );
  });

  test("to the day until a time of day does not start at the end of the day", () => {
    expect(baku("2020-10-26", { until: "2020-10-26T12:00" }, "expiry")).toBe(
      "2020-10-25T20:00:00Z 2020-10-26T08:00:00Z",
    );
  });

  test("to anything but the day is what a prescribed moment is", () => {
    for (const local of ["2020", "2020-10", "2020-10-26T08", "2020-10-26T08:00", "2020-10-26T08:00:30"]) {
      expect(baku(local, {}, "expiry")).toBe(baku(local, {}, "prescribed"));
    }
  });
});

describe("clocks that are changed", () => {
  const york = { time_zone: "America/New_York" };

  test.each([
    ["America/New_York", "2021-03-14T02"],
    ["America/New_York", "2021-03-14T02:00"],
    ["America/New_York", "2021-03-14T02:59:59"],
    ["Australia/Lord_Howe", "2020-10-04T02:29"],
    ["Pacific/Apia", "2011-12-30"],
    ["Pacific/Apia", "2011-12-30T12:00"],
  ])("%s never showed %s, which is refused for every kind", (time_zone, local) => {
    for (const kind of ["observed", "prescribed", "expiry"] as const) {
      expect(bounds({ local, time_zone }, kind)).toEqual(["local skipped_time"]);
    }
  });

  test("an until that was skipped is refused as well", () => {
    expect(bounds({ local: "2021-03-14T01", until: "2021-03-14T02:30", ...york })).toEqual([
      "until skipped_time",
    ]);
    expect(bounds({ local: "2021-03-14T02:10", until: "2021-03-14T02:30", ...york })).toEqual([
      "local skipped_time",
      "until skipped_time",
    ]);
  });

  test("a part of which only some was skipped keeps the rest", () => {
    expect(bounds({ local: "2021-03-14", ...york })).toBe("2021-03-14T05:00:00Z 2021-03-15T04:00:00Z");
    expect(bounds({ local: "2021-03-14T01", ...york })).toBe("2021-03-14T06:00:00Z 2021-03-14T07:00:00Z");
    expect(bounds({ local: "2020-10-04T02", time_zone: "Australia/Lord_Howe" })).toBe(
      "2020-10-03T15:30:00Z 2020-10-03T16:00:00Z",
    );
    expect(bounds({ local: "2018-11-04", time_zone: "America/Sao_Paulo" })).toBe(
      "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z",
    );
  });

  test("a repeated time spans both instants", () => {
    expect(bounds({ local: "2020-11-01T01:30", ...york })).toBe("2020-11-01T05:30:00Z 2020-11-01T06:31:00Z");
    expect(bounds({ local: "2020-11-01T01:30", ...york }, "prescribed")).toBe(
      "2020-11-01T05:30:00Z 2020-11-01T06:30:00Z",
    );
    expect(bounds({ local: "2020-11-01T00", until: "2020-11-01T01:30", ...york })).toBe(
      "2020-11-01T04:00:00Z 2020-11-01T06:30:00Z",
    );
  });

  test("a minute that ends where the clock begins to repeat spans one minute", () => {
    expect(bounds({ local: "2020-11-01T00:59", ...york })).toBe("2020-11-01T04:59:00Z 2020-11-01T05:00:00Z");
    expect(bounds({ local: "2020-11-01T02:00", ...york })).toBe("2020-11-01T07:00:00Z 2020-11-01T07:01:00Z");
  });

  test("a day that ends twice may expire at either of its ends", () => {
    // St. John's set its clock back at 00:01 to 23:01 of the day before.
    expect(bounds({ local: "2010-11-06", time_zone: "America/St_Johns" }, "expiry")).toBe(
      "2010-11-07T02:30:00Z 2010-11-07T03:30:00Z",
    );
  });
});
