import { sentence } from "./api-error.js";
import { NotSignedInError, TokenUnavailableError } from "./errors.js";
import { isObject } from "./json.js";

/** What Better Auth answered to one question. */
export interface IssuerAnswer {
  /** The HTTP status, or null for no answer. */
  status: number | null;
  /** The decoded body: of a 200 what was asked for, else `{code, message}` where Better Auth says why. */
  body?: unknown;
  /** The JWT in the header `set-auth-jwt`, where it was asked for. */
  jwt?: string | null;
  /** Why there was no answer. */
  cause?: unknown;
}

/** Asks one of Better Auth's endpoints; never rejects for what the answer is. */
export type AskIssuer = (endpoint: "/token" | "/get-session") => Promise<IssuerAnswer>;

/**
 * Gets a token by a question for the session, whose answer has it in the header `set-auth-jwt`: one request, which says for
 * sure whether somebody is signed in, and which the plugin `drawbridge()` keeps out of the rate limit. Better Auth's own
 * plugin can be set up to leave the header out; then `/token` is asked too.
 *
 * @throws NotSignedInError, TokenUnavailableError
 */
export async function tokenOfSession(ask: AskIssuer): Promise<string> {
  const session = await ask("/get-session");
  if (session.status !== 200) throw unavailable("/get-session", session);
  if (session.body === null) throw new NotSignedInError();
  if (!isObject(session.body)) throw unreadable("/get-session", "a session");
  if (session.jwt) return session.jwt;
  const answer = await ask("/token");
  if (answer.status === 401) throw sessionWithoutToken();
  return tokenIn(answer);
}

/**
 * Gets a token from Better Auth, and where it gives none finds out why.
 *
 * A 401 of `/token` alone proves nothing: with its database down Better Auth says 401 there too, and 500 at
 * `/get-session`. Only a 200 with `null` from `/get-session` means that nobody is signed in.
 *
 * @throws NotSignedInError, TokenUnavailableError
 */
export async function issuerToken(ask: AskIssuer): Promise<string> {
  const answer = await ask("/token");
  if (answer.status !== 401) return tokenIn(answer);
  const session = await ask("/get-session");
  if (session.status !== 200) throw unavailable("/get-session", session);
  if (session.body === null) throw new NotSignedInError();
  throw sessionWithoutToken();
}

function tokenIn(answer: IssuerAnswer): string {
  if (answer.status !== 200) throw unavailable("/token", answer);
  if (isObject(answer.body) && typeof answer.body.token === "string") return answer.body.token;
  throw unreadable("/token", "a token");
}

const sessionWithoutToken = () =>
  new TokenUnavailableError("it has a session, but /token answered 401; try again.", 401);

const unreadable = (endpoint: string, what: string) =>
  new TokenUnavailableError(`its ${endpoint} answered 200 without ${what}; check what a proxy in between does.`, 200);

function unavailable(endpoint: string, { status, body, cause }: IssuerAnswer): TokenUnavailableError {
  const { code, message } = isObject(body) ? body : {};
  const said = typeof code === "string" && typeof message === "string" ? { code, message } : null;
  return new TokenUnavailableError(`${endpoint} ${reason(status, said)}`, status, said?.code, cause);
}

function reason(status: number | null, said: { code: string; message: string } | null): string {
  if (status === null) return "gave no answer; it may be down, or its URL wrong. Try again later.";
  if (status === 404) {
    return "answered 404: the JWT plugin is missing, or the URL wrong. Add the plugin `drawbridge()` of @drawbridge/better-auth.";
  }
  if (status === 429) return "answered 429, too many requests; try again in a few seconds.";
  if (said !== null) return `answered ${status} ${said.code} (its log says more): ${sentence(said.message)}`;
  return `answered ${status}, which does not say whether a user is signed in. Its log says more; try again later.`;
}
