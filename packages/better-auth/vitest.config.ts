import { defineConfig } from "vitest/config";

// Every test runs over the oldest and the newest Better Auth that the plugin is made for: the same sources, with the
// imports of `better-auth` led to the one or the other.
const oldest = [{ find: /^better-auth(?=\/|$)/, replacement: "better-auth-oldest" }];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: "tests/support/postgres-server.ts",
    include: ["tests/**/*.test.ts"],
    projects: [
      {
        extends: true,
        resolve: { alias: oldest },
        // The README is about types, which are checked against what is installed, the newest.
        test: { name: "oldest", exclude: ["tests/readme.test.ts"], provide: { betterAuth: "1.7.0" } },
      },
      { extends: true, test: { name: "newest", provide: { betterAuth: "1.7.25" } } },
    ],
  },
});
