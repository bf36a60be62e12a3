import { BetterAuthError, type BetterAuthOptions, betterAuth } from "better-auth";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { serveLimited } from "./support/rate-limit.js";
import { askFeed, type Feed, ofSession, readFeed } from "./support/revocations.js";
import { type KeySet, verifiedClaims } from "./support/token.js";
import { newAccount, Visitor } from "./support/visitor.js";

const secret = "of-backends/0123456789+abcdefgh=";
const on = { revocations: true } satisfies DrawbridgeOptions;

describe.each(databases)("the feed of revocations, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    // So that an entry is as old as a test says. The database's reads go by another clock.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  const start = (options: DrawbridgeOptions = on, more: BetterAuthOptions = {}) =>
    startAuth(database, { ...more, plugins: [drawbridge(options)] });

  /** Signs somebody up and out; the id of that session. */
  async function signUpAndOut(auth: Awaited<ReturnType<typeof startAuth>>): Promise<string> {
    const visitor = new Visitor(auth);
    await visitor.signUp();
    const { body } = await visitor.get("/get-session");
    expect((await visitor.post("/sign-out", {})).status).toBe(200);
    return (body as { session: { id: string } }).session.id;
  }

  const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

  test("has the form that backends read", async () => {
    const auth = await start();
    const sid = await signUpAndOut(auth);
    const { status, headers, body } = await askFeed(new Visitor(auth));
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "application/json",
      "private, no-cache",
    ]);
    const now = Date.now();
    const entry = { s: ofSession(sid), until: now + (15 + 1) * 60_000 };
    expect(body).toEqual({ cursor: expect.stringMatching(/^[\w.-]{1,128}$/), now, more: false, entries: [entry] });
    expect(entry.s).toMatch(/^[\w-]{22}$/);
  });

  test("repeats an entry for ten seconds, and gives it to whoever asks for the whole until it ends", async () => {
    const auth = await start();
    const [sid, reader] = [await signUpAndOut(auth), new Visitor(auth)];
    vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.now() });
    let { cursor } = await readFeed(reader);
    const entry = expect.objectContaining({ s: ofSession(sid) });
    for (const [milliseconds, entries] of [
      [9_999, [entry]],
      [50, [entry]], // the cursor was the one before it until now
      [1_000, []],
      [60_000, []],
    ] as const) {
      vi.advanceTimersByTime(milliseconds);
      const answer = await readFeed(reader, cursor);
      expect([milliseconds, answer.entries]).toEqual([milliseconds, entries]);
      cursor = answer.cursor;
    }
    vi.advanceTimersByTime(14 * 60_000);
    expect((await readFeed(reader)).entries).toEqual([entry]);
    vi.advanceTimersByTime(60_000);
    expect((await readFeed(reader)).entries).toEqual([]);
  });

  test("goes on after a restart and in another process where it was, and is foreign to another table", async () => {
    const [first, second] = [await start(), await start()];
    const early = await signUpAndOut(first);
    // From then on a process knows at its first read that nothing comes before it: clocks are a minute apart at most.
    pass(70_000);
    const { cursor } = await readFeed(new Visitor(first));
    const late = await signUpAndOut(first);
    for (const auth of [second, await start()]) {
      const reader = new Visitor(auth);
      await expect
        .poll(async () => (await readFeed(reader, cursor)).entries.map(({ s }) => s))
        .toEqual([ofSession(late)]);
      expect((await readFeed(reader)).entries.map(({ s }) => s)).toEqual([ofSession(early), ofSession(late)]);
    }
    await database.query('DROP TABLE "drawbridgeRevocation"');
    const anew = await start();
    const last = await signUpAndOut(anew);
    expect((await readFeed(new Visitor(anew), cursor)).entries.map(({ s }) => s)).toEqual([ofSession(last)]);
  });

  test("has what another process wrote just before its own, though it is read later", async () => {
    const [first, second] = [await start(), await start()];
    const reader = new Visitor(first);
    await readFeed(reader);
    const bob = await signUpAndOut(second);
    pass(200);
    const alice = await signUpAndOut(first);
    const read = async () => (await readFeed(reader)).entries.map(({ s }) => s);
    await expect.poll(read).toEqual([ofSession(bob), ofSession(alice)]);
  });

  test("says by its ETag that nothing has changed", async () => {
    const auth = await start();
    const reader = new Visitor(auth);
    const { headers, body } = await askFeed(reader);
    const after = body.cursor as string;
    const etag = (await askFeed(reader, after)).headers.get("etag") ?? "";
    expect(headers.get("etag")).toMatch(/^W\/"[\w-]+"$/);
    pass(1_000);
    const same = await askFeed(reader, after, { "if-none-match": etag });
    expect([same.status, same.body, same.headers.get("etag")]).toEqual([304, {}, etag]);
    await signUpAndOut(auth);
    const changed = await askFeed(reader, after, { "if-none-match": etag });
    expect([changed.status, changed.headers.get("etag") === etag]).toEqual([200, false]);
  });

  test.each([
    ["made up", "x"],
    ["of nobody", "generation.0.0123456789abcdef"],
    ["twice", "a&after=b"],
    ["empty", ""],
  ])("gives the whole for a cursor that is %s", async (_, cursor) => {
    const auth = await start();
    const sid = await signUpAndOut(auth);
    pass(60_000);
    expect((await readFeed(new Visitor(auth), cursor)).entries).toEqual([
      expect.objectContaining({ s: ofSession(sid) }),
    ]);
  });

  test("is closed by a secret", async () => {
    const reader = new Visitor(await start({ revocations: { secret } }));
    for (const [authorization, status] of [
      ["", 401],
      [`Bearer ${secret.slice(1)}`, 401],
      [`Bearer ${secret}X`, 401],
      [`Basic ${secret}`, 401],
      [`Bearer ${secret}`, 200],
      [`bearer ${secret}`, 200],
    ] as const) {
      const answer = await askFeed(reader, undefined, authorization ? { authorization } : {});
      expect([authorization, answer.status]).toEqual([authorization, status]);
      if (status === 401) expect(answer.body.code).toBe("REVOCATIONS_SECRET_WRONG");
    }
  });

  test.each<[string, DrawbridgeOptions, Record<string, string>]>([
    ["an open feed", on, {}],
    ["one with a secret", { revocations: { secret } }, { authorization: `Bearer ${secret}` }],
  ])("is never limited, since others share a backend's address or have none: %s", async (_, options, headers) => {
    const { ask, stop } = await serveLimited(database, { plugins: [drawbridge(options)] });
    const path = "/drawbridge/revocations";
    expect(await ask(path, 120, headers)).toEqual({ 200: 120 });
    expect(await ask(`${path}?after=made-up`, 1, headers)).toEqual({ 200: 1 });
    await stop();
  });

  test("costs the database one read for a crowd, and none for those without the secret", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.now() });
    const auth = await start({ revocations: { secret } });
    const sid = await signUpAndOut(auth);
    const { adapter } = await auth.$context;
    const { findMany } = adapter;
    const [reader, authorization] = [new Visitor(auth), `Bearer ${secret}`];
    await askFeed(reader, undefined, { authorization });
    vi.advanceTimersByTime(100);
    let reads = 0;
    adapter.findMany = (query) => {
      reads += 1;
      return findMany.call(adapter, query) as never;
    };
    const askAll = (headers: Record<string, string>) =>
      Promise.all(
        Array.from({ length: 500 }, (_, index) => askFeed(reader, index % 2 ? `${index}` : undefined, headers)),
      );
    const strangers = await askAll({ authorization: `Bearer ${secret}X` });
    expect([new Set(strangers.map(({ status }) => status)), reads]).toEqual([new Set([401]), 0]);
    const answers = await askAll({ authorization });
    const seen = answers.map(({ status, body }) => `${status} ${(body as unknown as Feed).entries.map(({ s }) => s)}`);
    expect([new Set(seen), reads]).toEqual([new Set([`200 ${ofSession(sid)}`]), 1]);
  });

  test("is as long as tokens and cookie caches live", async () => {
    const session = { cookieCache: { enabled: true, maxAge: 120 } };
    const auth = await start({ ...on, jwt: { expirationTime: "1h" } }, { session });
    await signUpAndOut(auth);
    const { now, entries } = await readFeed(new Visitor(auth));
    expect(entries.map(({ until }) => until - now)).toEqual([3_600_000 + 120_000 + 60_000]);
  });

  test("is not there, and neither are its table and claim, unless it is asked for", async () => {
    const visitor = new Visitor(await start({}));
    await visitor.signUp();
    expect((await visitor.get("/drawbridge/revocations").catch(() => ({ status: 404 }))).status).toBe(404);
    const keys = (await visitor.get("/jwks")).body as unknown as KeySet;
    expect(verifiedClaims(await visitor.token(), keys)).not.toHaveProperty("fresh");
    await expect(database.query('SELECT * FROM "drawbridgeRevocation"')).rejects.toThrow();
  });

  test.each<[string, DrawbridgeOptions, BetterAuthOptions, string]>([
    ["no database", on, { database: undefined }, "no `database`"],
    ["tokens that live two days", { ...on, jwt: { expirationTime: "2d" } }, {}, "longer than a day"],
    [
      "a cookie cache of a day",
      on,
      { session: { cookieCache: { enabled: true, maxAge: 86_400 } } },
      "longer than a day",
    ],
  ])("does not start with %s", async (_, options, more, message) => {
    const auth = betterAuth({ ...authOptions(database, more), plugins: [drawbridge(options)] });
    const refusal = await auth.$context.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(BetterAuthError);
    expect(String(refusal)).toContain(message);
  });
});

