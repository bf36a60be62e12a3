// Better Auth as a Next.js project with Drawbridge has it: e-mail and password, the JWT plugin, and a
// UUID for each user beside Better Auth's own id.

import { randomUUID } from "node:crypto";

import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { jwt } from "better-auth/plugins";

import { openDatabase } from "./database.mjs";

/** What a token says. The first is what Drawbridge recommends. */
const payloads = {
  bridge: ({ user, session }) => ({ uuid: user.uuid, email: user.email, name: user.name, sid: session.id }),
  "no-iat": ({ user }) => ({ uuid: user.uuid, iat: undefined }),
  "no-uuid": ({ user }) => ({ email: user.email }),
  default: undefined, // the whole row of the user
};

const uuidField = { type: "string", required: true, unique: true, input: false, defaultValue: () => randomUUID() };

function jwtPlugin(settings) {
  return jwt({
    jwks: {
      keyPairConfig: settings.algorithm ? { alg: settings.algorithm } : undefined,
      rotationInterval: settings.rotateEvery,
      gracePeriod: settings.gracePeriod,
    },
    jwt: {
      issuer: settings.issuer,
      audience: settings.audience,
      expirationTime: settings.expiresIn,
      definePayload: payloads[settings.payload ?? "bridge"],
    },
  });
}

/**
 * @param {object} settings
 * @param {string} settings.baseURL       the origin that the browser sees; also `iss` and `aud` of the tokens
 * @param {string} settings.secret
 * @param {string} settings.databaseUrl   see database.mjs
 * @param {string} [settings.algorithm]   EdDSA (default), ES256, ES512, PS256, RS256
 * @param {string|number} [settings.expiresIn]    lifetime of a token; "15m" is Better Auth's default
 * @param {number} [settings.rotateEvery] seconds after which a new signing key is made
 * @param {number} [settings.gracePeriod] seconds for which an old key stays listed
 * @param {string} [settings.issuer]
 * @param {string[]} [settings.audience]
 * @param {string} [settings.payload]     one of the names above
 * @param {boolean} [settings.uuid]       false: a Better Auth that knows of no UUID
 * @param {boolean} [settings.jwt]        false: one without tokens and keys
 * @param {boolean} [settings.migrate]    false: the tables are made by somebody else
 */
export async function makeAuth(settings) {
  const { options, close } = openDatabase(settings.databaseUrl);
  const auth = betterAuth({
    baseURL: settings.baseURL,
    secret: settings.secret,
    database: options,
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    user: {
      additionalFields: settings.uuid === false ? {} : { uuid: uuidField },
      deleteUser: { enabled: true },
    },
    plugins: settings.jwt === false ? [] : [jwtPlugin(settings)],
  });
  if (settings.migrate !== false) {
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
  }
  return { auth, close };
}
