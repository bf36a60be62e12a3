import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { everyDatabase, long, type TestDatabase } from "./support/databases.js";
import { headerOf, type KeySet, verifiedClaims } from "./support/token.js";
import { Visitor } from "./support/visitor.js";

const rotationInterval = 3600;

/** Requests at once: more than a pool has connections, which are ten. */
const crowds = long ? [10, 100] : [20];

const insertOfKeys = {
  sqlite: {
    forbid: `CREATE TRIGGER forbidden BEFORE INSERT ON "jwks" BEGIN SELECT RAISE(ABORT, 'forbidden'); END`,
    allow: "DROP TRIGGER forbidden",
  },
  postgres: {
    forbid: 'ALTER TABLE "jwks" ADD CONSTRAINT forbidden CHECK (false)',
    allow: 'ALTER TABLE "jwks" DROP CONSTRAINT forbidden',
  },
};

describe.each(everyDatabase)("the signing key, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  const start = () => startAuth(database, { plugins: [drawbridge({ jwks: { rotationInterval } })] });
  const storedKeys = async () => (await database.query('SELECT id FROM "jwks"')).map(({ id }) => String(id));

  async function signedUp(): Promise<Visitor> {
    const visitor = new Visitor(await start());
    await visitor.signUp();
    return visitor;
  }

  async function keySet(visitor: Visitor): Promise<KeySet> {
    return (await visitor.get("/jwks")).body as unknown as KeySet;
  }

  /** Asks for so many tokens at once, and checks that what is listed then verifies each. Returns their key ids. */
  async function tokensAtOnce(count: number, ...visitors: Visitor[]): Promise<Set<string>> {
    const asked = visitors.flatMap((visitor) => Array.from({ length: count }, () => visitor.token()));
    const tokens = await Promise.all(asked);
    const keys = await keySet(visitors[0] as Visitor);
    for (const token of tokens) verifiedClaims(token, keys);
    return new Set(tokens.map((token) => headerOf(token).kid));
  }

  function passRotation(): void {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + (rotationInterval + 60) * 1000 });
  }

  test.each(crowds)("is one at its first use by %i requests at once", async (count) => {
    expect((await tokensAtOnce(count, await signedUp())).size).toBe(1);
    expect(await storedKeys()).toHaveLength(1);
  });

  test.each(crowds)("is one more after a rotation met by %i requests at once", async (count) => {
    const visitor = await signedUp();
    const oldToken = await visitor.token();
    passRotation();
    const [kid, ...others] = await tokensAtOnce(count, visitor);
    expect(others).toEqual([]);
    expect(new Set(await storedKeys())).toEqual(new Set([headerOf(oldToken).kid, kid]));
    verifiedClaims(oldToken, await keySet(visitor));
  });

  test("is one where the key endpoint and /token meet at the first use", async () => {
    const visitor = await signedUp();
    await Promise.all([visitor.get("/jwks"), visitor.token(), visitor.get("/get-session"), visitor.get("/jwks")]);
    expect(await storedKeys()).toHaveLength(1);
  });

  test("is made by the next request after a failure", async () => {
    const visitor = await signedUp();
    const { forbid, allow } = insertOfKeys[database.kind];
    await database.query(forbid);
    // Better Auth prints such an error as well as answering 500.
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const failed = await Promise.all([1, 2, 3].map(() => visitor.get("/token")));
    printed.mockRestore();
    expect(failed.map(({ status }) => status)).toEqual([500, 500, 500]);
    await database.query(allow);
    expect((await tokensAtOnce(10, visitor)).size).toBe(1);
  });

  test("that another process made since this one looked is used, not doubled", async () => {
    const [one, other] = [drawbridge(), drawbridge()];
    const auth = await startAuth(database, { plugins: [one] });
    const context = { context: await auth.$context } as never;
    const key = { publicKey: "{}", privateKey: "{}", alg: "EdDSA" as const, createdAt: new Date() };
    const made = await one.options.adapter?.createJwk?.(key, context);
    const found = await other.options.adapter?.createJwk?.(key, context);
    expect(found?.id).toBe(made?.id);
    expect(await storedKeys()).toEqual([made?.id]);
  });

  test.each([
    ["of another algorithm", { alg: "ES256" as const }],
    ["that is an hour newer", { createdAt: new Date(Date.now() + 3_600_000) }],
  ])("%s is made beside the one there is", async (_, difference) => {
    const plugin = drawbridge();
    const auth = await startAuth(database, { plugins: [plugin] });
    const context = { context: await auth.$context } as never;
    const key = { publicKey: "{}", privateKey: "{}", alg: "EdDSA" as const, createdAt: new Date() };
    await plugin.options.adapter?.createJwk?.(key, context);
    await plugin.options.adapter?.createJwk?.({ ...key, ...difference }, context);
    expect(await storedKeys()).toHaveLength(2);
  });

  test("may be one each in two processes at once, and then all tokens verify", async () => {
    const [one, other] = [await signedUp(), await signedUp()];
    const used = await tokensAtOnce(10, one, other);
    const stored = await storedKeys();
    expect(stored.length).toBeLessThanOrEqual(2);
    for (const kid of used) expect(stored).toContain(kid);
  });
});
