import type { BetterAuthOptions } from "better-auth";

/** What Redis is to Better Auth; it counts nothing and takes nothing at once in these tests. */
export function memoryStorage() {
  const values = new Map<string, string>();
  return {
    get: async (name: string) => values.get(name) ?? null,
    set: async (name: string, value: string) => void values.set(name, value),
    delete: async (name: string) => void values.delete(name),
  } as NonNullable<BetterAuthOptions["secondaryStorage"]>;
}
