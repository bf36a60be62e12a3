import { admin, anonymous } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { headerOf, type KeySet, verifiedClaims } from "./support/token.js";
import { baseURL, Visitor } from "./support/visitor.js";

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(databases)("a token, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  async function signedUp(options?: DrawbridgeOptions, extra: Parameters<typeof startAuth>[1] = {}) {
    const auth = await startAuth(database, { ...extra, plugins: [drawbridge(options), ...(extra.plugins ?? [])] });
    const visitor = new Visitor(auth);
    expect((await visitor.signUp()).status).toBe(200);
    return visitor;
  }

  async function keys(visitor: Visitor, path = "/jwks"): Promise<KeySet> {
    return (await visitor.get(path)).body as unknown as KeySet;
  }

  test("the first one after a sign-up has exactly the claims that the backend needs", async () => {
    const visitor = await signedUp();
    const token = await visitor.token();
    const [user] = await database.query('SELECT * FROM "user"');
    const [session] = await database.query('SELECT * FROM "session"');
    const claims = verifiedClaims(token, await keys(visitor));
    const { iat } = claims as { iat: number };
    expect(headerOf(token)).toEqual({ alg: "EdDSA", kid: expect.any(String) });
    expect(claims).toEqual({
      uuid: user?.uuid,
      email: user?.email,
      emailVerified: false,
      name: 'Zoë "Q" 日本',
      sid: session?.id,
      sub: user?.id,
      iss: baseURL,
      aud: baseURL,
      iat,
      exp: iat + 15 * 60,
    });
    expect(claims.uuid).toMatch(uuidForm);
  });

  test("is kept by nobody on the way", async () => {
    const visitor = await signedUp();
    expect((await visitor.get("/token")).headers.get("cache-control")).toBe("no-store");
  });

  test("has the role that the admin plugin gave", async () => {
    const visitor = await signedUp({}, { plugins: [admin()] });
    expect(verifiedClaims(await visitor.token(), await keys(visitor)).role).toBe("user");
    await database.query(`UPDATE "user" SET role = 'admin,editor'`);
    expect(verifiedClaims(await visitor.token(), await keys(visitor)).role).toBe("admin,editor");
  });

  test.each(["''", "NULL"])("has no claim role where the row's is %s", async (value) => {
    const visitor = await signedUp({}, { plugins: [admin()] });
    await database.query(`UPDATE "user" SET role = ${value}`);
    expect(verifiedClaims(await visitor.token(), await keys(visitor))).not.toHaveProperty("role");
  });

  test("names the administrator who acts as the user, and nobody when the user acts", async () => {
    const administrator = await signedUp({}, { plugins: [admin()] });
    await database.query(`UPDATE "user" SET role = 'admin'`);
    const own = verifiedClaims(await administrator.token(), await keys(administrator));
    expect(own).not.toHaveProperty("impersonatedBy");
    const user = await signedUp({}, { plugins: [admin()] });
    const { sub, uuid } = verifiedClaims(await user.token(), await keys(user));
    expect((await administrator.post("/admin/impersonate-user", { userId: sub as string })).status).toBe(200);
    const claims = verifiedClaims(await administrator.token(), await keys(administrator));
    expect(claims).toMatchObject({ sub, uuid, impersonatedBy: own.sub });
    expect((await administrator.post("/admin/stop-impersonating", {})).status).toBe(200);
    const after = verifiedClaims(await administrator.token(), await keys(administrator));
    expect(after.sub).toBe(own.sub);
    expect(after).not.toHaveProperty("impersonatedBy");
    expect(verifiedClaims(await user.token(), await keys(user))).not.toHaveProperty("impersonatedBy");
  });

  test("says of an anonymous user that it is one, and nothing of others", async () => {
    const named = await signedUp({}, { plugins: [anonymous()] });
    expect(verifiedClaims(await named.token(), await keys(named))).not.toHaveProperty("isAnonymous");
    const visitor = new Visitor(await startAuth(database, { plugins: [drawbridge(), anonymous()] }));
    expect((await visitor.post("/sign-in/anonymous", {})).status).toBe(200);
    expect(verifiedClaims(await visitor.token(), await keys(visitor)).isAnonymous).toBe(true);
  });

  test("has more claims by the option, from the row and from elsewhere", async () => {
    const visitor = await signedUp({
      claims: async ({ user, session }) => ({ verified: user.emailVerified, of: session.userId, tenant: "north" }),
    });
    const claims = verifiedClaims(await visitor.token(), await keys(visitor));
    expect(claims).toMatchObject({ verified: false, of: claims.sub, tenant: "north" });
  });

  describe("of a user who writes much into the row", () => {
    const sizeOf = (token: string) => Buffer.from(token).length;

    test.each([
      ["256 characters", "n".repeat(256), "n".repeat(256)],
      ["257", "n".repeat(257), "n".repeat(256)],
      ["a thousand of two units each", "𝒏".repeat(1_000), "𝒏".repeat(256)],
      ["one and then such", `n${"𝒏".repeat(1_000)}`, `n${"𝒏".repeat(255)}`],
      ["100,000", "n".repeat(100_000), "n".repeat(256)],
      ["none", "", ""],
    ])("has the beginning of a name of %s", async (_, name, shown) => {
      const visitor = await signedUp();
      expect((await visitor.post("/update-user", { name })).status).toBe(200);
      const token = await visitor.token();
      expect(verifiedClaims(token, await keys(visitor)).name).toBe(shown);
      expect(sizeOf(token)).toBeLessThanOrEqual(2_048);
    });

    test("is not made where no backend would take it, which concerns nobody else", async () => {
      const options: DrawbridgeOptions = { claims: ({ user }) => ({ image: user.image }) };
      const [visitor, other] = [await signedUp(options), await signedUp(options)];
      expect((await visitor.post("/update-user", { image: "i".repeat(11_000) })).status).toBe(200);
      expect(sizeOf(await visitor.token())).toBeLessThanOrEqual(16_384);
      expect((await visitor.post("/update-user", { image: "i".repeat(13_000) })).status).toBe(200);
      for (const path of ["/token", "/get-session?disableCookieCache=true&disableRefresh=true"]) {
        const { status, body, headers } = await visitor.get(path);
        expect([path, status, body.code, headers.get("set-auth-jwt")]).toEqual([path, 500, "TOKEN_TOO_LARGE", null]);
        expect(body.message).toContain("The largest claim is `image`");
      }
      expect((await visitor.get("/get-session")).body).toHaveProperty("session.id");
      expect(sizeOf(await other.token())).toBeLessThan(2_048);
    });
  });

  test("cannot be made under another secret, which signs nobody out", async () => {
    const visitor = await signedUp();
    await visitor.token();
    await database.query('UPDATE jwks SET "privateKey" = \'"0011"\''); // what no secret decrypts
    expect((await visitor.get("/token")).status).toBe(500);
    const { status, body } = await visitor.get("/get-session");
    expect([status, body]).toEqual([200, expect.objectContaining({ user: expect.anything() })]);
  });

  test("is refused where the option gives a claim that is taken", async () => {
    const taken = [
      ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti"],
      ...["uuid", "email", "emailVerified", "name", "sid", "role", "impersonatedBy", "isAnonymous"],
      ...["key", "permissions", "orgs", "orgs_truncated", "active_org", "fresh"],
      ...["at_hash", "nonce", "azp", "client_id", "acr", "events"],
    ];
    let name = "";
    const visitor = await signedUp({ claims: () => ({ [name]: "mine" }) });
    for (name of taken) {
      const { status, body } = await visitor.get("/token");
      expect([name, status, body.code]).toEqual([name, 500, "CLAIM_NOT_ALLOWED"]);
      expect(body.message).toContain(`the claim \`${name}\``);
    }
  });

  test("takes issuer, audience, lifetime, algorithm and path from the options", async () => {
    const visitor = await signedUp({
      jwt: { issuer: "https://login.example.com", audience: ["https://api.example.com", "two"], expirationTime: "1h" },
      jwks: { keyPairConfig: { alg: "ES256" }, jwksPath: "/.well-known/jwks.json" },
    });
    const token = await visitor.token();
    const claims = verifiedClaims(token, await keys(visitor, "/.well-known/jwks.json")) as { iat: number };
    expect(headerOf(token).alg).toBe("ES256");
    expect(claims).toMatchObject({
      iss: "https://login.example.com",
      aud: ["https://api.example.com", "two"],
      exp: claims.iat + 3600,
    });
    expect((await visitor.get("/jwks")).status).toBe(404);
  });

  test("is not given to somebody who is not signed in", async () => {
    const auth = await startAuth(database, { plugins: [drawbridge()] });
    expect((await new Visitor(auth).get("/token")).status).toBe(401);
  });
});
