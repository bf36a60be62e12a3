import type { GenericEndpointContext } from "better-auth";
import { APIError } from "better-auth/api";
import { getJwtToken, type JwtOptions } from "better-auth/plugins/jwt";

/**
 * Makes the JWT of a request's session, for each place that gives one. `options` are those of Better Auth's JWT plugin.
 */
export function signToken(options: JwtOptions) {
  return async (ctx: GenericEndpointContext): Promise<string> => {
    const { session } = ctx.context;
    if (!session) throw APIError.from("UNAUTHORIZED", { code: "UNAUTHORIZED", message: "Nobody is signed in." });
    return getJwtToken(ctx, options);
  };
}
