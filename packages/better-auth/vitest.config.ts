import { defineConfig } from "vitest/config";

// Every test runs over the oldest and the newest Better Auth that the plugin is made for: the same sources, with the
// imports of `better-auth` led to the one or the other.
const oldest = [{ find: /^better-auth(?=\/|$)/, replacement: "better-auth-oldest" }];

// Of packages in node_modules only those in `inline` have their imports led so.
const inline = { deps: { inline: ["@better-auth/api-key"] } };

// Without isolation a worker reads Better Auth once, not for each file: a quarter less work.
const shared = {
  include: ["tests/**/*.test.ts"],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  isolate: false,
  server: inline,
};

export default defineConfig({
  test: {
    // Here and not in the projects, which share this one server: each test has a database of its own in it.
    globalSetup: "tests/support/postgres-server.ts",
    projects: [
      {
        resolve: { alias: oldest },
        // The README is about types, which are checked against what is installed, the newest.
        test: { ...shared, name: "oldest", exclude: ["tests/readme.test.ts"], provide: { betterAuth: "1.7.0" } },
      },
      { test: { ...shared, name: "newest", provide: { betterAuth: "1.7.25" } } },
    ],
  },
});
