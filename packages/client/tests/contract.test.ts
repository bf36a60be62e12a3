import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

import { createClient } from "../src/index.js";
import { makeToken } from "./support/tokens.js";

const root = new URL("../../../", import.meta.url);

describe("the contract", () => {
  it("is what the generated types say", async () => {
    const script = new URL("../scripts/generate.mjs", import.meta.url).pathname;
    await promisify(execFile)(process.execPath, [script, "--check"]);
  });

  it("has a method of the client for each operation that needs a token", async () => {
    const contract = await readFile(new URL("api/openapi.yaml", root), "utf8");
    const operations = [...contract.matchAll(/operationId: (\w+)\n +tags: \[(\w+)\]/g)]
      .filter(([, , tag]) => tag !== "Service")
      .map(([, name]) => (name === "getMe" ? "me" : name));
    const client = createClient({ baseUrl: "http://127.0.0.1", getToken: async () => makeToken() });
    expect(operations.length).toBeGreaterThan(10);
    expect(Object.keys(client).sort()).toEqual([...operations, "clear", "unverifiedToken"].sort());
  });
});
