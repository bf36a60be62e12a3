import { describe, expect, it } from "vitest";

import {
  countFilters,
  filtersAnything,
  noFilters,
  parseFilters,
  parseTagId,
  type TaskFilters,
  toTaskQuery,
  withTag,
  writeFilters,
} from "@/lib/task-filters";

const parse = (query: string) => parseFilters(new URLSearchParams(query));

const everything: TaskFilters = {
  status: "open",
  priority: "high",
  tags: [2, 10],
  dueFrom: "2026-11-23",
  dueUntil: "2026-11-24",
  search: "milk & bread",
  sortBy: "due_date",
  order: "asc",
  page: 3,
};

describe("the URL's query", () => {
  it("brings every filter again", () => {
    const query = writeFilters(everything);
    expect(query).toBe(
      "status=open&priority=high&tag=2&tag=10&due_from=2026-11-23&due_until=2026-11-24&search=milk+%26+bread" +
        "&sort_by=due_date&order=asc&page=3",
    );
    expect(parse(query)).toEqual(everything);
  });

  it("is empty when nothing is filtered", () => {
    expect(writeFilters(noFilters)).toBe("");
    expect(parse("")).toEqual(noFilters);
  });

  it.each([
    ["an unknown status", "status=done"],
    ["an unknown priority", "priority=urgent"],
    ["a tag that is an object", "tag=%5Bobject+Object%5D"],
    ["tags that are no ids", "tag=0&tag=-1&tag=1.5&tag=&tag=9007199254740993"],
    ["days that are none", "due_from=soon&due_until=2026-13-01"],
    ["an unknown order", "sort_by=color&order=up"],
    ["a page that is no number", "page=NaN"],
    ["page 0", "page=0"],
    ["members of others", "utm_source=mail"],
  ])("leaves out %s", (_name, query) => {
    expect(parse(query)).toEqual(noFilters);
  });

  it("takes a tag once, in order", () => {
    expect(parse("tag=10&tag=2&tag=10").tags).toEqual([2, 10]);
  });
});

describe("toTaskQuery", () => {
  it("asks for whole local days, in UTC", () => {
    expect(toTaskQuery(everything)).toEqual({
      status: "open",
      priority: "high",
      tag: [2, 10],
      due_after: "2026-11-23T05:00:00.000Z",
      due_before: "2026-11-25T05:00:00.000Z",
      search: "milk & bread",
      sort_by: "due_date",
      order: "asc",
      page: 3,
      limit: 20,
    });
  });

  it("says nothing of what is not filtered", () => {
    const query = toTaskQuery(noFilters);
    expect(Object.entries(query).filter(([, value]) => value !== undefined)).toEqual([
      ["status", "all"],
      ["sort_by", "created_at"],
      ["order", "desc"],
      ["page", 1],
      ["limit", 20],
    ]);
  });
});

describe("withTag", () => {
  it.each([
    ["adds in order", [2, 10], 5, true, [2, 5, 10]],
    ["adds once", [2], 2, true, [2]],
    ["takes away", [2, 10], 2, false, [10]],
    ["has nothing to take away", [2], 3, false, [2]],
  ])("%s", (_name, tags, id, on, result) => {
    expect(withTag({ ...noFilters, tags }, id, on).tags).toEqual(result);
  });

  it("goes back to the first page", () => {
    expect(withTag(everything, 7, true).page).toBe(1);
  });
});

describe("parseTagId", () => {
  it.each([
    ["7", 7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["07", null],
    ["7 ", null],
    ["seven", null],
  ])("%j is %j", (text, id) => {
    expect(parseTagId(text)).toBe(id);
  });
});

describe("filtersAnything", () => {
  it.each([
    ["nothing", noFilters, false],
    ["the order", { ...noFilters, sortBy: "title" as const, order: "asc" as const }, false],
    ["the page", { ...noFilters, page: 2 }, false],
    ["a tag", { ...noFilters, tags: [1] }, true],
    ["a search", { ...noFilters, search: "x" }, true],
  ])("%s", (_name, filters, answer) => {
    expect(filtersAnything(filters)).toBe(answer);
  });
});

describe("countFilters", () => {
  it.each([
    ["nothing", noFilters, 0],
    ["the search, which is always seen", { ...noFilters, search: "x" }, 0],
    ["the order", { ...noFilters, sortBy: "title" as const, order: "asc" as const, page: 2 }, 0],
    ["tags, as one", { ...noFilters, tags: [1, 2] }, 1],
    ["everything", everything, 5],
  ])("%s", (_name, filters, count) => {
    expect(countFilters(filters)).toBe(count);
  });
});
