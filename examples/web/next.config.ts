import { fileURLToPath } from "node:url";

import type { NextConfig } from "next";

// The packages of this repository are workspaces, so what is imported lies above this folder.
const repository = fileURLToPath(new URL("../..", import.meta.url));

// Of every answer. Those that differ from request to request, or from place to place, are proxy.ts's.
const headers = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
];

const config: NextConfig = {
  poweredByHeader: false,
  turbopack: { root: repository },
  outputFileTracingRoot: repository,
  // It loads a native module by a computed name, which no bundler can follow.
  serverExternalPackages: ["libsql"],
  headers: async () => [{ source: "/:path*", headers }],
};

export default config;
