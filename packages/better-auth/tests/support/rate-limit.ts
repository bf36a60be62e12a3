import type { BetterAuthOptions } from "better-auth";
import { startAuth } from "./auth.js";
import type { TestDatabase } from "./databases.js";
import { serve } from "./http.js";

let addresses = 1;

/**
 * Serves Better Auth over HTTP with its rate limit on, as in production, to one client until `stop`. `ask` says how often
 * each status came back for so many requests of a path at once.
 */
export async function serveLimited(database: TestDatabase, options: BetterAuthOptions) {
  const auth = await startAuth(database, { ...options, rateLimit: { enabled: true, ...options.rateLimit } });
  const { origin, stop } = await serve(auth);
  // Better Auth counts in memory for the whole process, so each test comes from an address of its own.
  const client = `2001:db8:${(Date.now() % 0xffff).toString(16)}:${addresses++}::1`;
  const base = `${origin}${options.basePath ?? "/api/auth"}`;
  const ask = async (path: string, count: number, more: Record<string, string> = {}) => {
    const headers = { "x-forwarded-for": client, ...more };
    const answers = Array.from({ length: count }, () => fetch(`${base}${path}`, { headers }));
    const statuses: Record<number, number> = {};
    for (const { status } of await Promise.all(answers)) statuses[status] = (statuses[status] ?? 0) + 1;
    return statuses;
  };
  return { auth, ask, stop };
}
