import { getMigrations } from "better-auth/db/migration";

import { getAuth } from "@/lib/auth";

/** Makes Better Auth's tables where they are missing. What is in the way ends the server, with one line that says why. */
export async function prepareServer(): Promise<void> {
  try {
    const { runMigrations } = await getMigrations(getAuth().auth.options);
    await runMigrations();
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    console.error(`The front end cannot start: ${reason}`);
    process.exit(1);
  }
}
