import { randomUUID } from "node:crypto";
import { apiKey } from "@better-auth/api-key";
import { admin, organization } from "better-auth/plugins";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { plannedMigration, startAuth } from "./support/auth.js";
import { everyDatabase, type TestDatabase } from "./support/databases.js";
import { isRevoked, readFeed } from "./support/revocations.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

// What the plugin does, once over each version of Better Auth on each database; all else is asked of one of them.

const flagged = "/get-session?disableCookieCache=true&disableRefresh=true";

test("the plugin runs over the Better Auth that this project is for", () => {
  expect(drawbridge().version).toBe(inject("betterAuth"));
});

describe.each(everyDatabase)("a Better Auth with all that the plugin knows, on %s", (_, open) => {
  let database: TestDatabase;
  let auth: Awaited<ReturnType<typeof start>>;
  let visitor: Visitor;
  let user: { id: string; uuid: string };
  let keys: KeySet;

  const start = () =>
    startAuth(database, {
      session: { cookieCache: { enabled: true, strategy: "jwt" } },
      plugins: [
        drawbridge({ revocations: true, organizations: true, sessionCookieCache: true }),
        admin(),
        organization(),
        apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false } }),
      ],
    });

  beforeAll(async () => {
    database = await open();
    auth = await start();
    visitor = new Visitor(auth);
    const { status, body } = await visitor.signUp();
    expect(status).toBe(200);
    user = body.user as typeof user;
    keys = (await visitor.get("/jwks")).body as unknown as KeySet;
  });
  afterAll(() => database.close());

  const claimsOf = async () => verifiedClaims(await visitor.token(), keys);
  const setUser = (changes: string) => database.query(`UPDATE "user" SET ${changes} WHERE id = '${user.id}'`);

  test("has the columns and tables of one migration", async () => {
    expect(await plannedMigration(auth)).toEqual([]);
  });

  test("gives the user's UUID in a token, in a session's answer and in the cookie", async () => {
    const [row] = await database.query('SELECT uuid FROM "user"');
    expect(row?.uuid).toBe(user.uuid);
    const [session] = await database.query('SELECT id FROM "session"');
    const said = { uuid: row?.uuid, sub: user.id, sid: session?.id, orgs: {} };
    expect(await claimsOf()).toMatchObject(said);
    const header = (await visitor.get(flagged)).headers.get("set-auth-jwt") ?? "";
    expect(verifiedClaims(header, keys)).toMatchObject(said);
    const cookie = verifiedClaims(visitor.cookie("better-auth.session_data"), keys);
    expect(cookie).toMatchObject({ user: { uuid: row?.uuid }, session: { id: session?.id } });
  });

  test("says of a key which it is", async () => {
    const { createApiKey } = auth.api as unknown as {
      createApiKey(call: object): Promise<{ id: string; key: string }>;
    };
    const { id, key } = await createApiKey({ body: { userId: user.id } });
    const { body } = await new Visitor(auth).get("/token", { "x-api-key": key });
    expect(verifiedClaims(body.token as string, keys)).toMatchObject({ key: id, uuid: user.uuid });
  });

  test("refuses a UUID that somebody chose", async () => {
    const { status, body } = await new Visitor(auth).signUp({ uuid: randomUUID() });
    expect([status, body.code]).toEqual([400, "FIELD_NOT_ALLOWED"]);
    const { internalAdapter } = await auth.$context;
    const changed = internalAdapter.updateUser(user.id, { uuid: randomUUID() });
    await expect(changed).rejects.toMatchObject({ body: { code: "FIELD_NOT_ALLOWED" } });
  });

  test("ends a token when the role changes, and when a membership does", async () => {
    await setUser("role = 'admin'");
    const { body } = await visitor.post("/organization/create", { name: "A", slug: "a" });
    const organizationId = body.id as string;
    const asOwner = await claimsOf();
    expect(asOwner).toMatchObject({ orgs: { [organizationId]: "owner" }, active_org: organizationId });
    expect((await visitor.post("/organization/delete", { organizationId })).status).toBe(200);
    const asAdmin = await claimsOf();
    let { entries } = await readFeed(new Visitor(auth));
    expect([isRevoked(asOwner, entries), isRevoked(asAdmin, entries)]).toEqual([true, false]);
    expect((await visitor.post("/admin/set-role", { userId: user.id, role: "user" })).status).toBe(200);
    ({ entries } = await readFeed(new Visitor(auth)));
    expect([isRevoked(asAdmin, entries), isRevoked(await claimsOf(), entries)]).toEqual([true, false]);
  });

  test("gives a banned user nothing", async () => {
    await setUser("banned = true");
    for (const path of ["/token", flagged]) {
      const { body, headers } = await visitor.get(path);
      expect([path, body.code, headers.get("set-auth-jwt")]).toEqual([path, "BANNED_USER", null]);
    }
  });
});
