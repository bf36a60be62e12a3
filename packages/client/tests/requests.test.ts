import { afterEach, describe, expect, it, vi } from "vitest";

import { type Client, createClient, createFetch } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { scriptedServer } from "./support/scripted-server.js";
import { alice, makeToken } from "./support/tokens.js";

const mine = `/api/v1/${alice}`;
const task = { id: "t", title: "Buy milk", tags: [] };
const tag = { id: 3, name: "Errands", color: null };
const page = { items: [], total: 0, page: 1, limit: 20, pages: 0 };

interface Case {
  name: keyof Client;
  call: (client: Client) => Promise<unknown>;
  sends: [method: string, url: string, body?: unknown];
  answer?: object;
}

const cases: Case[] = [
  { name: "listTasks", call: (c) => c.listTasks(), sends: ["GET", `${mine}/tasks`], answer: page },
  {
    name: "listTasks",
    call: (c) =>
      c.listTasks({
        status: "open",
        priority: undefined,
        tag: [1, 2],
        due_after: "2026-11-23T00:00+01:00",
        search: "a&b =ü",
        sort_by: "due_date",
        order: "asc",
        page: 2,
        limit: 50,
      }),
    sends: [
      "GET",
      `${mine}/tasks?status=open&tag=1&tag=2&due_after=2026-11-23T00%3A00%2B01%3A00&search=a%26b+%3D%C3%BC&sort_by=due_date&order=asc&page=2&limit=50`,
    ],
    answer: page,
  },
  { name: "getTask", call: (c) => c.getTask("t"), sends: ["GET", `${mine}/tasks/t`], answer: task },
  {
    name: "getTask",
    call: (c) => c.getTask("a/../b?c#d"),
    sends: ["GET", `${mine}/tasks/a%2F..%2Fb%3Fc%23d`],
    answer: task,
  },
  {
    name: "createTask",
    call: (c) => c.createTask({ title: "Buy milk", tag_ids: [1] }),
    sends: ["POST", `${mine}/tasks`, { title: "Buy milk", tag_ids: [1] }],
    answer: task,
  },
  {
    name: "updateTask",
    call: (c) => c.updateTask("t", { due_date: null }),
    sends: ["PATCH", `${mine}/tasks/t`, { due_date: null }],
    answer: task,
  },
  {
    name: "replaceTask",
    call: (c) => c.replaceTask("t", { title: "Call" }),
    sends: ["PUT", `${mine}/tasks/t`, { title: "Call" }],
    answer: task,
  },
  {
    name: "toggleComplete",
    call: (c) => c.toggleComplete("t"),
    sends: ["PATCH", `${mine}/tasks/t/complete`],
    answer: task,
  },
  { name: "deleteTask", call: (c) => c.deleteTask("t"), sends: ["DELETE", `${mine}/tasks/t`] },
  { name: "listTags", call: (c) => c.listTags({ limit: 100 }), sends: ["GET", `${mine}/tags?limit=100`], answer: page },
  { name: "getTag", call: (c) => c.getTag(3), sends: ["GET", `${mine}/tags/3`], answer: tag },
  {
    name: "createTag",
    call: (c) => c.createTag({ name: "Errands" }),
    sends: ["POST", `${mine}/tags`, { name: "Errands" }],
    answer: tag,
  },
  {
    name: "updateTag",
    call: (c) => c.updateTag(3, { color: null }),
    sends: ["PATCH", `${mine}/tags/3`, { color: null }],
    answer: tag,
  },
  { name: "deleteTag", call: (c) => c.deleteTag(3), sends: ["DELETE", `${mine}/tags/3`] },
  { name: "me", call: (c) => c.me(), sends: ["GET", "/api/v1/me"], answer: { subject: "s", uuid: alice } },
];

