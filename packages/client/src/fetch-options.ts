import type { AttemptInfo } from "./attempts.js";
import type { AnswerInfo, WaitInfo } from "./caller.js";
import type { Clock } from "./clock.js";
import type { HeadersLike } from "./server-token.js";
import type { GetToken } from "./token-source.js";

/** What every fetch, and every client, is made of. */
export interface CommonOptions {
  /**
   * Where the API is, such as `https://api.example.com`; a path in it comes before each request's own. In a page it may be
   * a path alone, such as `/backend`, on the page's own origin.
   */
  baseUrl: string;
  /**
   * Milliseconds that one request may take, from its sending; a token's fetch has as many of its own. Default: 10,000. A
   * call that waits and tries again is of several requests; `signal` ends all of it.
   */
  timeout?: number;
  /** Is given each answer, those that are tried again among them. */
  onAnswer?: (info: AnswerInfo) => void;
  /** Is given each wait when it begins: after 429, or 503 while keys, sessions or database are away. */
  onWait?: (info: WaitInfo) => void;
  /**
   * Is given each request and each fetch of a token twice: when it begins, and when it has ended, without an answer too. For
   * display: a page can show what goes on between it, Better Auth and the API.
   */
  onAttempt?: (info: AttemptInfo) => void;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** In place of the machine's clock, for tests. */
  clock?: Clock;
  /** In place of `Math.random`, which spreads waits and renewals of many clients over time; for tests. */
  random?: () => number;
}

/** Requests with a token. */
export interface TokenFetchOptions extends CommonOptions {
  /** Where the JWT comes from: `betterAuthToken(authClient)`, `serverToken({…})`, or a function of one's own. */
  getToken: GetToken;
  /**
   * Whom it is for: Better Auth's `user.id`, the claim `sub`. A token of anybody else is a `UserChangedError`, from the
   * first one on. Without it the first token says who the user is.
   */
  subject?: string;
  credentials?: undefined;
}

/** Requests with the session's cookie, for an API that takes sessions (`DRAWBRIDGE_CREDENTIALS`). */
export interface SessionFetchOptions extends CommonOptions {
  credentials: "session";
  /**
   * On a server: the headers of the request that is being answered; in Next.js `() => headers()` of `next/headers`. The
   * session's cookie and `Origin` are handed on, and nothing else. Without it a server sends nothing.
   */
  headers?: () => HeadersLike | Promise<HeadersLike>;
  /** The cookie that `headers` hands on, where Better Auth gives it another name than its own. */
  sessionCookie?: string;
  getToken?: undefined;
}

/** By a token, or by the session's cookie. */
export type FetchOptions = TokenFetchOptions | SessionFetchOptions;

/** @throws TypeError where it is not either a token or the session's cookie, for who writes JavaScript */
export function checkCredential({ credentials, getToken }: { credentials?: unknown; getToken?: unknown }): void {
  if (credentials !== undefined && credentials !== "session") {
    throw new TypeError('credentials must be "session", or left out for a token from getToken.');
  }
  if (credentials === "session" && getToken !== undefined) {
    throw new TypeError('Give getToken or credentials: "session", not both: a request has a token or the cookie.');
  }
  if (credentials === undefined && typeof getToken !== "function") {
    throw new TypeError('Give getToken, such as betterAuthToken(authClient), or credentials: "session".');
  }
}
