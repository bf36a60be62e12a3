// Better Auth as a Next.js project with Drawbridge has it, or, where a test asks for it, as others have it.

import { createHash } from "node:crypto";

import { drawbridge } from "@drawbridge/better-auth";
import { betterAuth } from "better-auth";
import { verifyPassword } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { jwt, organization, twoFactor } from "better-auth/plugins";

import { openDatabase } from "./database.mjs";

/** What a token says without our plugin. */
const payloads = {
  "no-iat": ({ user }) => ({ uuid: user.uuid, iat: undefined }),
  "no-uuid": ({ user }) => ({ email: user.email }),
  own: ({ user, session }) => ({ uuid: user.uuid, email: user.email, sid: session.id }),
  default: undefined, // the whole row of the user
};

/** Plugins with tables of their own, which no backend knows of. */
const others = (settings) => (settings.otherTables ? [organization(), twoFactor()] : []);

function plugins(settings) {
  return [...tokens(settings), ...others(settings)];
}

function tokens(settings) {
  if (settings.jwt === false) return [];
  const jwks = {
    keyPairConfig: settings.algorithm ? { alg: settings.algorithm } : undefined,
    rotationInterval: settings.rotateEvery,
    gracePeriod: settings.gracePeriod,
    jwksPath: settings.jwksPath,
  };
  const token = { issuer: settings.issuer, audience: settings.audience, expirationTime: settings.expiresIn };
  if (settings.uuid !== false && !settings.payload)
    return [drawbridge({ jwks, jwt: token, trustedProxies: settings.trustedProxies, uuid: settings.uuidColumn })];
  const definePayload = payloads[settings.payload ?? "no-uuid"];
  return [jwt({ jwks, jwt: { ...token, definePayload }, sessionCookieCache: settings.sessionCache })];
}

/** The plugin's, where it is not there to bring it. */
function uuidField(settings) {
  if (settings.uuid === false || (settings.jwt !== false && !settings.payload)) return {};
  const input = settings.ownFields === true;
  return {
    uuid: { type: "string", required: true, unique: true, input, defaultValue: () => crypto.randomUUID() },
    ...(input && { role: { type: "string", required: false, defaultValue: "user" } }),
  };
}

function rateLimit({ keyFetches, otherTables }) {
  if (otherTables) return { storage: "database" };
  if (keyFetches === undefined) return undefined;
  return { enabled: true, customRules: { "/jwks": keyFetches > 0 && { window: 600, max: keyFetches } } };
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Better Auth's own hash, slow on purpose, would take a tenth of a second for each of some thousand sign-ups. */
const quickPasswords = {
  hash: async (password) => sha256(password),
  verify: async ({ hash, password }) =>
    // Another Better Auth on the same database may have made this one.
    hash.includes(":") ? verifyPassword({ hash, password }) : hash === sha256(password),
};

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
 * @param {string} [settings.payload]     one of the names above: Better Auth's own JWT plugin, with that payload
 * @param {string} [settings.basePath]    "/api/auth" is Better Auth's default
 * @param {string} [settings.jwksPath]    "/jwks" is
 * @param {number} [settings.keyFetches]  how many requests for the keys are answered, 0 for all: others are limited
 * @param {boolean} [settings.ownFields]  users may set their `uuid` and `role`; with a payload only
 * @param {boolean} [settings.sessionCache]  the session is also in a cookie that the keys sign; with a payload only
 * @param {string[]} [settings.trustedProxies]  undefined for what X-Forwarded-For says, whoever says it
 * @param {boolean} [settings.uuid]       false: a Better Auth that knows of no UUID
 * @param {boolean} [settings.jwt]        false: one without tokens and keys
 * @param {string} [settings.ids]         advanced.database.generateId: "uuid", "serial", or "random-uuid" for a function
 * @param {string} [settings.uuidColumn]  the option `uuid` of drawbridge(): "user.id"
 * @param {boolean} [settings.otherTables]  plugins with tables of their own, and rate limits in the database
 * @param {boolean} [settings.migrate]    false: the tables are made by somebody else
 */
export async function makeAuth(settings) {
  const { options, close } = openDatabase(settings.databaseUrl);
  const auth = betterAuth({
    baseURL: settings.baseURL,
    basePath: settings.basePath,
    secret: settings.secret,
    database: options,
    emailAndPassword: { enabled: true, password: quickPasswords },
    telemetry: { enabled: false },
    advanced: settings.ids
      ? { database: { generateId: settings.ids === "random-uuid" ? () => crypto.randomUUID() : settings.ids } }
      : undefined,
    rateLimit: rateLimit(settings),
    session: settings.sessionCache && { cookieCache: { enabled: true, strategy: "jwt" } },
    user: {
      additionalFields: uuidField(settings),
      deleteUser: { enabled: true },
    },
    plugins: plugins(settings),
  });
  if (settings.migrate !== false) {
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
  }
  return { auth, close };
}
