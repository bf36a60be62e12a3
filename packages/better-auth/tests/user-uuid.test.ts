import { randomUUID } from "node:crypto";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { authOptions, plannedMigration, startAuth } from "./support/auth.js";
import { everyDatabase, type TestDatabase } from "./support/databases.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

const ownField = {
  user: {
    additionalFields: {
      uuid: { type: "string", required: true, unique: true, input: false, defaultValue: () => randomUUID() },
    },
  },
} satisfies BetterAuthOptions;

/** What `drawbridge migrate up` makes of a table with users, who have their UUIDs then. */
const migratedColumn = {
  sqlite: [
    'ALTER TABLE "user" ADD COLUMN uuid TEXT',
    `UPDATE "user" SET uuid = '${randomUUID()}'`,
    'CREATE UNIQUE INDEX user_uuid_unique ON "user" (uuid)',
  ],
  postgres: [
    'ALTER TABLE "user" ADD COLUMN uuid uuid NOT NULL DEFAULT gen_random_uuid()',
    'ALTER TABLE "user" ADD UNIQUE (uuid)',
  ],
};

describe.each(everyDatabase)("the user's UUID, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  async function claimUuid(visitor: Visitor): Promise<unknown> {
    const token = await visitor.token();
    return verifiedClaims(token, (await visitor.get("/jwks")).body as unknown as KeySet).uuid;
  }

  async function storedUuids(): Promise<unknown[]> {
    return (await database.query('SELECT uuid FROM "user"')).map(({ uuid }) => uuid);
  }

  test.each([
    ["of the plugin alone", {}],
    ["that the application lists too", ownField],
  ])("the field %s is migrated once, and the first token has it", async (_, options) => {
    const auth = await startAuth(database, { ...options, plugins: [drawbridge()] });
    expect(await plannedMigration(auth)).toEqual([]);
    const visitor = new Visitor(auth);
    await visitor.signUp();
    expect([await claimUuid(visitor)]).toEqual(await storedUuids());
  });

  test("a column that `drawbridge migrate up` made is used as it is", async () => {
    const before = await startAuth(database, { plugins: [jwt()] });
    const { email, password } = newAccount();
    await new Visitor(before).signUp({ email, password });
    for (const statement of migratedColumn[database.kind]) await database.query(statement);

    const auth = betterAuth(authOptions(database, { plugins: [drawbridge()] }));
    expect(await plannedMigration(auth)).toEqual([]);
    const [old, fresh] = [new Visitor(auth), new Visitor(auth)];
    await old.post("/sign-in/email", { email, password });
    await fresh.signUp();
    expect(new Set([await claimUuid(old), await claimUuid(fresh)])).toEqual(new Set(await storedUuids()));
  });

  describe("a user of before the column", () => {
    const cached = { session: { cookieCache: { enabled: true, maxAge: 300 } } };

    /** Signed in before the plugin was there; the column is there now, and empty. */
    async function oldUser(options: BetterAuthOptions = {}): Promise<Visitor> {
      const visitor = new Visitor(await startAuth(database, options));
      await visitor.signUp();
      await database.query(`ALTER TABLE "user" ADD COLUMN uuid ${database.kind === "sqlite" ? "TEXT" : "uuid"}`);
      visitor.moveTo(await startAuth(database, { ...options, plugins: [drawbridge()] }));
      return visitor;
    }

    test("gets no token, and the answer says what to do", async () => {
      const { status, body } = await (await oldUser()).get("/token");
      expect([status, body.code]).toEqual([500, "USER_UUID_MISSING"]);
      expect(body.message).toContain("Run `drawbridge migrate up`");
    });

    test("stays signed in: /get-session answers, without a token", async () => {
      const { status, headers, body } = await (await oldUser()).get("/get-session");
      expect([status, headers.get("set-auth-jwt")]).toEqual([200, null]);
      expect(body).toHaveProperty("user.email");
    });

    test("has a session that becomes no JWT, and the answer says what to do", async () => {
      const asked = (await oldUser()).get("/get-session?disableCookieCache=true&disableRefresh=true");
      const { status, headers, body } = await asked;
      expect([status, body.code, headers.get("set-auth-jwt")]).toEqual([500, "USER_UUID_MISSING", null]);
    });

    test("gets a token as soon as the row has a UUID, even where a session cookie still holds the old row", async () => {
      const visitor = await oldUser(cached);
      const uuid = randomUUID();
      await database.query(`UPDATE "user" SET uuid = '${uuid}'`);
      expect(await claimUuid(visitor)).toBe(uuid);
    });
  });

  test("belongs to every user that the server makes itself", async () => {
    const auth = await startAuth(database, { plugins: [drawbridge()] });
    const { internalAdapter } = await auth.$context;
    const { email, name } = newAccount();
    await internalAdapter.createUser({ email, name }, { method: "admin" });
    expect(await storedUuids()).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });
});
