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

/** An error as people read it: what happened, why, and what to do. */
export interface Problem {
  title: string;
  detail: string;
  /** The answer's name in the API's log, to be quoted. */
  requestId: string | null;
}

/** What Better Auth's /token says of a fault that stays until somebody fixes it, or lets the user in again. */
const lasting: ReadonlySet<string | null> = new Set(["USER_UUID_MISSING", "CLAIM_NOT_ALLOWED", "BANNED_USER"]);

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

export function describe(error: unknown, outlook: Outlook = "up to the user"): Problem {
  const problem = describeAlone(error);
  if (!mayPass(error)) return problem;
  const next = outlook === "asked again" ? "This page tries again by itself." : "Try again in a moment.";
  return { ...problem, detail: `${problem.detail} ${next}` };
}

function describeAlone(error: unknown): Problem {
  if (error instanceof ApiError) return describeAnswer(error);
  if (error instanceof TimeoutError) {
    return problem("The API is too slow", `No whole answer came from ${error.baseUrl} in time. It may be too busy.`);
  }
  if (error instanceof NetworkError) {
    return problem(
      "The API cannot be reached",
      `No answer came from ${error.baseUrl}. It may be down, you may be offline, or it does not let this page in (CORS): ` +
        `its DRAWBRIDGE_ALLOWED_ORIGINS must name ${window.location.origin}.`,
    );
  }
  if (error instanceof TokenUnavailableError && error.issuerCode === "BANNED_USER") {
    return problem("This account is banned", "An administrator has banned it, so the API cannot be used with it.");
  }
  if (error instanceof TokenUnavailableError) {
    const title = mayPass(error) ? "Sign-in service unavailable" : "Better Auth cannot make a token";
    return problem(title, `You are still signed in, but the API cannot be asked. ${error.message}`);
  }
  if (error instanceof NotSignedInError && error.cause instanceof ApiError && error.cause.code === "token_missing") {
    return problem("The API does not see your session", error.message);
  }
  if (isAboutSession(error)) return problem("Your session has ended", "Sign in again to go on.");
  if (error instanceof UnusableTokenError) return problem("The token cannot be used", error.message);
  if (error instanceof ClearedError) return problem("Not done", "You were signed out before the answer came.");
  return problem("Something went wrong on this page", error instanceof Error ? error.message : String(error));
}

/** What a 503 says that the API cannot do; of any other, that its database is away. */
const unavailable: Record<string, string | undefined> = {
  keys_unavailable: "It cannot fetch Better Auth's keys",
  session_unavailable: "It cannot ask Better Auth about your session",
  revocations_unavailable: "It cannot ask Better Auth who has signed out",
};

function describeAnswer(error: ApiError): Problem {
  const { code, status, detail, requestId } = error;
  if (code === "not_found") {
    const why = "Somebody has deleted it, perhaps you in another tab.";
    return { title: "It is no longer there", detail: why, requestId };
  }
  if (status === 429) {
    return { title: "Too many requests at once", detail: "The API is still busy with those before.", requestId };
  }
  if (status === 503) {
    const what = unavailable[code] ?? "Its database cannot be used";
    return { title: "The API is not available", detail: `${what} just now.`, requestId };
  }
  if (status >= 500) {
    return { title: "The API has failed", detail: `${detail} Its log says more about this request.`, requestId };
  }
  if (code === "origin_not_allowed") {
    const why = `Its DRAWBRIDGE_ALLOWED_ORIGINS must name ${window.location.origin}. Nothing was changed.`;
    return { title: "The API takes no changes from this page", detail: why, requestId };
  }
  if (status === 401) {
    const advice = "Run `drawbridge doctor` where the API runs: it finds what the set-up lacks.";
    return { title: "The API does not accept the token", detail: `${detail} (${code}) ${advice}`, requestId };
  }
  return { title: "The API has refused this", detail: `${detail} (${code})`, requestId };
}

function problem(title: string, detail: string): Problem {
  return { title, detail, requestId: null };
}
