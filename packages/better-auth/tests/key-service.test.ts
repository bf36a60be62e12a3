import { betterAuth } from "better-auth";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DrawbridgeOptions, drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { startKeyService } from "./support/key-service.js";
import { headerOf, type KeySet, verifiedClaims } from "./support/token.js";
import { baseURL, Visitor } from "./support/visitor.js";

describe.each(databases)("keys at a key service, on %s", (_, open) => {
  let database: TestDatabase;
  let service: Awaited<ReturnType<typeof startKeyService>>;
  beforeEach(async () => {
    [database, service] = [await open(), await startKeyService("of-the-service")];
  });
  afterEach(async () => {
    await service.stop();
    await database.close();
  });

  async function signedUp(options: DrawbridgeOptions = {}) {
    const plugin = drawbridge({
      ...options,
      jwt: { sign: service.sign },
      jwks: { remoteUrl: `${service.origin}/jwks.json`, keyPairConfig: { alg: "EdDSA" } },
    });
    const visitor = new Visitor(await startAuth(database, { plugins: [plugin] }));
    expect((await visitor.signUp()).status).toBe(200);
    return visitor;
  }

  test("sign tokens with the plugin's claims, and Better Auth has none of its own", async () => {
    const visitor = await signedUp();
    const token = await visitor.token();
    const [user] = await database.query('SELECT * FROM "user"');
    const claims = verifiedClaims(token, (await (await fetch(`${service.origin}/jwks.json`)).json()) as KeySet);
    expect(headerOf(token)).toEqual({ alg: "EdDSA", kid: "of-the-service" });
    expect(claims).toMatchObject({ uuid: user?.uuid, sub: user?.id, iss: baseURL, aud: baseURL, name: user?.name });
    expect(claims.exp).toBe((claims.iat as number) + 15 * 60);
    expect((await visitor.get("/jwks")).status).toBe(404);
    expect(await database.query("SELECT id FROM jwks")).toEqual([]);
  });

  test("sign nothing with a claim that is taken", async () => {
    const visitor = await signedUp({ claims: () => ({ impersonatedBy: "mine" }) });
    expect((await visitor.get("/token")).body.code).toBe("CLAIM_NOT_ALLOWED");
    expect(service.signed()).toBe(0);
  });

  test.each([
    ["jwt.sign without jwks.remoteUrl", { jwt: { sign: async () => "" } }, "jwks.remoteUrl"],
    ["jwks.remoteUrl without an algorithm", { jwks: { remoteUrl: "https://keys.example.com" } }, "keyPairConfig.alg"],
  ] satisfies [string, DrawbridgeOptions, string][])("%s is refused by Better Auth", (_, options, says) => {
    expect(() => betterAuth(authOptions(database, { plugins: [drawbridge(options)] }))).toThrow(says);
  });
});
