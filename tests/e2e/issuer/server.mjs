// Serves Better Auth on HOST:PORT. Prints one JSON line when it is ready; SIGTERM or SIGINT ends it.
//
//   PORT=3000 BETTER_AUTH_URL=http://localhost:3000 BETTER_AUTH_SECRET=… DATABASE_FILE=.data/app.db node server.mjs
//
// For tests: ISSUER_ALGORITHM, ISSUER_EXPIRES_IN, ISSUER_ROTATE_EVERY, ISSUER_GRACE_PERIOD, ISSUER_ISSUER,
// ISSUER_AUDIENCE (comma-separated), ISSUER_PAYLOAD; auth.mjs says what they mean.

import { createServer } from "node:http";

import { toNodeHandler } from "better-auth/node";

import { makeAuth } from "./auth.mjs";

function required(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`issuer: ${name} is not set`);
  process.exit(2);
}

const number = (name) => (process.env[name] ? Number(process.env[name]) : undefined);

const host = process.env.HOST ?? "127.0.0.1";
const port = Number(required("PORT"));
const { auth, close } = await makeAuth({
  baseURL: process.env.BETTER_AUTH_URL ?? `http://localhost:${port}`,
  secret: required("BETTER_AUTH_SECRET"),
  databaseFile: required("DATABASE_FILE"),
  algorithm: process.env.ISSUER_ALGORITHM,
  expiresIn: process.env.ISSUER_EXPIRES_IN,
  rotateEvery: number("ISSUER_ROTATE_EVERY"),
  gracePeriod: number("ISSUER_GRACE_PERIOD"),
  issuer: process.env.ISSUER_ISSUER,
  audience: process.env.ISSUER_AUDIENCE?.split(","),
  payload: process.env.ISSUER_PAYLOAD,
});

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
  server.close(() => {
    close();
    process.exit(0);
  });
  server.closeAllConnections();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