describe("what each method sends", () => {
  it.each(cases)("$name: $sends.0 $sends.1", async ({ call, sends: [method, url, body], answer }) => {
    const api = await scriptedServer(answer === undefined ? { status: 204 } : { status: 200, body: answer });
    const token = makeToken();
    const result = await call(createClient({ baseUrl: api.url, getToken: async () => token }));

    expect(api.asked).toHaveLength(1);
    const [asked] = api.asked;
    expect([asked?.method, asked?.url]).toEqual([method, url]);
    expect(asked?.body).toBe(body === undefined ? "" : JSON.stringify(body));
    expect(asked?.headers).toMatchObject({ authorization: `Bearer ${token}`, accept: "application/json" });
    expect(asked?.headers["content-type"]).toBe(body === undefined ? undefined : "application/json");
    expect(asked?.headers).not.toHaveProperty("cookie");
    expect(`${asked?.url}${asked?.body}`).not.toContain(token);
    if (answer === undefined) expect(result).toBeUndefined();
    else expect(result).toMatchObject(answer);
  });

  it("hands fetch the options that keep the token where it belongs", async () => {
    let init: RequestInit | undefined;
    const client = createClient({
      baseUrl: "https://api.example.com/v/",
      getToken: async () => makeToken(),
      fetch: async (url, given) => {
        init = given;
        expect(url).toBe(`https://api.example.com/v${mine}/tags/3`);
        return Response.json(tag);
      },
    });
    await client.getTag(3);
    expect(init).toMatchObject({ redirect: "error", credentials: "omit", cache: "no-store" });
  });

  it.each(["", ".", ".."])("refuses the id %j, which would be another path", async (id) => {
    const api = await scriptedServer();
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    expect(await failureOf(client.deleteTask(id))).toBeInstanceOf(TypeError);
    expect(api.asked).toHaveLength(0);
  });
});

describe("baseUrl", () => {
  const getToken = async () => makeToken();

  describe("that is a path", () => {
    afterEach(() => vi.unstubAllGlobals());

    it.each([
      ["/backend", "https://app.example/backend"],
      ["/backend/", "https://app.example/backend"],
      ["/", "https://app.example"],
      ["/\\evil.example", "https://app.example//evil.example"],
    ])("%s is on the page's own origin", async (baseUrl, before) => {
      vi.stubGlobal("location", { origin: "https://app.example" });
      const urls: string[] = [];
      const fetch = async (url: string | URL | Request) => {
        urls.push(String(url));
        return Response.json(tag);
      };
      await createClient({ baseUrl, getToken, fetch }).getTag(3);
      await createFetch({ baseUrl, getToken, fetch })("/tags/3");
      expect(urls).toEqual([`${before}${mine}/tags/3`, `${before}/tags/3`]);
    });

    it.each([undefined, { origin: "null" }])("with the page %j sends nothing, and can be made", async (location) => {
      vi.stubGlobal("location", location);
      const options = { baseUrl: "/backend", getToken, fetch: vi.fn() };
      for (const failure of [createClient(options).getTag(3), createFetch(options)("/tags/3")]) {
        const error = await failureOf(failure);
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toMatch(/^Nothing was sent: baseUrl is a path/);
      }
      expect(options.fetch).not.toHaveBeenCalled();
    });
  });

  it.each([
    ["http://127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000"],
    ["https://Example.com:443/backend//", "https://example.com/backend"],
    ["https://example.com/?", "https://example.com"],
  ])("%s is taken", async (baseUrl, before) => {
    const urls: string[] = [];
    const fetch = async (url: string | URL | Request) => {
      urls.push(String(url));
      return Response.json(tag);
    };
    await createClient({ baseUrl, getToken, fetch }).getTag(3);
    expect(urls).toEqual([`${before}${mine}/tags/3`]);
  });

  it.each([
    ["", "absolute http or https URL"],
    ["//api.example.com", "absolute http or https URL"],
    ["/api?a=1", "no query and no fragment"],
    ["localhost:8000", "absolute http or https URL"],
    ["ftp://example.com", "absolute http or https URL"],
    ["https://me@example.com", "not contain a user name or password"],
    ["https://me:secret@example.com", "not contain a user name or password"],
    ["https://example.com/?a=1", "no query and no fragment"],
    ["https://example.com/#a", "no query and no fragment"],
  ])("%j is refused", (baseUrl, why) => {
    expect(() => createClient({ baseUrl, getToken })).toThrow(TypeError);
    expect(() => createClient({ baseUrl, getToken })).toThrow(why);
    expect(() => createClient({ baseUrl, getToken })).not.toThrow("secret");
  });
});
