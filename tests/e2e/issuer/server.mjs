// Serves Better Auth on HOST:PORT. Prints one JSON line when it is ready; SIGTERM or SIGINT ends it.
//
//   PORT=3000 BETTER_AUTH_URL=http://localhost:3000 BETTER_AUTH_SECRET=… DATABASE_FILE=.data/app.db node server.mjs
//
// DATABASE_URL=postgresql://… in place of DATABASE_FILE has the data in PostgreSQL.
//
// For tests: ISSUER_ALGORITHM, ISSUER_EXPIRES_IN, ISSUER_ROTATE_EVERY, ISSUER_GRACE_PERIOD, ISSUER_ISSUER,
// ISSUER_AUDIENCE and ISSUER_TRUSTED_PROXIES (comma-separated), ISSUER_PAYLOAD, ISSUER_BASE_PATH, ISSUER_JWKS_PATH,
// ISSUER_KEY_FETCHES, ISSUER_IDS, ISSUER_UUID_COLUMN, ISSUER_SESSION_CACHE, ISSUER_SESSION_CACHE_AGE, ISSUER_REDIS,
// ISSUER_SESSION_ROWS, ISSUER_COOKIE_DOMAIN, ISSUER_COOKIE_PREFIX, ISSUER_ALLOWED_HOSTS (comma-separated),
// ISSUER_FEED_SECRET, ISSUER_FEED_READS, ISSUER_REMOTE_URL, ISSUER_SERVICE_KEY, ISSUER_BEARER, `on` for
// ISSUER_REVOCATIONS, ISSUER_MEMORY, ISSUER_OWN_FIELDS, ISSUER_OTHER_TABLES, ISSUER_SHARED_SECRET, ISSUER_ADMIN,
// ISSUER_API_KEYS, ISSUER_ORGANIZATIONS, and `off` for ISSUER_UUID, ISSUER_JWT, ISSUER_MIGRATE; auth.mjs says what they mean.

import { createServer } from "node:http";

import { toNodeHandler } from "better-auth/node";

import { makeAuth } from "./auth.mjs";
import { readSettings, required } from "./settings.mjs";

const host = process.env.HOST ?? "127.0.0.1";
const port = Number(required("PORT"));
const settings = readSettings(`http://localhost:${port}`);
const { auth, close } = await makeAuth({ ...settings, migrate: process.env.ISSUER_MIGRATE !== "off" });

const handle = toNodeHandler(auth);
const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(`issuer: ${request.method} ${request.url}: ${error}`);
    if (!response.headersSent) response.writeHead(500).end();
  });
});

server.on("error", (error) => {
  console.error(`issuer: ${error.message}`);
  process.exit(1);
});
server.listen(port, host, () => {
  console.log(JSON.stringify({ ready: true, url: `http://${host}:${server.address().port}` }));
});

function stop() {
  server.close(async () => {
    await close();
    process.exit(0);
  });
  server.closeAllConnections();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
