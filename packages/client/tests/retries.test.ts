import { describe, expect, it } from "vitest";

import { type AnswerInfo, type Client, createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Scripted, scriptedServer } from "./support/scripted-server.js";
import { alice, makeToken, tokensInTurn } from "./support/tokens.js";

const task = { id: "t", title: "Buy milk", tags: [] };
const good: Scripted = { status: 200, body: task };
const keys = (seconds?: string) => problem(503, "keys_unavailable", seconds ? { "Retry-After": seconds } : {});
const sessions = problem(503, "session_unavailable", { "Retry-After": "3" });
const revocations = problem(503, "revocations_unavailable", { "Retry-After": "3" });
const store = (seconds = "1") => problem(503, "store_unavailable", { "Retry-After": seconds });
const slow = (seconds = "1") => problem(503, "statement_timeout", { "Retry-After": seconds });
const limited = (seconds = "1") => problem(429, "rate_limited", { "Retry-After": seconds });
const page = (status: number, headers = {}) => ({ status, headers, body: "<html>no</html>" });

const read = (client: Client) => client.getTask("t");
const create = (client: Client) => client.createTask({ title: "Buy milk" });
const update = (client: Client) => client.updateTask("t", { completed: true });
const toggle = (client: Client) => client.toggleComplete("t");
const replace = (client: Client) => client.replaceTask("t", { title: "Buy milk" });

interface Case {
  name: string;
  call: (client: Client) => Promise<unknown>;
  answers: Scripted[];
  /** How many requests the API sees, and of how many tokens. */
  sent: number;
  tokens?: number;
  /** Milliseconds, in order. */
  slept?: number[];
  /** The code of the error; none for a call that succeeds. */
  code?: string;
}

