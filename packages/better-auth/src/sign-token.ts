import type { GenericEndpointContext } from "better-auth";
import { APIError } from "better-auth/api";
import { getJwtToken, type JwtOptions } from "better-auth/plugins/jwt";
import { refuseBanned } from "./banned-users.js";
import { asOfNow } from "./fresh-claims.js";
import { keyClaims } from "./key-claims.js";
import type { definePayload } from "./payload.js";
import type { revocationsOf } from "./revocations.js";

/** What backends take: the default of their `DRAWBRIDGE_MAX_TOKEN_SIZE`. */
const mostBytes = 16_384;

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
    const token = await getJwtToken(ctx, {
      ...options,
      jwt: { ...options.jwt, definePayload: () => claims },
    });
    refuseTooLarge(token, claims);
    return token;
  };
}

/** No backend would take it, and each would ask for another one. */
function refuseTooLarge(token: string, claims: Record<string, unknown>): void {
  if (token.length <= mostBytes) return;
  const sizeOf = (name: string) => JSON.stringify(claims[name] ?? null).length;
  const [largest] = Object.keys(claims).sort((one, other) => sizeOf(other) - sizeOf(one));
  throw APIError.from("INTERNAL_SERVER_ERROR", {
    code: "TOKEN_TOO_LARGE",
    message:
      `No token was made, because it would have ${token.length} bytes and backends take ${mostBytes}. ` +
      `The largest claim is \`${largest}\`: shorten what is in this user's row, or what the option \`claims\` of drawbridge() adds.`,
  });
}
