import type { GenericEndpointContext, User } from "better-auth";
import { APIError } from "better-auth/api";

/**
 * Refuses a banned user with 403 `BANNED_USER`, Better Auth's own code at a sign-in: a ban ends the user's sessions, but
 * neither what a cookie cache remembers of them nor the user's keys.
 *
 * Goes by the row as it is now: the one in hand may be a cookie's copy from before the ban.
 */
export async function refuseBanned({ context }: GenericEndpointContext, user: User): Promise<void> {
  if (!context.tables.user?.fields.banned) return;
  const row = (await context.internalAdapter.findUserById(user.id)) ?? user;
  if (!isBanned(row)) return;
  throw APIError.from("FORBIDDEN", {
    code: "BANNED_USER",
    message: "No token was made, because this user is banned.",
  });
}

/** As the admin plugin has it: without an end a ban is for ever. */
function isBanned({ banned, banExpires }: Record<string, unknown>): boolean {
  if (!banned) return false;
  return !banExpires || !(new Date(banExpires as Date | string).getTime() < Date.now());
}
