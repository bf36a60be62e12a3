import type { ApiError } from "./api-error.js";

/** What was done already for one call. */
export interface Attempts {
  waits: number;
  renewed: boolean;
}

/**
 * What to do after an error: give it to the caller, tell the caller that the session is over, try again with a fresh token, or
 * try again later.
 */
export type NextStep = { do: "fail" | "end session" | "renew" } | { do: "wait"; milliseconds: number };

const maxWaits = 3;
/** Of what the server asks for; with what chance adds, a wait is up to twice as long. */
const maxWaitSeconds = 30;
/** Of a user who changed there is a better token; of a session that ended there is none, and the issuer says so. */
const worthANewToken = ["token_expired", "key_unknown", "token_revoked"];
/** The credential could not be judged, so the request was not looked at. */
const beforeTheRequest = ["keys_unavailable", "session_unavailable", "revocations_unavailable"];
const failuresOfTheDatabase = ["store_unavailable", "statement_timeout"];
const leastSpreadSeconds = 1;

/**
 * Decides whether a request is sent again. A write is sent again only where the answer says that nothing was done:
 * the token was refused, or the request was before it was looked at. A database that failed (`store_unavailable`,
 * `statement_timeout`) may have failed after the write.
 *
 * A wait is never shorter than `Retry-After`, and up to as much again longer, by chance: those who were refused at the same
 * moment would otherwise all come back at the same moment, and be refused again.
 *
 * @param random  from 0 up to 1, as `Math.random` gives it
 */
export function nextStep(method: string, error: ApiError, attempts: Attempts, random: () => number): NextStep {
  if (error.status === 401 && worthANewToken.includes(error.code)) {
    if (!attempts.renewed) return { do: "renew" };
    // It was given a moment ago, or there is none to be had in its place.
    return { do: error.code === "token_revoked" ? "end session" : "fail" };
  }
  const seconds = error.retryAfter ?? 1;
  if (!isPassing(method, error) || attempts.waits >= maxWaits || seconds > maxWaitSeconds) return { do: "fail" };
  const spread = Math.max(seconds, leastSpreadSeconds) * random();
  return { do: "wait", milliseconds: Math.ceil((seconds + spread) * 1_000) };
}

function isPassing(method: string, { status, code }: ApiError): boolean {
  if (status === 429) return true;
  if (status !== 503) return false;
  return beforeTheRequest.includes(code) || (failuresOfTheDatabase.includes(code) && method === "GET");
}
