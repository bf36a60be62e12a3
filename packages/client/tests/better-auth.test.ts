import { once } from "node:events";

import { createAuthClient as createVanillaClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";
import { describe, expect, it, vi } from "vitest";

import { betterAuthToken, type Client, createClient, type GetToken, serverToken } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { Browser, type Issuer, type IssuerSettings, startIssuer } from "./support/issuer.js";
import { scriptedServer } from "./support/scripted-server.js";
import { makeToken } from "./support/tokens.js";

const noTasks = { status: 200, body: [] };
const notSignedIn = { name: "NotSignedInError", code: "not_signed_in" };
const unavailable = { name: "TokenUnavailableError", code: "token_unavailable" };

const account = { email: "alice@example.com", password: "correct horse battery", name: "Alice" };

/** A page that somebody signed in on, with a client by each of the two ways. */
async function page(issuer: Issuer) {
  const api = await scriptedServer(...Array.from({ length: 9 }, () => noTasks));
  const browser = new Browser(issuer.url);
  const fetchOptions = { customFetchImpl: browser.fetch };
  const authClient = createAuthClient({ baseURL: issuer.url, fetchOptions, plugins: [jwtClient()] });
  const headers = async () => new Headers({ cookie: browser.cookie, authorization: "Bearer not-forwarded" });
  const ways: Record<string, Client> = {
    betterAuthToken: createClient({ baseUrl: api.url, getToken: betterAuthToken(authClient) }),
    serverToken: createClient({ baseUrl: api.url, getToken: serverToken({ baseUrl: issuer.url, headers }) }),
  };
  const signUp = async () => expect((await authClient.signUp.email(account)).error).toBeNull();
  return { api, browser, authClient, ways, signUp };
}

const exchange = "/get-session?disableCookieCache=true&disableRefresh=true";

/** What Better Auth is asked for a token, and to find out that nobody is signed in. */
const asks = {
  betterAuthToken: {
    token: ["/token"],
    nobody: ["/token", "/get-session?disableCookieCache=1&disableRefresh=1"],
  },
  serverToken: { token: [exchange], nobody: [exchange] },
};

describe.each(Object.entries(asks))("%s with a real Better Auth", (way, asked) => {
  const first = asked.token[0]?.split("?")[0];
  const start = async (settings?: IssuerSettings) => {
    const issuer = await startIssuer(settings);
    const { ways, ...rest } = await page(issuer);
    const client = ways[way] as Client;
    return { issuer, client, ...rest };
  };

  it("gets the JWT of whoever is signed in, once", async () => {
    const { issuer, client, api, signUp } = await start();
    await signUp();
    issuer.asked.length = 0;
    await client.listTasks();
    await client.listTasks();
    expect(issuer.asked).toEqual(asked.token);
    const held = client.unverifiedToken();
    expect(held?.claims).toMatchObject({ email: account.email, iss: issuer.url, aud: issuer.url });
    expect(api.asked[0]).toMatchObject({
      url: `/api/v1/${held?.claims.uuid}/tasks`,
      headers: { authorization: `Bearer ${held?.token}` },
    });
    expect(api.asked[0]?.headers).not.toHaveProperty("cookie");
  });

  it("says that nobody is signed in, before sign-up and after sign-out and clear, when /get-session says so", async () => {
    const { issuer, client, api, authClient, signUp } = await start();
    expect(await failureOf(client.listTasks())).toMatchObject(notSignedIn);
    expect(issuer.asked).toEqual(asked.nobody);
    await signUp();
    await client.listTasks();
    await authClient.signOut();
    client.clear();
    expect(await failureOf(client.listTasks())).toMatchObject(notSignedIn);
    expect(api.asked).toHaveLength(1);
  });

  it("does not say so with Better Auth's database down: /token 401, /get-session 500", async () => {
    const { issuer, client, browser, signUp } = await start();
    await signUp();
    await issuer.loseDatabase();
    // Better Auth logs each of the failures.
    vi.spyOn(console, "error").mockImplementation(() => {});
    const status = async (path: string) => (await browser.fetch(`${issuer.url}/api/auth${path}`)).status;
    expect([await status("/token"), await status("/get-session")]).toEqual([401, 500]);
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ ...unavailable, status: 500, issuerCode: "FAILED_TO_GET_SESSION" });
    expect(error.message).toMatch(/\/get-session answered 500 FAILED_TO_GET_SESSION .*: Failed to get session\.$/);
  });

  it("says what Better Auth says, for a user without UUID", async () => {
    const { issuer, client, signUp } = await start();
    await signUp();
    await issuer.takeUuids();
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ ...unavailable, status: 500, issuerCode: "USER_UUID_MISSING" });
    expect(error.message).toMatch(
      /^Better Auth gave no token: \/\S+ answered 500 USER_UUID_MISSING .*`drawbridge migrate up`/,
    );
    expect(error.message).toContain(`${first} answered`);
  });

  it.each([429, 500, 503])("nor when it answers %i", async (status) => {
    const { issuer, client, signUp } = await start();
    await signUp();
    issuer.answerWith(status);
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ ...unavailable, status, issuerCode: null });
    expect(error.message).toContain(`${first} answered ${status}`);
  });

  it("nor when it is gone", async () => {
    const { issuer, client, signUp } = await start();
    await signUp();
    await issuer.stop();
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ ...unavailable, status: null });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("names the plugin when Better Auth has no /token", async () => {
    const { client, signUp } = await start({ jwt: false });
    await signUp();
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ ...unavailable, status: 404 });
    expect(error.message).toContain("@drawbridge/better-auth");
  });

  it("names the plugin when the token has no uuid", async () => {
    const { client, signUp } = await start({ payload: "no-uuid" });
    await signUp();
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ name: "UnusableTokenError", code: "token_unusable" });
    expect(error.message).toContain("@drawbridge/better-auth");
  });
});

