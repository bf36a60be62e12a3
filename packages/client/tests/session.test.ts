import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  ApiError,
  createClient,
  createFetch,
  type FetchOptions,
  NetworkError,
  NotSignedInError,
  type SessionClientOptions,
  UserChangedError,
} from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Scripted, type Step, scriptedServer } from "./support/scripted-server.js";
import { alice, bob, makeToken } from "./support/tokens.js";

const good: Scripted = { status: 200, body: { id: 3, name: "Errands" } };
const identity = (uuid: string, subject: string): Scripted => ({ status: 200, body: { uuid, subject } });
const cookie = "better-auth.session_token=t.s";

/** A page that the browser adds the cookie to, if it is asked to. */
const browsersFetch: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  if (init?.credentials === "include") headers.set("Cookie", cookie);
  return fetch(input, { ...init, headers });
};

async function set(steps: Step[], options: Partial<SessionClientOptions> = {}) {
  const api = await scriptedServer(...steps);
  const clock = new HandClock();
  const { subject, ...common } = {
    baseUrl: api.url,
    credentials: "session" as const,
    fetch: browsersFetch,
    clock,
    random: () => 0,
    ...options,
  };
  const client = createClient({ ...common, ...(subject !== undefined && { subject }) });
  return { api, clock, client, apiFetch: createFetch(common) };
}

