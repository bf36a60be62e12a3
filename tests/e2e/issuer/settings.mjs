// What the environment says about this Better Auth; auth.mjs says what each of the settings means.

export function required(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`issuer: ${name} is not set`);
  process.exit(2);
}

const number = (name) => (process.env[name] ? Number(process.env[name]) : undefined);

/** @param {string} origin  that of Better Auth where BETTER_AUTH_URL does not say another */
export function readSettings(origin) {
  return {
    baseURL: process.env.BETTER_AUTH_URL ?? origin,
    secret: required("BETTER_AUTH_SECRET"),
    databaseUrl: process.env.DATABASE_URL ?? required("DATABASE_FILE"),
    algorithm: process.env.ISSUER_ALGORITHM,
    expiresIn: process.env.ISSUER_EXPIRES_IN,
    rotateEvery: number("ISSUER_ROTATE_EVERY"),
    gracePeriod: number("ISSUER_GRACE_PERIOD"),
    issuer: process.env.ISSUER_ISSUER,
    audience: process.env.ISSUER_AUDIENCE?.split(","),
    payload: process.env.ISSUER_PAYLOAD,
    claims: process.env.ISSUER_CLAIMS,
    basePath: process.env.ISSUER_BASE_PATH,
    jwksPath: process.env.ISSUER_JWKS_PATH,
    keyFetches: number("ISSUER_KEY_FETCHES"),
    revocations: process.env.ISSUER_REVOCATIONS === "on",
    feedSecret: process.env.ISSUER_FEED_SECRET,
    feedReads: number("ISSUER_FEED_READS"),
    ownFields: process.env.ISSUER_OWN_FIELDS === "on",
    sessionCache: process.env.ISSUER_SESSION_CACHE,
    sessionCacheAge: number("ISSUER_SESSION_CACHE_AGE"),
    redis: process.env.ISSUER_REDIS,
    sessionRows: process.env.ISSUER_SESSION_ROWS,
    memory: process.env.ISSUER_MEMORY === "on",
    cookieDomain: process.env.ISSUER_COOKIE_DOMAIN,
    cookiePrefix: process.env.ISSUER_COOKIE_PREFIX,
    allowedHosts: process.env.ISSUER_ALLOWED_HOSTS?.split(","),
    remoteUrl: process.env.ISSUER_REMOTE_URL,
    serviceKey: process.env.ISSUER_SERVICE_KEY,
    sharedSecret: process.env.ISSUER_SHARED_SECRET === "on",
    bearer: process.env.ISSUER_BEARER,
    admin: process.env.ISSUER_ADMIN === "on",
    apiKeys: process.env.ISSUER_API_KEYS,
    organizations: process.env.ISSUER_ORGANIZATIONS === "on",
    trustedProxies: process.env.ISSUER_TRUSTED_PROXIES?.split(",").filter(Boolean),
    uuid: process.env.ISSUER_UUID !== "off",
    jwt: process.env.ISSUER_JWT !== "off",
    ids: process.env.ISSUER_IDS,
    uuidColumn: process.env.ISSUER_UUID_COLUMN,
    otherTables: process.env.ISSUER_OTHER_TABLES === "on",
  };
}