const cases: Case[] = [
  {
    name: "token_expired: once more with a fresh token",
    call: read,
    answers: [problem(401, "token_expired"), good],
    sent: 2,
    tokens: 2,
  },
  {
    name: "token_expired at a write: the same",
    call: create,
    answers: [problem(401, "token_expired"), good],
    sent: 2,
    tokens: 2,
  },
  {
    name: "key_unknown: once more with a fresh token",
    call: toggle,
    answers: [problem(401, "key_unknown"), good],
    sent: 2,
    tokens: 2,
  },
  {
    name: "token_expired twice: given up",
    call: read,
    answers: [problem(401, "token_expired"), problem(401, "token_expired"), good],
    sent: 2,
    tokens: 2,
    code: "token_expired",
  },
  {
    name: "token_expired with another status than 401: the write may have happened",
    call: create,
    answers: [problem(500, "token_expired"), good],
    sent: 1,
    tokens: 1,
    code: "token_expired",
  },
  {
    name: "token_revoked: once more with a fresh token",
    call: read,
    answers: [problem(401, "token_revoked"), good],
    sent: 2,
    tokens: 2,
  },
  {
    name: "token_expired, then key_unknown: given up, one retry is for both",
    call: read,
    answers: [problem(401, "token_expired"), problem(401, "key_unknown"), good],
    sent: 2,
    tokens: 2,
    code: "key_unknown",
  },
  ...[
    "token_missing",
    "token_malformed",
    "signature_invalid",
    "issuer_mismatch",
    "token_not_yet_valid",
    "claim_missing",
  ].map((code) => ({
    name: `${code}: not again`,
    call: read,
    answers: [problem(401, code), good],
    sent: 1,
    code,
  })),
  { name: "keys_unavailable: waited out, GET", call: read, answers: [keys("2"), good], sent: 2, slept: [2_000] },
  { name: "keys_unavailable: waited out, POST", call: create, answers: [keys("2"), good], sent: 2, slept: [2_000] },
  { name: "keys_unavailable: waited out, PATCH", call: update, answers: [keys("30"), good], sent: 2, slept: [30_000] },
  { name: "session_unavailable: waited out, POST", call: create, answers: [sessions, good], sent: 2, slept: [3_000] },
  { name: "revocations_unavailable: the same", call: create, answers: [revocations, good], sent: 2, slept: [3_000] },
  { name: "rate_limited: waited out, GET", call: read, answers: [limited("5"), good], sent: 2, slept: [5_000] },
  { name: "rate_limited: waited out, POST", call: create, answers: [limited("5"), good], sent: 2, slept: [5_000] },
  {
    name: "rate_limited: waited out, PUT",
    call: replace,
    answers: [limited(), limited(), limited(), good],
    sent: 4,
    slept: [1_000, 1_000, 1_000],
  },
  {
    name: "a proxy's 429: waited out",
    call: create,
    answers: [page(429, { "Retry-After": "3" }), good],
    sent: 2,
    slept: [3_000],
  },
  {
    name: "no more than three waits",
    call: read,
    answers: [limited(), keys(), limited(), keys("7"), good],
    sent: 4,
    slept: [1_000, 1_000, 1_000],
    code: "keys_unavailable",
  },
  { name: "no wait over 30 s", call: read, answers: [limited("31"), good], sent: 1, code: "rate_limited" },
  { name: "no Retry-After: one second", call: read, answers: [keys(), good], sent: 2, slept: [1_000] },
  {
    name: "a Retry-After that is a date: one second",
    call: read,
    answers: [keys("Tue, 24 Nov 2026 10:00:00 GMT"), good],
    sent: 2,
    slept: [1_000],
  },
  { name: "store_unavailable: waited out, GET", call: read, answers: [store("4"), good], sent: 2, slept: [4_000] },
  { name: "statement_timeout: waited out, GET", call: read, answers: [slow("1"), good], sent: 2, slept: [1_000] },
  {
    name: "statement_timeout: POST is not sent twice",
    call: create,
    answers: [slow(), good],
    sent: 1,
    code: "statement_timeout",
  },
  {
    name: "store_unavailable: POST is not sent twice",
    call: create,
    answers: [store(), good],
    sent: 1,
    code: "store_unavailable",
  },
  {
    name: "store_unavailable: PUT is not sent twice",
    call: replace,
    answers: [store(), good],
    sent: 1,
    code: "store_unavailable",
  },
  {
    name: "store_unavailable: PATCH is not sent twice",
    call: toggle,
    answers: [store(), good],
    sent: 1,
    code: "store_unavailable",
  },
  {
    name: "store_unavailable: DELETE is not sent twice",
    call: (client) => client.deleteTask("t"),
    answers: [store(), good],
    sent: 1,
    code: "store_unavailable",
  },
  {
    name: "internal_error: not again",
    call: read,
    answers: [problem(500, "internal_error"), good],
    sent: 1,
    code: "internal_error",
  },
  {
    name: "a proxy's 503: not again",
    call: read,
    answers: [page(503, { "Retry-After": "1" }), good],
    sent: 1,
    code: "unexpected_answer",
  },
  {
    name: "a wait and a fresh token for one call",
    call: create,
    answers: [keys("1"), problem(401, "token_expired"), limited("2"), good],
    sent: 4,
    tokens: 2,
    slept: [1_000, 2_000],
  },
];

describe("what is tried again", () => {
  it.each(cases)("$name", async ({ call, answers, sent, tokens = 1, slept = [], code }) => {
    const api = await scriptedServer(...answers);
    const source = tokensInTurn(makeToken({}, "first"), makeToken({}, "second"));
    const clock = new HandClock();
    const client = createClient({ baseUrl: api.url, getToken: source.getToken, clock, random: () => 0 });

    if (code === undefined) await call(client);
    else expect(await failureOf(call(client))).toMatchObject({ name: "ApiError", code });

    expect(api.asked).toHaveLength(sent);
    expect(new Set(api.asked.map(({ headers }) => headers.authorization)).size).toBe(tokens);
    expect(source.calls()).toBe(tokens);
    expect(clock.slept).toEqual(slept);
    expect(new Set(api.asked.map(({ method, url, body }) => `${method} ${url} ${body}`)).size).toBe(1);
  });

  it("takes a fresh token after a wait in which the old one ended", async () => {
    const api = await scriptedServer(limited("29"), good);
    const source = tokensInTurn(makeToken({}, "first"), makeToken({}, "second"));
    const clock = new HandClock();
    const client = createClient({ baseUrl: api.url, getToken: source.getToken, clock, timeout: 900_000 });
    const call = client.createTask({ title: "Buy milk" });
    await api.reached(1);
    clock.advance(860);
    await call;
    expect(source.calls()).toBe(2);
  });
});

