import { randomUUID } from "node:crypto";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { admin, anonymous } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { newAccount, Visitor } from "./support/visitor.js";

type Auth = Awaited<ReturnType<typeof startAuth>>;
type Context = Awaited<Auth["$context"]>;
type Row = Record<string, unknown>;

const chosen = randomUUID();
const refusal = { statusCode: 400, body: { code: "FIELD_NOT_ALLOWED" } };

/** A user of nobody's, as plugins make them. */
const newUser = (more: Row = {}) => {
  const { email, name } = newAccount();
  return { email, name, emailVerified: false, ...more };
};
const dates = () => ({ createdAt: new Date(), updatedAt: new Date() });
const ofUser = (id: string) => [{ field: "id", value: id }];

/** Ways in which a plugin, or the application itself, makes a user with a UUID that it was given. */
const creations: [string, (context: Context, uuid: unknown) => Promise<unknown>][] = [
  ["internalAdapter.createUser", ({ internalAdapter }, uuid) => internalAdapter.createUser(newUser({ uuid }), byAdmin)],
  [
    "internalAdapter.createOAuthUser",
    ({ internalAdapter }, uuid) =>
      internalAdapter.createOAuthUser(newUser({ uuid }), {
        providerId: "some",
        accountId: randomUUID(),
        issuer: "https://some.example",
      } as never),
  ],
  ["adapter.create", ({ adapter }, uuid) => adapter.create({ model: "user", data: newUser({ uuid, ...dates() }) })],
  [
    "adapter.create in a transaction",
    ({ adapter }, uuid) =>
      adapter.transaction((inside) => inside.create({ model: "user", data: newUser({ uuid, ...dates() }) })),
  ],
];
const byAdmin = { method: "admin" } as const;

/** Ways in which it changes one. */
const changes: [string, (context: Context, id: string) => Promise<unknown>][] = [
  ["internalAdapter.updateUser", ({ internalAdapter }, id) => internalAdapter.updateUser(id, { uuid: chosen })],
  [
    "internalAdapter.updateUserByEmail",
    async ({ internalAdapter }, id) => {
      const user = await internalAdapter.findUserById(id);
      return internalAdapter.updateUserByEmail(user?.email ?? "", { uuid: chosen });
    },
  ],
  [
    "adapter.update",
    ({ adapter }, id) => adapter.update({ model: "user", where: ofUser(id), update: { uuid: chosen } }),
  ],
  [
    "adapter.updateMany",
    ({ adapter }, id) => adapter.updateMany({ model: "user", where: ofUser(id), update: { uuid: chosen } }),
  ],
  [
    "adapter.incrementOne",
    ({ adapter }, id) =>
      adapter.incrementOne({ model: "user", where: ofUser(id), increment: {}, set: { uuid: chosen } }),
  ],
  [
    "adapter.update in a transaction",
    ({ adapter }, id) =>
      adapter.transaction((inside) => inside.update({ model: "user", where: ofUser(id), update: { uuid: chosen } })),
  ],
];

const putIn = async () => ({ data: { uuid: chosen } as Row });

/** Hooks that put one in, where the application has them, and where another plugin has. */
function hooked(databaseHooks: NonNullable<BetterAuthOptions["databaseHooks"]>): [string, () => BetterAuthOptions][] {
  const other: BetterAuthPlugin = { id: "other", init: () => ({ options: { databaseHooks } }) };
  return [
    ["the application's", () => ({ databaseHooks, plugins: [drawbridge()] })],
    ["a plugin's before it", () => ({ plugins: [other, drawbridge()] })],
    ["a plugin's behind it", () => ({ plugins: [drawbridge(), other] })],
  ];
}

