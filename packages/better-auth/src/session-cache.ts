import type { AuthContext } from "better-auth";
import { findAsOfNow, type SignedIn } from "./fresh-claims.js";

type SessionConfig = AuthContext["sessionConfig"];

/**
 * Better Auth's settings of sessions, with a signer of the cookie cache that signs what the database says now.
 *
 * Better Auth's endpoints take user and session from the old cache, and write them into the new one. So a copy of a cache would
 * be renewed after its session has ended, and keep a role that its user has lost. The new cache has the user and the session
 * as they are stored; of a session that has ended it is empty, which is no cache for Better Auth. Where the database
 * cannot be read, the request fails and the old cache stays until its end.
 */
export function signStoredSessions(config: SessionConfig): SessionConfig {
  const signer = config.cookieCacheSigner;
  if (!signer) return config;
  const sign: typeof signer.sign = async (ctx, payload, expiresIn) => {
    const stored = await findAsOfNow(ctx, payload as SignedIn, false);
    return stored ? signer.sign(ctx, { ...payload, ...stored }, expiresIn) : "";
  };
  return { ...config, cookieCacheSigner: { ...signer, sign } };
}
