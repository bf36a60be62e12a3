// Better Auth as a Next.js project with Drawbridge has it, or, where a test asks for it, as others have it.

import { createHash, createHmac, createPrivateKey, sign } from "node:crypto";

import { apiKey } from "@better-auth/api-key";
import { drawbridge } from "@drawbridge/better-auth";
import { betterAuth } from "better-auth";
import { verifyPassword } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { admin, bearer, jwt, organization, twoFactor } from "better-auth/plugins";

import { openDatabase, openStorage } from "./database.mjs";

/** What a token says without our plugin. */
const payloads = {
  "no-iat": ({ user }) => ({ uuid: user.uuid, iat: undefined }),
  "no-uuid": ({ user }) => ({ email: user.email }),
  own: ({ user, session }) => ({ uuid: user.uuid, email: user.email, sid: session.id }),
  default: undefined, // the whole row of the user
};

const segment = (members) => Buffer.from(JSON.stringify(members)).toString("base64url");

/** Tokens as a key service makes them, whose key this process has for it. */
function signedByService(key) {
  const privateKey = createPrivateKey({ key: JSON.parse(key), format: "jwk" });
  return async (claims) => {
    const token = `${segment({ alg: "EdDSA", kid: JSON.parse(key).kid })}.${segment(claims)}`;
    return `${token}.${sign(null, Buffer.from(token), privateKey).toString("base64url")}`;
  };
}

/** Tokens as many a guide makes them: with the secret, which the backend then has as well. */
function signedWithSecret(secret) {
  return async (claims) => {
    const token = `${segment({ alg: "HS256", typ: "JWT" })}.${segment(claims)}`;
    return `${token}.${createHmac("sha256", secret).update(token).digest("base64url")}`;
  };
}

function signedElsewhere({ serviceKey, sharedSecret, secret }) {
  if (serviceKey) return signedByService(serviceKey);
  return sharedSecret ? signedWithSecret(secret) : undefined;
}

/** Better Auth's own limit, ten uses a day, counts each time that it is asked about a key. */
const keyOptions = ({ apiKeys }) => ({
  enableSessionForAPIKeys: true,
  permissions: { defaultPermissions: { files: ["read"] } },
  rateLimit: apiKeys === "limited" ? { maxRequests: 1, timeWindow: 86_400_000 } : { enabled: false },
});

/** Beside those of tokens; some have tables of their own, which no backend knows of. */
function others(settings) {
  return [
    ...(settings.otherTables || settings.organizations ? [organization()] : []),
    ...(settings.otherTables ? [twoFactor()] : []),
    ...(settings.admin ? [admin()] : []),
    ...(settings.apiKeys ? [apiKey(keyOptions(settings))] : []),
    ...(settings.bearer ? [bearer({ requireSignature: settings.bearer === "signed" })] : []),
  ];
}

function plugins(settings) {
  return [...jwtPlugins(settings), ...others(settings)];
}

function jwtPlugins(settings) {
  if (settings.jwt === false) return [];
  const sign = signedElsewhere(settings);
  const jwks = {
    keyPairConfig: settings.algorithm || settings.remoteUrl ? { alg: settings.algorithm ?? "EdDSA" } : undefined,
    remoteUrl: settings.remoteUrl,
    rotationInterval: settings.rotateEvery,
    gracePeriod: settings.gracePeriod,
    jwksPath: settings.jwksPath,
  };
  const token = { issuer: settings.issuer, audience: settings.audience, expirationTime: settings.expiresIn, sign };
  const sessionCookieCache = ["on", "large"].includes(settings.sessionCache);
  if (settings.uuid !== false && !settings.payload) {
    const { organizations, trustedProxies, uuidColumn: uuid } = settings;
    const revocations = revocationsOf(settings);
    const claims = settings.claims === "fragile" ? fragileClaims : undefined;
    return [
      drawbridge({ jwks, jwt: token, claims, organizations, trustedProxies, uuid, sessionCookieCache, revocations }),
    ];
  }
  const definePayload = payloads[settings.payload ?? "no-uuid"];
  return [jwt({ jwks, jwt: { ...token, definePayload }, sessionCookieCache })];
}

/** As an app's own code fails for what one user has entered. */
function fragileClaims({ user }) {
  if (user.name === "fragile") throw new Error("claims of a user named fragile");
  return {};
}

const revocationsOf = ({ revocations, feedSecret }) =>
  feedSecret ? { secret: feedSecret } : revocations ? true : undefined;

/** More of each user than one cookie holds. */
const biography = {
  biography: { type: "string", required: true, input: false, defaultValue: () => "x".repeat(6_000) },
};

