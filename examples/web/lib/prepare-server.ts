import { getMigrations } from "better-auth/db/migration";

import { getAuth } from "@/lib/auth";
import { EnvironmentError } from "@/lib/environment";

/** Makes Better Auth's tables where they are missing. What is in the way ends the server, with one line that says why. */
export async function prepareServer(): Promise<void> {
  try {
    const { auth } = getAuth();
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
    await auth.$context; // from here on each request has the address that it came from
  } catch (error) {
    console.error(`The front end cannot start: ${explain(error)}`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  // Node.js gives several failed connections (IPv6, then IPv4) without a text of their own.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const reason = first instanceof Error ? first.message : String(first);
  return `the database of DATABASE_URL cannot be used (${reason}): see that it is there and may be written to, then start again`;
}
