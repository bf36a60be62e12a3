import { defineConfig } from "vitest/config";

// Tests run over the oldest and the newest Better Auth that the plugin is made for: the same sources, with the imports
// of `better-auth` led to the one or the other. Over the oldest these are all, but in `./dev test --long`.
const long = process.env.DRAWBRIDGE_TEST_LONG === "1";
const overOldest = long ? "*" : "{everywhere,session-endings}";
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

const newestAlone = ["tests/readme.test.ts", "tests/revocation-pages.test.ts"];

export default defineConfig({
  test: {
    // Here and not in the projects, which share these servers: each test has a database or a prefix of its own in them.
    globalSetup: "tests/support/servers.ts",
    projects: [
      {
        resolve: { alias: oldest },
        // The README is about types, which are checked against what is installed, the newest; pages are of tens of
        // thousands of rows.
        test: {
          ...shared,
          name: "oldest",
          include: [`tests/${overOldest}.test.ts`],
          exclude: newestAlone,
          provide: { betterAuth: "1.7.0", isNewest: false },
        },
      },
      { test: { ...shared, name: "newest", provide: { betterAuth: "1.7.25", isNewest: true } } },
    ],
  },
});