describe("the request for a token ends when nobody waits for it", () => {
  const ways: Record<string, (baseUrl: string) => GetToken> = {
    betterAuthToken: (baseURL) => betterAuthToken(createAuthClient({ baseURL, plugins: [jwtClient()] })),
    serverToken: (baseUrl) => serverToken({ baseUrl, headers: () => new Headers() }),
  };

  it.each(Object.entries(ways))("%s", async (_, getToken) => {
    let closed: Promise<unknown> | undefined;
    const issuer = await scriptedServer((_, response) => {
      closed = once(response, "close");
      return null;
    });
    const client = createClient({ baseUrl: "http://127.0.0.1:1", getToken: getToken(issuer.url) });
    const controller = new AbortController();
    const failure = failureOf(client.listTasks({}, controller));
    await issuer.reached(1);
    controller.abort();
    expect(await failure).toMatchObject({ name: "AbortError" });
    await closed;
  });
});

describe("betterAuthToken", () => {
  it("takes a client that was made to throw, and the one without React", async () => {
    const issuer = await startIssuer();
    const { api, browser, signUp } = await page(issuer);
    const fetchOptions = { customFetchImpl: browser.fetch, throw: true } as const;
    const authClient = createVanillaClient({ baseURL: issuer.url, fetchOptions, plugins: [jwtClient()] });
    const client = createClient({ baseUrl: api.url, getToken: betterAuthToken(authClient) });
    expect(await failureOf(client.listTasks())).toMatchObject(notSignedIn);
    await signUp();
    await client.listTasks();
    await issuer.takeUuids();
    client.clear();
    expect(await failureOf(client.listTasks())).toMatchObject({ ...unavailable, issuerCode: "USER_UUID_MISSING" });
    issuer.answerWith(500);
    expect(await failureOf(client.listTasks())).toMatchObject({ ...unavailable, status: 500 });
  });

  it("does not know either, when there is a session after all", async () => {
    const issuer = await scriptedServer({ status: 401 }, { status: 200, body: { session: {}, user: {} } });
    const authClient = createVanillaClient({ baseURL: issuer.url, plugins: [jwtClient()] });
    const failure = await failureOf(betterAuthToken(authClient)({ signal: new AbortController().signal }));
    expect(failure).toMatchObject({ ...unavailable, status: 401 });
    expect(issuer.asked).toHaveLength(2);
  });

  it("asks for the session in a form that signs no token", async () => {
    const issuer = await startIssuer();
    const { browser, signUp } = await page(issuer);
    await signUp();
    for (const [path, signed] of [
      [asks.betterAuthToken.nobody[1], false],
      [exchange, true],
    ] as const) {
      const { status, headers } = await browser.fetch(`${issuer.url}/api/auth${path}`);
      expect([status, headers.has("set-auth-jwt")]).toEqual([200, signed]);
    }
  });
});

describe("serverToken", () => {
  const session = { status: 200, body: { session: {}, user: {} } };
  const headers = () => new Headers({ cookie: "a=b", authorization: "Bearer x", "x-forwarded-for": "203.0.113.9" });

  it.each([
    ["", `/api/auth${exchange}`],
    ["/", `/api/auth${exchange}`],
    ["/auth", `/auth${exchange}`],
    ["/api/auth/", `/api/auth${exchange}`],
  ])("with the path %j asks %s, with the cookie and nothing else of the request", async (path, url) => {
    const issuer = await scriptedServer({ status: 500 });
    const getToken = serverToken({ baseUrl: issuer.url + path, headers });
    await failureOf(getToken({ signal: new AbortController().signal }));
    expect(issuer.asked[0]).toMatchObject({ method: "GET", url, headers: { cookie: "a=b" } });
    expect(Object.keys(issuer.asked[0]?.headers ?? {})).not.toContain("authorization");
    expect(Object.keys(issuer.asked[0]?.headers ?? {})).not.toContain("x-forwarded-for");
  });

  it.each([
    { name: "a session and no token", answers: [session, { status: 401 }], status: 401 },
    { name: "a session that is no JSON", answers: [{ status: 200, body: "" }], status: 200 },
    { name: "429 for the session", answers: [{ status: 429 }], status: 429 },
    { name: "401 for the session", answers: [{ status: 401 }], status: 401 },
    { name: "a token that is none", answers: [session, { status: 200, body: {} }], status: 200 },
    { name: "a redirect", answers: [{ status: 302, headers: { Location: "/elsewhere" } }], status: null },
  ])("with $name says that it does not know", async ({ answers, status }) => {
    const issuer = await scriptedServer(...answers);
    const getToken = serverToken({ baseUrl: issuer.url, headers });
    const failure = await failureOf(getToken({ signal: new AbortController().signal }));
    expect(failure).toMatchObject({ ...unavailable, status });
    expect(issuer.asked).toHaveLength(answers.length);
  });

  it("takes the token of the answer that has the session, and asks /token where there is none", async () => {
    const token = makeToken();
    const withToken = { ...session, headers: { "set-auth-jwt": token } };
    for (const answers of [[withToken], [session, { status: 200, body: { token } }]]) {
      const issuer = await scriptedServer(...answers);
      const getToken = serverToken({ baseUrl: issuer.url, headers });
      expect(await getToken({ signal: new AbortController().signal })).toBe(token);
      expect(issuer.asked.map(({ url }) => url)).toEqual(
        [`/api/auth${exchange}`, "/api/auth/token"].slice(0, answers.length),
      );
    }
  });

  it("refuses a baseUrl that is none", () => {
    expect(() => serverToken({ baseUrl: "", headers })).toThrow(TypeError);
  });
});
