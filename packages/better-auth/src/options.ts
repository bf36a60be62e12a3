import type { Session, User } from "better-auth";
import type { JwtOptions } from "better-auth/plugins/jwt";

type KeyOptions = NonNullable<JwtOptions["jwks"]>;

/**
 * What `drawbridge()` can be told. Everything has a default, and what is not here is decided: which claims a token has,
 * that `sub` is `user.id`, and that the keys are Better Auth's own, in its database.
 */
export interface DrawbridgeOptions extends Pick<JwtOptions, "schema" | "sessionCookieCache"> {
  /**
   * More claims, beside those that every token has. Called for every token, so a slow answer makes every token slow.
   *
   * The names of registered claims (RFC 7519 §4.1), of the plugin's own, and of claims that mark another kind of token
   * cannot be given: signing such a token fails with code `CLAIM_NOT_ALLOWED`. A token of more than 16,384 bytes is not made
   * either, code `TOKEN_TOO_LARGE`: bound a text that users write themselves, such as `image`.
   */
  claims?: (signedIn: {
    user: User & Record<string, unknown>;
    session: Session & Record<string, unknown>;
  }) => Record<string, unknown> | Promise<Record<string, unknown>>;

  /**
   * `"user.id"` where Better Auth's own ids are UUIDs: `advanced.database.generateId` is `"uuid"`, or a function that makes
   * them. The id is then the claim `uuid` too, and users have no field of that name beside it. Only a lower-case UUID is
   * signed: `/token` answers 500 `USER_ID_NOT_UUID` for a user with another id. Default: a field `uuid` of its own.
   */
  uuid?: "user.id";

  /**
   * Tokens name the organizations that the user is a member of, with the user's role in each, as Better Auth's organization
   * plugin has them when the token is made: claim `orgs`, `{"<organization id>": "<role>"}`, of up to 16 memberships and
   * 1,024 bytes of JSON. Where there are more, `orgs_truncated` is true; the active organization is kept first, then the
   * oldest memberships. `active_org` is the active organization, to be shown. Default: false.
   */
  organizations?: boolean;

  jwt?: {
    /** Claim `iss`. Default: the origin of `baseURL`, which is what the backend expects by default. */
    issuer?: string;
    /** Claim `aud`. Default: the origin of `baseURL`, which is what the backend expects by default. */
    audience?: string | string[];
    /** For how long a token is good, as a number and a unit: `"15m"` (default), `"1h"`. Without `revocations` it cannot be revoked before. */
    expirationTime?: string;
    /**
     * Makes the token from its claims elsewhere, such as at a key service (KMS), and needs `jwks.remoteUrl`. It must sign the
     * claims as they are, and write `alg` and `kid` of the key that verifies it into the header.
     */
    sign?: NonNullable<JwtOptions["jwt"]>["sign"];
  };

  /**
   * Records what ends before its tokens do (sign-outs, lost roles, deleted keys), and gives it to backends at
   * `/drawbridge/revocations`, so that they refuse such tokens within a second. It adds the table `drawbridgeRevocation` and
   * needs a database, wherever sessions are. With `secret`, 32 characters or more, the feed is for those alone
   * who send it as `Authorization: Bearer <secret>`; without it anybody can read it, and sees hashes. Default: off.
   */
  revocations?: boolean | { secret?: string };

  /**
   * The proxies in front of this server, by IP address or CIDR range; `[]` where browsers connect to it themselves. Better
   * Auth's limits, such as that of wrong passwords, then count by the address that really connected, or that such a proxy
   * reports in `X-Forwarded-For`. Without it Better Auth believes that header from anybody. For servers of Node.js (`node:http`);
   * where a platform calls your code instead, set Better Auth's `advanced.ipAddress.ipAddressHeaders` to the header that the
   * platform writes.
   */
  trustedProxies?: string[];

  /**
   * The signing keys, with the names and units of Better Auth's JWT plugin: `keyPairConfig` (default EdDSA, Ed25519),
   * `rotationInterval` and `gracePeriod` in seconds, `jwksPath` (default `/jwks`). With `remoteUrl` the public keys are there
   * and not at `jwksPath`; Better Auth then wants `keyPairConfig.alg`, and backends `BETTER_AUTH_JWKS_URL`.
   */
  jwks?: Pick<
    KeyOptions,
    | "disablePrivateKeyEncryption"
    | "gracePeriod"
    | "jwksPath"
    | "keyPairConfig"
    | "keyPairConfigs"
    | "remoteUrl"
    | "rotationInterval"
  >;
}
