import { ApiError, NetworkError, NotSignedInError, TimeoutError, TokenUnavailableError } from "@drawbridge/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { describe as describeError, isAboutSession, mayPass } from "@/lib/problems";
import { textsOf } from "@/lib/texts";
import { en } from "@/texts/en";

const { t } = textsOf(en, "en");

const answered = (status: number, code = "internal_error") =>
  new ApiError({
    method: "GET",
    path: "/api/v1/me",
    status,
    code,
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
  "claims that are too large": [new TokenUnavailableError("shorten it.", 500, "TOKEN_TOO_LARGE"), false],
  "a ban": [new TokenUnavailableError("banned.", 403, "BANNED_USER"), false],
  "a Better Auth without the plugin": [new TokenUnavailableError("add it.", 404), false],
  "a failure of the API": [answered(500), true],
  "a refusal of the API": [answered(403), false],
  "a session that cannot be judged": [answered(503, "session_unavailable"), true],
  "a page that the API does not know": [answered(403, "origin_not_allowed"), false],
} satisfies Record<string, [Error, boolean]>;

beforeEach(() => {
  vi.stubGlobal("window", { location: { origin: "http://localhost:3000" } });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("what may pass by itself, and is said to", () => {
  it.each(Object.entries(errors))("%s", (_, [error, passes]) => {
    expect(mayPass(error)).toBe(passes);
    const { detail } = describeError(t, error, "asked again");
    expect(detail.includes("tries again by itself")).toBe(passes);
    const isBan = error instanceof TokenUnavailableError && error.issuerCode === "BANNED_USER";
    if (error instanceof TokenUnavailableError && !isBan) expect(detail).toContain(error.message);
  });
});

const told: Record<string, [Error, string, RegExp]> = {
  "a ban": [new TokenUnavailableError("banned.", 403, "BANNED_USER"), "This account is banned", /^An administrator/],
  "a session that cannot be judged": [
    answered(503, "session_unavailable"),
    "The API is not available",
    /ask Better Auth about your session at the moment\. Try again in a moment\.$/,
  ],
  "keys that cannot be fetched": [answered(503, "keys_unavailable"), "The API is not available", /Better Auth's keys/],
  "a database that is away": [answered(503, "store_unavailable"), "The API is not available", /Its database/],
  "a page that the API does not know": [
    answered(403, "origin_not_allowed"),
    "The API does not accept changes from this page",
    /DRAWBRIDGE_ALLOWED_ORIGINS must name http:\/\/localhost:3000\./,
  ],
  "a session that the API does not know": [
    new NotSignedInError(answered(401, "session_unknown")),
    "Your session has ended",
    /^Sign in again/,
  ],
  "a cookie that does not reach the API": [
    new NotSignedInError(answered(401, "token_missing")),
    "The API does not see your session",
    /DRAWBRIDGE_CREDENTIALS/,
  ],
};

it.each(Object.entries(told))("says in words what %s is", (_, [error, title, detail]) => {
  expect(describeError(t, error)).toEqual({ title, detail: expect.stringMatching(detail), requestId: null });
  expect(isAboutSession(error)).toBe(error instanceof NotSignedInError);
});
