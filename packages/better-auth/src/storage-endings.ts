import type { BetterAuthOptions } from "better-auth";
import type { RevocationLog } from "./revocation-log.js";

type Storage = NonNullable<BetterAuthOptions["secondaryStorage"]>;

/** Which log hears of a storage: the one of the Better Auth that was made last, where a process makes it anew. */
const logs = new WeakMap<Storage, RevocationLog>();

const revokedBefore = "revoked-sessions-before-";

interface StoredSession {
  id: string;
  userId: string;
  expiresAt: string;
}

/**
 * Records the sessions that end in a secondary storage, such as Redis: for those that are nowhere else no hook fires. Changes
 * the storage's methods in place, once, because Better Auth keeps the object that it was given. A record is read before it is
 * deleted, for the session's id.
 */
export function watchStorage(storage: Storage, log: RevocationLog): void {
  const isWatched = logs.has(storage);
  logs.set(storage, log);
  if (isWatched) return;
  const { set, delete: remove, get } = storage;

  storage.delete = async (name) => {
    // A storage that fails here fails there too, and says so itself.
    const session = await Promise.resolve(get.call(storage, name)).then(sessionIn, () => undefined);
    const result = await remove.call(storage, name);
    const current = logs.get(storage);
    if (session && current?.mayHaveTokens(session)) await current.endSession(session.id, session.userId);
    return result;
  };
  storage.set = async (name, value, ttl) => {
    const result = await set.call(storage, name, value, ttl);
    // All of a user's sessions were ended at once: those that nobody lists any more, too.
    if (name.startsWith(revokedBefore)) await logs.get(storage)?.changeUser(name.slice(revokedBefore.length));
    return result;
  };
}

/** The session that a value is, if it is one. */
function sessionIn(value: unknown): StoredSession | undefined {
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) return undefined;
  try {
    const { session } = (typeof value === "string" ? JSON.parse(value) : value) as { session?: StoredSession };
    if (typeof session?.id !== "string" || typeof session.userId !== "string") return undefined;
    return session;
  } catch {
    return undefined;
  }
}
