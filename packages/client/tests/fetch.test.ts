import { describe, expect, it } from "vitest";

import {
  type AnswerInfo,
  ApiError,
  createFetch,
  NetworkError,
  type TokenFetchOptions,
  type WaitInfo,
} from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Scripted, type Step, scriptedServer } from "./support/scripted-server.js";
import { makeToken, tokensInTurn } from "./support/tokens.js";

const good: Scripted = { status: 200, body: { text: "Hello" } };
const first = makeToken({}, "first");
const second = makeToken({}, "second");

async function set(steps: Step[], options: Partial<TokenFetchOptions> = {}) {
  const api = await scriptedServer(...steps);
  const clock = new HandClock();
  const source = tokensInTurn(first, second);
  const apiFetch = createFetch({ baseUrl: api.url, getToken: source.getToken, clock, random: () => 0, ...options });
  const sent = () => api.asked.map(({ headers }) => headers.authorization);
  return { api, clock, source, apiFetch, sent };
}

describe("a request of one's own API", () => {
  it("has the token, what the caller gives, and gives the answer", async () => {
    const { api, apiFetch } = await set([{ status: 201, headers: { ETag: '"1"' }, body: { id: 7 } }]);
    const response = await apiFetch("/notes?a=1", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Trace": "t", Authorization: "Basic of-the-caller" },
      body: '{"text":"Hi"}',
    });
    expect(api.asked).toHaveLength(1);
    expect(api.asked[0]).toMatchObject({
      method: "POST",
      url: "/notes?a=1",
      headers: { authorization: `Bearer ${first}`, "content-type": "application/json", "x-trace": "t" },
      body: '{"text":"Hi"}',
    });
    expect(response).toMatchObject({ status: 201, ok: true, url: `${api.url}/notes?a=1` });
    expect(response.headers.get("etag")).toBe('"1"');
    expect(await response.json()).toEqual({ id: 7 });
  });

  it.each([
    { name: "nothing at all", status: 204, body: undefined, text: "" },
    { name: "an empty body", status: 200, body: undefined, text: "" },
    { name: "a long one", status: 200, body: "x".repeat(300_000), text: "x".repeat(300_000) },
  ])("gives an answer of $name", async ({ status, body, text }) => {
    const { apiFetch } = await set([{ status, body }]);
    expect(await (await apiFetch("/notes")).text()).toBe(text);
  });

  it("may be a Request, as generated clients make them, and is sent again with its body", async () => {
    const { api, apiFetch, sent } = await set([problem(401, "token_expired"), good]);
    const form = new FormData();
    form.set("file", new Blob(["content"]), "a.txt");
    const request = new Request(`${api.url}/files`, { method: "PUT", body: form, headers: { "X-Trace": "t" } });
    await apiFetch(request, { headers: { "X-Other": "o", "Content-Type": request.headers.get("content-type") ?? "" } });
    expect(sent()).toEqual([`Bearer ${first}`, `Bearer ${second}`]);
    expect(api.asked[1]?.body).toBe(api.asked[0]?.body);
    expect(api.asked[1]).toMatchObject({ method: "PUT", url: "/files", headers: { "x-other": "o" } });
    expect(api.asked[1]?.body).toContain("content");
    expect(api.asked[1]?.headers["content-type"]).toContain("multipart/form-data; boundary=");
  });

  it("takes what is undefined beside a Request for absent, as fetch does", async () => {
    const { api, apiFetch } = await set([good]);
    const request = new Request(`${api.url}/a`, { method: "PUT", body: "kept", headers: { "X-Trace": "t" } });
    await apiFetch(request, { method: undefined, body: undefined, headers: undefined } as unknown as RequestInit);
    expect(api.asked[0]).toMatchObject({ method: "PUT", body: "kept", headers: { "x-trace": "t" } });
  });

  it("hands fetch the options that keep the token where it belongs, whatever it is given", async () => {
    const inits: RequestInit[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      inits.push(init ?? {});
      return Response.json({});
    };
    const apiFetch = createFetch({ baseUrl: "https://api.example.com", getToken: async () => first, fetch });
    const given = { redirect: "follow", credentials: "include", cache: "force-cache", keepalive: true } as const;
    await apiFetch("/a", given);
    await apiFetch(new Request("https://api.example.com/a", given));
    const fixed = { redirect: "error", credentials: "omit", cache: "no-store" };
    expect(inits).toEqual([expect.objectContaining({ ...fixed, keepalive: true }), expect.objectContaining(fixed)]);
  });

  it("needs no claim uuid, and names the user by sub", async () => {
    const { apiFetch, sent } = await set([good], { getToken: async () => makeToken({ uuid: undefined }) });
    await apiFetch("/notes");
    expect(sent()).toHaveLength(1);
    const nobody = createFetch({ baseUrl: "http://a.test", getToken: async () => makeToken({ sub: undefined }) });
    const error = await failureOf(nobody("/notes"));
    expect(error).toMatchObject({ code: "token_unusable" });
    expect(error.message).toContain("no claim sub");
  });
});

