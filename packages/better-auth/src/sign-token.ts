import type { GenericEndpointContext } from "better-auth";
import { APIError } from "better-auth/api";
import { getJwtToken, type JwtOptions } from "better-auth/plugins/jwt";
import { refuseBanned } from "./banned-users.js";
import { keyClaims } from "./key-claims.js";
import type { definePayload } from "./payload.js";

/**
 * Makes the JWT of a request's session, or of its key, for each place that gives one. `options` are those of Better Auth's
 * JWT plugin; to its payload comes what only the request tells.
 */
export function signToken(options: JwtOptions, payloadOf: ReturnType<typeof definePayload>) {
  return async (ctx: GenericEndpointContext): Promise<string> => {
    const { session } = ctx.context;
    if (!session) throw APIError.from("UNAUTHORIZED", { code: "UNAUTHORIZED", message: "Nobody is signed in." });
    await refuseBanned(ctx, session);
    const ofKey = await keyClaims(ctx);
    return getJwtToken(ctx, {
      ...options,
      jwt: { ...options.jwt, definePayload: async (signedIn) => ({ ...(await payloadOf(signedIn)), ...ofKey }) },
    });
  };
}