test.each(databases)(
  "a table that is missing fails every request until the migration makes it, on %s",
  async (_, open) => {
    const database = await open();
    try {
      await startAuth(database, { plugins: [drawbridge()] });
      const auth = betterAuth({ ...authOptions(database, {}), plugins: [drawbridge(on)] });
      const visitor = new Visitor(auth);
      for (const path of ["/ok", "/jwks", "/get-session", "/drawbridge/revocations"]) {
        await expect(visitor.get(path).then(({ status, body }) => [path, status, body.code])).rejects.toMatchObject({
          code: "SCHEMA_MISMATCH",
          message: expect.stringContaining("drawbridgeRevocation"),
        });
      }
      const migrated = await startAuth(database, { plugins: [drawbridge(on)] });
      expect((await askFeed(new Visitor(migrated))).status).toBe(200);
    } finally {
      await database.close();
    }
  },
);

test.each([
  ["none", undefined, "an empty secret"],
  ["an empty one", "", "an empty secret"],
  ["a blank", " ", "an empty secret"],
  ["one that can be guessed", secret.slice(1), "32 to 1,024"],
  ["one that is too long to send", "a".repeat(1_025), "32 to 1,024"],
  ["one with a space", `${secret} `, "32 to 1,024"],
  ["one in another alphabet", `${secret}ä`, "32 to 1,024"],
])("a secret that is %s is refused at once", (_, refused, says) => {
  const make = () => drawbridge({ revocations: { secret: refused } as { secret: string } });
  expect(make).toThrow(BetterAuthError);
  expect(make).toThrow(says);
});

