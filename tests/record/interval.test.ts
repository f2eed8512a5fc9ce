import { describe, expect, test } from "@jest/globals";
import { type Bounds, compare, elapsed } from "../../src/record/interval.ts";
import {
  type Moment,
  type MomentInput,
  position,
  resolveMoment,
  type Span,
  spanBounds,
  spanFaults,
} from "../../src/record/moment.ts";

/** "08:00" is an instant of one day, "08:00-08:01" bounds. */
function at(text: string): Bounds {
  const [from = "", to = from] = text.split("-");
  return { earliest: `2020-10-10T${from}:00Z`, latest: `2020-10-10T${to}:00Z` };
}

function observed(local: string, more: Partial<MomentInput> = {}): Moment {
  const input = { local, time_zone: "+04:00", ...more };
  const resolved = resolveMoment(input, "observed", new Date("2026-01-01T00:00:00Z"));
  if ("faults" in resolved) throw new Error(JSON.stringify(resolved.faults));
  return resolved.moment;
}

function span(start: Moment, end: Moment | null = null, ongoing_at: Moment | null = null): Span {
  return { start, end, ongoing_at };
}

describe("compare", () => {
  test.each([
    ["08:00", "09:00", "BEFORE", "AFTER"],
    ["08:00", "08:00", "EQUAL", "EQUAL"],
    ["08:00-08:01", "08:01-08:02", "BEFORE", "AFTER"],
    ["08:00", "08:00-08:01", "BEFORE", "AFTER"],
    ["08:00-08:01", "08:01", "BEFORE", "AFTER"],
    ["08:00-08:01", "08:00-08:01", "UNDECIDED", "UNDECIDED"],
    ["08:00-09:00", "08:30", "UNDECIDED", "UNDECIDED"],
    ["08:00-09:00", "08:59-10:00", "UNDECIDED", "UNDECIDED"],
  ])("%s to %s is %s, the other way %s", (a, b, forth, back) => {
    expect(compare(at(a), at(b))).toBe(forth);
    expect(compare(at(b), at(a))).toBe(back);
  });
});

describe("elapsed", () => {
  test("is a range of whole seconds, negative where the second may have come first", () => {
    const report = at("08:05-08:06");
    expect(elapsed(at("08:00"), report)).toEqual({ min: 300, max: 360 });
    expect(elapsed(at("09:00"), report)).toEqual({ min: -3300, max: -3240 });
    expect(elapsed(at("08:00-09:00"), report)).toEqual({ min: -3300, max: 360 });
  });
});

describe("the bounds of a span", () => {
  const start = observed("2020-10-10T12:00");

  test("end with its end, else with what is said to have gone on, else with its start", () => {
    const end = observed("2020-10-10T14:00");
    const ongoing = observed("2020-10-10T13:00");
    const earliest = "2020-10-10T08:00:00Z";
    expect(spanBounds(span(start, end, ongoing))).toEqual({ earliest, latest: "2020-10-10T10:01:00Z" });
    expect(spanBounds(span(start, null, ongoing))).toEqual({ earliest, latest: "2020-10-10T09:01:00Z" });
    expect(spanBounds(span(start))).toEqual({ earliest, latest: "2020-10-10T08:01:00Z" });
  });

  test("never end before the latest start", () => {
    const vague = observed("2020-10-10");
    for (const it of [span(vague, start), span(vague, null, start)]) {
      expect(spanBounds(it)).toEqual({ earliest: "2020-10-09T20:00:00Z", latest: "2020-10-10T20:00:00Z" });
    }
  });
});