beforeEach(() => {
  vi.stubGlobal("location", { origin: "http://localhost:3000" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("in a page", () => {
  it("the cookie goes along and no Authorization, whatever the caller says", async () => {
    const { api, apiFetch } = await set([good]);
    const headers = { Authorization: "Bearer of-the-caller", "X-Trace": "t" };
    const response = await apiFetch("/notes?a=1", { method: "POST", headers, body: "Hi" });
    expect(await response.json()).toEqual(good.body);
    expect(api.asked).toHaveLength(1);
    expect(api.asked[0]).toMatchObject({ method: "POST", url: "/notes?a=1", headers: { cookie, "x-trace": "t" } });
    expect(api.asked[0]?.headers).not.toHaveProperty("authorization");
    expect(Object.keys(apiFetch)).toEqual(["clear"]);
  });

  it("fetch is told to send it to baseUrl alone, and to keep nothing", async () => {
    const inits: RequestInit[] = [];
    const own = async (_: unknown, init?: RequestInit) => {
      inits.push(init ?? {});
      return Response.json({});
    };
    const { apiFetch } = await set([], { fetch: own });
    await apiFetch("/a", { redirect: "follow", credentials: "omit", cache: "force-cache" });
    expect(inits).toEqual([expect.objectContaining({ redirect: "error", credentials: "include", cache: "no-store" })]);
    expect(await failureOf(apiFetch("https://evil.example/"))).toBeInstanceOf(TypeError);
    expect(inits).toHaveLength(1);
  });

  it.each(["token_missing", "session_unknown", "credential_malformed"])(
    "%s is NotSignedInError, and nothing is tried again",
    async (code) => {
      const { api, apiFetch, clock } = await set([problem(401, code)]);
      const error = await failureOf(apiFetch("/notes"));
      expect(error).toBeInstanceOf(NotSignedInError);
      expect(error).toMatchObject({ code: "not_signed_in", cause: { name: "ApiError", status: 401, code } });
      expect([api.asked.length, clock.slept]).toEqual([1, []]);
    },
  );

  it("a cookie that never reaches the API is hinted at", async () => {
    const { apiFetch } = await set([problem(401, "token_missing")]);
    expect((await failureOf(apiFetch("/notes"))).message).toContain("DRAWBRIDGE_CREDENTIALS");
  });

  it.each([
    [401, "token_expired"],
    [401, "key_unknown"],
    [401, "issuer_mismatch"],
    [403, "origin_not_allowed"],
    [403, "user_mismatch"],
    [403, "session_unknown"],
  ])("%i %s is the API's error, at once", async (status, code) => {
    const { api, apiFetch } = await set([problem(status, code)]);
    const error = await failureOf(apiFetch("/notes", { method: "POST" }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status, code });
    expect(api.asked).toHaveLength(1);
  });

  it("an origin that is not allowed names the setting", async () => {
    const { apiFetch } = await set([problem(403, "origin_not_allowed")]);
    const { message } = await failureOf(apiFetch("/notes", { method: "POST" }));
    expect(message).toContain("DRAWBRIDGE_ALLOWED_ORIGINS");
  });

  it.each(["GET", "POST"])("503 session_unavailable: %s waits by Retry-After", async (method) => {
    const away = problem(503, "session_unavailable", { "Retry-After": "4" });
    const { api, apiFetch, clock } = await set([away, good]);
    await apiFetch("/notes", { method });
    expect([api.asked.length, clock.slept]).toEqual([2, [4_000]]);
  });

  it("no redirect takes the cookie along", async () => {
    const other = await scriptedServer(good);
    const { apiFetch } = await set([{ status: 307, headers: { Location: `${other.url}/notes` } }]);
    expect(await failureOf(apiFetch("/notes"))).toBeInstanceOf(NetworkError);
    expect(other.asked).toEqual([]);
  });
});

describe("the client of the tasks API", () => {
  it("asks the API once whose session it is, however many wait", async () => {
    const { api, client } = await set([identity(alice, "a"), good, good, good]);
    await Promise.all([client.getTag(1), client.getTag(2)]);
    await client.getTag(3);
    const tags = [1, 2, 3].map((id) => `/api/v1/${alice}/tags/${id}`);
    expect(api.asked.map(({ url }) => url)).toEqual(["/api/v1/me", ...tags]);
    expect(client.unverifiedToken()).toBeNull();
  });

  it("serves another user after clear()", async () => {
    const { api, client } = await set([identity(alice, "a"), good, identity(bob, "b"), good]);
    await client.getTag(1);
    client.clear();
    await client.getTag(1);
    expect(api.asked.map(({ url }) => url)).toContain(`/api/v1/${bob}/tags/1`);
  });

  it("keeps nothing of a question that clear() ended", async () => {
    const { api, client } = await set([null, identity(bob, "b"), good]);
    const ended = failureOf(client.getTag(1));
    await api.reached(1);
    client.clear();
    expect(await ended).toMatchObject({ code: "cleared" });
    await client.getTag(1);
    expect(api.asked[2]?.url).toBe(`/api/v1/${bob}/tags/1`);
  });

  it("leaves the question to the others, when one gives up", async () => {
    const { api, client } = await set([null, good]);
    const controller = new AbortController();
    const ended = failureOf(client.getTag(1, controller));
    await api.reached(1);
    controller.abort(new Error("left"));
    expect((await ended).message).toBe("left");
    api.script(identity(alice, "a"), good);
    expect(await failureOf(client.getTag(1))).toBeInstanceOf(ApiError); // `good` is no identity
    expect(await client.getTag(1)).toMatchObject({ id: 3 });
  });

  it.each([
    { name: "the first answer is another's", steps: [identity(bob, "b")], subject: "a" },
    {
      name: "the session has become another's",
      steps: [identity(alice, "a"), problem(403, "user_mismatch")],
      subject: "a",
    },
    { name: "the same, where nobody is named", steps: [identity(alice, "a"), problem(403, "user_mismatch")] },
  ])("says UserChangedError when $name", async ({ steps, ...options }) => {
    const { api, client } = await set(steps, options);
    expect(await failureOf(client.createTag({ name: "Mine" }))).toBeInstanceOf(UserChangedError);
    expect(api.asked).toHaveLength(steps.length);
  });

  it("says so of me(), too", async () => {
    const { client } = await set([identity(alice, "a"), identity(bob, "b")], { subject: "a" });
    expect(await client.me()).toMatchObject({ uuid: alice });
    expect(await failureOf(client.me())).toBeInstanceOf(UserChangedError);
  });

  it("says of an unknown session what the fetch says", async () => {
    const { client } = await set([problem(401, "session_unknown")]);
    expect(await failureOf(client.listTags())).toBeInstanceOf(NotSignedInError);
  });
});

describe("on a server", () => {
  beforeEach(() => {
    vi.stubGlobal("location", undefined);
  });

  it("nothing is sent without the headers of a request", async () => {
    const fetch = vi.fn();
    const { client, apiFetch } = await set([], { fetch });
    for (const failure of [apiFetch("/notes"), client.listTags()]) {
      const error = await failureOf(failure);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^Nothing was sent: .* Give `headers`/);
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  const origin = "https://app.example";
  const cases: Record<string, { answered: Record<string, string>; sessionCookie?: string; sent: object }> = {
    "the session's cookie and the page's origin, and nothing else": {
      answered: { cookie: `theme=dark; ${cookie}; better-auth.session_data=d`, origin, authorization: "Bearer x" },
      sent: { cookie, origin },
    },
    "the cookie of https": {
      answered: { cookie: "a=b; __Secure-better-auth.session_token=u.s" },
      sent: { cookie: "__Secure-better-auth.session_token=u.s" },
    },
    "a cookie of another name": {
      answered: { cookie: `mine=v=1; ${cookie}` },
      sessionCookie: "mine",
      sent: { cookie: "mine=v=1" },
    },
    "one that is there twice as it came": {
      answered: { cookie: `${cookie}; better-auth.session_token=other` },
      sent: { cookie: `${cookie}; better-auth.session_token=other` },
    },
    "no cookie where there is none": { answered: { cookie: "a=better-auth.session_token" }, sent: {} },
  };

  it.each(Object.entries(cases))("hands on %s", async (_, { answered, sent, ...options }) => {
    const { api, apiFetch } = await set([good], { fetch, headers: async () => new Headers(answered), ...options });
    await apiFetch("/notes", { method: "POST", headers: { Cookie: "of=the-caller", Authorization: "Bearer y" } });
    const { cookie: sentCookie, origin: sentOrigin, authorization } = api.asked[0]?.headers ?? {};
    expect({ cookie: sentCookie, origin: sentOrigin, authorization }).toEqual({
      cookie: undefined,
      origin: undefined,
      authorization: undefined,
      ...sent,
    });
  });

  it("asks for the headers at each call, so that nobody gets another's answer", async () => {
    const cookies = ["better-auth.session_token=a.s", "better-auth.session_token=b.s"];
    const left = [...cookies];
    const headers = () => new Headers({ cookie: left.shift() ?? "" });
    const { api, apiFetch } = await set([good, good], { fetch, headers });
    await apiFetch("/notes");
    await apiFetch("/notes");
    expect(api.asked.map((asked) => asked.headers.cookie)).toEqual(cookies);
  });
});

describe("a token or the cookie", () => {
  const getToken = async () => makeToken();
  const baseUrl = "http://a.test";
  const faults: [string, object, RegExp][] = [
    ["both", { baseUrl, getToken, credentials: "session" }, /not both/],
    ["neither", { baseUrl }, /Give getToken/],
    ["what fetch calls so", { baseUrl, getToken, credentials: "include" }, /credentials must be "session"/],
  ];

  it.each(faults)("%s is refused", (_, options, why) => {
    for (const make of [createFetch, createClient]) {
      expect(() => make(options as FetchOptions)).toThrow(TypeError);
      expect(() => make(options as FetchOptions)).toThrow(why);
    }
  });

  it("both are refused by the types, too", () => {
    // @ts-expect-error
    const both: FetchOptions = { baseUrl, getToken, credentials: "session" };
    // @ts-expect-error
    const subjectOfAFetch = () => createFetch({ baseUrl, credentials: "session", subject: "a" });
    // @ts-expect-error
    const tokenOfACookie = () => createFetch({ baseUrl, credentials: "session" }).token();
    expect(() => createFetch(both)).toThrow(TypeError);
    expect(subjectOfAFetch).toThrow(/subject is for tokens/);
    expect(tokenOfACookie).toThrow(TypeError);
  });
});
