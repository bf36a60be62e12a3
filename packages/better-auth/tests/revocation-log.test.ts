import { apiKey } from "@better-auth/api-key";
import type { BetterAuthOptions } from "better-auth";
import { organization } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { plannedMigration, startAuth } from "./support/auth.js";
import { everyDatabase, type TestDatabase } from "./support/databases.js";
import { memoryStorage } from "./support/memory-storage.js";
import { type Entry, isRevoked, ofSession, ofUser, readFeed } from "./support/revocations.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

type Auth = Awaited<ReturnType<typeof startAuth>>;
type Claims = Record<string, unknown>;

const role = { user: { additionalFields: { role: { type: "string", required: false, input: false } } } } as const;

describe.each(everyDatabase)("what the log of revocations has, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  const start = (more: BetterAuthOptions = {}, options: DrawbridgeOptions = {}) =>
    startAuth(database, {
      ...role,
      ...more,
      plugins: [drawbridge({ revocations: true, ...options }), ...(more.plugins ?? [])],
    });

  async function signedUp(auth: Auth) {
    const [visitor, account] = [new Visitor(auth), newAccount()];
    const { body } = await visitor.signUp(account);
    return { visitor, account, id: (body as { user: { id: string } }).user.id };
  }

  async function claimsOf(visitor: Visitor, headers: Record<string, string> = {}): Promise<Claims> {
    const { status, body } = await visitor.get("/token", headers);
    expect([status, body]).toEqual([200, { token: expect.any(String) }]);
    return verifiedClaims(body.token as string, (await visitor.get("/jwks")).body as unknown as KeySet);
  }

  const entriesOf = async (auth: Auth) => (await readFeed(new Visitor(auth))).entries;
  const rows = () =>
    database.query("SELECT entry FROM \"drawbridgeRevocation\" WHERE entry <> 'generation' ORDER BY entry");
  const setUser = async (auth: Auth, id: string, changes: Claims) =>
    (await auth.$context).internalAdapter.updateUser(id, changes);

  describe("when a user changes", () => {
    test.each<[string, Claims, DrawbridgeOptions, boolean]>([
      ["the name", { name: "Somebody else" }, {}, true],
      ["the e-mail address", { email: "new@example.com" }, {}, true],
      ["the role", { role: "admin" }, {}, true],
      ["a picture, of which no token speaks", { image: "https://example.com/new.png" }, {}, false],
      [
        "a picture, where the application has claims",
        { image: "https://example.com/new.png" },
        { claims: () => ({}) },
        true,
      ],
      ["nothing but the time of the change", { updatedAt: new Date() }, { claims: () => ({}) }, false],
    ])("%s", async (_, changes, options, isRecorded) => {
      const auth = await start({}, options);
      const { visitor, id } = await signedUp(auth);
      const old = await claimsOf(visitor);
      await setUser(auth, id, changes);
      const entries = await entriesOf(auth);
      expect(isRevoked(old, entries)).toBe(isRecorded);
      // In the same second, too.
      expect(isRevoked(await claimsOf(visitor), entries)).toBe(false);
      // A change to what it is already is none.
      await setUser(auth, id, changes);
      expect(await entriesOf(auth)).toEqual(entries);
    });

    test("one row, whose time grows, whatever the clocks of several processes say", async () => {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
      const [fast, slow] = [await start(), await start()];
      const { visitor, id } = await signedUp(fast);
      await setUser(fast, id, { role: "editor" });
      const editor = await claimsOf(visitor);
      expect(isRevoked(editor, await entriesOf(fast))).toBe(false);
      vi.setSystemTime(Date.now() - 30_000);
      await setUser(slow, id, { role: "reader" });
      expect(await rows()).toEqual([{ entry: `u:${ofUser(id)}` }]);
      const entries = await entriesOf(slow);
      expect(isRevoked(editor, entries)).toBe(true);
      expect(isRevoked(await claimsOf(visitor), entries)).toBe(false);
    });

    test("one row, of processes that write at once", async () => {
      const processes = [await start(), await start()];
      const { visitor, id } = await signedUp(processes[0] as Auth);
      const old = await claimsOf(visitor);
      const changes = Array.from({ length: 10 }, (_, index) =>
        setUser(processes[index % 2] as Auth, id, { name: `${index}` }),
      );
      await Promise.all(changes);
      const { before } =
        (await database.query('SELECT "before" FROM "drawbridgeRevocation" WHERE subject = \'\''))[0] ?? {};
      for (const auth of processes) {
        const [reader, entry] = [new Visitor(auth), expect.objectContaining({ u: ofUser(id), before: Number(before) })];
        await expect.poll(async () => (await readFeed(reader)).entries).toEqual([entry]);
        expect(isRevoked(old, await entriesOf(auth))).toBe(true);
        visitor.moveTo(auth);
        expect(isRevoked(await claimsOf(visitor), await entriesOf(auth))).toBe(false);
      }
    });

    test("while a token is made: it has the old claims, and is refused", async () => {
      let change = async () => {};
      const auth = await start({}, { claims: () => change().then(() => ({})) });
      const { visitor, id } = await signedUp(auth);
      change = async () => void (await setUser(auth, id, { role: "nobody" }));
      await setUser(auth, id, { role: "admin" });
      const raced = await claimsOf(visitor);
      change = async () => {};
      const entries = await entriesOf(auth);
      expect([raced.role, isRevoked(raced, entries)]).toEqual(["admin", true]);
      const next = await claimsOf(visitor);
      expect([next.role, isRevoked(next, entries)]).toEqual(["nobody", false]);
    });
  });

  describe("with a cookie cache", () => {
    const cached = { session: { cookieCache: { enabled: true, maxAge: 300 } } };

    test("tokens have the claims of now", async () => {
      const auth = await start(cached);
      const { visitor, id } = await signedUp(auth);
      await setUser(auth, id, { name: "Somebody else" });
      expect((await claimsOf(visitor)).name).toBe("Somebody else");
    });

    test("nobody gets a token for a session that was signed out", async () => {
      const auth = await start(cached);
      const { visitor } = await signedUp(auth);
      const thief = new Visitor(auth);
      for (const name of ["better-auth.session_token", "better-auth.session_data"]) {
        thief.setCookie(name, visitor.cookie(name));
      }
      await visitor.post("/sign-out", {});
      expect((await thief.get("/get-session")).body).toHaveProperty("session.id");
      expect((await thief.get("/token")).status).toBe(401);
      expect((await thief.get("/token?disableCookieCache=")).status).toBe(401);
    });
  });

  test.each<[string, () => BetterAuthOptions]>([
    ["in the database", () => ({})],
    ["in Redis alone", () => ({ secondaryStorage: memoryStorage() })],
  ])("when a session %s ends while its token is made: it is refused", async (_, storage) => {
    let end = async () => {};
    const auth = await start(storage(), { claims: () => end().then(() => ({})) });
    const { visitor } = await signedUp(auth);
    const other = new Visitor(auth);
    other.setCookie("better-auth.session_token", visitor.cookie("better-auth.session_token"));
    end = async () => void (await other.post("/sign-out", {}));
    expect(isRevoked(await claimsOf(visitor), await entriesOf(auth))).toBe(true);
  });

  test("when a session ends before its token is made, but after it was found: there is no token", async () => {
    const auth = await start();
    const { visitor } = await signedUp(auth);
    const other = new Visitor(auth);
    other.setCookie("better-auth.session_token", visitor.cookie("better-auth.session_token"));
    const { internalAdapter } = await auth.$context;
    const { findSession } = internalAdapter;
    internalAdapter.findSession = async (token) => {
      internalAdapter.findSession = findSession;
      const found = await findSession(token);
      expect((await other.post("/sign-out", {})).status).toBe(200);
      return found;
    };
    expect((await visitor.get("/token")).status).toBe(401);
  });

  test("nothing of what Redis remembers of a user is in a token", async () => {
    const auth = await start({ secondaryStorage: memoryStorage() });
    const { visitor } = await signedUp(auth);
    await database.query(`UPDATE "user" SET name = 'Somebody else'`);
    expect((await claimsOf(visitor)).name).toBe("Somebody else");
  });

  test("when a user signs in and out in a loop: 16 rows of sessions and one of the user, also for backends", async () => {
    const auth = await start();
    const { account, id } = await signedUp(auth);
    const bystander = await claimsOf((await signedUp(auth)).visitor);
    const [seen, all] = [new Map<string, Entry>(), [] as Claims[]];
    for (let count = 1; count <= 20; count += 1) {
      const visitor = new Visitor(auth);
      await visitor.post("/sign-in/email", account);
      const claims = await claimsOf(visitor);
      expect([count, isRevoked(claims, [...seen.values()])]).toEqual([count, false]);
      await visitor.post("/sign-out", {});
      all.push(claims);
      for (const entry of await entriesOf(auth)) seen.set(`${entry.s ?? entry.u}`, entry);
      expect([count, isRevoked(claims, [...seen.values()])]).toEqual([count, true]);
      expect([count, (await rows()).length, seen.size]).toEqual([count, Math.min(count, 17), Math.min(count, 17)]);
    }
    // As one sees it who comes now.
    const entries = await entriesOf(await start());
    expect(entries.filter(({ u }) => u).map(({ u }) => u)).toEqual([ofUser(id)]);
    for (const claims of all) expect(isRevoked(claims, entries)).toBe(true);
    expect(isRevoked(bystander, entries)).toBe(false);
  });

  test("when a user signs in and out in a loop: another session of theirs has new tokens, though old ones are refused", async () => {
    const auth = await start();
    const { visitor, account } = await signedUp(auth);
    const old = await claimsOf(visitor);
    for (let count = 1; count <= 17; count += 1) {
      const other = new Visitor(auth);
      await other.post("/sign-in/email", account);
      await other.post("/sign-out", {});
      expect([count, isRevoked(old, await entriesOf(auth))]).toEqual([count, count > 16]);
    }
    expect(isRevoked(await claimsOf(visitor), await entriesOf(auth))).toBe(false);
  });

  test("when a user signs out of 40 sessions at once: everything is recorded, and somebody else's meanwhile", async () => {
    const auth = await start();
    const [{ account }, bystander] = [await signedUp(auth), await signedUp(auth)];
    const visitors = Array.from({ length: 40 }, () => new Visitor(auth));
    for (const visitor of visitors) await visitor.post("/sign-in/email", account);
    const claims = await Promise.all([...visitors, bystander.visitor].map((visitor) => claimsOf(visitor)));
    const answers = await Promise.all([...visitors, bystander.visitor].map((visitor) => visitor.post("/sign-out", {})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await expect
      .poll(async () => {
        const entries = await entriesOf(auth);
        return claims.filter((one) => !isRevoked(one, entries)).length;
      })
      .toBe(0);
    expect((await rows()).length).toBeLessThanOrEqual(18);
  });

  test("when a session has just expired, and is cleaned up: its tokens end too", async () => {
    const auth = await start();
    const { visitor } = await signedUp(auth);
    const claims = await claimsOf(visitor);
    await database.query(`UPDATE "session" SET "expiresAt" = '${new Date(Date.now() - 60_000).toISOString()}'`);
    expect((await visitor.get("/get-session")).body).toBeNull();
    expect(isRevoked(claims, await entriesOf(auth))).toBe(true);
  });

  test("when a session has expired, and is cleaned up: nothing", async () => {
    const auth = await start();
    const { visitor } = await signedUp(auth);
    await database.query(`UPDATE "session" SET "expiresAt" = '2001-01-01T00:00:00.000Z'`);
    expect((await visitor.get("/get-session")).body).toBeNull();
    expect(await database.query('SELECT id FROM "session"')).toEqual([]);
    expect(await entriesOf(auth)).toEqual([]);
  });

  test("when rows have ended: they go", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const auth = await start();
    const { visitor } = await signedUp(auth);
    await visitor.post("/sign-out", {});
    expect(await rows()).toHaveLength(1);
    vi.setSystemTime(Date.now() + 18 * 60_000);
    const later = await start();
    const next = await signedUp(later);
    const { sid } = await claimsOf(next.visitor);
    await next.visitor.post("/sign-out", {});
    expect(await rows()).toEqual([{ entry: `s:${ofSession(sid)}` }]);
  });

  test("when the table takes no row: people sign out, the process gives the entry from memory, and writes it later", async () => {
    const auth = await start();
    const { visitor, id } = await signedUp(auth);
    const [claims, second] = [await claimsOf(visitor), await signedUp(auth)];
    expect(await entriesOf(auth)).toEqual([]);
    await breakTable();
    expect((await visitor.post("/sign-out", {})).status).toBe(200);
    await setUser(auth, second.id, { name: "Somebody else" });
    const entries = await entriesOf(auth);
    expect(entries.map(({ s, u }) => s ?? u)).toEqual([ofSession(claims.sid), ofUser(second.id)]);
    expect(isRevoked(claims, entries)).toBe(true);
    expect(await rows()).toEqual([]);
    await repairTable();
    await expect.poll(rows, { timeout: 20_000 }).toHaveLength(2);
    expect((await entriesOf(auth)).map(({ s, u }) => s ?? u)).toEqual([ofSession(claims.sid), ofUser(second.id)]);
    expect(isRevoked({ sub: id, ...claims }, await entriesOf(await start()))).toBe(true);
  });

  const onSqlite = () => database.kind === "sqlite";
  const breakTable = () =>
    database.query(
      onSqlite()
        ? `CREATE TRIGGER full BEFORE INSERT ON "drawbridgeRevocation" BEGIN SELECT RAISE(ABORT, 'disk full'); END`
        : 'ALTER TABLE "drawbridgeRevocation" ADD CONSTRAINT full_disk CHECK (entry IS NULL) NOT VALID',
    );
  const repairTable = () =>
    database.query(onSqlite() ? "DROP TRIGGER full" : 'ALTER TABLE "drawbridgeRevocation" DROP CONSTRAINT full_disk');

  test.each<[string, () => BetterAuthOptions, DrawbridgeOptions]>([
    ["that are numbers", () => ({ advanced: { database: { generateId: "serial" } } }), {}],
    ["that are UUIDs", () => ({ advanced: { database: { generateId: "uuid" } } }), { uuid: "user.id" }],
    ["that are written in transactions", () => ({ database: database.connect({ transaction: true }) }), {}],
  ])("with ids %s: the same, and no further migration", async (_, more, options) => {
    const auth = await start(more(), options);
    expect(await plannedMigration(auth)).toEqual([]);
    const { visitor, id } = await signedUp(auth);
    const old = await claimsOf(visitor);
    await setUser(auth, id, { name: "Somebody else" });
    const renamed = await claimsOf(visitor);
    let entries = await entriesOf(auth);
    expect([isRevoked(old, entries), isRevoked(renamed, entries)]).toEqual([true, false]);
    await visitor.post("/sign-out", {});
    entries = await entriesOf(auth);
    expect([entries.length, isRevoked(renamed, entries)]).toEqual([2, true]);
  });

  describe("with ids that are numbers: a key that has the number of somebody else's session", () => {
    const serial: BetterAuthOptions = { advanced: { database: { generateId: "serial" } } };
    const forSessions = { enableSessionForAPIKeys: true, rateLimit: { enabled: false } };
    interface KeyCalls {
      createApiKey(call: object): Promise<{ id: string; key: string }>;
      updateApiKey(call: object): Promise<unknown>;
    }

    async function pair() {
      const auth = await start({ ...serial, plugins: [apiKey(forSessions)] });
      const [person, owner] = [await signedUp(auth), await signedUp(auth)];
      const { createApiKey } = auth.api as unknown as KeyCalls;
      const { id: keyId, key } = await createApiKey({ body: { userId: owner.id } });
      const ofPerson = await claimsOf(person.visitor);
      const ofKey = await claimsOf(new Visitor(auth), { "x-api-key": key });
      expect([ofPerson.sid, ofKey.key, ofKey.sub]).toEqual([keyId, keyId, owner.id]);
      return { auth, person, owner, keyId, ofPerson, ofKey };
    }

    test.each([
      ["is deleted", "/api-key/delete", {}],
      ["is disabled", "/api-key/update", { enabled: false }],
    ])("%s, and the session goes on", async (_, path, more) => {
      const { auth, owner, keyId, ofPerson, ofKey } = await pair();
      expect((await owner.visitor.post(path, { keyId, ...more })).status).toBe(200);
      const entries = await entriesOf(auth);
      expect([isRevoked(ofKey, entries), isRevoked(ofPerson, entries)]).toEqual([true, false]);
    });

    test("stays good when the session is signed out", async () => {
      const { auth, person, ofPerson, ofKey } = await pair();
      expect((await person.visitor.post("/sign-out", {})).status).toBe(200);
      const entries = await entriesOf(auth);
      expect([isRevoked(ofKey, entries), isRevoked(ofPerson, entries)]).toEqual([false, true]);
    });

    test("of an organization that has the number of somebody else changes, and that user's tokens stay good", async () => {
      const keys = apiKey([{ ...forSessions, configId: "orgs", references: "organization" }]);
      const auth = await start({ ...serial, plugins: [organization(), keys] });
      const [person, owner] = [await signedUp(auth), await signedUp(auth)];
      const created = await owner.visitor.post("/organization/create", { name: "A", slug: "a" });
      const organizationId = (created.body as { id: string }).id;
      expect(organizationId).toBe(person.id);
      const { createApiKey, updateApiKey } = auth.api as unknown as KeyCalls;
      const of = { configId: "orgs", userId: owner.id };
      const { id: keyId } = await createApiKey({ body: { ...of, organizationId } });
      const ofPerson = await claimsOf(person.visitor);
      await updateApiKey({ body: { ...of, keyId, permissions: { files: ["read"] } } });
      expect(isRevoked(ofPerson, await entriesOf(auth))).toBe(false);
    });
  });

  describe("when a membership ends", () => {
    test.each<[string, string, (ids: { organizationId: string; memberId: string }) => Claims, "owner" | "member"]>([
      [
        "by its removal",
        "/organization/remove-member",
        ({ memberId, ...ids }) => ({ ...ids, memberIdOrEmail: memberId }),
        "owner",
      ],
      ["by another role", "/organization/update-member-role", (ids) => ({ ...ids, role: "admin" }), "owner"],
      ["by leaving", "/organization/leave", ({ organizationId }) => ({ organizationId }), "member"],
      ["with the organization", "/organization/delete", ({ organizationId }) => ({ organizationId }), "owner"],
    ])("%s", async (_, path, body, by) => {
      const auth = await start({ plugins: [organization()] });
      const [owner, member, bystander] = [await signedUp(auth), await signedUp(auth), await signedUp(auth)];
      const created = await owner.visitor.post("/organization/create", { name: "A", slug: "a" });
      const organizationId = (created.body as { id: string }).id;
      const { addMember } = auth.api as unknown as { addMember(call: object): Promise<{ id: string }> };
      const { id: memberId } = await addMember({ body: { userId: member.id, role: "member", organizationId } });
      const [old, other] = [await claimsOf(member.visitor), await claimsOf(bystander.visitor)];
      expect(isRevoked(old, await entriesOf(auth))).toBe(false);
      const { visitor } = by === "owner" ? owner : member;
      expect((await visitor.post(path, body({ organizationId, memberId }))).status).toBe(200);
      const entries = await entriesOf(auth);
      expect([isRevoked(old, entries), isRevoked(other, entries)]).toEqual([true, false]);
      expect(isRevoked(await claimsOf(member.visitor), entries)).toBe(false);
    });
  });

  describe.each<[string, object, () => BetterAuthOptions]>([
    ["in the database", {}, () => ({})],
    ["in Redis alone", { storage: "secondary-storage" }, () => ({ secondaryStorage: memoryStorage() })],
  ])("when a key %s ends", (_, where, storage) => {
    test.each([
      ["it is deleted", "/api-key/delete", {}],
      ["it is disabled", "/api-key/update", { enabled: false }],
    ])("because %s", async (_, path, more) => {
      const keys = apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false }, ...where });
      const auth = await start({ ...storage(), plugins: [keys] });
      const { visitor, id: userId } = await signedUp(auth);
      const { createApiKey } = auth.api as unknown as {
        createApiKey(call: object): Promise<{ id: string; key: string }>;
      };
      const { id: keyId, key } = await createApiKey({ body: { userId } });
      const [ofKey, ofPerson] = [await claimsOf(new Visitor(auth), { "x-api-key": key }), await claimsOf(visitor)];
      expect((await visitor.post(path, { keyId, ...more })).status).toBe(200);
      const entries = await entriesOf(auth);
      expect(entries.map(({ s }) => s)).toEqual([ofSession(keyId)]);
      expect([isRevoked(ofKey, entries), isRevoked(ofPerson, entries)]).toEqual([true, false]);
      expect((await new Visitor(auth).get("/token", { "x-api-key": key })).status).toBe(401);
    });
  });
});
