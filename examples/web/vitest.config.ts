import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  // Far from UTC and with summer time: a fault in local times shows wherever the tests run.
  test: { include: ["tests/**/*.test.ts"], env: { TZ: "America/New_York" } },
});
