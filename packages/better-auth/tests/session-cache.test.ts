import type { BetterAuthOptions } from "better-auth";
import { admin, organization } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { memoryStorage } from "./support/memory-storage.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

const cacheCookie = "better-auth.session_data";
const sessionCookie = "better-auth.session_token";

describe.each(databases)("a session's signed cache says what the database says, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  async function signedUp(options: BetterAuthOptions = {}) {
    const auth = await startAuth(database, {
      ...options,
      session: { ...options.session, cookieCache: { enabled: true, strategy: "jwt" } },
      plugins: [drawbridge({ sessionCookieCache: true }), admin(), organization()],
    });
    const visitor = new Visitor(auth);
    expect((await visitor.signUp()).status).toBe(200);
    const copy = () => {
      const other = new Visitor(auth);
      for (const name of [sessionCookie, cacheCookie]) other.setCookie(name, visitor.cookie(name));
      return other;
    };
    return { visitor, copy };
  }

  const cached = async (visitor: Visitor) =>
    verifiedClaims(visitor.cookie(cacheCookie), (await visitor.get("/jwks")).body as unknown as KeySet) as {
      user: Record<string, unknown>;
      session: Record<string, unknown>;
      sub: string;
    };

  test.each([
    ["in the database", {}],
    ["in a secondary storage", { secondaryStorage: memoryStorage() }],
  ])("it is written, and renewed with what has changed, for a session %s", async (_, options) => {
    const { visitor } = await signedUp(options);
    const first = await cached(visitor);
    expect(first).toMatchObject({ sub: first.user.id, user: { role: "user" } });

    expect((await visitor.post("/update-user", { name: "Ada" })).status).toBe(200);
    const renewed = await cached(visitor);
    expect(renewed.user).toEqual({ ...first.user, name: "Ada", updatedAt: expect.any(String) });
    expect(renewed.session).toEqual({ ...first.session, updatedAt: expect.any(String) });

    visitor.setCookie(cacheCookie, "");
    expect((await visitor.get("/get-session")).body).toMatchObject({ user: { name: "Ada" } });
    expect((await cached(visitor)).user).toEqual(renewed.user);
  });

  test.each([
    ["in the database", {}],
    ["in a secondary storage", { secondaryStorage: memoryStorage() }],
  ])("it is not renewed for a session that has ended, %s", async (_, options) => {
    const { visitor, copy } = await signedUp(options);
    const thief = copy();
    expect((await visitor.post("/sign-out", {})).status).toBe(200);
    await thief.post("/update-user", { name: "Eve" });
    expect(thief.cookie(cacheCookie)).toBe("");
    expect((await thief.get("/get-session")).body).toBeNull();
  });

  test("it is renewed with the role that the user has now, not with the old cache's", async () => {
    const { visitor } = await signedUp();
    const created = await visitor.post("/organization/create", { name: "Bank", slug: "bank" });
    expect(created.status).toBe(200);
    await database.query(`UPDATE "user" SET role = 'admin'`);
    visitor.setCookie(cacheCookie, "");
    await visitor.get("/get-session");
    expect((await cached(visitor)).user.role).toBe("admin");

    await database.query(`UPDATE "user" SET role = 'user'`);
    const active = await visitor.post("/organization/set-active", { organizationId: created.body.id });
    expect(active.status).toBe(200);
    expect(await cached(visitor)).toMatchObject({
      user: { role: "user" },
      session: { activeOrganizationId: created.body.id },
    });
  });
});
