import { type AskIssuer, type IssuerAnswer, issuerToken } from "./issuer-token.js";
import { isObject } from "./json.js";
import type { GetToken } from "./token-source.js";

interface FetchOptions {
  signal?: AbortSignal;
}

/** The part of Better Auth's client that is used: `createAuthClient({ plugins: [jwtClient()] })`. */
export interface BetterAuthClient {
  token(options: { fetchOptions: FetchOptions }): Promise<unknown>;
  getSession(options: {
    query: { disableCookieCache: unknown; disableRefresh: unknown };
    fetchOptions: FetchOptions;
  }): Promise<unknown>;
}

/**
 * A `getToken` for the browser, where the session's cookie is: asks Better Auth's `/token`.
 *
 * @returns a function that rejects with `NotSignedInError`, said only when `/get-session` confirms it, or with
 *   `TokenUnavailableError`
 */
export function betterAuthToken(authClient: BetterAuthClient): GetToken {
  return ({ signal }) => {
    const ask: AskIssuer = async (endpoint) => {
      const fetchOptions = { signal };
      try {
        // The session as the database has it, not as a cookie remembers it; and to ask does not make it last longer. Better
        // Auth takes any text for true; at "true" the plugin would sign a token, which nobody reads here.
        const query = { disableCookieCache: "1", disableRefresh: "1" };
        return answerOf(
          await (endpoint === "/token"
            ? authClient.token({ fetchOptions })
            : authClient.getSession({ query, fetchOptions })),
        );
      } catch (error) {
        return { status: statusOf(error), body: (error as { error?: unknown } | null)?.error, cause: error };
      }
    };
    return issuerToken(ask);
  };
}

/** Better Auth's client resolves to `{data, error}`; with its option `throw`, to the data alone. */
function answerOf(result: unknown): IssuerAnswer {
  if (!isObject(result) || !("data" in result && "error" in result)) return { status: 200, body: result };
  if (result.error === null) return { status: 200, body: result.data };
  return { status: statusOf(result.error), body: result.error };
}

const statusOf = (error: unknown): number | null => {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === "number" && status > 0 ? status : null;
};
