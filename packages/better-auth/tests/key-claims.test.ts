import { apiKey } from "@better-auth/api-key";
import type { BetterAuthOptions } from "better-auth";
import { bearer } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { memoryStorage } from "./support/memory-storage.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

const flagged = "/get-session?disableCookieCache=true&disableRefresh=true";
const forSessions = { enableSessionForAPIKeys: true, rateLimit: { enabled: false } };
const permissions = { files: ["read", "write"], 日本: ["*"] };

type KeyOptions = Parameters<typeof apiKey>[0];
type MadeKey = { id: string; key: string };

describe.each(databases)("a token that is made from a key, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  /** Somebody who has signed up, and what makes keys for them and claims of keys. */
  async function signedUp(keyOptions: KeyOptions = forSessions, options: BetterAuthOptions = {}) {
    const plugins = [drawbridge(), ...(options.plugins ?? []), apiKey(keyOptions)];
    const auth = await startAuth(database, { ...options, plugins });
    const visitor = new Visitor(auth);
    const { status, body } = await visitor.signUp();
    expect(status).toBe(200);
    const userId = (body.user as { id: string }).id;
    const { createApiKey } = auth.api as unknown as { createApiKey(call: object): Promise<MadeKey> };
    const makeKey = (more: object = {}) => createApiKey({ body: { userId, ...more } });
    const keys = (await visitor.get("/jwks")).body as unknown as KeySet;
    const claimsOf = async (who: Visitor, headers?: Record<string, string>) => {
      const answer = await who.get("/token", headers);
      expect([answer.status, answer.body]).toEqual([200, { token: expect.any(String) }]);
      return verifiedClaims(answer.body.token as string, keys);
    };
    return { auth, visitor, userId, makeKey, claimsOf, nobody: new Visitor(auth) };
  }

  test("says which key and what it may, beside whose it is", async () => {
    const { userId, makeKey, claimsOf, visitor, nobody } = await signedUp();
    const { id, key } = await makeKey({ permissions });
    const { uuid } = await claimsOf(visitor);
    expect(await claimsOf(nobody, { "x-api-key": key })).toMatchObject({
      ...{ sub: userId, uuid, key: id, permissions },
      sid: id,
    });
  });

  test("says of a key without permissions that it is one, and nothing more", async () => {
    const { makeKey, claimsOf, nobody } = await signedUp();
    const { id, key } = await makeKey();
    for (const stored of ["NULL", "'null'", "'{}'", "'[]'", "'\"files\"'", "'not JSON'"]) {
      await database.query(`UPDATE apikey SET permissions = ${stored}`);
      const claims = await claimsOf(nobody, { "x-api-key": key });
      expect([stored, claims.key, "permissions" in claims]).toEqual([stored, id, false]);
    }
  });

  test.each<[string, BetterAuthOptions]>([
    ["a cookie", {}],
    ["a cookie that remembers the session", { session: { cookieCache: { enabled: true } } }],
    ["a session whose id is also a key's", { advanced: { database: { generateId: "serial" } } }],
  ])("and one of %s says nothing of keys", async (_, options) => {
    const { makeKey, claimsOf, visitor } = await signedUp(forSessions, options);
    const { id } = await makeKey({ permissions });
    const claims = await claimsOf(visitor);
    if (options.advanced) expect(claims.sid).toBe(id);
    expect(claims).not.toHaveProperty("key");
    expect(claims).not.toHaveProperty("permissions");
  });

  test("and one of bearer() says nothing of keys", async () => {
    const { claimsOf, visitor, nobody } = await signedUp(forSessions, { plugins: [bearer()] });
    const { session } = (await visitor.get("/get-session")).body as { session: { token: string } };
    expect(await claimsOf(nobody, { authorization: `Bearer ${session.token}` })).not.toHaveProperty("key");
  });

  test("is the key's, though somebody else's cookie comes with it", async () => {
    const { auth, userId, makeKey, claimsOf } = await signedUp();
    const { id, key } = await makeKey();
    const other = new Visitor(auth);
    await other.signUp();
    expect(await claimsOf(other, { "x-api-key": key })).toMatchObject({ sub: userId, key: id });
  });

  test("is given by /token alone, whatever the key's header is called", async () => {
    const { makeKey, claimsOf, nobody } = await signedUp({ ...forSessions, apiKeyHeaders: ["x-api-key", "x-machine"] });
    const { id, key } = await makeKey();
    for (const header of ["x-api-key", "x-machine"]) {
      const { status, headers, body } = await nobody.get(flagged, { [header]: key });
      expect([status, headers.get("set-auth-jwt"), (body.session as { id: string }).id]).toEqual([200, null, id]);
      expect((await claimsOf(nobody, { [header]: key })).key).toBe(id);
    }
  });

  test("is made of keys of every configuration in the database", async () => {
    const configurations = ["people", "machines"].map((configId) => ({ ...forSessions, configId }));
    const { makeKey, claimsOf, nobody } = await signedUp(
      configurations.map((one) => ({ ...one, apiKeyHeaders: `x-of-${one.configId}` })),
    );
    const { id, key } = await makeKey({ configId: "machines", permissions });
    expect(await claimsOf(nobody, { "x-of-machines": key })).toMatchObject({ key: id, permissions });
  });

  test("is made of keys in a secondary storage alone", async () => {
    const { makeKey, claimsOf, nobody } = await signedUp(
      { ...forSessions, storage: "secondary-storage" },
      { secondaryStorage: memoryStorage() },
    );
    const { id, key } = await makeKey({ permissions });
    expect(await database.query("SELECT id FROM apikey")).toEqual([]);
    expect(await claimsOf(nobody, { "x-api-key": key })).toMatchObject({ key: id, permissions });
  });

  test("is not made where the key cannot be looked up, for it would be the user's own", async () => {
    const { makeKey, nobody } = await signedUp(
      [{ ...forSessions, configId: "machines", storage: "secondary-storage" }],
      {
        secondaryStorage: memoryStorage(),
      },
    );
    const { key } = await makeKey({ configId: "machines", permissions });
    const { status, body } = await nobody.get("/token", { "x-api-key": key });
    expect([status, body.code]).toEqual([401, "INVALID_API_KEY"]);
  });

  test.each([
    ["unknown", "DELETE FROM apikey", "INVALID_API_KEY"],
    ["disabled", "UPDATE apikey SET enabled = false", "KEY_DISABLED"],
    ["expired", `UPDATE apikey SET "expiresAt" = '2001-01-01T00:00:00.000Z'`, "KEY_EXPIRED"],
  ])("is not made of a key that is %s", async (_, statement, code) => {
    const { makeKey, nobody } = await signedUp();
    const { key } = await makeKey();
    await database.query(statement);
    const { status, body } = await nobody.get("/token", { "x-api-key": key });
    expect([status, body.code]).toEqual([401, code]);
  });
});
