import { drawbridge } from "@drawbridge/better-auth";
import { betterAuth } from "better-auth";

import { openDatabase } from "@/lib/database";
import { readEnvironment } from "@/lib/environment";

function openAuth() {
  const environment = readEnvironment();
  const database = openDatabase(environment.database);
  const auth = betterAuth({
    // Without it `iss` and `aud` of the tokens would be whatever the request's Host header says.
    baseURL: environment.baseUrl,
    secret: environment.secret,
    database,
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    plugins: [drawbridge({ revocations: true, trustedProxies: environment.trustedProxies })],
  });
  return { auth, database, environment };
}

type OpenAuth = ReturnType<typeof openAuth>;

// On `globalThis`, since Next.js bundles each route by itself and loads modules again while one develops: a variable of
// this module would be one of several, each with connections of its own.
const shared = globalThis as typeof globalThis & { drawbridgeExample?: OpenAuth };

/**
 * Better Auth, its database, and the settings of both; made at the first call, so that `next build` needs none of them.
 *
 * @throws EnvironmentError when a variable is missing or cannot work.
 */
export function getAuth(): OpenAuth {
  shared.drawbridgeExample ??= openAuth();
  return shared.drawbridgeExample;
}
