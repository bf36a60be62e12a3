import { ApiError, NetworkError, TimeoutError, TokenUnavailableError } from "@drawbridge/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { describe as describeError, mayPass } from "@/lib/problems";

const answered = (status: number) =>
  new ApiError({
    method: "GET",
    path: "/api/v1/me",
    status,
    code: "internal_error",
    detail: "About it.",
    errors: [],
    requestId: null,
    retryAfter: null,
  });

const errors = {
  "no answer of the API": [new NetworkError("GET", "http://localhost:8000", "/api/v1/me", null), true],
  "an answer that takes too long": [new TimeoutError("GET", "http://localhost:8000", "/api/v1/me", 10_000), true],
  "no answer of Better Auth": [new TokenUnavailableError("/token gave no answer.", null), true],
  "an outage of Better Auth's database": [new TokenUnavailableError("down.", 500, "FAILED_TO_GET_SESSION"), true],
  "too many requests for tokens": [new TokenUnavailableError("too many.", 429), true],
  "a user without UUID": [new TokenUnavailableError("run this.", 500, "USER_UUID_MISSING"), false],
  "a claim that is taken": [new TokenUnavailableError("rename it.", 500, "CLAIM_NOT_ALLOWED"), false],
  "a Better Auth without the plugin": [new TokenUnavailableError("add it.", 404), false],
  "a failure of the API": [answered(500), true],
  "a refusal of the API": [answered(403), false],
} satisfies Record<string, [Error, boolean]>;

describe("what may pass by itself, and is said to", () => {
  beforeEach(() => {
    vi.stubGlobal("window", { location: { origin: "http://localhost:3000" } });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(Object.entries(errors))("%s", (_, [error, passes]) => {
    expect(mayPass(error)).toBe(passes);
    const { detail } = describeError(error, "asked again");
    expect(detail.includes("tries again by itself")).toBe(passes);
    if (error instanceof TokenUnavailableError) expect(detail).toContain(error.message);
  });
});
