import { randomUUID } from "node:crypto";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { admin } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { authOptions, plannedMigration, startAuth } from "./support/auth.js";
import { everyDatabase, type TestDatabase } from "./support/databases.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

type DatabaseOptions = NonNullable<NonNullable<BetterAuthOptions["advanced"]>["database"]>;
type GenerateId = DatabaseOptions["generateId"];

const withIds = (generateId: GenerateId) => ({ advanced: { database: { ...(generateId && { generateId }) } } });
const uuids: [string, GenerateId][] = [
  ["of the option", "uuid"],
  ["of a function, in a text column", () => randomUUID()],
];

/** Ids that are no UUID in its one spelling. */
const others: [string, () => string][] = [
  ["in upper case", () => randomUUID().toUpperCase()],
  ["the Nil UUID", () => "00000000-0000-0000-0000-000000000000"],
  ["without hyphens", () => randomUUID().replaceAll("-", "")],
  ["Better Auth's own text", () => "K8QvXbD2mZ0sYtLw3fGhJkPnRrTuVxAz"],
];

describe.each(everyDatabase)("ids that are UUIDs, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const plugins = () => [drawbridge({ uuid: "user.id" })];
  const users = () => database.query('SELECT * FROM "user"');

  test.each(uuids)("%s: the id is the claim `uuid`, and there is no second one", async (_, generateId) => {
    const auth = await startAuth(database, { ...withIds(generateId), plugins: plugins() });
    expect(await plannedMigration(auth)).toEqual([]);
    const visitor = new Visitor(auth);
    const { body } = await visitor.signUp();
    const claims = verifiedClaims(await visitor.token(), (await visitor.get("/jwks")).body as unknown as KeySet);
    const [user] = await users();
    expect([claims.uuid, claims.sub]).toEqual([user?.id, user?.id]);
    expect(user).not.toHaveProperty("uuid");
    expect(body.user).not.toHaveProperty("uuid");
  });

  test.each(others)("no token is signed for an id %s", async (_, generateId) => {
    const visitor = new Visitor(await startAuth(database, { ...withIds(generateId), plugins: plugins() }));
    expect((await visitor.signUp()).status).toBe(200);
    const { status, body } = await visitor.get("/token");
    expect([status, body.code]).toEqual([500, "USER_ID_NOT_UUID"]);
    expect(body.message).toContain('generateId to "uuid"');
    expect((await visitor.get("/get-session")).status).toBe(200);
  });

  test("nobody sets an id or a uuid for themselves", async () => {
    const auth = await startAuth(database, { ...withIds("uuid"), plugins: plugins() });
    for (const field of ["id", "uuid"]) {
      const { status, body } = await new Visitor(auth).signUp({ [field]: randomUUID() });
      expect([field, status, body.code]).toEqual([field, 400, "FIELD_NOT_ALLOWED"]);
    }
    expect(await users()).toEqual([]);
    const visitor = new Visitor(auth);
    await visitor.signUp();
    const { status, body } = await visitor.post("/update-user", { id: randomUUID() });
    expect([status, body.code]).toEqual([400, "FIELD_NOT_ALLOWED"]);
  });

  test("an id never changes, whoever asks", async () => {
    const auth = await startAuth(database, { ...withIds(() => randomUUID()), plugins: [...plugins(), admin()] });
    await new Visitor(auth).signUp();
    const before = await users();
    const id = String(before[0]?.id);
    const { adapter, internalAdapter } = await auth.$context;
    const where = [{ field: "id", value: id }];
    const changes: [string, () => Promise<unknown>][] = [
      ["the internal adapter", () => internalAdapter.updateUser(id, { id: randomUUID() })],
      ["the adapter", () => adapter.update({ model: "user", where, update: { id: randomUUID() } })],
      ["of many", () => adapter.updateMany({ model: "user", where, update: { id: randomUUID() } })],
    ];
    for (const [name, change] of changes) {
      const refused = await (async () => change())().catch((error: unknown) => error);
      expect([name, (refused as { body?: { code?: string } } | null)?.body?.code]).toEqual([name, "FIELD_NOT_ALLOWED"]);
    }
    expect(await users()).toEqual(before);
  });

  test("users whom the server makes itself get tokens too", async () => {
    const auth = await startAuth(database, { ...withIds("uuid"), plugins: plugins() });
    const { email, name } = newAccount();
    const user = await (await auth.$context).internalAdapter.createUser({ email, name }, { method: "admin" });
    expect((await users()).map(({ id }) => id)).toEqual([user.id]);
  });

  test.each([
    ["Better Auth's own texts", undefined],
    ["numbers", "serial" as const],
  ])("with %s Better Auth does not start", async (_, generateId) => {
    const auth = betterAuth(authOptions(database, { ...withIds(generateId), plugins: plugins() }));
    await expect(auth.$context).rejects.toThrow('set `advanced: { database: { generateId: "uuid" } }`');
  });
});