describe("chance makes a wait longer, never shorter", () => {
  it.each([
    { name: "by nothing", chance: [0], asked: "5", slept: [5_000] },
    { name: "by half", chance: [0.5], asked: "5", slept: [7_500] },
    { name: "to less than twice as much", chance: [0.9999], asked: "30", slept: [59_997] },
    { name: "anew for each wait", chance: [0.25, 0.75, 0.5], asked: "2", slept: [2_500, 3_500, 3_000] },
    { name: "within a second, where none is asked for", chance: [0.25], asked: undefined, slept: [1_250] },
    { name: "within a second, where it is none", chance: [0.25], asked: "0", slept: [250] },
  ])("$name", async ({ chance, asked, slept }) => {
    const api = await scriptedServer(...chance.map(() => keys(asked)), good);
    const clock = new HandClock();
    const drawn = [...chance];
    // The first one is the token's.
    const random = () => (api.asked.length === 0 ? 0 : (drawn.shift() ?? 0));
    await read(createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock, random }));
    expect(clock.slept).toEqual(slept);
  });

  it("so that clients which were refused together do not come back together", async () => {
    const waits = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const api = await scriptedServer(limited(), good);
        const clock = new HandClock();
        await read(createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock }));
        return clock.slept[0] ?? 0;
      }),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
    // Forty that fall into three tenths of a second by chance are not to be seen in the life of the universe.
    expect(new Set(waits.map((wait) => Math.floor(wait / 100))).size).toBeGreaterThan(3);
  });
});

describe("no answer", () => {
  it.each([
    { name: "GET", call: read },
    { name: "POST", call: create },
    { name: "PATCH", call: toggle },
  ])("$name is sent once and rejects with NetworkError", async ({ name, call }) => {
    const api = await scriptedServer((_, response) => {
      response.destroy();
      return null;
    }, good);
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock: new HandClock() });
    const error = await failureOf(call(client));
    expect(error).toMatchObject({ name: "NetworkError", code: "network", baseUrl: api.url });
    expect(error.message).toContain(`${name} ${api.url}/api/v1/${alice}/tasks`);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(api.asked).toHaveLength(1);
  });

  it("an answer that breaks off is none", async () => {
    const api = await scriptedServer((_, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("{", () => response.destroy());
      return null;
    });
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    expect(await failureOf(read(client))).toMatchObject({ name: "NetworkError" });
  });

  it("nobody listens", async () => {
    const client = createClient({ baseUrl: "http://127.0.0.1:1", getToken: async () => makeToken() });
    expect(await failureOf(read(client))).toMatchObject({ name: "NetworkError" });
  });

  it("a redirect is not followed, so that the token goes nowhere else", async () => {
    const elsewhere = await scriptedServer(good);
    const api = await scriptedServer({ status: 307, headers: { Location: elsewhere.url } });
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    expect(await failureOf(read(client))).toMatchObject({ name: "NetworkError" });
    expect(elsewhere.asked).toHaveLength(0);
  });
});

describe("onAnswer", () => {
  it("is told of each answer, those that are tried again among them", async () => {
    const api = await scriptedServer(
      limited(),
      { status: 200, body: [], headers: { "X-Request-Id": "0000002b" } },
      problem(404, "not_found"),
    );
    const told: AnswerInfo[] = [];
    const client = createClient({
      baseUrl: api.url,
      getToken: async () => makeToken(),
      clock: new HandClock(),
      onAnswer: (info) => told.push(info),
    });
    await client.listTasks({ search: "secret" });
    await failureOf(client.deleteTag(7));
    const common = { method: "GET", path: `/api/v1/${alice}/tasks` };
    expect(told).toEqual([
      { ...common, status: 429, code: "rate_limited", requestId: "5f0c9a2b0000002a" },
      { ...common, status: 200, code: null, requestId: "0000002b" },
      {
        method: "DELETE",
        path: `/api/v1/${alice}/tags/7`,
        status: 404,
        code: "not_found",
        requestId: "5f0c9a2b0000002a",
      },
    ]);
  });
});