test("a table that cannot be read is passed over for ten seconds, and said then", async () => {
  const database = await databases[0][1]();
  vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.now() });
  const auth = await startAuth(database, { plugins: [drawbridge(on)] });
  const [reader, visitor, account] = [new Visitor(auth), new Visitor(auth), newAccount()];
  await visitor.signUp(account);
  await visitor.post("/sign-out", {});
  const known = await readFeed(reader);
  try {
    await database.query('ALTER TABLE "drawbridgeRevocation" RENAME TO gone');
    vi.advanceTimersByTime(5_000);
    expect((await readFeed(reader)).entries).toEqual(known.entries);
    vi.advanceTimersByTime(5_001);
    const { status, body } = await askFeed(reader);
    expect([status, body.code]).toEqual([503, "REVOCATIONS_UNAVAILABLE"]);
    // Who signs in gets a token all the same, of which nothing says that it is newer than the table.
    expect((await visitor.post("/sign-in/email", account)).status).toBe(200);
    expect((await visitor.get("/token")).status).toBe(200);
    await database.query('ALTER TABLE gone RENAME TO "drawbridgeRevocation"');
    vi.advanceTimersByTime(50);
    expect((await readFeed(reader)).entries).toEqual(known.entries);
  } finally {
    vi.useRealTimers();
    await database.close();
  }
});
