import { type AuthContext, BetterAuthError } from "better-auth";
import { toExpJWT } from "better-auth/plugins/jwt";
import { watchClaims } from "./claim-changes.js";
import { freshOf, noCookieCacheForTokens } from "./fresh-claims.js";
import type { DrawbridgeOptions } from "./options.js";
import { feedEndpoint, neverLimitFeed, secretOf } from "./revocation-endpoint.js";
import { clockMargin } from "./revocation-entries.js";
import { RevocationFeed } from "./revocation-feed.js";
import { RevocationLog } from "./revocation-log.js";
import { RevocationTable, revocationSchema } from "./revocation-table.js";
import { recordEndedKeys, recordEndedSessions } from "./session-endings.js";
import { watchStorage } from "./storage-endings.js";

/** Backends keep an entry for a day at most. */
const longest = 24 * 60 * 60 * 1000;

interface Started {
  table: RevocationTable;
  log: RevocationLog;
  feed: RevocationFeed;
}

/** What `drawbridge({ revocations })` adds to the plugin: a table, hooks, an endpoint, and the claim `fresh`. */
export function revocationsOf({ revocations, claims, jwt }: DrawbridgeOptions) {
  if (!revocations) return undefined;
  const secret = secretOf(revocations);
  let started: Started | undefined;
  const get = (): Started => {
    if (!started) throw new BetterAuthError("drawbridge({ revocations }) is used before Better Auth has started.");
    return started;
  };
  return {
    schema: revocationSchema,
    endpoints: { drawbridgeRevocations: feedEndpoint(() => get().feed, secret) },
    hooks: { before: [noCookieCacheForTokens], after: [recordEndedKeys(() => get().log)] },
    databaseHooks: recordEndedSessions(() => get().log),

    /** Watches what this Better Auth does. Throws BetterAuthError where it has no database, or tokens live too long. */
    start(ctx: AuthContext): void {
      refuseWithoutDatabase(ctx);
      const table = new RevocationTable(ctx.adapter);
      const log = new RevocationLog(table, ctx.logger, lifetimeOf(ctx, jwt?.expirationTime));
      const { secondaryStorage } = ctx.options;
      watchClaims(ctx, claims !== undefined, log);
      if (secondaryStorage) watchStorage(secondaryStorage, log);
      started = { table, log, feed: new RevocationFeed(table, log, ctx) };
    },
    limits: neverLimitFeed,
    fresh(userId: string, { logger }: AuthContext): Promise<number> {
      const { table, feed } = get();
      return freshOf(userId, table, { logger, known: (entry) => feed.known(entry) });
    },
  };
}

function refuseWithoutDatabase({ options }: AuthContext): void {
  if (options.database) return;
  throw new BetterAuthError(
    "drawbridge({ revocations }) records sign-outs in the database, wherever sessions are kept, but this Better Auth " +
      "has no `database`. Give it one, or leave the option out.",
  );
}

/** For how long something may count that was given before: a token, and a cookie cache that it could be made from. */
function lifetimeOf({ options }: AuthContext, expirationTime = "15m"): number {
  const { enabled, maxAge = 300 } = options.session?.cookieCache ?? {};
  const lifetime = (toExpJWT(expirationTime, 0) + (enabled ? maxAge : 0)) * 1000 + clockMargin;
  if (lifetime <= longest) return lifetime;
  throw new BetterAuthError(
    "drawbridge({ revocations }) would have to keep its records for longer than a day, but backends do not. Shorten " +
      "`jwt.expirationTime` of drawbridge(), or `session.cookieCache.maxAge`: together they may be at most 23 hours " +
      "and 59 minutes.",
  );
}
