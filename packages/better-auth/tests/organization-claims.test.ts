import { apiKey } from "@better-auth/api-key";
import { BetterAuthError, type BetterAuthOptions, betterAuth } from "better-auth";
import { organization } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

const flagged = "/get-session?disableCookieCache=true&disableRefresh=true";

describe.each(databases)("what a token says of organizations, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const start = (options: DrawbridgeOptions = { organizations: true }, more: BetterAuthOptions = {}) =>
    startAuth(database, { ...more, plugins: [drawbridge(options), organization(), ...(more.plugins ?? [])] });

  /** Somebody who has signed up at this Better Auth, and their user id. */
  async function signedUp(auth: Awaited<ReturnType<typeof start>>) {
    const visitor = new Visitor(auth);
    const { status, body } = await visitor.signUp();
    expect(status).toBe(200);
    return { visitor, userId: (body.user as { id: string }).id };
  }

  async function found(visitor: Visitor, name: string): Promise<string> {
    const { status, body } = await visitor.post("/organization/create", { name, slug: name });
    expect([name, status]).toEqual([name, 200]);
    return body.id as string;
  }

  /** As an invitation that was accepted leaves it. */
  async function join(userId: string, organizationId: string, role: string, createdAt = "2026-01-01T00:00:00.000Z") {
    const id = `member-${organizationId}-${userId}`;
    await database.query(
      `INSERT INTO member (id, "organizationId", "userId", role, "createdAt")
       VALUES ('${id}', '${organizationId}', '${userId}', '${role}', '${createdAt}')`,
    );
    return id;
  }

  /** Organizations that somebody else made, as rows. */
  async function make(id: string) {
    await database.query(
      `INSERT INTO organization (id, name, slug, "createdAt") VALUES ('${id}', '${id}', '${id}', '2026-01-01T00:00:00.000Z')`,
    );
    return id;
  }

  async function claimsOf(visitor: Visitor) {
    return verifiedClaims(await visitor.token(), (await visitor.get("/jwks")).body as unknown as KeySet);
  }

  async function organizationsOf(visitor: Visitor) {
    const { orgs, orgs_truncated, active_org } = await claimsOf(visitor);
    return { orgs, orgs_truncated, active_org };
  }

  test("is nothing without the option", async () => {
    const { visitor } = await signedUp(await start({}));
    await found(visitor, "north");
    expect(await organizationsOf(visitor)).toEqual({});
  });

  test("is that there are none, for a user of none", async () => {
    const { visitor } = await signedUp(await start());
    expect(await organizationsOf(visitor)).toEqual({ orgs: {} });
  });

  test("is the role in each by its id, and which one is active, in every token", async () => {
    const auth = await start();
    const { visitor, userId } = await signedUp(auth);
    const north = await found(visitor, "north");
    await join(userId, await make("south"), "admin,member");
    const said = { orgs: { [north]: "owner", south: "admin,member" }, active_org: north };
    expect(await organizationsOf(visitor)).toEqual(said);
    const token = (await visitor.get(flagged)).headers.get("set-auth-jwt") ?? "";
    expect(verifiedClaims(token, (await visitor.get("/jwks")).body as unknown as KeySet)).toMatchObject(said);
    expect((await visitor.post("/organization/set-active", { organizationId: null })).status).toBe(200);
    expect(await organizationsOf(visitor)).toEqual({ orgs: said.orgs });
  });

  test("is that of the user alone", async () => {
    const auth = await start();
    const [founder, other] = [await signedUp(auth), await signedUp(auth)];
    await found(founder.visitor, "north");
    expect(await organizationsOf(other.visitor)).toEqual({ orgs: {} });
  });

  test("changes with the next token when a role changes, or the user leaves or is removed", async () => {
    const auth = await start();
    const [founder, other] = [await signedUp(auth), await signedUp(auth)];
    const [north, south] = [await found(founder.visitor, "north"), await found(founder.visitor, "south")];
    const memberId = await join(other.userId, north, "member");
    await join(other.userId, south, "member");
    expect((await other.visitor.post("/organization/set-active", { organizationId: south })).status).toBe(200);
    expect(await organizationsOf(other.visitor)).toEqual({
      orgs: { [north]: "member", [south]: "member" },
      active_org: south,
    });
    const change = { organizationId: north, memberId, role: ["admin", "member"] };
    expect((await founder.visitor.post("/organization/update-member-role", change)).status).toBe(200);
    expect((await organizationsOf(other.visitor)).orgs).toEqual({ [north]: "admin,member", [south]: "member" });
    expect((await other.visitor.post("/organization/leave", { organizationId: north })).status).toBe(200);
    expect((await organizationsOf(other.visitor)).orgs).toEqual({ [south]: "member" });
    const removal = { organizationId: south, memberIdOrEmail: `member-${south}-${other.userId}` };
    expect((await founder.visitor.post("/organization/remove-member", removal)).status).toBe(200);
    // The session of a removed member still has it.
    const { session } = (await other.visitor.get("/get-session")).body as { session: object };
    expect(session).toMatchObject({ activeOrganizationId: south });
    expect(await organizationsOf(other.visitor)).toEqual({ orgs: {} });
  });

  test("is read from the database, whatever a cookie remembers of the session", async () => {
    const cached = { session: { cookieCache: { enabled: true, maxAge: 300 } } };
    const { visitor, userId } = await signedUp(await start({ organizations: true }, cached));
    await join(userId, await make("south"), "member");
    expect((await organizationsOf(visitor)).orgs).toEqual({ south: "member" });
    await database.query("DELETE FROM member");
    expect((await organizationsOf(visitor)).orgs).toEqual({});
  });

  test("is of a key's user for a token of a key", async () => {
    const keys = apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false } });
    const auth = await start({ organizations: true }, { plugins: [keys] });
    const { visitor, userId } = await signedUp(auth);
    const north = await found(visitor, "north");
    const { createApiKey } = auth.api as unknown as {
      createApiKey(call: object): Promise<{ id: string; key: string }>;
    };
    const { id, key } = await createApiKey({ body: { userId } });
    const { body } = await new Visitor(auth).get("/token", { "x-api-key": key });
    const claims = verifiedClaims(body.token as string, (await visitor.get("/jwks")).body as unknown as KeySet);
    expect([claims.key, claims.orgs, claims.active_org]).toEqual([id, { [north]: "owner" }, undefined]);
  });

  test("is of 16 memberships, the active one and then the oldest, and that there are more", async () => {
    const { visitor, userId } = await signedUp(await start());
    const names = Array.from({ length: 17 }, (_, n) => `org-${String(n).padStart(2, "0")}`);
    // Written from the youngest to the oldest, so that neither the order of the rows nor that of the ids is the rule.
    for (const [n, name] of names.entries()) {
      await join(userId, await make(name), "member", `2026-01-${String(28 - n).padStart(2, "0")}T00:00:00.000Z`);
    }
    const said = await organizationsOf(visitor);
    expect([Object.keys(said.orgs as object).sort(), said.orgs_truncated]).toEqual([names.slice(1), true]);
    expect((await visitor.post("/organization/set-active", { organizationId: "org-00" })).status).toBe(200);
    const active = await organizationsOf(visitor);
    expect(Object.keys(active.orgs as object).sort()).toEqual(names.filter((name) => name !== "org-01"));
    expect([active.orgs_truncated, active.active_org]).toEqual([true, "org-00"]);
    await database.query(`DELETE FROM member WHERE "organizationId" = 'org-16'`);
    const fits = await organizationsOf(visitor);
    expect(Object.keys(fits.orgs as object).sort()).toEqual(names.slice(0, 16));
    expect(fits).not.toHaveProperty("orgs_truncated", true);
  });

  test("finds the active organization among more memberships than are read", async () => {
    const { visitor, userId } = await signedUp(await start());
    for (let n = 0; n < 100; n++) await join(userId, await make(`org-${n}`), "member");
    await join(userId, await make("youngest"), "admin", "2026-02-01T00:00:00.000Z");
    expect((await visitor.post("/organization/set-active", { organizationId: "youngest" })).status).toBe(200);
    const { orgs, orgs_truncated, active_org } = await organizationsOf(visitor);
    expect(orgs).toMatchObject({ youngest: "admin" });
    expect([Object.keys(orgs as object).length, orgs_truncated, active_org]).toEqual([16, true, "youngest"]);
  });

  test("is of 1,024 bytes of JSON at most, and what has no room does not take that of others", async () => {
    const { visitor, userId } = await signedUp(await start());
    const [long, wide, short] = ["a".repeat(500), "ä".repeat(250), "b"];
    // {"…":"member","…":"member"}: 12 bytes for each beside its id, and one more. The first two are 1,025.
    for (const [n, id] of [long, wide, short].entries()) {
      await join(userId, await make(id), "member", `2026-01-0${n + 1}T00:00:00.000Z`);
    }
    expect(await organizationsOf(visitor)).toEqual({ orgs: { [long]: "member", b: "member" }, orgs_truncated: true });
    await database.query(`UPDATE member SET role = 'owner' WHERE "organizationId" = '${wide}'`);
    const exact = { [long]: "member", [wide]: "owner" };
    expect(new TextEncoder().encode(JSON.stringify(exact)).length).toBe(1024);
    expect(await organizationsOf(visitor)).toEqual({ orgs: exact, orgs_truncated: true });
    await database.query(`DELETE FROM member WHERE "organizationId" = 'b'`);
    expect(await organizationsOf(visitor)).toEqual({ orgs: exact });
  });

  test.each(["__proto__", "constructor", "7", 'a"b'])("takes the id %s for what it is", async (id) => {
    const { visitor, userId } = await signedUp(await start());
    await join(userId, await make(id), "member");
    expect(Object.entries((await organizationsOf(visitor)).orgs as object)).toEqual([[id, "member"]]);
  });

  test("is the oldest role of two rows of one membership", async () => {
    const { visitor, userId } = await signedUp(await start());
    await join(userId, await make("south"), "member");
    await database.query(
      `INSERT INTO member (id, "organizationId", "userId", role, "createdAt")
       VALUES ('again', 'south', '${userId}', 'owner', '2026-02-01T00:00:00.000Z')`,
    );
    expect((await organizationsOf(visitor)).orgs).toEqual({ south: "member" });
  });

  test("is read where the tables and fields have other names, and where ids are numbers", async () => {
    const auth = await startAuth(database, {
      advanced: { database: { generateId: "serial" } },
      plugins: [
        drawbridge({ organizations: true }),
        organization({ schema: { member: { modelName: "memberships", fields: { userId: "user_id" } } } }),
      ],
    });
    const { visitor } = await signedUp(auth);
    const id = await found(visitor, "north");
    expect(await database.query("SELECT user_id FROM memberships")).toHaveLength(1);
    expect(await organizationsOf(visitor)).toEqual({ orgs: { [id]: "owner" }, active_org: id });
  });

  test("is refused at the start where there are no organizations", async () => {
    const auth = betterAuth(authOptions(database, { plugins: [drawbridge({ organizations: true })] }));
    const refusal = await auth.$context.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(BetterAuthError);
    expect(String(refusal)).toContain("add organization() of `better-auth/plugins` to `plugins`");
  });
});
