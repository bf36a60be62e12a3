import type { BetterAuthOptions } from "better-auth";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { serveLimited } from "./support/rate-limit.js";

type RateLimit = NonNullable<BetterAuthOptions["rateLimit"]>;

describe.each(databases)("the key endpoint, on %s", (_, open) => {
  let database: TestDatabase;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    await stop();
    await database.close();
  });

  /** What asks a Better Auth with this limit; `log` gets its warnings. */
  async function start(rateLimit: RateLimit, options?: DrawbridgeOptions, log?: (message: string) => void) {
    const logger = log
      ? { level: "warn" as const, log: (_: string, message: string) => log(message) }
      : { disabled: true };
    const served = await serveLimited(database, { plugins: [drawbridge(options)], logger, rateLimit });
    stop = served.stop;
    return served.ask;
  }

  test("answers more fetches in a row than any limit, while /token is limited as ever", async () => {
    const ask = await start({});
    expect(await ask("/jwks", 150)).toEqual({ 200: 150 });
    expect(await ask("/token", 101)).toEqual({ 401: 100, 429: 1 });
  });

  test("is free of limits at a path of its own", async () => {
    const ask = await start({}, { jwks: { jwksPath: "/.well-known/jwks.json" } });
    expect(await ask("/.well-known/jwks.json", 101)).toEqual({ 200: 101 });
  });

  test("is free of limits that are counted in the database, and is not counted there", async () => {
    const ask = await start({ storage: "database", max: 2 });
    expect(await ask("/jwks", 5)).toEqual({ 200: 5 });
    expect(await database.query('SELECT * FROM "rateLimit"')).toEqual([]);
    expect(await ask("/token", 3)).toEqual({ 401: 2, 429: 1 });
  });

  test("is not reached by the application's wildcard rules, which hold elsewhere", async () => {
    const ask = await start({ customRules: { "/**": { window: 10, max: 2 } } });
    expect(await ask("/jwks", 5)).toEqual({ 200: 5 });
    expect(await ask("/token", 3)).toEqual({ 401: 2, 429: 1 });
  });

  test("obeys a rule for exactly its path, with a warning that says what that does", async () => {
    const log = vi.fn<(message: string) => void>();
    const ask = await start({ customRules: { "/jwks": { window: 10, max: 2 } } }, {}, log);
    expect(await ask("/jwks", 3)).toEqual({ 200: 2, 429: 1 });
    expect(log.mock.calls.flat().filter((message) => message.includes('rateLimit.customRules["/jwks"]'))).toHaveLength(
      1,
    );
  });
});
