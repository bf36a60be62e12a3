// jose and fast-jwt as bench/harness/part_peers.py asks each peer: `peer.mjs LIBRARY gate|seen|unseen|serve`.

import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createVerifier } from "fast-jwt";
import Fastify from "fastify";
import { createLocalJWKSet, jwtVerify } from "jose";

const { BETTER_AUTH_URL: origin, ALGORITHM: algorithm, JWKS, PORT, REMEMBERS } = process.env;
const [library, mode, seconds] = process.argv.slice(2);
const requiredClaims = ["exp", "iss", "aud", "sub"];

const makers = {
  // With a function for the key it would answer by a promise, so the one key is given.
  "fast-jwt": () =>
    createVerifier({
      key: createPublicKey({ key: JSON.parse(JWKS).keys[0], format: "jwk" }).export({ type: "spki", format: "pem" }),
      algorithms: [algorithm],
      allowedIss: origin,
      allowedAud: origin,
      requiredClaims,
      cache: REMEMBERS === "1",
    }),
  jose: () => {
    const keys = createLocalJWKSet(JSON.parse(JWKS));
    const options = { algorithms: [algorithm], issuer: origin, audience: origin, requiredClaims };
    return async (token) => (await jwtVerify(token, keys, options)).payload;
  },
};

const verify = makers[library]();
const isPromised = library === "jose"; // what is none is not waited for

async function gate(tokens) {
  for (const token of tokens) {
    try {
      await verify(token);
      console.log("accepted");
    } catch {
      console.log("refused");
    }
  }
}

function processorNanoseconds() {
  const { user, system } = process.cpuUsage();
  return 1e3 * (user + system);
}

/** Verifies the tokens in turn until the time is over; the first quarter is not counted. */
async function nanoseconds(tokens, isSeen) {
  let next = 0;
  async function verifySome(most) {
    let count = 0;
    for (; count < most && next < tokens.length; ++count) {
      const verified = verify(tokens[next]);
      if (isPromised) await verified;
      if (!isSeen) ++next;
    }
    return count;
  }
  await verifySome(Math.floor(tokens.length / 4));
  const began = processorNanoseconds();
  const end = performance.now() + 1e3 * Number(seconds);
  let count = 0;
  while (performance.now() < end && next < tokens.length) count += await verifySome(100);
  return (processorNanoseconds() - began) / count;
}

async function serve() {
  const text = { type: "string" };
  const number = { type: "integer" };
  const properties = { sub: text, uuid: text, email: text, name: text, sid: text, iat: number, exp: number };
  // With a schema Fastify writes an answer in half the time, as its documents say.
  const schema = { response: { 200: { type: "object", properties: { ...properties, iss: text, aud: text } } } };
  const app = Fastify({ logger: false });
  app.get("/api/v1/me", { schema }, async (request, reply) => {
    const sent = request.headers.authorization ?? "";
    try {
      const verified = verify(sent.startsWith("Bearer ") ? sent.slice(7) : "");
      return isPromised ? await verified : verified;
    } catch {
      return reply.code(401).send();
    }
  });
  await app.listen({ host: "127.0.0.1", port: Number(PORT) });
}

if (mode === "serve") {
  await serve();
} else {
  const tokens = readFileSync(0, "utf8").trimEnd().split("\n");
  if (mode === "gate") await gate(tokens);
  else console.log(await nanoseconds(tokens, mode === "seen"));
}
