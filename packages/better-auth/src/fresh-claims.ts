import type { AuthContext, GenericEndpointContext, HookEndpointContext, Session, User } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { parseUserOutput } from "better-auth/db";
import { clockMargin, entryOfUser } from "./revocation-entries.js";
import type { RevocationFeed } from "./revocation-feed.js";
import type { RevocationTable } from "./revocation-table.js";

export interface SignedIn {
  user: User & Record<string, unknown>;
  session: Session & Record<string, unknown>;
}

/**
 * The claim `fresh`, in milliseconds: what is read from the database from now on is of this time or later. To be taken before
 * anything is read of the user.
 *
 * Not the time as it is: clocks of several processes differ, and one that is fast would give old claims a time after their
 * change. Later than the last change that the table knows is enough, and a minute ago is before every change to come.
 */
export async function freshOf(
  userId: string,
  table: RevocationTable,
  { known, logger }: Pick<RevocationFeed, "known"> & Pick<AuthContext, "logger">,
): Promise<number> {
  const now = Date.now();
  const entry = entryOfUser(userId);
  const row = await table.find(entry).catch((error: unknown) => {
    logger.error("[drawbridge] The revocations cannot be read. Tokens may be refused for a minute.", error);
    return known(entry);
  });
  return Math.max((row?.before ?? 0) + 1, now - clockMargin);
}

/**
 * User and session as the database has them now, for the claims of a token: what came with the request may be a copy from a
 * cookie or from Redis, or have ended since. Throws an APIError 401 where there is no such session any more. A key
 * (`isKey`) is looked up elsewhere, and has no session.
 */
export async function asOfNow(ctx: GenericEndpointContext, signedIn: SignedIn, isKey: boolean): Promise<SignedIn> {
  const now = await findAsOfNow(ctx, signedIn, isKey);
  if (now) return now;
  throw APIError.from("UNAUTHORIZED", { code: "UNAUTHORIZED", message: "The session has ended." });
}

/** The same, and null where there is no such session any more. */
export async function findAsOfNow(
  { context }: GenericEndpointContext,
  signedIn: SignedIn,
  isKey: boolean,
): Promise<SignedIn | null> {
  const { internalAdapter, options } = context;
  const found = isKey ? null : await internalAdapter.findSession(signedIn.session.token);
  const user = await internalAdapter.findUserById(signedIn.user.id);
  const isLive = isKey || (found?.session.id === signedIn.session.id && found.session.expiresAt > new Date());
  if (!user || !isLive) return null;
  return {
    user: parseUserOutput(options, user) as SignedIn["user"],
    session: { ...signedIn.session, ...found?.session },
  };
}

/** A cookie cache remembers sessions that have ended, and what users were: `/token` does without, as if the request said so. */
export const noCookieCacheForTokens = {
  matcher: ({ path }: HookEndpointContext) => path === "/token",
  handler: createAuthMiddleware(async (ctx) => ({ context: { query: { ...ctx.query, disableCookieCache: true } } })),
};