describe("the token goes below baseUrl and nowhere else", () => {
  const base = "https://api.example.com/v1";
  const cases = [
    { input: "/notes", url: "https://api.example.com/v1/notes" },
    { input: "//evil.example/notes", url: "https://api.example.com/v1//evil.example/notes" },
    { input: "/\\evil.example", url: "https://api.example.com/v1//evil.example" },
    { input: "/a/../notes", url: "https://api.example.com/v1/notes" },
    { input: "https://api.example.com/v1/notes", url: "https://api.example.com/v1/notes" },
    { input: "https://API.example.com:443/v1", url: "https://api.example.com/v1" },
    { input: "/../admin" },
    { input: "/%2e%2e/admin" },
    { input: "https://api.example.com/v10/notes" },
    { input: "https://api.example.com/" },
    { input: "http://api.example.com/v1/notes" },
    { input: "https://api.example.com:8443/v1/notes" },
    { input: "https://evil.example/v1/notes" },
    { input: "https://api.example.com.evil.example/v1/notes" },
    { input: "https://user:secret@api.example.com/v1/notes" },
    { input: "https://api.example.com@evil.example/v1/notes" },
    { input: " https://evil.example/v1" },
    { input: "data:text/plain,x" },
    { input: "notes" },
    { input: "@evil.example/" },
    { input: "" },
  ];

  it.each(cases)("$input: $url", async ({ input, url }) => {
    const asked: string[] = [];
    let tokens = 0;
    const getToken = async () => {
      tokens += 1;
      return first;
    };
    const fetch = async (to: unknown) => {
      asked.push(String(to));
      return Response.json({});
    };
    const apiFetch = createFetch({ baseUrl: base, getToken, fetch });
    if (url !== undefined) {
      await apiFetch(input);
      expect(asked).toEqual([url]);
      return;
    }
    const error = await failureOf(apiFetch(input));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^Nothing was sent: /);
    expect(error.message).not.toContain("secret");
    expect([asked, tokens]).toEqual([[], 0]);
  });

  it("nor does a URL object or a Request take it elsewhere", async () => {
    const { api, apiFetch } = await set([]);
    const other = await scriptedServer(good, good);
    for (const input of [new URL(`${other.url}/x`), new Request(`${other.url}/x`)]) {
      expect(await failureOf(apiFetch(input))).toBeInstanceOf(TypeError);
    }
    expect([...other.asked, ...api.asked]).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])("nor does a %i, to another origin or the same", async (status) => {
    const other = await scriptedServer(good, good);
    const to = (location: string): Scripted => ({ status, headers: { Location: location } });
    const { api, apiFetch } = await set([to(`${other.url}/notes`), to("/elsewhere")]);
    for (const _ of ["another", "the same"]) {
      const error = await failureOf(apiFetch("/notes"));
      expect(error).toBeInstanceOf(NetworkError);
      expect(error.message).toContain("a redirect");
    }
    expect(other.asked).toEqual([]);
    expect(api.asked.map(({ url }) => url)).toEqual(["/notes", "/notes"]);
  });
});

describe("errors are ApiErrors", () => {
  it.each([
    { name: "a problem of Drawbridge's", answer: problem(403, "user_mismatch"), error: { code: "user_mismatch" } },
    {
      name: "an error of one's own API, with what it adds",
      answer: { status: 402, body: { code: "plan_too_small", detail: "Five notes.", limit: 5 } },
      error: {
        status: 402,
        code: "plan_too_small",
        detail: "Five notes.",
        body: expect.objectContaining({ limit: 5 }),
      },
    },
    {
      name: "an HTTPException of FastAPI's",
      answer: { status: 404, body: { detail: "Not Found" } },
      error: { code: "not_found", detail: "Not Found" },
    },
    { name: "a page", answer: { status: 502, body: "<html>" }, error: { code: "unexpected_answer", body: undefined } },
  ])("$name", async ({ answer, error }) => {
    const { apiFetch } = await set([answer]);
    const failure = await failureOf(apiFetch("/notes?secret=1"));
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status: answer.status, ...error });
    expect(failure.message).toMatch(/^GET \/notes: /);
  });
});

