// Makes tests/vectors/*.json: real tokens of a real Better Auth with the key sets that verify them. No
// private key leaves this process. Run it again after a new Better Auth: `npm ci && node make_vectors.mjs`.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { makeAuth } from "./auth.mjs";

const folder = new URL("../../vectors/", import.meta.url);
const baseURL = "http://127.0.0.1:3001";
const tenYears = "3650d";

const cases = {
  EdDSA: { algorithm: "EdDSA" },
  ES256: { algorithm: "ES256" },
  ES512: { algorithm: "ES512" },
  PS256: { algorithm: "PS256" },
  RS256: { algorithm: "RS256" },
  "aud-array": { audience: ["https://api.example.com", "https://other.example.com"] },
  "custom-issuer": { issuer: "https://login.example.com" },
  "default-payload": { payload: "default" },
  "iat-omitted": { payload: "no-iat" },
  "uuid-missing": { payload: "no-uuid" },
  "rotated-two-keys": { rotateEvery: 1, gracePeriod: 3600, rotate: true },
};

const segment = (token, index) => JSON.parse(Buffer.from(token.split(".")[index], "base64url").toString());

async function signUp(auth) {
  const email = `u${randomBytes(6).toString("hex")}@example.com`;
  const body = { email, password: randomBytes(12).toString("hex"), name: 'Zoë "Q" 日本' };
  const response = await auth.api.signUpEmail({ body, asResponse: true });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return new Headers({ cookie });
}

async function makeVector({ rotate, ...settings }) {
  const scratch = await mkdtemp(join(tmpdir(), "drawbridge-vectors-"));
  const { auth, close } = await makeAuth({
    baseURL,
    secret: randomBytes(32).toString("hex"),
    databaseUrl: join(scratch, "auth.db"),
    expiresIn: tenYears,
    ...settings,
  });
  try {
    const headers = await signUp(auth);
    let { token } = await auth.api.getToken({ headers });
    if (rotate) {
      await sleep(1_500);
      ({ token } = await auth.api.getToken({ headers }));
    }
    const jwks = await auth.api.getJwks();
    const header = segment(token, 0);
    const payload = segment(token, 1);
    return {
      alg: header.alg,
      jwks_path: "/api/auth/jwks",
      jwks,
      token,
      iss: payload.iss,
      aud: payload.aud,
      header,
      payload,
    };
  } finally {
    await close();
    await rm(scratch, { recursive: true });
  }
}

for (const [name, settings] of Object.entries(cases)) {
  const vector = await makeVector(settings);
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(vector, null, 1)}\n`);
  console.log(
    `${name}: ${vector.header.alg}, ${vector.jwks.keys.length} key(s), good until ${new Date(vector.payload.exp * 1000).toISOString().slice(0, 10)}`,
  );
}
