import { UnusableTokenError } from "./errors.js";
import { isObject, parseJson } from "./json.js";

/** A token's parts, decoded. Nothing of it has been verified: only the API can say whether it is good. */
export interface UnverifiedToken {
  token: string;
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** The claim that names the user: `uuid` in the paths of the tasks API, `sub` where nothing else is sure to be there. */
export type UserClaim = "uuid" | "sub";

/** What the client itself reads of a token, beside its parts. */
export interface ReadableToken extends UnverifiedToken {
  /** The claim that names the user. */
  userId: string;
  /** Claim `exp`, seconds since 1970 on the issuer's clock. */
  expiresAt: number;
  /** Claim `iat`, the same; Better Auth can be set up to leave it out. */
  issuedAt: number | null;
}

/**
 * Nothing but base64url and dots (RFC 7515 §7.1). It also keeps `fetch` from refusing the header with a message that
 * quotes the token.
 */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const withoutUser: Record<UserClaim, string> = {
  uuid:
    "The token has no claim uuid, which names the user in the API's paths. Add the plugin `drawbridge()` of " +
    "@drawbridge/better-auth to Better Auth, or `uuid` to its definePayload.",
  sub: "The token has no claim sub, which names the user. Better Auth's JWT plugin sets it, unless its getSubject does not.",
};

/**
 * Decodes a token without verifying it.
 *
 * @throws UnusableTokenError when it is no JWT, or lacks what every call needs.
 */
export function decodeUnverified(token: unknown, userClaim: UserClaim): ReadableToken {
  if (typeof token !== "string" || !compactForm.test(token)) {
    throw new UnusableTokenError(
      "getToken did not give a JWT. Better Auth's session token (session.token) is not one: use " +
        "betterAuthToken(authClient), or the token that Better Auth's /token gives.",
    );
  }
  const [header, claims] = token.split(".").map(decodeObject);
  if (!header || !claims) {
    throw new UnusableTokenError(
      "getToken gave something that looks like a JWT but cannot be decoded. Pass on what Better Auth's /token gave, " +
        "unchanged.",
    );
  }
  const { [userClaim]: userId, exp, iat } = claims;
  if (typeof userId !== "string" || userId === "") throw new UnusableTokenError(withoutUser[userClaim]);
  if (typeof exp !== "number") {
    throw new UnusableTokenError(
      "The token has no claim exp, so it would never expire. Better Auth's JWT plugin sets it.",
    );
  }
  return { token, header, claims, userId, expiresAt: exp, issuedAt: typeof iat === "number" ? iat : null };
}

function decodeObject(segment: string): Record<string, unknown> | null {
  try {
    const binary = atob(segment.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value = parseJson(new TextDecoder().decode(bytes));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
