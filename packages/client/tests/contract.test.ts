import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

import { createClient, type KnownErrorCode } from "../src/index.js";
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
    expect(operations).toHaveLength(13);
    expect(Object.keys(client).sort()).toEqual([...operations, "clear", "unverifiedToken"].sort());
  });

  it("has the codes that docs/errors.md explains", async () => {
    const documented = [
      ...(await readFile(new URL("docs/errors.md", root), "utf8")).matchAll(/^\| `([a-z_]+)` \| \d{3} \|/gm),
    ];
    const known = Object.keys(knownCodes).filter((code) => code !== "unexpected_answer");
    expect(documented.map(([, code]) => code).sort()).toEqual(known.sort());
  });
});

/** Each member of the type once: tsc fails when one is missing or too many. */
const knownCodes: Record<KnownErrorCode, true> = {
  token_missing: true,
  token_malformed: true,
  token_too_large: true,
  token_type_not_allowed: true,
  algorithm_not_allowed: true,
  key_id_missing: true,
  key_unknown: true,
  key_unusable: true,
  signature_invalid: true,
  claim_missing: true,
  claim_invalid: true,
  token_expired: true,
  token_not_yet_valid: true,
  issuer_mismatch: true,
  audience_mismatch: true,
  user_mismatch: true,
  user_unknown: true,
  role_missing: true,
  keys_unavailable: true,
  store_unavailable: true,
  request_malformed: true,
  body_malformed: true,
  not_found: true,
  method_not_allowed: true,
  conflict: true,
  body_too_large: true,
  media_type_unsupported: true,
  validation_failed: true,
  rate_limited: true,
  headers_too_large: true,
  internal_error: true,
  unexpected_answer: true,
};
