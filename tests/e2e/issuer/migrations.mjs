// Prints, as JSON, what Better Auth's own migration would do to the database; `--run` then does it. When Better
// Auth refuses, the exit status is 1 and its reason is on standard error.
//
//   DATABASE_URL=postgresql://… node migrations.mjs [--run]
//
// DATABASE_FILE and the switches as for server.mjs.

import { getMigrations } from "better-auth/db/migration";

import { makeAuth } from "./auth.mjs";
import { readSettings } from "./settings.mjs";

const run = process.argv.includes("--run");
process.env.BETTER_AUTH_SECRET ??= "no secret is needed: nothing is signed here";
const { auth, close } = await makeAuth({ ...readSettings("http://localhost:3000"), migrate: false });

/** Names only: a field's definition holds functions. */
const named = ({ table, fields }) => ({ table, fields: Object.keys(fields) });

try {
  // What is unsafe is listed in a plan, and refused in a run.
  const plan = await getMigrations(auth.options, { throwOnUnsafe: run });
  const sql = await plan.compileMigrations();
  if (run) await plan.runMigrations();
  console.log(
    JSON.stringify({
      toBeCreated: plan.toBeCreated.map(named),
      toBeAdded: plan.toBeAdded.map(named),
      toBeAddedIndexes: plan.toBeAddedIndexes.map(({ table, name }) => ({ table, name })),
      unsafeChanges: plan.unsafeChanges,
      schemaProblems: plan.schemaProblems,
      sql: sql === ";" ? "" : sql,
    }),
  );
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await close();
}
