import type { GenericEndpointContext } from "better-auth";
import { APIError } from "better-auth/api";
import { getJwtToken, type JwtOptions } from "better-auth/plugins/jwt";
import { refuseBanned } from "./banned-users.js";
import { asOfNow } from "./fresh-claims.js";
import { keyClaims } from "./key-claims.js";
import type { definePayload } from "./payload.js";
import type { revocationsOf } from "./revocations.js";

/**
 * Makes the JWT of a request's session, or of its key, for each place that gives one. `options` are those of Better Auth's
 * JWT plugin; to its payload comes what only the request tells. With `revocations` the claims are as the database has them,
 * and say since when.
 */
export function signToken(
  options: JwtOptions,
  payloadOf: ReturnType<typeof definePayload>,
  revocations: ReturnType<typeof revocationsOf>,
) {
  return async (ctx: GenericEndpointContext): Promise<string> => {
    const { session } = ctx.context;
    if (!session) throw APIError.from("UNAUTHORIZED", { code: "UNAUTHORIZED", message: "Nobody is signed in." });
    // Before anything is read: what changes after this time is then known to have come later.
    const fresh = await revocations?.fresh(session.user.id, ctx.context);
    await refuseBanned(ctx, session);
    const ofKey = await keyClaims(ctx);
    const now = fresh === undefined ? session : await asOfNow(ctx, session, ofKey !== undefined);
    const claims = { ...(await payloadOf(now)), ...ofKey, ...(fresh !== undefined && { fresh }) };
    return getJwtToken(ctx, {
      ...options,
      jwt: { ...options.jwt, definePayload: () => claims },
    });
  };
}
