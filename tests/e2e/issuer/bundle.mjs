// Puts server.mjs and migrations.mjs into a folder as one file each, which Node starts at once.
//
//   node bundle.mjs FOLDER [PACKAGE]
//
// PACKAGE is in the place of better-auth: the name under which another version of it is installed.

import { rolldown } from "rolldown";

const [folder, betterAuth = "better-auth"] = process.argv.slice(2);
const bundle = await rolldown({
  input: ["server.mjs", "migrations.mjs"],
  cwd: import.meta.dirname,
  platform: "node",
  external: ["libsql", "pg"],
  resolve: { alias: betterAuth === "better-auth" ? {} : { "better-auth": betterAuth } },
});
await bundle.write({ dir: folder });
