import { UnusableTokenError } from "./errors.js";
import { isObject, parseJson } from "./json.js";

/** A token's parts, decoded. Nothing of it has been verified: only the API can say whether it is good. */
export interface UnverifiedToken {
  token: string;
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** What the client itself reads of a token, beside its parts. */
export interface ReadableToken extends UnverifiedToken {
  /** Claim `uuid`, the user's id in the API's paths. */
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

/**
 * Decodes a token without verifying it.
 *
 * @throws UnusableTokenError when it is no JWT, or lacks what every call needs.
 */
export function decodeUnverified(token: unknown): ReadableToken {
  if (typeof token !== "string" || !compactForm.test(token)) {
    throw new UnusableTokenError(
      "getToken did not give a JWT. Better Auth's session token (session.token) is none: use betterAuthToken(authClient), " +
        "or the token of `await authClient.token()`.",
    );
  }
  const [header, claims] = token.split(".").map(decodeObject);
  if (!header || !claims) {
    throw new UnusableTokenError(
      "getToken gave something that looks like a JWT and cannot be decoded. Hand on what Better Auth's /token gave, unchanged.",
    );
  }
  const { uuid, exp, iat } = claims;
  if (typeof uuid !== "string" || uuid === "") {
    throw new UnusableTokenError(
      "The token has no claim uuid, which names the user in the API's paths. Add the plugin `drawbridge()` of " +
        "@drawbridge/better-auth to Better Auth, or `uuid` to its definePayload.",
    );
  }
  if (typeof exp !== "number") {
    throw new UnusableTokenError(
      "The token has no claim exp, so it would never end. Better Auth's JWT plugin sets it.",
    );
  }
  return { token, header, claims, userId: uuid, expiresAt: exp, issuedAt: typeof iat === "number" ? iat : null };
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
