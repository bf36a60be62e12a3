import { parseBaseUrl } from "./base-url.js";
import { type AskIssuer, tokenOfSession } from "./issuer-token.js";
import { parseJson } from "./json.js";
import type { GetToken } from "./token-source.js";

export interface ServerTokenOptions {
  /** Where Better Auth is (BETTER_AUTH_URL). Without a path `/api/auth` is added, otherwise its own path is used. */
  baseUrl: string;
  /** The headers of the request that is being answered; in Next.js `() => headers()` of `next/headers`. */
  headers: () => HeadersLike | Promise<HeadersLike>;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** `Headers`, and what Next.js gives in their place. */
export interface HeadersLike {
  get(name: string): string | null;
}

/**
 * A `getToken` for a server that answers a browser's request: asks Better Auth's `/get-session` with that request's cookie,
 * and with nothing else of it, for session and token in one; where the answer has no token, `/token`. Make one, and one
 * client with it, **for each request**: shared between requests it would give one user's token to another.
 *
 * @returns a function that rejects with `NotSignedInError`, said only when `/get-session` does, or with
 *   `TokenUnavailableError`
 * @throws TypeError when `baseUrl` is not an http(s) URL or holds credentials, a query or a fragment
 */
export function serverToken({ baseUrl, headers, fetch: ownFetch }: ServerTokenOptions): GetToken {
  const checked = parseBaseUrl(baseUrl);
  const issuer = new URL(checked).pathname === "/" ? `${checked}/api/auth` : checked;
  return async ({ signal }) => {
    const cookie = (await headers()).get("cookie") ?? "";
    const ask: AskIssuer = async (endpoint) => {
      try {
        const response = await (ownFetch ?? globalThis.fetch)(issuer + endpoint + queries[endpoint], {
          headers: { Accept: "application/json", ...(cookie === "" ? {} : { Cookie: cookie }) },
          cache: "no-store",
          // The cookie is for Better Auth alone.
          redirect: "error",
          signal,
        });
        const jwt = response.headers.get("set-auth-jwt");
        return { status: response.status, body: parseJson(await response.text()), jwt };
      } catch (error) {
        return { status: null, cause: error };
      }
    };
    return tokenOfSession(ask);
  };
}

/**
 * The session as the database has it, not as a cookie remembers it; and to ask does not make it last longer. In this form
 * the plugin `drawbridge()` answers with a token.
 */
const queries = { "/token": "", "/get-session": "?disableCookieCache=true&disableRefresh=true" };
