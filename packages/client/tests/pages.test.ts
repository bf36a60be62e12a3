import { describe, expect, it } from "vitest";

import { createClient, type TaskQuery } from "../src/index.js";
import { scriptedServer } from "./support/scripted-server.js";
import { makeToken } from "./support/tokens.js";

const tasks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${index}`, title: "t", tags: [] }));

async function clientOf(body: unknown) {
  const api = await scriptedServer({ status: 200, body });
  return createClient({ baseUrl: api.url, getToken: async () => makeToken() });
}

describe("the numbers of a page are whole and make sense, whatever the backend says", () => {
  const cases: {
    name: string;
    body: unknown;
    query?: TaskQuery;
    page: [total: number, page: number, limit: number, pages: number];
  }[] = [
    {
      name: "a page as it is",
      body: { items: tasks(2), total: 42, page: 2, limit: 2, pages: 21 },
      page: [42, 2, 2, 21],
    },
    { name: "past the end", body: { items: [], total: 1, page: 2, limit: 20, pages: 1 }, page: [1, 2, 20, 1] },
    { name: "an empty page", body: { items: [], total: 0, page: 1, limit: 20, pages: 0 }, page: [0, 1, 20, 0] },
    { name: "a plain array", body: tasks(3), page: [3, 1, 20, 1] },
    { name: "an empty array", body: [], page: [0, 1, 20, 0] },
    {
      name: "an array longer than what was asked for",
      body: tasks(30),
      query: { page: 2, limit: 10 },
      page: [30, 1, 30, 1],
    },
    { name: "only items", body: { items: tasks(5) }, page: [5, 1, 20, 1] },
    {
      name: "only items, of a later page",
      body: { items: tasks(5) },
      query: { page: 3, limit: 10 },
      page: [25, 3, 10, 3],
    },
    { name: "no pages", body: { items: tasks(2), total: 5, page: 1, limit: 2 }, page: [5, 1, 2, 3] },
    {
      name: "pages that do not fit",
      body: { items: tasks(2), total: 5, page: 1, limit: 2, pages: 1 },
      page: [5, 1, 2, 3],
    },
    { name: "null", body: { items: tasks(2), total: null, page: null, limit: null, pages: null }, page: [2, 1, 20, 1] },
    {
      name: "strings",
      body: { items: tasks(2), total: "2", page: "1", limit: "x", pages: "NaN" },
      page: [2, 1, 20, 1],
    },
    { name: "numbers below", body: { items: tasks(2), total: -1, page: 0, limit: 0, pages: -3 }, page: [2, 1, 20, 1] },
    {
      name: "fractions",
      body: { items: tasks(2), total: 2.5, page: 1.5, limit: 0.5, pages: 0.1 },
      page: [2, 1, 20, 1],
    },
    {
      name: "a total less than what came",
      body: { items: tasks(2), total: 0, page: 2, limit: 2, pages: 0 },
      page: [4, 2, 2, 2],
    },
  ];

  it.each(cases)("$name", async ({ body, query = {}, page: [total, page, limit, pages] }) => {
    const answer = await (await clientOf(body)).listTasks(query);
    expect(answer).toMatchObject({ total, page, limit, pages });
    expect(answer.items).toHaveLength((Array.isArray(body) ? body : (body as { items: unknown[] }).items).length);
  });

  it("reads a plain array of tags too", async () => {
    const tags = await (await clientOf([{ id: 1, name: "Work" }])).listTags();
    expect(tags).toEqual({ items: [{ id: 1, name: "Work", color: null }], total: 1, page: 1, limit: 20, pages: 1 });
  });
});

describe("what a backend leaves out of a task is filled in", () => {
  const filled = { description: null, completed: false, priority: null, due_date: null, reminder_at: null, tags: [] };
  const whole = { description: "d", completed: true, priority: "low", due_date: "x", reminder_at: "y" };

  it.each([
    { name: "everything that may be null", body: { id: "t", title: "T" }, task: filled },
    { name: "tags that are null", body: { id: "t", title: "T", tags: null }, task: filled },
    {
      name: "a tag's colour",
      body: {
        id: "t",
        title: "T",
        tags: [
          { id: 1, name: "Work" },
          { id: 2, name: "Home", color: "#1E90FF" },
        ],
      },
      task: {
        tags: [
          { id: 1, name: "Work", color: null },
          { id: 2, name: "Home", color: "#1E90FF" },
        ],
      },
    },
    { name: "nothing that is there", body: { id: "t", title: "T", tags: [], ...whole }, task: whole },
  ])("$name", async ({ body, task }) => {
    expect(await (await clientOf(body)).getTask("t")).toMatchObject({ id: "t", title: "T", ...task });
  });
});
