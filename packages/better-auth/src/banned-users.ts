import type { GenericEndpointContext, Session, User } from "better-auth";
import { APIError } from "better-auth/api";

interface SignedIn {
  user: User & Record<string, unknown>;
  session: Session & Record<string, unknown>;
}

/**
 * Refuses a banned user with 403 `BANNED_USER`, Better Auth's own code at a sign-in: a ban ends the user's sessions, but
 * neither what a cookie cache remembers of them, nor the user's keys, nor sessions in which a banned administrator acts as
 * somebody else.
 *
 * Goes by the rows as they are now: the one in hand may be a cookie's copy from before the ban.
 */
export async function refuseBanned({ context }: GenericEndpointContext, signedIn: SignedIn): Promise<void> {
  if (!context.tables.user?.fields.banned) return;
  const { user, session } = signedIn;
  const find = (id: string) => context.internalAdapter.findUserById(id);
  const rows = [
    (await find(user.id)) ?? user,
    session.impersonatedBy ? await find(String(session.impersonatedBy)) : null,
  ];
  if (!rows.some((row) => row !== null && isBanned(row))) return;
  throw APIError.from("FORBIDDEN", {
    code: "BANNED_USER",
    message: "No token was made, because this user, or the administrator acting as the user, is banned.",
  });
}

/** As the admin plugin has it: without an end a ban is for ever. */
export function isBanned({ banned, banExpires }: Record<string, unknown>): boolean {
  if (!banned) return false;
  return !banExpires || !(new Date(banExpires as Date | string).getTime() < Date.now());
}
