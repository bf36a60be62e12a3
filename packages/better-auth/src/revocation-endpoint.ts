import { createHash, timingSafeEqual } from "node:crypto";
import { type AuthContext, BetterAuthError } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import type { RevocationFeed } from "./revocation-feed.js";

/** Below Better Auth's base. */
export const feedPath = "/drawbridge/revocations";

/** Requests for the whole, in so many seconds from one address. */
const wholeReads = { window: 10, max: 30 };

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
 * Rate-limit settings that let backends ask for what is new as often as they like, and for the whole thirty times in ten
 * seconds from one address. Before the application's rules, since the first that matches is used; one for exactly this path
 * is obeyed, with a warning, since a backend that is refused the feed does not hear who signed out.
 */
export function limitWholeReads(ctx: AuthContext, rateLimit: RateLimit, feed: () => RevocationFeed): RateLimit {
  const rules = rateLimit.customRules;
  if (rules?.[feedPath]) {
    ctx.logger.warn(
      `[drawbridge] rateLimit.customRules["${feedPath}"] limits how often a backend may ask who signed out. A backend that ` +
        "is refused lets tokens of ended sessions pass. Remove the rule, unless that is intended.",
    );
  }
  const rule = async (request: Request) => {
    const cursor = cursorOf(request);
    return cursor !== undefined && feed().knows(cursor) ? (false as const) : wholeReads;
  };
  return { ...rateLimit, customRules: { [feedPath]: rule, ...rules } };
}

/** The secret of the option `revocations`, undefined where the feed is open. Throws BetterAuthError for one without a value. */
export function secretOf(revocations: true | { secret?: string }): string | undefined {
  if (revocations === true || !("secret" in revocations)) return undefined;
  if (typeof revocations.secret === "string" && revocations.secret.trim() !== "") return revocations.secret;
  throw new BetterAuthError(
    "drawbridge({ revocations: { secret } }) has a secret without a value, which would open the feed to everybody. Set the " +
      "variable that it comes from, or write `revocations: true`.",
  );
}
