import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import type { TestDatabase } from "./databases.js";
import { baseURL } from "./visitor.js";

/** Options of Better Auth that every test has; the test's own win. */
export function authOptions(database: TestDatabase, options: BetterAuthOptions): BetterAuthOptions {
  return {
    baseURL,
    secret: "a secret of these tests that is long enough for Better Auth",
    database: database.connect(),
    // Passwords are not what these tests are about, and Better Auth's hash of one takes a tenth of a second.
    emailAndPassword: { enabled: true, password: { hash: async (password) => `hash of ${password}`, verify: matches } },
    telemetry: { enabled: false },
    logger: { disabled: true },
    ...options,
  };
}

async function matches({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  return hash === `hash of ${password}`;
}

/** A Better Auth on a database that is brought up to what these options need. */
export async function startAuth(database: TestDatabase, options: BetterAuthOptions) {
  const auth = betterAuth(authOptions(database, options));
  await (await getMigrations(auth.options)).runMigrations();
  return auth;
}

/** What a migration of Better Auth's would still change: names of tables. */
export async function plannedMigration(auth: { options: BetterAuthOptions }): Promise<string[]> {
  const { toBeCreated, toBeAdded } = await getMigrations(auth.options);
  return [...toBeCreated, ...toBeAdded].map(({ table }) => table);
}