describe("it tries again as the client does", () => {
  interface Case {
    name: string;
    method: string;
    answers: Scripted[];
    sent: number;
    slept?: number[];
    code?: string;
  }
  const after = (seconds: string) => ({ "Retry-After": seconds });
  const cases: Case[] = [
    { name: "once with a fresh token", method: "POST", answers: [problem(401, "token_expired"), good], sent: 2 },
    { name: "once for a new key", method: "DELETE", answers: [problem(401, "key_unknown"), good], sent: 2 },
    {
      name: "not for another refusal",
      method: "GET",
      answers: [problem(401, "signature_invalid")],
      sent: 1,
      code: "signature_invalid",
    },
    {
      name: "not for a missing role",
      method: "GET",
      answers: [problem(403, "role_missing")],
      sent: 1,
      code: "role_missing",
    },
    {
      name: "after keys_unavailable",
      method: "POST",
      answers: [problem(503, "keys_unavailable", after("2")), good],
      sent: 2,
      slept: [2_000],
    },
    {
      name: "after 429",
      method: "patch",
      answers: [problem(429, "rate_limited", after("3")), good],
      sent: 2,
      slept: [3_000],
    },
    {
      name: "no more than three times",
      method: "GET",
      answers: Array.from({ length: 4 }, () => problem(429, "rate_limited")),
      sent: 4,
      slept: [1_000, 1_000, 1_000],
      code: "rate_limited",
    },
    {
      name: "a write when the database failed: not",
      method: "POST",
      answers: [problem(503, "store_unavailable")],
      sent: 1,
      code: "store_unavailable",
    },
  ];

  it.each(cases)("$name", async ({ method, answers, sent, slept = [], code }) => {
    const waits: WaitInfo[] = [];
    const seen: AnswerInfo[] = [];
    const { api, apiFetch, clock } = await set(answers, {
      onWait: (info) => waits.push(info),
      onAnswer: (info) => seen.push(info),
    });
    const call = apiFetch("/notes", { method });
    if (code === undefined) expect((await call).ok).toBe(true);
    else expect(await failureOf(call)).toMatchObject({ name: "ApiError", code });
    expect(api.asked.map((asked) => asked.method)).toEqual(Array(sent).fill(method.toUpperCase()));
    expect(clock.slept).toEqual(slept);
    expect(waits.map(({ milliseconds }) => milliseconds)).toEqual(slept);
    expect(seen).toHaveLength(sent);
  });

  it("and tells who watches of each wait, when it begins", async () => {
    const waits: [number, WaitInfo][] = [];
    const { clock, apiFetch } = await set([problem(503, "keys_unavailable", { "Retry-After": "5" }), good], {
      onWait: (info) => {
        waits.push([clock.slept.length, info]);
        throw new Error("a fault of who watches");
      },
    });
    const logged: unknown[] = [];
    const { error } = console;
    console.error = (fault) => logged.push(fault);
    await apiFetch("/notes?a=1").finally(() => {
      console.error = error;
    });
    const info = { method: "GET", path: "/notes", status: 503, code: "keys_unavailable", milliseconds: 5_000 };
    expect(waits).toEqual([[0, info]]);
    expect(logged).toHaveLength(1);
  });
});

describe("one token for all", () => {
  it("is fetched once for a hundred and fifty calls, and asked for by what is no request", async () => {
    const { apiFetch, source, sent } = await set(Array.from({ length: 150 }, () => good));
    expect(await apiFetch.token()).toBe(first);
    await Promise.all(Array.from({ length: 150 }, () => apiFetch("/notes")));
    expect(await apiFetch.token()).toBe(first);
    expect(source.calls()).toBe(1);
    expect(new Set(sent())).toEqual(new Set([`Bearer ${first}`]));
  });

  it("is not given again once it was refused", async () => {
    const { apiFetch, source } = await set([]);
    const refused = await apiFetch.token();
    expect(await apiFetch.token({ refused })).toBe(second);
    expect(await apiFetch.token({ refused })).toBe(second);
    expect(source.calls()).toBe(2);
  });

  it("whose wait a signal and clear() end", async () => {
    const { apiFetch } = await set([], { getToken: () => new Promise(() => {}) });
    const reason = new Error("left the page");
    expect(await failureOf(apiFetch.token({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    const failure = failureOf(apiFetch.token());
    apiFetch.clear();
    expect(await failure).toMatchObject({ code: "cleared" });
  });
});
