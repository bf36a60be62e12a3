import { describe, expect, it } from "vitest";

import { fromLocalField, isOver, parseApiTime, showRelative, startOfDay, toApiTime, toLocalField } from "@/lib/dates";

// vitest.config.ts sets the time zone: America/New_York, five hours behind UTC in winter, four in summer.

describe("parseApiTime", () => {
  it.each([
    ["with Z", "2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00.000Z"],
    ["without seconds", "2026-11-23T10:00Z", "2026-11-23T10:00:00.000Z"],
    ["small letters", "2026-11-23t10:00:00z", "2026-11-23T10:00:00.000Z"],
    ["an offset to the east", "2026-11-23T15:30:00+05:30", "2026-11-23T10:00:00.000Z"],
    ["an offset to the west", "2026-11-23T05:00:00-05:00", "2026-11-23T10:00:00.000Z"],
    ["without zone it is UTC", "2026-11-23T10:00:00", "2026-11-23T10:00:00.000Z"],
    ["without zone and seconds", "2026-11-23T10:00", "2026-11-23T10:00:00.000Z"],
    ["microseconds, as Python writes them", "2026-11-23T10:00:00.123456", "2026-11-23T10:00:00.123Z"],
    ["a space in place of T", "2026-11-23 10:00:00", "2026-11-23T10:00:00.000Z"],
    ["a day alone", "2026-11-23", "2026-11-23T00:00:00.000Z"],
  ])("%s", (_name, text, instant) => {
    expect(parseApiTime(text)?.toISOString()).toBe(instant);
  });

  it.each([null, undefined, "", "soon", "2026-13-40T10:00:00Z"])("%s is no time", (text) => {
    expect(parseApiTime(text)).toBeNull();
  });
});

describe("a field with local time", () => {
  it.each([
    ["in winter", "2027-01-15T17:30:00.000Z", "2027-01-15T12:30"],
    ["in summer", "2027-07-01T13:00:00.000Z", "2027-07-01T09:00"],
    ["on the day before", "2027-01-15T04:15:00.000Z", "2027-01-14T23:15"],
    ["an early year", "0999-06-01T12:00:00.000Z", "0999-06-01T07:03"],
  ])("%s shows and gives back the instant", (_name, instant, field) => {
    expect(toLocalField(instant)).toBe(field);
    const back = fromLocalField(field);
    expect(Math.abs((back?.getTime() ?? 0) - Date.parse(instant))).toBeLessThan(60_000);
  });

  it("is sent in UTC", () => {
    expect(toApiTime(fromLocalField("2027-07-01T09:00") as Date)).toBe("2027-07-01T13:00:00.000Z");
  });

  it("in the hour that spring skips is an hour later", () => {
    expect(fromLocalField("2027-03-14T02:30")?.toISOString()).toBe("2027-03-14T07:30:00.000Z");
  });

  it("in the hour that autumn has twice is the first", () => {
    expect(fromLocalField("2026-11-01T01:30")?.toISOString()).toBe("2026-11-01T05:30:00.000Z");
  });

  it.each([null, undefined, ""])("%s is empty, and empty is none", (text) => {
    expect(toLocalField(text)).toBe("");
    expect(fromLocalField("")).toBeNull();
  });
});

describe("startOfDay", () => {
  it.each([
    ["a day begins at local midnight", "2026-11-23", 0, "2026-11-23T05:00:00.000Z"],
    ["and ends at the next", "2026-11-23", 1, "2026-11-24T05:00:00.000Z"],
    ["also when it has 23 hours", "2027-03-14", 1, "2027-03-15T04:00:00.000Z"],
    ["and when it has 25", "2026-11-01", 1, "2026-11-02T05:00:00.000Z"],
  ])("%s", (_name, day, days, instant) => {
    expect(startOfDay(day, days)?.toISOString()).toBe(instant);
  });

  it.each(["", "soon", "2026-11", "2026-13-01", "2026-11-23T10:00", "0001-01-01", "9999-12-31"])(
    "%j is no day",
    (text) => {
      expect(startOfDay(text)).toBeNull();
    },
  );
});

describe("isOver", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");

  it.each([
    ["a second ago", "2026-11-23T09:59:59Z", true],
    ["now", "2026-11-23T10:00:00Z", false],
    ["an hour ago, though its text is the greater", "2026-11-23T14:30:00+05:30", true],
    ["in an hour, though its text is the smaller", "2026-11-23T06:00:00-05:00", false],
    ["an hour ago, without zone", "2026-11-23T09:00:00", true],
    ["in two hours, without zone; over by the local clock", "2026-11-23T12:00:00", false],
    ["never", null, false],
  ])("%s", (_name, due, over) => {
    expect(isOver(due, now)).toBe(over);
  });
});

describe("showRelative, at noon of 23 November in New York", () => {
  const now = Date.parse("2026-11-23T17:00:00Z");
  it.each([
    ["later today", "2026-11-23T19:30:00Z", "today 14:30", "今日 14:30"],
    ["tomorrow, which UTC has today", "2026-11-24T05:00:00Z", "tomorrow 00:00", "明日 0:00"],
    ["yesterday", "2026-11-22T14:00:00Z", "yesterday 09:00", "昨日 9:00"],
    ["in some days", "2026-11-27T14:00:00Z", "in 4 days", "4 日後"],
    ["some days ago", "2026-11-18T14:00:00Z", "5 days ago", "5 日前"],
    ["far away", "2027-01-10T14:00:00Z", "10 Jan 2027", "2027/01/10"],
    ["over the change to winter time", "2026-11-01T14:00:00Z", "1 Nov 2026", "2026/11/01"],
    ["none", null, "", ""],
  ])("%s", (_, text, english, japanese) => {
    expect(showRelative(text, now, "en-GB")).toBe(english);
    expect(showRelative(text, now, "ja-JP")).toBe(japanese);
  });
});
