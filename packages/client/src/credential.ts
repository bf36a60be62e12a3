import type { ApiError } from "./api-error.js";

/** What one request is sent with, so that the API knows who asks. */
export interface Pass {
  /** Set over the request's own. */
  headers: Readonly<Record<string, string>>;
  /** Whether a browser adds its cookies. */
  credentials: "include" | "omit";
  /** The token among the headers, or null. */
  token: string | null;
  /** The user's id, where the pass says it. */
  userId: string | null;
}

/** How requests show who asks: by a token that is renewed, or by the session's cookie. */
export interface Credential {
  /** The same request can be sent again with another pass, once the API took the first for outdated. */
  readonly renewable: boolean;
  /** @param refused  the token of a pass that the API did not take for the same request */
  pass(signal: AbortSignal, refused?: string): Promise<Pass>;
  /** What the caller is told of an error of the API. */
  failureOf(error: ApiError): Error;
  /** Forgets what it holds. */
  clear(): void;
}
