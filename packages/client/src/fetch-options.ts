import type { AnswerInfo, WaitInfo } from "./caller.js";
import type { Clock } from "./clock.js";
import type { GetToken } from "./token-source.js";

/** What a fetch, and a client, are made of. */
export interface FetchOptions {
  /** Where the API is, such as `https://api.example.com`; a path in it comes before each request's own. */
  baseUrl: string;
  /** Where the JWT comes from: `betterAuthToken(authClient)`, `serverToken({…})`, or a function of one's own. */
  getToken: GetToken;
  /**
   * Whom it is for: Better Auth's `user.id`, the claim `sub`. A token of anybody else is a `UserChangedError`, from the
   * first one on. Without it the first token says who the user is.
   */
  subject?: string;
  /**
   * Milliseconds that one request may take, from its sending; a token's fetch has as many of its own. Default: 10,000. A
   * call that waits and tries again is of several requests; `signal` ends all of it.
   */
  timeout?: number;
  /** Is given each answer, those that are tried again among them. */
  onAnswer?: (info: AnswerInfo) => void;
  /** Is given each wait when it begins: after 429, or 503 while keys or database are away. */
  onWait?: (info: WaitInfo) => void;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** In place of the machine's clock, for tests. */
  clock?: Clock;
  /** In place of `Math.random`, which spreads waits and renewals of many clients over time; for tests. */
  random?: () => number;
}
