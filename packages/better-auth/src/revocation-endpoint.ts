import { createHash, timingSafeEqual } from "node:crypto";
import { type AuthContext, BetterAuthError } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import type { RevocationFeed } from "./revocation-feed.js";

/** Below Better Auth's base. */
export const feedPath = "/drawbridge/revocations";

type RateLimit = AuthContext["rateLimit"];

/** The endpoint of the feed. Its form is in docs/sign-out.md, which backends are written by. */
export function feedEndpoint(feed: () => RevocationFeed, secret: string | undefined) {
  return createAuthEndpoint(feedPath, { method: "GET", requireRequest: true }, async ({ request }) => {
    if (secret !== undefined) refuseWithout(secret, request);
    const { etag, body } = await feed()
      .answer(cursorOf(request))
      .catch(() => {
        throw APIError.from("SERVICE_UNAVAILABLE", {
          code: "REVOCATIONS_UNAVAILABLE",
          message: "The revocations cannot be read from the database.",
        });
      });
    const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
    const known = request.headers.get("if-none-match")?.split(",") ?? [];
    if (known.some((one) => one.trim() === etag)) return new Response(null, { status: 304, headers });
    return new Response(body(Date.now()), { headers: { ...headers, "Content-Type": "application/json" } });
  });
}

/** What `after` says; several are none. */
function cursorOf({ url }: Request): string | undefined {
  const [cursor, ...others] = new URL(url).searchParams.getAll("after");
  return others.length === 0 ? cursor : undefined;
}

function refuseWithout(secret: string, { headers }: Request): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const sent = /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  if (timingSafeEqual(digest(sent), digest(secret))) return;
  throw APIError.from("UNAUTHORIZED", {
    code: "REVOCATIONS_SECRET_WRONG",
    message: "This feed is for backends that send its secret: Authorization: Bearer <secret>.",
  });
}

/**
 * Rate-limit settings that never refuse a backend the feed. Answers are built once for all who ask; and where Better Auth does
 * not know a client's address everybody has one count, so that strangers could keep out a backend that starts. A rule of the
 * application's for exactly this path is obeyed, with a warning.
 */
export function neverLimitFeed(ctx: AuthContext, rateLimit: RateLimit): RateLimit {
  const rules = rateLimit.customRules;
  if (rules?.[feedPath]) {
    ctx.logger.warn(
      `[drawbridge] rateLimit.customRules["${feedPath}"] limits how often a backend may ask who signed out. A ` +
        "backend that reaches the limit accepts tokens of ended sessions. Remove the rule, unless that is intended.",
    );
  }
  return { ...rateLimit, customRules: { [feedPath]: false, ...rules } };
}

/**
 * The secret of the option `revocations`, undefined where the feed is open. Throws BetterAuthError for one without a value, or one
 * that can be guessed: nobody limits how often that is tried.
 */
export function secretOf(revocations: true | { secret?: string }): string | undefined {
  if (revocations === true || !("secret" in revocations)) return undefined;
  const { secret } = revocations;
  if (typeof secret !== "string" || secret.trim() === "") {
    throw new BetterAuthError(
      "drawbridge({ revocations: { secret } }) has an empty secret, which would open the feed to everyone. Set the " +
        "variable that it comes from, or write `revocations: true`.",
    );
  }
  if (/^[!-~]{32,1024}$/.test(secret)) return secret;
  throw new BetterAuthError(
    "drawbridge({ revocations: { secret } }) is not 32 to 1,024 visible ASCII characters, without spaces. A shorter " +
      "one can be guessed, and backends cannot send other characters. Make one with: openssl rand -base64 32",
  );
}
