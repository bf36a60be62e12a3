import type { BetterAuthOptions } from "better-auth";
import { admin } from "better-auth/plugins";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { everyDatabase, long, type TestDatabase } from "./support/databases.js";
import { closeRedis, realStorage } from "./support/redis-storage.js";
import { isRevoked, readFeed } from "./support/revocations.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

/** Where sessions are. */
const storages: [string, () => BetterAuthOptions][] = [
  ["in the database", () => ({})],
  [
    "in the database and in Redis",
    () => ({ secondaryStorage: realStorage(), session: { storeSessionInDatabase: true } }),
  ],
  [
    "in Redis, with rows that are preserved",
    () => ({
      secondaryStorage: realStorage(),
      session: { storeSessionInDatabase: true, preserveSessionInDatabase: true },
    }),
  ],
  ["in Redis alone", () => ({ secondaryStorage: realStorage() })],
];

interface Person {
  id: string;
  visitor: Visitor;
  other: Visitor;
  password: string;
}

/** Somebody's session `visitor` ends, by `other`, a second session of the same user, or by the administrator. */
const ways: [string, (person: Person, administrator: Visitor) => Promise<{ status: number }>][] = [
  ["a sign-out", ({ visitor }) => visitor.post("/sign-out", {})],
  [
    "the revoking of one",
    async ({ visitor, other }) => other.post("/revoke-session", { token: await tokenOf(visitor) }),
  ],
  ["the revoking of all others", ({ other }) => other.post("/revoke-other-sessions", {})],
  ["the revoking of all", ({ other }) => other.post("/revoke-sessions", {})],
  [
    "a change of password that revokes the others",
    ({ other, password }) =>
      other.post("/change-password", {
        currentPassword: password,
        newPassword: "another password",
        revokeOtherSessions: true,
      }),
  ],
  ["the deletion of the user", ({ other, password }) => other.post("/delete-user", { password })],
  ["a ban", ({ id }, administrator) => administrator.post("/admin/ban-user", { userId: id })],
  [
    "an administrator who revokes it",
    async ({ visitor }, administrator) =>
      administrator.post("/admin/revoke-user-session", { sessionToken: await tokenOf(visitor) }),
  ],
  [
    "an administrator who revokes all",
    ({ id }, administrator) => administrator.post("/admin/revoke-user-sessions", { userId: id }),
  ],
  [
    "an administrator who removes the user",
    ({ id }, administrator) => administrator.post("/admin/remove-user", { userId: id }),
  ],
];

async function tokenOf(visitor: Visitor): Promise<string> {
  const { body } = await visitor.get("/get-session");
  return (body as { session: { token: string } }).session.token;
}

afterAll(closeRedis);

/** All of them over the newest Better Auth on SQLite; elsewhere the first. */
const storagesOn = (database: string) =>
  long || (inject("isNewest") && database === "SQLite") ? storages : storages.slice(0, 1);

describe.each(everyDatabase)("with sessions on %s", (name, open) => {
  describe.each(storagesOn(name))("%s, the token of a session is revoked by", (_, storage) => {
    let database: TestDatabase;
    let auth: Awaited<ReturnType<typeof startAuth>>;
    let administrator: Visitor;
    let keys: KeySet;

    beforeAll(async () => {
      database = await open();
      auth = await startAuth(database, {
        ...storage(),
        user: { deleteUser: { enabled: true } },
        plugins: [drawbridge({ revocations: true }), admin()],
      });
      const { id, other } = await signedUp();
      await database.query(`UPDATE "user" SET role = 'admin' WHERE id = '${id}'`);
      administrator = other;
      await administrator.post("/sign-out", {});
      await administrator.post("/sign-in/email", accounts.get(id) ?? {});
      keys = (await administrator.get("/jwks")).body as unknown as KeySet;
    });
    afterAll(() => database.close());

    const accounts = new Map<string, { email: string; password: string }>();

    /** Somebody new with two sessions. */
    async function signedUp(): Promise<Person> {
      const [visitor, other, account] = [new Visitor(auth), new Visitor(auth), newAccount()];
      const { body } = await visitor.signUp(account);
      const { id } = (body as { user: { id: string } }).user;
      expect((await other.post("/sign-in/email", account)).status).toBe(200);
      accounts.set(id, account);
      return { id, visitor, other, password: account.password };
    }

    const claimsOf = async (visitor: Visitor) => verifiedClaims(await visitor.token(), keys);

    test.each(ways)("%s", async (_, end) => {
      const [person, bystander] = [await signedUp(), await signedUp()];
      const before = await readFeed(administrator);
      const [ended, kept] = [await claimsOf(person.visitor), await claimsOf(bystander.visitor)];
      expect(isRevoked(ended, before.entries)).toBe(false);
      expect((await end(person, administrator)).status).toBe(200);
      const { entries } = await readFeed(administrator, before.cursor);
      expect([isRevoked(ended, entries), isRevoked(kept, entries)]).toEqual([true, false]);
      expect((await person.visitor.get("/token")).status).toBe(401);
      expect(isRevoked(await claimsOf(bystander.visitor), entries)).toBe(false);
    });

    test("the end of an impersonation", async () => {
      const { id } = await signedUp();
      expect((await administrator.post("/admin/impersonate-user", { userId: id })).status).toBe(200);
      const claims = await claimsOf(administrator);
      expect(claims).toMatchObject({ sub: id, impersonatedBy: expect.any(String) });
      expect((await administrator.post("/admin/stop-impersonating", {})).status).toBe(200);
      const { entries } = await readFeed(administrator);
      expect(isRevoked(claims, entries)).toBe(true);
      expect(isRevoked(await claimsOf(administrator), entries)).toBe(false);
    });

    test("a ban of the administrator who acts by it, where a database has the session", async () => {
      const [{ id }, second] = [await signedUp(), await signedUp()];
      await administrator.post("/admin/set-role", { userId: second.id, role: "admin" });
      await second.visitor.post("/sign-in/email", accounts.get(second.id) ?? {});
      expect((await second.visitor.post("/admin/impersonate-user", { userId: id })).status).toBe(200);
      const claims = await claimsOf(second.visitor);
      expect(claims).toMatchObject({ sub: id, impersonatedBy: second.id });
      expect((await administrator.post("/admin/ban-user", { userId: second.id })).status).toBe(200);
      const { entries } = await readFeed(administrator);
      const { secondaryStorage, session } = auth.options as BetterAuthOptions;
      expect(isRevoked(claims, entries)).toBe(!secondaryStorage || session?.storeSessionInDatabase === true);
      expect((await second.visitor.get("/token")).body.code).toBe("BANNED_USER");
    });

    test("nothing that leaves the session: the other's end, and new tokens of it", async () => {
      const person = await signedUp();
      const claims = await claimsOf(person.visitor);
      await person.other.post("/sign-out", {});
      const { entries } = await readFeed(administrator);
      for (const one of [claims, await claimsOf(person.visitor)]) expect(isRevoked(one, entries)).toBe(false);
    });
  });
});
