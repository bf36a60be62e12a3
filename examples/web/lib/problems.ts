import {
  ApiError,
  ClearedError,
  type FieldError,
  NetworkError,
  NotSignedInError,
  TimeoutError,
  TokenUnavailableError,
  UnusableTokenError,
  UserChangedError,
} from "@drawbridge/client";

import type { Texts } from "@/lib/texts";
import type { TextKey } from "@/texts/en";

/** An error as people read it: what happened, why, and what to do. */
export interface Problem {
  title: string;
  detail: string;
  /** The answer's name in the API's log, to be quoted. */
  requestId: string | null;
}

/** What Better Auth's /token says of a fault that stays until somebody fixes it, or lets the user in again. */
const lasting: ReadonlySet<string | null> = new Set([
  "USER_UUID_MISSING",
  "CLAIM_NOT_ALLOWED",
  "TOKEN_TOO_LARGE",
  "BANNED_USER",
]);

/** Will it pass by itself? Then the page goes on asking, and nobody has to load it again. */
export function mayPass(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  if (error instanceof TokenUnavailableError) return error.status !== 404 && !lasting.has(error.issuerCode);
  return error instanceof ApiError && (error.status >= 500 || error.status === 429);
}

/** Does it say that the user of this page is not, or no longer, who is signed in? */
export function isAboutSession(error: unknown): boolean {
  return (
    error instanceof NotSignedInError ||
    error instanceof UserChangedError ||
    (error instanceof ApiError && error.code === "user_unknown")
  );
}

/** What is wrong with single values; empty for every other error. */
export function fieldErrorsOf(error: unknown): readonly FieldError[] {
  return error instanceof ApiError ? error.errors : [];
}

/** How it goes on: the page asks for a list again by itself, and does nothing twice that changes something. */
type Outlook = "asked again" | "up to the user";

type Say = Texts["t"];

export function describe(t: Say, error: unknown, outlook: Outlook = "up to the user"): Problem {
  const problem = describeAlone(t, error);
  if (!mayPass(error)) return problem;
  const next = t(outlook === "asked again" ? "problem.asked_again" : "problem.later");
  return { ...problem, detail: `${problem.detail} ${next}` };
}

function describeAlone(t: Say, error: unknown): Problem {
  const { origin } = window.location;
  const problem = (title: TextKey, detail: string): Problem => ({ title: t(title), detail, requestId: null });
  if (error instanceof ApiError) return describeAnswer(t, error);
  if (error instanceof TimeoutError) return problem("problem.slow", t("problem.slow.text", { url: error.baseUrl }));
  if (error instanceof NetworkError) {
    return problem("problem.unreachable", t("problem.unreachable.text", { url: error.baseUrl, origin }));
  }
  if (error instanceof TokenUnavailableError && error.issuerCode === "BANNED_USER") {
    return problem("problem.banned", t("problem.banned.text"));
  }
  if (error instanceof TokenUnavailableError) {
    const title = mayPass(error) ? "problem.issuer" : "problem.no_token";
    return problem(title, t("problem.token.text", { message: error.message }));
  }
  if (error instanceof NotSignedInError && error.cause instanceof ApiError && error.cause.code === "token_missing") {
    return problem("problem.unseen", error.message);
  }
  if (isAboutSession(error)) return problem("problem.ended", t("problem.ended.text"));
  if (error instanceof UnusableTokenError) return problem("problem.token", error.message);
  if (error instanceof ClearedError) return problem("problem.cleared", t("problem.cleared.text"));
  return problem("problem.page", error instanceof Error ? error.message : String(error));
}

/** What a 503 says that the API cannot do; of any other, that its database is away. */
const unavailable = ["keys_unavailable", "session_unavailable", "revocations_unavailable"];

function describeAnswer(t: Say, error: ApiError): Problem {
  const { code, status, detail, requestId } = error;
  const problem = (title: TextKey, text: string): Problem => ({ title: t(title), detail: text, requestId });
  if (code === "not_found") return problem("problem.gone", t("problem.gone.text"));
  if (status === 429) return problem("problem.busy", t("problem.busy.text"));
  if (status === 503) {
    const what = unavailable.includes(code) ? code : "other";
    return problem("problem.unavailable", t(`problem.unavailable.${what}` as TextKey));
  }
  if (status >= 500) return problem("problem.failed", t("problem.failed.text", { detail }));
  if (code === "origin_not_allowed") {
    return problem("problem.origin", t("problem.origin.text", { origin: window.location.origin }));
  }
  if (status === 401) return problem("problem.not_accepted", t("problem.not_accepted.text", { detail, code }));
  return problem("problem.refused", t("problem.refused.text", { detail, code }));
}
