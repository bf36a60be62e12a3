import type { AuthContext, GenericEndpointContext, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";

const path = "/get-session";
const tokenPath = "/token";

/** Proxies take the head of an answer up to 4 KiB where nobody has set more (nginx), and it has other headers too. */
const mostInHeader = 2_048;

type RateLimit = AuthContext["rateLimit"];
type Rule = NonNullable<RateLimit["customRules"]>[string];

/**
 * Whether a request asks for the JWT of its session: a GET with `disableCookieCache=true` and `disableRefresh=true`, each
 * once and in the query, and no key. Better Auth takes any text for true, such as `1` and even `false`: who looks at a
 * session without exchanging it can write the flags so.
 */
export function asksForJwt(request: Request): boolean {
  if (request.method !== "GET" || request.headers.has("x-api-key")) return false;
  const { searchParams } = new URL(request.url);
  return ["disableCookieCache", "disableRefresh"].every((flag) => {
    const values = searchParams.getAll(flag);
    return values.length === 1 && values[0] === "true";
  });
}

/**
 * Whether a request asks for the JWT of an API key or of a session's cookie, as a backend does: with that, and with nothing
 * else of anybody. A page's request has what every browser adds.
 */
export function asksAsBackend({ method, headers }: Request): boolean {
  if (method !== "GET" || headers.has("authorization")) return false;
  if (headers.has("x-api-key")) return !headers.has("cookie");
  return headers.has("cookie") && !["origin", "referer", "sec-fetch-site"].some((name) => headers.has(name));
}

/**
 * A backend's way from a session cookie to a JWT: the answer of `/get-session` has it in the header `set-auth-jwt`, for such
 * requests alone. The session is then as the database has it, which a cookie cache would not know. A backend that misses the
 * header, since the token has no room in it, asks `/token`, as it asks a Better Auth without this plugin.
 *
 * What stands in the way of signing fails that answer, as it fails `/token`; every other `/get-session` is without signing.
 */
export function setJwtHeader(sign: (ctx: GenericEndpointContext) => Promise<string>) {
  return {
    matcher: (context: HookEndpointContext) =>
      context.path === path && context.request !== undefined && asksForJwt(context.request),
    handler: createAuthMiddleware(async (ctx) => {
      const { session, returned } = ctx.context;
      // 1.7.0 answers `null` for an expired session, and still has it here.
      if (!session || !returned || returned instanceof Error) return;
      ctx.setHeader("Cache-Control", "no-store");
      const token = await sign(ctx);
      if (token.length <= mostInHeader) ctx.setHeader("set-auth-jwt", token);
    }),
  };
}

/**
 * Rate-limit settings that never limit such requests, nor those of a backend at `/token`; an API key's own limits stay. A backend
 * makes them for all its users, from one address, and Better Auth counts by address and path. Every other request of these
 * paths is limited as ever.
 *
 * The first rule that matches is used. So these are the last, and the application's wildcards, which may match too, let
 * such requests through by themselves. A rule for exactly one of the paths is the application's to make, and stays as it is.
 */
export function neverLimitExchanges(ctx: AuthContext, rateLimit: RateLimit): RateLimit {
  const ofSessions = neverLimit(ctx, rateLimit, path, asksForJwt);
  return neverLimit(ctx, ofSessions, tokenPath, asksAsBackend);
}

function neverLimit(
  ctx: AuthContext,
  rateLimit: RateLimit,
  at: string,
  isFree: (request: Request) => boolean,
): RateLimit {
  const rules = rateLimit.customRules ?? {};
  if (at in rules) return rateLimit;
  const isExchange = (request: Request) => new URL(request.url).pathname === addressOf(ctx, at) && isFree(request);
  const letThrough = ([pattern, rule]: [string, Rule]): [string, Rule] => [
    pattern,
    pattern.includes("*") ? except(isExchange, rule) : rule,
  ];
  const others = Object.fromEntries(Object.entries(rules).map(letThrough));
  return { ...rateLimit, customRules: { ...others, [at]: except(isFree, undefined) } };
}

/** The rule, but for requests that it does not limit; without a rule what Better Auth would do anyway. */
function except(isFree: (request: Request) => boolean, rule: Rule | undefined): Rule {
  return async (request, current) => {
    if (isFree(request)) return false;
    if (rule === undefined) return current;
    return typeof rule === "function" ? rule(request, current) : rule;
  };
}

/** Where the endpoint is, as a path. `baseURL` is empty where it follows each request's host. */
function addressOf({ baseURL, options }: AuthContext, at: string): string {
  const base = baseURL ? new URL(baseURL).pathname : (options.basePath ?? "/api/auth");
  return base.replace(/\/+$/, "") + at;
}