/** An ID token as Google gives one; who signed it is not what these tests are about. */
function idToken(claims: Row): string {
  const parts = [{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return `${parts.join(".")}.`;
}

const google = (more: Row = {}): BetterAuthOptions => ({
  socialProviders: {
    google: {
      clientId: "a",
      clientSecret: "b",
      verifyIdToken: async () => true,
      mapProfileToUser: () => ({ uuid: chosen }) as Row,
      ...more,
    },
  },
  plugins: [drawbridge()],
});

describe.each(databases)("a UUID that somebody chose, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const users = () => database.query('SELECT * FROM "user"');
  const start = (options: BetterAuthOptions = {}) => startAuth(database, { plugins: [drawbridge()], ...options });

  async function signedUp(auth: Auth): Promise<Row> {
    expect((await new Visitor(auth).signUp()).status).toBe(200);
    return (await users())[0] as Row;
  }

  describe.each([
    ["without transactions", {}],
    ["with transactions", { transaction: true }],
  ])("%s", (_, settings) => {
    const startThis = () =>
      start({
        database: { ...(database.connect() as object), ...settings } as NonNullable<BetterAuthOptions["database"]>,
      });

    test.each(creations)("%s is refused with it, and makes no user", async (_, create) => {
      const context = await (await startThis()).$context;
      await expect(create(context, chosen)).rejects.toMatchObject(refusal);
      expect(await users()).toEqual([]);
    });

    test.each(creations)("%s without it makes a user with another", async (_, create) => {
      const context = await (await startThis()).$context;
      for (const none of [undefined, null, ""]) await create(context, none);
      const uuids = (await users()).map(({ uuid }) => uuid);
      expect(uuids).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f-]{36}$/)));
      expect(new Set(uuids).size).toBe(3);
    });

    test.each(changes)("%s is refused with it, and changes nothing", async (_, change) => {
      const auth = await startThis();
      const before = await signedUp(auth);
      const refused = (async () => change(await auth.$context, String(before.id)))();
      await expect(refused).rejects.toMatchObject(refusal);
      expect(await users()).toEqual([before]);
    });
  });

  test("nor is a UUID of another user's taken, in any spelling", async () => {
    const auth = await start();
    const { uuid } = await signedUp(auth);
    const { internalAdapter } = await auth.$context;
    for (const spelling of [uuid, String(uuid).toUpperCase(), `{${uuid}}`, [uuid], Buffer.from(String(uuid))]) {
      await expect(internalAdapter.createUser(newUser({ uuid: spelling }), byAdmin)).rejects.toMatchObject(refusal);
    }
    expect(await users()).toHaveLength(1);
  });

  test("the table's own name in the application is no way round", async () => {
    const auth = await start({ user: { modelName: "people" } });
    const { adapter } = await auth.$context;
    const create = adapter.create({ model: "people", data: newUser({ uuid: chosen, ...dates() }) });
    await expect(create).rejects.toMatchObject(refusal);
  });

  describe("hooks that put it in", () => {
    test.each(hooked({ user: { create: { before: putIn } } }))("%s: at a sign-up", async (_, options) => {
      const { status, body } = await new Visitor(await start(options())).signUp();
      expect([status, body.code]).toEqual([400, "FIELD_NOT_ALLOWED"]);
      expect(await users()).toEqual([]);
    });

    test.each(hooked({ user: { update: { before: putIn } } }))("%s: at an update", async (_, options) => {
      const auth = await start(options());
      const visitor = new Visitor(auth);
      await visitor.signUp();
      const before = await users();
      const { status, body } = await visitor.post("/update-user", { name: "Zoe" });
      expect([status, body.code]).toEqual([400, "FIELD_NOT_ALLOWED"]);
      expect(await users()).toEqual(before);
    });
  });

  test("hooks that hand on what they were given do no harm, and see the UUID that is stored", async () => {
    const seen: unknown[] = [];
    const handOn = async (user: Row) => {
      seen.push(user.uuid);
      return { data: { ...user, name: "Hooked" } };
    };
    const auth = await start({ databaseHooks: { user: { create: { before: handOn } } } });
    const { name, uuid } = await signedUp(auth);
    expect([name, seen]).toEqual(["Hooked", [uuid]]);
  });

  test("a sign-up that failed does not keep the next one from its UUID", async () => {
    const auth = await start();
    const account = newAccount();
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await new Visitor(auth).post("/sign-up/email", account)).status);
    expect(statuses).toEqual([200, 422, 422]);
    expect((await new Visitor(auth).signUp()).status).toBe(200);
  });

  describe("a social sign-in whose profile has one", () => {
    const profile = { sub: "g1", email: "grace@example.com", email_verified: true, name: "Grace", uuid: chosen };
    const signIn = (auth: Auth) =>
      new Visitor(auth).post("/sign-in/social", { provider: "google", idToken: { token: idToken(profile) } });

    test("makes a user with another", async () => {
      expect((await signIn(await start(google()))).status).toBe(200);
      const [user] = await users();
      expect(user?.uuid).toMatch(/^[0-9a-f-]{36}$/);
      expect(user?.uuid).not.toBe(chosen);
    });

    test("that may overwrite the user leaves the UUID", async () => {
      const auth = await start(google({ overrideUserInfoOnSignIn: true }));
      await signIn(auth);
      const [before] = await users();
      expect((await signIn(auth)).status).toBe(200);
      expect((await users()).map(({ uuid }) => uuid)).toEqual([before?.uuid]);
    });
  });

  test("an anonymous visitor who signs up gets a new one", async () => {
    const linked: unknown[] = [];
    const onLinkAccount = async ({
      anonymousUser,
      newUser,
    }: {
      anonymousUser: { user: Row };
      newUser: { user: Row };
    }) => void linked.push(anonymousUser.user.uuid, newUser.user.uuid);
    const visitor = new Visitor(await start({ plugins: [drawbridge(), anonymous({ onLinkAccount })] }));
    const chosenNow = await visitor.post("/sign-in/anonymous", { uuid: chosen });
    expect([chosenNow.status, chosenNow.body.code]).toEqual([400, "FIELD_NOT_ALLOWED"]);
    expect((await visitor.post("/sign-in/anonymous", {})).status).toBe(200);
    expect((await visitor.signUp()).status).toBe(200);
    const [user] = await users();
    expect(linked).toEqual([expect.not.stringMatching(String(user?.uuid)), user?.uuid]);
  });

  test("nor does an administrator's call on the server bring one", async () => {
    const auth = await start({ plugins: [drawbridge(), admin()] });
    const { api } = auth as unknown as { api: { createUser(call: object): Promise<unknown> } };
    const create = api.createUser({ body: { ...newAccount(), role: "user", data: { uuid: chosen } } });
    await expect(create).rejects.toMatchObject(refusal);
    expect(await users()).toEqual([]);
  });
});
