import type { ApiError } from "./api-error.js";
import type { Credential, Pass } from "./credential.js";
import { NotSignedInError } from "./errors.js";
import type { HeadersLike } from "./server-token.js";

export interface SessionCookieOptions {
  headers?: (() => HeadersLike | Promise<HeadersLike>) | undefined;
  sessionCookie?: string | undefined;
}

/** Better Auth's own names: the first where it is reached over https. */
const cookieNames = ["__Secure-better-auth.session_token", "better-auth.session_token"];

/** What the API says to a request whose cookie is missing, is no session's any more, or cannot be one. */
const signedOut: ReadonlySet<string> = new Set(["token_missing", "session_unknown", "credential_malformed"]);

/**
 * The session's cookie in place of a token. A browser adds it by itself, and this holds nothing. A server has no cookie of
 * a user: it hands on that of the request which it answers, and the page's origin, which the API asks for before it changes
 * anything (CSRF).
 */
export class SessionCookie implements Credential {
  readonly renewable = false;
  readonly #headers: SessionCookieOptions["headers"];
  readonly #names: readonly string[];

  constructor({ headers, sessionCookie }: SessionCookieOptions) {
    this.#headers = headers;
    this.#names = sessionCookie === undefined ? cookieNames : [sessionCookie];
  }

  /** @throws TypeError on a server that was not told whose cookie it is */
  async pass(): Promise<Pass> {
    if (this.#headers) {
      return { headers: this.#forwarded(await this.#headers()), credentials: "omit", token: null, userId: null };
    }
    if (!isBrowser()) {
      throw new TypeError(
        'Nothing was sent: `credentials: "session"` is for the browser\'s cookie, but this is a server. Give ' +
          "`headers`, those of the request being answered; in Next.js `() => headers()` of next/headers.",
      );
    }
    return { headers: {}, credentials: "include", token: null, userId: null };
  }

  failureOf(error: ApiError): Error {
    return error.status === 401 && signedOut.has(error.code) ? new NotSignedInError(error) : error;
  }

  clear(): void {}

  #forwarded(answered: HeadersLike): Record<string, string> {
    const cookies = (answered.get("cookie") ?? "").split(";").map((pair) => pair.trim());
    const session = cookies.filter((pair) => this.#names.includes(pair.slice(0, pair.indexOf("="))));
    const origin = answered.get("origin");
    return {
      ...(session.length > 0 && { Cookie: session.join("; ") }),
      ...(origin !== null && { Origin: origin }),
    };
  }
}

/** A page, or a worker of one; neither React Native nor a server knows where it is. */
const isBrowser = (): boolean => (globalThis as { location?: unknown }).location !== undefined;
