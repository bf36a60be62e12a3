import { BetterAuthError, betterAuth } from "better-auth";
import { createAuthClient } from "better-auth/client";
import { inferAdditionalFields, jwtClient } from "better-auth/client/plugins";
import { jwt } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, everyDatabase, type TestDatabase } from "./support/databases.js";
import { serve } from "./support/http.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

describe.each(databases)("with the rest of Better Auth, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  test.each([
    ["jwt() before it", () => [jwt(), drawbridge()]],
    ["jwt() after it", () => [drawbridge(), jwt()]],
    ["another drawbridge()", () => [drawbridge(), drawbridge()]],
  ])("%s is refused at the start", async (_, plugins) => {
    const auth = betterAuth(authOptions(database, { plugins: plugins() }));
    const refusal = await auth.$context.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(BetterAuthError);
    expect(String(refusal)).toContain("Remove jwt()");
  });

  test("plugins that look for the JWT plugin find it, and sign with its keys and settings", async () => {
    const auth = await startAuth(database, { plugins: [drawbridge({ jwt: { issuer: "https://login.example.com" } })] });
    const plugin = (await auth.$context).getPlugin("jwt");
    expect(plugin?.options?.jwt?.issuer).toBe("https://login.example.com");
  });

  test("session cookies can be signed with the same keys", async () => {
    const auth = await startAuth(database, {
      session: { cookieCache: { enabled: true, strategy: "jwt" } },
      plugins: [drawbridge({ sessionCookieCache: true })],
    });
    const visitor = new Visitor(auth);
    await visitor.signUp();
    const keys = (await visitor.get("/jwks")).body as unknown as KeySet;
    const cached = visitor.cookie("better-auth.session_data");
    expect(verifiedClaims(cached, keys)).toMatchObject({
      user: { uuid: verifiedClaims(await visitor.token(), keys).uuid },
    });
  });

  test("the client needs no more than jwtClient() to get a token over HTTP", async () => {
    const auth = await startAuth(database, { plugins: [drawbridge()] });
    const { origin, stop } = await serve(auth);
    try {
      const client = createAuthClient({ baseURL: origin, plugins: [jwtClient()] });
      let cookie = "";
      const onSuccess = ({ response }: { response: Response }) => {
        cookie = response.headers
          .getSetCookie()
          .map((line) => line.split(";")[0])
          .join("; ");
      };
      await client.signUp.email(newAccount(), { onSuccess });
      const { data } = await client.token({ fetchOptions: { headers: { cookie } } });
      const { data: keys } = await client.jwks();
      const [user] = await database.query('SELECT uuid FROM "user"');
      expect(verifiedClaims(data?.token ?? "", keys as unknown as KeySet).uuid).toBe(user?.uuid);
    } finally {
      await stop();
    }
  });
});

test("sign-ups in database transactions, each of which signs a cookie, neither block each other nor lose a key", async () => {
  const database = await everyDatabase[1][1]();
  const auth = await startAuth(database, {
    database: database.connect({ transaction: true }),
    session: { cookieCache: { enabled: true, strategy: "jwt" } },
    plugins: [drawbridge({ sessionCookieCache: true })],
  });
  // More than there are connections: one that waited inside its transaction for another's key would wait for ever.
  const visitors = Array.from({ length: 20 }, () => new Visitor(auth));
  const answers = await Promise.all(visitors.map((visitor) => visitor.signUp()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const keys = (await visitors[0]?.get("/jwks"))?.body as unknown as KeySet;
  for (const visitor of visitors) verifiedClaims(visitor.cookie("better-auth.session_data"), keys);
  await database.close();
});

test("the types know the UUID on the server, and that nobody sends it", () => {
  const makeAuth = () => betterAuth({ plugins: [drawbridge()] });
  type Auth = ReturnType<typeof makeAuth>;
  expectTypeOf<Auth["$Infer"]["Session"]["user"]["uuid"]>().toEqualTypeOf<string>();
  expectTypeOf<NonNullable<Parameters<Auth["api"]["signUpEmail"]>[0]>["body"]>().not.toHaveProperty("uuid");
  expectTypeOf<Awaited<ReturnType<Auth["api"]["getToken"]>>>().toEqualTypeOf<{ token: string }>();
});

test("the types know the UUID in the client that lists the field", () => {
  const makeClient = () =>
    createAuthClient({
      plugins: [jwtClient(), inferAdditionalFields({ user: { uuid: { type: "string", input: false } } })],
    });
  type Client = ReturnType<typeof makeClient>;
  expectTypeOf<Client["$Infer"]["Session"]["user"]["uuid"]>().toEqualTypeOf<string>();
  expectTypeOf<Parameters<Client["signUp"]["email"]>[0]>().not.toHaveProperty("uuid");
});
