import { type AuthContext, BetterAuthError, type BetterAuthPlugin, type HookEndpointContext } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { type JwtOptions, jwt } from "better-auth/plugins/jwt";
import { guardIds, guardUuids } from "./chosen-uuids.js";
import { clientAddresses, warnOfForgedAddresses } from "./client-address.js";
import { neverLimitKeys } from "./key-endpoint.js";
import type { DrawbridgeOptions } from "./options.js";
import { organizationClaims, refuseWithoutOrganizations } from "./organization-claims.js";
import { definePayload } from "./payload.js";
import { keepUnchanged, refuseFields } from "./refused-fields.js";
import { revocationsOf } from "./revocations.js";
import { signStoredSessions } from "./session-cache.js";
import { neverLimitExchanges, setJwtHeader } from "./session-exchange.js";
import { signToken } from "./sign-token.js";
import { shareNewKey } from "./signing-keys.js";
import { idAsUuid, newUuids, userUuid, uuidField } from "./user-uuid.js";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;

/** What `drawbridge({ uuid: "user.id" })` returns: Better Auth's JWT plugin with hooks and settings added. */
export type DrawbridgeIdPlugin = Omit<JwtPlugin, "hooks" | "init"> & {
  hooks: NonNullable<BetterAuthPlugin["hooks"]>;
  init: NonNullable<BetterAuthPlugin["init"]>;
};

/** What `drawbridge()` returns: the same with a user field. */
export type DrawbridgePlugin = Omit<DrawbridgeIdPlugin, "schema"> & {
  schema: JwtPlugin["schema"] & { user: { fields: { uuid: typeof uuidField } } };
};

/**
 * Makes Better Auth's tokens such as a backend behind Drawbridge needs them. It is Better Auth's JWT plugin, under its
 * id, so `jwtClient()` and plugins that look for that plugin find it; do not add `jwt()` beside it. What it adds:
 *
 * - Tokens have the claims `uuid`, `email`, `emailVerified`, `name`, `sid`, and `role` where the user has one; and
 *   `impersonatedBy` and `isAnonymous` where an administrator acts as the user, or the user is anonymous.
 * - Users have a `uuid` from the start, which nobody can choose or change, other plugins and hooks included. Better Auth's
 *   migration makes the column; on a table that has rows already, `drawbridge migrate up` does. With `uuid: "user.id"` there
 *   is none: the id is the UUID.
 * - The endpoint of the keys is never rate-limited.
 * - Requests that miss a signing key at the same time make one, not one each.
 * - With {@link DrawbridgeOptions.trustedProxies} Better Auth's limits count by an address that nobody can choose.
 * - Tokens are given by `/token`, and by `/get-session` in the header `set-auth-jwt` for requests alone that have both
 *   `disableCookieCache=true` and `disableRefresh=true`: so a backend makes a JWT of a session's cookie. Those are never
 *   rate-limited either, nor what a backend asks of `/token`.
 * - Tokens that are made from a key of `@better-auth/api-key` have the claims `key` and `permissions`.
 * - With {@link DrawbridgeOptions.organizations} tokens have the claims `orgs`, `orgs_truncated` and `active_org`.
 * - No token is made for a banned user: 403 `BANNED_USER`.
 * - With {@link DrawbridgeOptions.revocations} what ends before its tokens is recorded in a table, and given to backends at
 *   `/drawbridge/revocations`; tokens have the claim `fresh`.
 * - With `sessionCookieCache` the cookie cache is signed for what the database says, and for no session that has ended.
 *
 * A second JWT plugin, `organizations` without Better Auth's organization plugin, and `revocations` without a database are
 * refused when Better Auth starts, with a BetterAuthError. Endpoints answer
 * `FIELD_NOT_ALLOWED` (400) to a `uuid` or `role` that a user sends, `USER_UUID_MISSING` (500) for a user without
 * `uuid`, `USER_ID_NOT_UUID` (500) for one whose id should be a UUID and is not, `CLAIM_NOT_ALLOWED` (500) for a name in {@link DrawbridgeOptions.claims} that is taken, and
 * `TOKEN_TOO_LARGE` (500) for claims that no backend would take.
 */