describe("the faults of a span", () => {
  const noon = observed("2020-10-10T12:00");

  function faults(it: Span): string[] {
    return spanFaults(it).map(({ member, code }) => `${member} ${code}`);
  }

  test("an end surely before its start, told with both times", () => {
    expect(faults(span(noon, observed("2020-10-10T11:59")))).toEqual(["end end_before_start"]);
    const [fault] = spanFaults(span(noon, observed("2020-10-09")));
    expect(fault?.message).toContain("2020-10-09, at the latest 2020-10-09T20:00:00Z");
    expect(fault?.message).toContain("2020-10-10T12:00, at the earliest 2020-10-10T08:00:00Z");
  });

  test("a time at which it surely had not started or had ended, all at once", () => {
    expect(faults(span(noon, null, observed("2020-10-10T11:59")))).toEqual([
      "ongoing_at ongoing_before_start",
    ]);
    expect(faults(span(noon, observed("2020-10-10T13:00"), observed("2020-10-10T13:01")))).toEqual([
      "ongoing_at ongoing_after_end",
    ]);
    expect(faults(span(noon, observed("2020-10-08"), observed("2020-10-09")))).toEqual([
      "end end_before_start",
      "ongoing_at ongoing_before_start",
      "ongoing_at ongoing_after_end",
    ]);
  });

  test("none where bounds overlap, as where end and start are the same minute or the end has no zone", () => {
    expect(faults(span(noon, noon, noon))).toEqual([]);
    expect(faults(span(noon, observed("2020-10-10"), observed("2020-10-10")))).toEqual([]);
    expect(faults(span(noon, observed("2020-10-10T11:00", { time_zone: null })))).toEqual([]);
    expect(faults(span(noon))).toEqual([]);
  });
});

describe("the position of a span to an effective time", () => {
  const effect = at("08:00");

  test.each([
    ["starts after", "08:05-08:06", null, null, "AFTER"],
    ["starts in the minute of effect", "08:00-08:01", null, null, "AFTER"],
    ["starts at the instant of effect", "08:00", null, null, "AFTER"],
    ["starts before, nothing said of an end", "07:59-08:00", null, null, "BEFORE"],
    ["starts on a day that holds the effect", "00:00-20:00", null, null, "UNDECIDED"],
    ["starts and ends after", "08:05-08:06", "09:00-09:01", null, "AFTER"],
    ["starts before and ends before", "07:00-07:01", "07:30-07:31", null, "BEFORE"],
    ["starts before and ends at the instant of effect", "07:00-07:01", "08:00", null, "BEFORE"],
    ["starts before and ends after", "07:00-07:01", "08:30-08:31", null, "ACROSS"],
    [
      "starts before and ends on a day that holds the effect",
      "07:00-07:01",
      "00:00-20:00",
      null,
      "UNDECIDED",
    ],
    ["may start before and ends before", "00:00-20:00", "07:30-07:31", null, "BEFORE"],
    ["may start before and ends after", "00:00-20:00", "09:00-09:01", null, "UNDECIDED"],
    ["starts before and still went on after", "07:00-07:01", null, "08:30-08:31", "ACROSS"],
    ["starts before and still went on at the instant of effect", "07:00-07:01", null, "08:00", "ACROSS"],
    [
      "may start before and still went on at the instant of effect",
      "00:00-20:00",
      null,
      "08:00",
      "UNDECIDED",
    ],
    ["starts before and was last said to go on before", "07:00-07:01", null, "07:30-07:31", "BEFORE"],
    ["ends before, whatever is said of its going on", "07:00-07:01", "07:45-07:46", "07:30-07:31", "BEFORE"],
  ])("%s", (_, start, end, ongoing, expected) => {
    const it = {
      start: at(start),
      end: end === null ? null : at(end),
      ongoing_at: ongoing === null ? null : at(ongoing),
    };
    expect(position(effect, it)).toBe(expected);
  });

  test("to an effect that is itself uncertain is decided only clear of its bounds", () => {
    const uncertain = at("08:00-09:00");
    expect(position(uncertain, { start: at("08:05-08:06"), end: null, ongoing_at: null })).toBe("UNDECIDED");
    expect(position(uncertain, { start: at("09:00-09:01"), end: null, ongoing_at: null })).toBe("AFTER");
    expect(position(uncertain, { start: at("07:00-07:01"), end: at("08:30-08:31"), ongoing_at: null })).toBe(
      "UNDECIDED",
    );
  });

  test("of the strike minutes before noon on 10 October 2020 is before the truce of noon", () => {
    const strike = span(observed("2020-10-10", { until: "2020-10-10T12:00", words: "minutes before noon" }));
    expect(position(effect, strike)).toBe("BEFORE");
    expect(position(effect, span(observed("2020-10-10")))).toBe("UNDECIDED");
  });

  test("of the attack at 12:05 local is after one reading of noon and before the other", () => {
    const attack = span(observed("2020-10-10T12:05"));
    expect(position(at("08:00"), attack)).toBe("AFTER");
    expect(position(at("09:00"), attack)).toBe("BEFORE");
  });
});