/** The plugin's, where it is not there to bring it. */
function uuidField(settings) {
  if (settings.sessionCache === "large") return biography;
  if (settings.uuid === false || (settings.jwt !== false && !settings.payload)) return {};
  const input = settings.ownFields === true;
  return {
    uuid: { type: "string", required: true, unique: true, input, defaultValue: () => crypto.randomUUID() },
    ...(input && { role: { type: "string", required: false, defaultValue: "user" } }),
  };
}

function rateLimit({ keyFetches, feedReads, otherTables }) {
  if (otherTables) return { storage: "database" };
  if (feedReads !== undefined) {
    return { enabled: true, customRules: { "/drawbridge/revocations": { window: 600, max: feedReads } } };
  }
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

function session({ sessionCache, sessionCacheAge, sessionRows }) {
  const strategy = sessionCache === "compact" ? "compact" : "jwt";
  return {
    ...(sessionCache && { cookieCache: { enabled: true, strategy, maxAge: sessionCacheAge } }),
    ...(sessionRows && { storeSessionInDatabase: true, preserveSessionInDatabase: sessionRows === "preserved" }),
  };
}

function advanced({ ids, cookieDomain, cookiePrefix }) {
  const generateId = ids === "random-uuid" ? () => crypto.randomUUID() : ids;
  return {
    ...(ids && { database: { generateId } }),
    ...(cookieDomain && { crossSubDomainCookies: { enabled: true, domain: cookieDomain } }),
    ...(cookiePrefix && { cookiePrefix }),
  };
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
 * @param {string} [settings.payload]     one of the names above: Better Auth's own JWT plugin, with that payload
 * @param {string} [settings.claims]      "fragile": claims of an app's own, which throw for users of that name
 * @param {string} [settings.basePath]    "/api/auth" is Better Auth's default
 * @param {string} [settings.jwksPath]    "/jwks" is
 * @param {number} [settings.keyFetches]  how many requests for the keys are answered, 0 for all: others are limited
 * @param {boolean} [settings.revocations]  what ends before its tokens is told to backends
 * @param {string} [settings.feedSecret]  to those alone that send it
 * @param {number} [settings.feedReads]   and so often in all, by a rule of the application's own
 * @param {boolean} [settings.ownFields]  users may set their `uuid` and `role`; with a payload only
 * @param {string} [settings.sessionCache]  "on": the session is also in a cookie that the keys sign; "large": in chunks of
 *                                        it; "secret": that the secret signs; "compact": in another form
 * @param {number} [settings.sessionCacheAge]  seconds that it holds
 * @param {string} [settings.redis]       see database.mjs: sessions are there, and nowhere else
 * @param {string} [settings.sessionRows] "stored": they are in the database as well; "preserved": for good
 * @param {boolean} [settings.memory]     no database: all is in the memory of this process; with a payload only
 * @param {string} [settings.cookieDomain]  cookies are for this domain and all hosts below
 * @param {string} [settings.cookiePrefix]  "better-auth" is Better Auth's default
 * @param {string[]} [settings.allowedHosts]  `iss` and `aud` follow the host of each request, which must be one of these
 * @param {string} [settings.remoteUrl]   where the keys are in place of `jwksPath`
 * @param {string} [settings.serviceKey]  a JWK by which tokens are signed elsewhere, whose public half is at `remoteUrl`
 * @param {boolean} [settings.sharedSecret]  tokens are signed elsewhere with the secret; with a `remoteUrl`
 * @param {string} [settings.bearer]      "on": session tokens are taken as bearer tokens; "signed": signed ones alone
 * @param {boolean} [settings.admin]      administrators can act as another user
 * @param {string} [settings.apiKeys]     "on": users have API keys; "limited": each may be used once a day
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
  const { storage, closeStorage } = openStorage(settings.redis);
  const auth = betterAuth({
    baseURL: settings.allowedHosts ? { allowedHosts: settings.allowedHosts, protocol: "http" } : settings.baseURL,
    basePath: settings.basePath,
    secret: settings.secret,
    database: settings.memory ? undefined : options,
    emailAndPassword: { enabled: true, password: quickPasswords },
    telemetry: { enabled: false },
    advanced: advanced(settings),
    rateLimit: rateLimit(settings),
    secondaryStorage: storage,
    session: session(settings),
    user: {
      additionalFields: uuidField(settings),
      deleteUser: { enabled: true },
    },
    plugins: plugins(settings),
  });
  if (settings.migrate !== false && !settings.memory) {
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
  }
  return { auth, close: () => Promise.all([close(), closeStorage()]) };
}