export function drawbridge(options: DrawbridgeOptions & { uuid: "user.id" }): DrawbridgeIdPlugin;
export function drawbridge(options?: DrawbridgeOptions & { uuid?: undefined }): DrawbridgePlugin;
export function drawbridge(options?: DrawbridgeOptions): DrawbridgePlugin | DrawbridgeIdPlugin;
export function drawbridge(options: DrawbridgeOptions = {}): DrawbridgePlugin | DrawbridgeIdPlugin {
  const { claims, organizations, trustedProxies, uuid, revocations: _, ...forJwt } = options;
  const revocations = revocationsOf(options);
  let auth: AuthContext | undefined;
  const findUser = async (id: string) => (await auth?.internalAdapter.findUserById(id)) ?? null;
  const payloadOf = definePayload(
    claims,
    uuid ? idAsUuid : (user) => userUuid(user, findUser),
    organizations ? async (user, session) => auth && organizationClaims(auth.adapter, user.id, session) : undefined,
  );
  const jwtOptions: JwtOptions = {
    ...forJwt,
    // Signing a token for each /get-session costs every page a signature, and whatever stands in the way of signing (a
    // changed secret, a user without UUID) would sign everybody out. Only who asks for one gets it, by our own hook.
    disableSettingJwtHeader: true,
    jwt: { ...forJwt.jwt, definePayload: payloadOf },
    adapter: { createJwk: shareNewKey() },
  };
  const plugin = jwt<JwtOptions>(jwtOptions);
  const sign = signToken(jwtOptions, payloadOf, revocations);
  const made = {
    ...plugin,
    endpoints: {
      ...plugin.endpoints,
      getToken: createAuthEndpoint("/token", plugin.endpoints.getToken.options, async (ctx) =>
        ctx.json({ token: await sign(ctx) }),
      ),
      ...revocations?.endpoints,
    },
    init(ctx: AuthContext) {
      refuseSecondJwtPlugin(ctx);
      if (uuid) refuseOtherIds(ctx);
      if (organizations) refuseWithoutOrganizations(ctx);
      auth = ctx;
      const ipAddress = trustedProxies && clientAddresses(ctx, trustedProxies);
      if (!ipAddress) warnOfForgedAddresses(ctx);
      if (uuid) guardIds(ctx.adapter, ctx.options);
      else guardUuids(ctx.adapter, ctx.options, newUuids);
      revocations?.start(ctx);
      const rateLimit = neverLimitExchanges(ctx, neverLimitKeys(ctx, options.jwks?.jwksPath ?? "/jwks"));
      const databaseHooks = { ...keepUnchanged(uuid ? "id" : "uuid"), ...revocations?.databaseHooks };
      const ofJwt = plugin.init(ctx)?.context;
      return {
        context: {
          ...(ofJwt && { ...ofJwt, sessionConfig: signStoredSessions(ofJwt.sessionConfig) }),
          rateLimit: revocations?.limits(ctx, rateLimit) ?? rateLimit,
        },
        options: { databaseHooks, ...(ipAddress && { advanced: { ipAddress } }) },
      };
    },
    hooks: {
      before: [refuseFields(uuid ? ["uuid", "id"] : ["uuid"]), ...(revocations?.hooks.before ?? [])],
      after: [neverStoreToken, setJwtHeader(sign), ...(revocations?.hooks.after ?? [])],
    },
    schema: { ...plugin.schema, ...revocations?.schema },
  };
  return uuid ? made : { ...made, schema: { ...made.schema, user: { fields: { uuid: uuidField } } } };
}

/** Better Auth's own ids are texts, or numbers: no user would ever get a token. */
function refuseOtherIds({ options }: AuthContext): void {
  const generateId = options.advanced?.database?.generateId;
  if (generateId === "uuid" || generateId === false || typeof generateId === "function") return;
  throw new BetterAuthError(
    'drawbridge({ uuid: "user.id" }) uses the users\' ids as UUIDs, but Better Auth makes other ids: set ' +
      '`advanced: { database: { generateId: "uuid" } }`, or leave the option `uuid` out.',
  );
}

function refuseSecondJwtPlugin(ctx: AuthContext): void {
  const count = ctx.options.plugins?.filter((plugin) => plugin.id === "jwt").length ?? 0;
  if (count < 2) return;
  throw new BetterAuthError(
    "Two JWT plugins are listed in `plugins`. drawbridge() already is Better Auth's JWT plugin, and both would " +
      "answer /token, with different claims. Remove jwt() (or the second drawbridge()), and pass its options `jwks` " +
      "and `jwt` to drawbridge({ … }).",
  );
}

/** An answer with a token in it is for the page that asked and for nothing in between (RFC 6749 §5.1). */
const neverStoreToken = {
  matcher: ({ path }: HookEndpointContext) => path === "/token",
  handler: createAuthMiddleware(async (context) => {
    context.setHeader("Cache-Control", "no-store");
  }),
};
