import type { BetterAuthOptions, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { sidOfKey } from "./key-claims.js";
import type { RevocationLog } from "./revocation-log.js";

/**
 * Better Auth's hooks for sessions of the database: sign-out, the revoking of one, of others and of all, a change of
 * password that signs out, a ban, the end of an impersonation, the deletion of the user. They run after the commit, and
 * before the answer. Rows that are preserved are ended by the same calls.
 */
export const recordEndedSessions = (log: () => RevocationLog) =>
  ({
    session: {
      delete: {
        after: async (session) => {
          if (log().mayHaveTokens(session)) await log().endSession(session.id, session.userId);
        },
      },
    },
  }) satisfies BetterAuthOptions["databaseHooks"];

/** A key of `@better-auth/api-key` as its endpoints give and take it. */
interface KeyChange {
  keyId?: unknown;
  userId?: unknown;
  enabled?: unknown;
  permissions?: unknown;
}

const keyPaths = ["/api-key/delete", "/api-key/update"];

/**
 * After the endpoints of keys, which fire no hook and may keep keys in a secondary storage alone: a key that was deleted or
 * disabled ends like a session. Other permissions are another thing that tokens say of its user.
 *
 * That user is the one who asks: `referenceId` of an organization's key may be the number of somebody else.
 */
export const recordEndedKeys = (log: () => RevocationLog) => ({
  matcher: ({ path }: HookEndpointContext) => path !== undefined && keyPaths.includes(path),
  handler: createAuthMiddleware(async ({ path, body, context }) => {
    const { returned, session } = context;
    if (!returned || returned instanceof Error) return;
    const { keyId, userId, enabled, permissions } = (body ?? {}) as KeyChange;
    const owner = String(session?.user.id ?? userId ?? (returned as { referenceId?: unknown }).referenceId ?? "");
    if (path === "/api-key/delete" || enabled === false) await log().endSession(sidOfKey(String(keyId)), owner);
    if (permissions !== undefined) await log().changeUser(owner);
  }),
});
