import { apiKey } from "@better-auth/api-key";
import type { BetterAuthOptions } from "better-auth";
import { admin } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { Visitor } from "./support/visitor.js";

const flagged = "/get-session?disableCookieCache=true&disableRefresh=true";

describe.each(databases)("a banned user, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  /** Somebody with a session and a key, and what gives a token for each. */
  async function signedUp(options: BetterAuthOptions = {}) {
    const keys = apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false } });
    const auth = await startAuth(database, { ...options, plugins: [drawbridge(), admin(), keys] });
    const visitor = new Visitor(auth);
    const userId = ((await visitor.signUp()).body.user as { id: string }).id;
    const { createApiKey } = auth.api as unknown as { createApiKey(call: object): Promise<{ key: string }> };
    const { key } = await createApiKey({ body: { userId } });
    const asked = {
      "/token": () => visitor.get("/token"),
      "/get-session": () => visitor.get(flagged),
      "/token of a key": () => new Visitor(auth).get("/token", { "x-api-key": key }),
    };
    return { auth, visitor, userId, asked };
  }

  /** Behind Better Auth's back, so that the session stays. */
  const ban = (expires: string, id = "%") =>
    database.query(
      `UPDATE "user" SET banned = ${database.kind === "sqlite" ? 1 : true}, "banExpires" = ${expires} WHERE id LIKE '${id}'`,
    );

  test.each([
    ["for ever", "NULL", 403],
    ["until later", "'2999-01-01T00:00:00.000Z'", 403],
    ["no longer", "'2001-01-01T00:00:00.000Z'", 200],
  ])("%s is given what that says, for a session and for a key", async (_, expires, expected) => {
    const { asked } = await signedUp();
    await ban(expires);
    for (const [from, ask] of Object.entries(asked)) {
      const { status, headers, body } = await ask();
      expect([from, status]).toEqual([from, expected]);
      if (expected === 200) continue;
      expect([from, body.code, headers.get("set-auth-jwt")]).toEqual([from, "BANNED_USER", null]);
      expect(body).not.toHaveProperty("token");
    }
  });

  test("is given no token by a cookie that remembers the session of before", async () => {
    const { visitor, asked } = await signedUp({ session: { cookieCache: { enabled: true, maxAge: 300 } } });
    await ban("NULL");
    expect((await visitor.get("/get-session")).body).toMatchObject({ user: { banned: false } });
    expect((await asked["/token"]()).body.code).toBe("BANNED_USER");
  });

  test("is given no token for another user, as whom they act", async () => {
    const { auth, visitor, userId } = await signedUp();
    const administrator = new Visitor(auth);
    const { id } = (await administrator.signUp()).body.user as { id: string };
    await database.query(`UPDATE "user" SET role = 'admin' WHERE id = '${id}'`);
    expect((await administrator.post("/admin/impersonate-user", { userId })).status).toBe(200);
    expect((await administrator.get("/token")).status).toBe(200);
    await ban("NULL", id);
    for (const path of ["/token", flagged]) expect((await administrator.get(path)).body.code).toBe("BANNED_USER");
    expect((await visitor.get("/token")).status).toBe(200);
  });

  test("has no session when an administrator bans them, and a key that gives no token", async () => {
    const { auth, userId, asked } = await signedUp();
    const administrator = new Visitor(auth);
    const { id } = (await administrator.signUp()).body.user as { id: string };
    await database.query(`UPDATE "user" SET role = 'admin' WHERE id = '${id}'`);
    expect((await asked["/token of a key"]()).status).toBe(200);
    expect((await administrator.post("/admin/ban-user", { userId })).status).toBe(200);
    expect((await asked["/token"]()).status).toBe(401);
    expect((await asked["/get-session"]()).body).toBeNull();
    const ofKey = await asked["/token of a key"]();
    expect([ofKey.status, ofKey.body.code]).toEqual([403, "BANNED_USER"]);
    expect((await administrator.post("/admin/unban-user", { userId })).status).toBe(200);
    expect((await asked["/token of a key"]()).status).toBe(200);
  });
});
