import { apiKey } from "@better-auth/api-key";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { bearer, customSession } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { serveLimited } from "./support/rate-limit.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

const flagged = "/get-session?disableCookieCache=true&disableRefresh=true";
const cached = { session: { cookieCache: { enabled: true, maxAge: 300 } } } satisfies BetterAuthOptions;

describe.each(databases)("a session becomes a JWT, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  async function signedUp(options: BetterAuthOptions = {}) {
    const auth = await startAuth(database, { ...options, plugins: [drawbridge(), ...(options.plugins ?? [])] });
    const visitor = new Visitor(auth);
    expect((await visitor.signUp()).status).toBe(200);
    return { auth, visitor };
  }

  const claimsOf = async (visitor: Visitor, token: string | null) =>
    verifiedClaims(token ?? "", (await visitor.get("/jwks")).body as unknown as KeySet);

  test.each([
    ["with sessions in the database alone", {}],
    ["with a cookie cache", cached],
    ["with answers that another plugin changes", { plugins: [customSession(async (session) => session)] }],
  ])("in the header of an answer to both flags, for nobody to keep, %s", async (_, options) => {
    const { visitor } = await signedUp(options);
    const { status, headers, body } = await visitor.get(flagged);
    expect([status, headers.get("cache-control"), headers.getSetCookie()]).toEqual([200, "no-store", []]);
    const claims = await claimsOf(visitor, headers.get("set-auth-jwt"));
    const { iat, exp, ...others } = await claimsOf(visitor, await visitor.token());
    expect(claims).toMatchObject(others);
    expect(claims).toMatchObject({ sub: (body.user as { id: string }).id, sid: (body.session as { id: string }).id });
  });

  test("of bearer(), too", async () => {
    const { auth, visitor } = await signedUp({ plugins: [bearer()] });
    const { session } = (await visitor.get("/get-session")).body as { session: { id: string; token: string } };
    const { headers } = await new Visitor(auth).get(flagged, { authorization: `Bearer ${session.token}` });
    expect((await claimsOf(visitor, headers.get("set-auth-jwt"))).sid).toBe(session.id);
  });

  test("not in an answer to any other request", async () => {
    const { visitor } = await signedUp();
    for (const [path, headers] of [
      ["/get-session", {}],
      ["/get-session?disableCookieCache=true", {}],
      ["/get-session?disableRefresh=true", {}],
      ["/get-session?disableCookieCache=1&disableRefresh=1", {}],
      ["/get-session?disableCookieCache=true&disableRefresh=false", {}],
      ["/get-session?disableCookieCache=true&disableRefresh=TRUE", {}],
      ["/get-session?disableCookieCache=true&disableRefresh=", {}],
      ["/get-session?disablecookiecache=true&disablerefresh=true", {}],
      [`${flagged}&disableRefresh=true`, {}],
      ["/get-session", { disableCookieCache: "true", disableRefresh: "true" }],
      [flagged, { "x-api-key": "k".repeat(64) }], // which no plugin asks for
    ] as const) {
      const answer = await visitor.get(path, headers);
      expect([path, answer.status, answer.headers.get("set-auth-jwt")]).toEqual([path, 200, null]);
      expect(answer.body).toHaveProperty("session.id");
    }
  });

  test("not in a header that proxies would refuse: a backend asks /token then", async () => {
    const plugin = drawbridge({ claims: ({ user }) => ({ image: user.image }) });
    const visitor = new Visitor(await startAuth(database, { plugins: [plugin] }));
    await visitor.signUp();
    const lengthAt = async (size: number) => {
      await visitor.post("/update-user", { image: "i".repeat(size) });
      const { status, headers, body } = await visitor.get(flagged);
      const inHeader = headers.get("set-auth-jwt");
      expect([status, body]).toEqual([200, expect.objectContaining({ session: expect.anything() })]);
      expect(headers.get("cache-control")).toBe("no-store");
      return [inHeader !== null, (await visitor.token()).length <= 2_048];
    };
    expect(await lengthAt(800)).toEqual([true, true]);
    expect(await lengthAt(2_000)).toEqual([false, false]);
  });

  test("not in an answer to a POST, nor of a call of the server's own", async () => {
    const { auth, visitor } = await signedUp({ session: { deferSessionRefresh: true } });
    const answer = await visitor.post(flagged, {});
    expect([answer.status, answer.headers.get("set-auth-jwt")]).toEqual([200, null]);
    expect(answer.body).toHaveProperty("session.id");
    const { headers, response } = await auth.api.getSession({
      headers: new Headers({ cookie: visitor.cookies() }),
      query: { disableCookieCache: true, disableRefresh: true },
      returnHeaders: true,
    });
    expect(response?.session.id).toEqual(expect.any(String));
    expect(headers.get("set-auth-jwt")).toBeNull();
  });

  test("not of nobody, of a cookie that somebody made up, or of an expired session", async () => {
    const { auth, visitor } = await signedUp();
    const forger = new Visitor(auth);
    forger.setCookie("better-auth.session_token", `${"x".repeat(32)}.${"A".repeat(43)}%3D`);
    await database.query(`UPDATE "session" SET "expiresAt" = '2001-01-01T00:00:00.000Z'`);
    for (const one of [new Visitor(auth), forger, visitor]) {
      const { status, headers, body } = await one.get(flagged);
      expect([status, body, headers.get("set-auth-jwt")]).toEqual([200, null, null]);
    }
  });

  test("not of a session that was signed out, though a cookie still remembers it", async () => {
    const { auth, visitor } = await signedUp(cached);
    const thief = new Visitor(auth);
    for (const name of ["better-auth.session_token", "better-auth.session_data"]) {
      thief.setCookie(name, visitor.cookie(name));
    }
    expect((await visitor.post("/sign-out", {})).status).toBe(200);
    expect((await thief.get("/get-session")).body).toHaveProperty("session.id");
    const { status, headers, body } = await thief.get(flagged);
    expect([status, body, headers.get("set-auth-jwt")]).toEqual([200, null, null]);
  });

  test("or says like /token why it cannot, which no page without the flags notices", async () => {
    const { visitor } = await signedUp();
    await visitor.token();
    await database.query('UPDATE jwks SET "privateKey" = \'"0011"\''); // what no secret decrypts
    const answer = await visitor.get(flagged);
    expect([answer.status, answer.headers.get("set-auth-jwt")]).toEqual([500, null]);
    expect((await visitor.get("/get-session")).body).toHaveProperty("session.id");
  });

  describe("under a rate limit", () => {
    let stop = async () => {};
    // However long they take, all requests are within the ten seconds.
    beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.now() }));
    afterEach(async () => {
      vi.useRealTimers();
      await stop();
    });

    /** Asks as a backend does, with the cookie of somebody who has signed up. */
    async function start(options: BetterAuthOptions = {}) {
      const served = await serveLimited(database, { plugins: [drawbridge()], ...options });
      stop = served.stop;
      const visitor = new Visitor(betterAuth(authOptions(database, { plugins: [drawbridge()] })));
      await visitor.signUp();
      return (path: string, count: number, headers = {}) =>
        served.ask(path, count, { cookie: visitor.cookies(), ...headers });
    }

    const two = { window: 10, max: 2 };
    const exempt = { 200: 4 };
    const limited = { 200: 2, 429: 2 };

    test("as often as a backend asks, while other requests are limited as ever", async () => {
      const ask = await start();
      expect(await ask(flagged, 150)).toEqual({ 200: 150 });
      expect(await ask("/get-session?disableRefresh=true", 101)).toEqual({ 200: 100, 429: 1 });
      expect(await ask(flagged, 1, { "x-api-key": "k" })).toEqual({ 429: 1 });
      expect(await ask(flagged, 1)).toEqual({ 200: 1 });
    }, 60_000);

    test("without a count in the database, where the others are counted", async () => {
      const ask = await start({ rateLimit: { storage: "database", max: 2 } });
      expect(await ask(flagged, 4)).toEqual(exempt);
      expect(await database.query('SELECT * FROM "rateLimit"')).toEqual([]);
      expect(await ask("/get-session", 4)).toEqual(limited);
    });

    test.each([
      ["a wildcard", { "/**": two }],
      ["a wildcard that is a function", { "/get-*": async () => two }],
      ["two, of which the first counts", { "/*": two, "/get-*": false }],
    ] satisfies [string, NonNullable<BetterAuthOptions["rateLimit"]>["customRules"]][])(
      "past %s of the application, which holds for the others",
      async (_, customRules) => {
        const ask = await start({ rateLimit: { customRules } });
        expect(await ask(flagged, 4)).toEqual(exempt);
        expect(await ask("/get-session", 4)).toEqual(limited);
      },
    );

    test("unless the application has a rule for exactly this path", async () => {
      const ask = await start({ rateLimit: { customRules: { "/get-session": two } } });
      expect(await ask(flagged, 4)).toEqual(limited);
    });

    test("of /token with the cookie alone, as a backend asks, and not as a page does", async () => {
      const ask = await start();
      expect(await ask("/token?nonce=1", 101)).toEqual({ 200: 101 });
      for (const header of ["origin", "referer", "sec-fetch-site"]) {
        expect(await ask("/token", 1, { [header]: "http://127.0.0.1:3001" })).toEqual({ 200: 1 });
      }
      expect(await ask("/token", 98, { "sec-fetch-site": "same-origin" })).toEqual({ 200: 97, 429: 1 });
      for (const header of ["origin", "referer", "authorization"]) {
        expect(await ask("/token", 1, { [header]: "http://127.0.0.1:3001" })).toEqual({ 429: 1 });
      }
      expect(await ask("/token", 1)).toEqual({ 200: 1 });
    }, 60_000);

    describe("of /token, with an API key alone", () => {
      const key = { "x-api-key": "k".repeat(64) }; // of nobody: each is 401
      const unlimited = { 401: 4 };
      const plugins = [drawbridge(), apiKey({ enableSessionForAPIKeys: true })];
      const asked = async (options: BetterAuthOptions = {}) => {
        const served = await serveLimited(database, { plugins, ...options });
        stop = served.stop;
        return served.ask;
      };

      test("as often as a backend asks, while other requests are limited as ever", async () => {
        const ask = await asked();
        expect(await ask("/token", 150, key)).toEqual({ 401: 150 });
        expect(await ask("/token", 101)).toEqual({ 401: 100, 429: 1 });
        expect(await ask("/token", 1, { ...key, cookie: "a=b" })).toEqual({ 429: 1 });
        expect(await ask("/token", 1, { ...key, authorization: "Bearer x" })).toEqual({ 429: 1 });
        expect(await ask("/token", 1, key)).toEqual({ 401: 1 });
      }, 60_000);

      test("past a wildcard of the application, which holds for the others", async () => {
        const ask = await asked({ rateLimit: { customRules: { "/**": two } } });
        expect(await ask("/token", 4, key)).toEqual(unlimited);
        expect(await ask("/token", 4)).toEqual({ 401: 2, 429: 2 });
        expect(await ask("/list-sessions", 4, key)).toEqual({ 401: 2, 429: 2 });
      });

      test("unless the application has a rule for exactly this path", async () => {
        const ask = await asked({ rateLimit: { customRules: { "/token": two } } });
        expect(await ask("/token", 4, key)).toEqual({ 401: 2, 429: 2 });
        expect(await ask(flagged, 4)).toEqual(exempt);
      });

      test("but for the key's own limit", async () => {
        const limits = { enabled: true, maxRequests: 2, timeWindow: 60_000 };
        const limitedKeys = apiKey({ enableSessionForAPIKeys: true, rateLimit: limits });
        const auth = await startAuth(database, { plugins: [drawbridge(), limitedKeys] });
        const { body } = await new Visitor(auth).signUp();
        const { createApiKey } = auth.api as unknown as { createApiKey(call: object): Promise<{ key: string }> };
        const made = await createApiKey({ body: { userId: (body.user as { id: string }).id } });
        const ask = await asked({ plugins: [drawbridge(), limitedKeys] });
        for (const status of [200, 200, 429]) {
          expect(await ask("/token", 1, { "x-api-key": made.key })).toEqual({ [status]: 1 });
        }
      });
    });

    test("below another basePath, and at no other path", async () => {
      const ask = await start({ basePath: "/auth", rateLimit: { customRules: { "/**": two } } });
      expect(await ask(flagged, 4)).toEqual(exempt);
      expect(await ask("/list-sessions?disableCookieCache=true&disableRefresh=true", 4)).toEqual(limited);
    });
  });
});
