import type { ApiError } from "./api-error.js";
import { seconds } from "./deadline.js";

/**
 * The errors that are not an answer of the API; for those see `ApiError`. Each `message` says what happened, why, and
 * what to do; programs switch on `code`, or on `name`. No message holds a token.
 */

/**
 * No answer came, or not the whole of it. Whether a request that writes was carried out is not known; nothing was sent
 * twice. `TimeoutError` is one.
 */
export class NetworkError extends Error {
  override readonly name: "NetworkError" | "TimeoutError" = "NetworkError";
  readonly code: "network" | "timeout" = "network";
  /** Where the API was looked for: the client's `baseUrl`. */
  readonly baseUrl: string;

  constructor(method: string, baseUrl: string, path: string, cause: unknown, why?: string) {
    super(
      `${method} ${baseUrl}${path}: ` +
        (why ??
          "no answer came. The server may be down, the URL wrong, the answer a redirect, or this page's origin not " +
            "one that the API allows (CORS: DRAWBRIDGE_ALLOWED_ORIGINS). The browser's console or this error's " +
            "`cause` says more; try again when it is fixed."),
      cause === undefined ? undefined : { cause },
    );
    this.baseUrl = baseUrl;
  }
}

/** The answer, or the end of it, did not come in the client's `timeout`. The request was given up. */
export class TimeoutError extends NetworkError {
  override readonly name = "TimeoutError";
  override readonly code = "timeout";

  constructor(method: string, baseUrl: string, path: string, milliseconds: number) {
    super(
      method,
      baseUrl,
      path,
      undefined,
      `no complete answer came within ${seconds(milliseconds)}, so the request was given up. The server is too busy, ` +
        "or the network is slow or interrupted. Try again in a moment; if answers do take longer, set a longer " +
        "`timeout`.",
    );
  }
}

/**
 * Nobody is signed in: Better Auth's `/get-session` answered 200 with `null`, or the API said so, and its answer is the
 * `cause`: where requests go by the session's cookie it took none, or it called a new token revoked, too. Show the sign-in
 * page.
 */
export class NotSignedInError extends Error {
  override readonly name = "NotSignedInError";
  readonly code = "not_signed_in";

  constructor(cause?: ApiError) {
    super(whyNotSignedIn(cause), cause === undefined ? undefined : { cause });
  }
}

function whyNotSignedIn(answer: ApiError | undefined): string {
  if (answer?.code === "token_revoked") {
    return "The API reports that this session has ended: even a new token was revoked (token_revoked). Sign in again.";
  }
  if (answer?.code !== "token_missing") {
    return "Nobody is signed in: Better Auth has no session for this browser, or it has ended. Sign in again.";
  }
  return (
    "The API received no session cookie, so for the API no user is signed in. Sign in again. If you are signed in, " +
    "the API is on a different site than the page, or does not accept sessions (DRAWBRIDGE_CREDENTIALS, " +
    "DRAWBRIDGE_SESSION_COOKIE)."
  );
}

/**
 * Better Auth gave no token and did not say that nobody is signed in: an outage, or a fault of its set-up, and no reason to
 * sign in again. What it said of the reason is in the message.
 */
export class TokenUnavailableError extends Error {
  override readonly name = "TokenUnavailableError";
  readonly code = "token_unavailable";
  /** What Better Auth answered, or null for no answer. */
  readonly status: number | null;
  /** Better Auth's own code, where it gave one: `USER_UUID_MISSING` stays until somebody fixes it. */
  readonly issuerCode: string | null;

  constructor(why: string, status: number | null, issuerCode: string | null = null, cause?: unknown) {
    super(`Better Auth gave no token: ${why}`, cause === undefined ? undefined : { cause });
    this.status = status;
    this.issuerCode = issuerCode;
  }
}

/** `getToken` gave something that cannot be used as a token of this API: a fault of the set-up. */
export class UnusableTokenError extends Error {
  override readonly name = "UnusableTokenError";
  readonly code = "token_unusable";
}

/**
 * The new token, or the session, is another user's than before: somebody else signed in, in another tab perhaps. Nothing
 * was done for them. Call `clear()`, drop what is shown of the former user, and load again.
 */
export class UserChangedError extends Error {
  override readonly name = "UserChangedError";
  readonly code = "user_changed";

  constructor(cause?: ApiError) {
    super(
      "A different user is signed in now than before, so nothing was done. Drop the previous user's data, call " +
        "clear(), and load again.",
      cause === undefined ? undefined : { cause },
    );
  }
}

/**
 * `clear()` was called while this request was on its way; its result is not given to anyone. A write may have
 * been carried out.
 */
export class ClearedError extends Error {
  override readonly name = "ClearedError";
  readonly code = "cleared";

  constructor() {
    super(
      "The client was cleared (sign-out, another user or organization) while this request was in progress. There is " +
        "nothing to do.",
    );
  }
}
