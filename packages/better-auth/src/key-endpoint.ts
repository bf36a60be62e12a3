import type { AuthContext } from "better-auth";

/**
 * Rate-limit settings that never limit the key endpoint.
 *
 * Backends fetch the keys from one address, and Better Auth counts requests per address and path. A backend that is
 * refused the keys refuses every user, while the answer is public, small and cheap, so there is nothing to protect.
 * A custom rule and not a plugin's, because only `false` skips the count, which may be a write to the database.
 *
 * It goes before the application's rules, since the first that matches is used: a wildcard does not reach the keys.
 * A rule for exactly this path is obeyed, with a warning, since whoever wrote it meant it.
 */
export function neverLimitKeys(ctx: AuthContext, jwksPath: string): AuthContext["rateLimit"] {
  const rules = ctx.rateLimit.customRules;
  if (rules?.[jwksPath]) {
    ctx.logger.warn(
      `[drawbridge] rateLimit.customRules["${jwksPath}"] limits how often a backend may fetch the signing keys. A ` +
        "backend that reaches the limit cannot verify tokens. Remove the rule, unless that is intended.",
    );
  }
  return { ...ctx.rateLimit, customRules: { [jwksPath]: false, ...rules } };
}
