import { describe, expect, it } from "vitest";

import { createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { scriptedServer } from "./support/scripted-server.js";
import { makeToken } from "./support/tokens.js";

const segment = (text: string) => Buffer.from(text).toString("base64url");
const opaque = "Zt8bNq5vWk2xHs7dMf4gJc9pLr3yEa6u";

describe("a token that cannot be used is refused before anything is sent", () => {
  it.each([
    { name: "Better Auth's session token", token: opaque, says: "session token" },
    { name: "a session cookie's value", token: `${opaque}.c2lnbmF0dXJl`, says: "session token" },
    { name: "nothing", token: undefined, says: "did not give a JWT" },
    { name: "quotes around it", token: `"${makeToken()}"`, says: "did not give a JWT" },
    { name: "the scheme before it", token: `Bearer ${makeToken()}`, says: "did not give a JWT" },
    { name: "a line end behind it", token: `${makeToken()}\n`, says: "did not give a JWT" },
    { name: "segments that are no JSON", token: "a.b.c", says: "cannot be decoded" },
    { name: "claims that are an array", token: `${segment("{}")}.${segment("[]")}.c`, says: "cannot be decoded" },
    { name: "no claim uuid", token: makeToken({ uuid: undefined }), says: "@drawbridge/better-auth" },
    { name: "an empty claim uuid", token: makeToken({ uuid: "" }), says: "@drawbridge/better-auth" },
    { name: "a null claim uuid", token: makeToken({ uuid: null }), says: "@drawbridge/better-auth" },
    { name: "no claim exp", token: makeToken({ exp: undefined }), says: "claim exp" },
  ])("$name", async ({ token, says }) => {
    const api = await scriptedServer();
    const client = createClient({ baseUrl: api.url, getToken: async () => token as string });
    const error = await failureOf(client.listTasks());
    expect(error).toMatchObject({ name: "UnusableTokenError", code: "token_unusable" });
    expect(error.message).toContain(says);
    expect(error.message).not.toContain(String(token ?? opaque));
    expect(api.asked).toHaveLength(0);
  });

  it("decodes claims beyond ASCII", async () => {
    const api = await scriptedServer({ status: 200, body: [] });
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken({ name: 'Zoë "Q" 日本' }) });
    await client.listTags();
    expect(client.unverifiedToken()?.claims.name).toBe('Zoë "Q" 日本');
  });
});
