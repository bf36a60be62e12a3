import { describe, expect, it } from "vitest";

import { ApiError, type Client, createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Scripted, scriptedServer } from "./support/scripted-server.js";
import { alice, makeToken } from "./support/tokens.js";

const html = { "Content-Type": "text/html" };
const validation = problem(422, "validation_failed").body as object;

async function errorFor(
  answer: Scripted,
  call: (client: Client) => Promise<unknown> = (client) => client.getTask("t"),
) {
  const api = await scriptedServer(answer, answer, answer, answer);
  const client = createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock: new HandClock() });
  const error = await failureOf(call(client));
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("an error of the API", () => {
  const cases: { name: string; answer: Scripted; error: Partial<ApiError> }[] = [
    {
      name: "a problem document",
      answer: problem(404, "not_found"),
      error: {
        status: 404,
        code: "not_found",
        detail: "About not_found.",
        errors: [],
        requestId: "5f0c9a2b0000002a",
        retryAfter: null,
      },
    },
    {
      name: "field errors",
      answer: { status: 422, body: { ...validation, errors: [{ pointer: "/title", message: "is required" }] } },
      error: { status: 422, code: "validation_failed", errors: [{ pointer: "/title", message: "is required" }] },
    },
    {
      name: "field errors with something odd among them",
      answer: { status: 422, body: { ...validation, errors: [null, "x", {}, { pointer: "?page", message: 3 }] } },
      error: {
        errors: [
          { pointer: "", message: "is not valid" },
          { pointer: "?page", message: "is not valid" },
        ],
      },
    },
    {
      name: "Retry-After",
      answer: problem(429, "rate_limited", { "Retry-After": "7" }),
      error: { status: 429, code: "rate_limited", retryAfter: 7 },
    },
    { name: "a code that is not known yet", answer: problem(418, "teapot"), error: { status: 418, code: "teapot" } },
    {
      name: "a problem without detail",
      answer: { status: 400, body: { code: "x", title: "T" } },
      error: { code: "x", detail: "T" },
    },
    {
      name: "FastAPI's own 404",
      answer: { status: 404, body: { detail: "Not Found" } },
      error: { status: 404, code: "not_found", detail: "Not Found" },
    },
    {
      name: "FastAPI's own 401",
      answer: { status: 401, body: { detail: "Not authenticated" } },
      error: { status: 401, code: "unexpected_answer", detail: "Not authenticated" },
    },
    {
      name: "FastAPI's own 422",
      answer: {
        status: 422,
        body: {
          detail: [
            { type: "missing", loc: ["body", "title"], msg: "Field required" },
            { type: "int_parsing", loc: ["body", "tag_ids", 0], msg: "not a number" },
            { type: "int_parsing", loc: ["query", "page"], msg: "not a number" },
            { type: "x", loc: ["body", "a/b~c"], msg: "odd" },
          ],
        },
      },
      error: {
        code: "validation_failed",
        detail: "/title: Field required; /tag_ids/0: not a number; ?page: not a number; /a~1b~0c: odd",
        errors: [
          { pointer: "/title", message: "Field required" },
          { pointer: "/tag_ids/0", message: "not a number" },
          { pointer: "?page", message: "not a number" },
          { pointer: "/a~1b~0c", message: "odd" },
        ],
      },
    },
    {
      name: "a problem as FastAPI's detail",
      answer: { status: 403, body: { detail: { code: "role_missing", detail: "You lack admin." } } },
      error: { status: 403, code: "role_missing", detail: "You lack admin." },
    },
    {
      name: "a proxy's page",
      answer: { status: 502, headers: html, body: "<html>Bad Gateway</html>" },
      error: { status: 502, code: "unexpected_answer" },
    },
    {
      name: "a proxy's 429",
      answer: { status: 429, headers: html, body: "" },
      error: { status: 429, code: "rate_limited" },
    },
    { name: "an empty 500", answer: { status: 500 }, error: { status: 500, code: "unexpected_answer" } },
    { name: "a 304 without a cache", answer: { status: 304 }, error: { status: 304, code: "unexpected_answer" } },
    {
      name: "JSON that is no object",
      answer: { status: 500, body: [1] },
      error: { status: 500, code: "unexpected_answer" },
    },
    {
      name: "a detail that is nothing",
      answer: { status: 500, body: { detail: 1 } },
      error: { code: "unexpected_answer" },
    },
  ];

  it.each(cases)("$name", async ({ answer, error }) => {
    expect(await errorFor(answer)).toMatchObject({ name: "ApiError", ...error });
  });

  it("says what happened, why and what to do, and not the token", async () => {
    const { message } = await errorFor({ ...problem(422, "validation_failed") });
    expect(message).toBe(
      `GET /api/v1/${alice}/tasks/t: 422 validation_failed: About validation_failed. Fix the values that \`errors\` names. (request 5f0c9a2b0000002a)`,
    );
    expect((await errorFor({ status: 404, body: { detail: "Not Found" } })).message).toContain(
      "Not Found. docs/errors.md",
    );
  });
});

describe("a success whose body makes no sense is an error", () => {
  const cases: { name: string; body: unknown; call: (client: Client) => Promise<unknown> }[] = [
    { name: "a page of HTML for a list", body: "<html>", call: (c) => c.listTasks() },
    { name: "an object without items", body: { tasks: [] }, call: (c) => c.listTasks() },
    { name: "items that are no list", body: { items: {} }, call: (c) => c.listTags() },
    { name: "an item that is no task", body: [{ id: "1", title: "t" }, null], call: (c) => c.listTasks() },
    { name: "a tag that is only a name", body: [{ id: "1", title: "t", tags: ["work"] }], call: (c) => c.listTasks() },
    { name: "a number for a date", body: [{ id: "1", title: "t", due_date: 5 }], call: (c) => c.listTasks() },
    { name: "an object for a text", body: { id: "1", title: "t", description: {} }, call: (c) => c.getTask("t") },
    { name: "an object for a colour", body: { id: 1, name: "t", color: {} }, call: (c) => c.getTag(1) },
    { name: "nothing for a task", body: undefined, call: (c) => c.createTask({ title: "t" }) },
    { name: "null for a task", body: null, call: (c) => c.getTask("t") },
    { name: "an object without id", body: { title: "t" }, call: (c) => c.getTask("t") },
    { name: "a list for a tag", body: [], call: (c) => c.getTag(1) },
    { name: "an identity without uuid", body: { subject: "s" }, call: (c) => c.me() },
  ];

  it.each(cases)("$name", async ({ body, call }) => {
    expect(await errorFor({ status: 200, body }, call)).toMatchObject({ status: 200, code: "unexpected_answer" });
  });

  it("but what a deletion answers does not matter", async () => {
    const api = await scriptedServer({ status: 200, body: "deleted" });
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    expect(await client.deleteTask("t")).toBeUndefined();
  });
});
