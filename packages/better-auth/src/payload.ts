import type { Session, User } from "better-auth";
import { APIError } from "better-auth/api";
import type { DrawbridgeOptions } from "./options.js";
import type { OrganizationClaims } from "./organization-claims.js";

interface SignedIn {
  user: User & Record<string, unknown>;
  session: Session & Record<string, unknown>;
}

/** Whose claim a name is, for the names that `claims` cannot give. */
const takenClaims = new Map<string, string>([
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti"].map((name) => [name, "a registered claim (RFC 7519)"] as const),
  // Those that no token has yet are kept for the backend's own rules: who could give them could pass for more.
  ...[
    ...["uuid", "email", "emailVerified", "name", "sid", "role", "impersonatedBy", "isAnonymous"],
    ...["key", "permissions", "orgs", "orgs_truncated", "active_org", "fresh"],
  ].map((name) => [name, "the plugin's own"] as const),
  // A backend tells access, ID and logout tokens, which the same keys may sign, from this one by these.
  ...["at_hash", "nonce", "azp", "client_id", "acr", "events"].map(
    (name) => [name, "the mark of a different kind of token, which the backend refuses"] as const,
  ),
]);

/** In code points, and longer than any real one: users write into it what they like. */
const longestName = 256;

/**
 * The payload of a token, as Better Auth's option `jwt.definePayload`: what the backend needs to know of the user, and
 * nothing else of the row; `uuidOf` gives the user's UUID, `organizationsOf` the claims of their organizations. `iss`, `aud`, `sub`, `iat` and `exp` are added where the token
 * is signed.
 */
export function definePayload(
  claims: DrawbridgeOptions["claims"],
  uuidOf: (user: SignedIn["user"]) => Promise<string> | string,
  organizationsOf?: (user: SignedIn["user"], session: SignedIn["session"]) => Promise<OrganizationClaims | undefined>,
) {
  return async ({ user, session }: SignedIn): Promise<Record<string, unknown>> => {
    const more = claims ? await claims({ user, session }) : {};
    for (const name of Object.keys(more)) refuseTakenClaim(name);
    return {
      ...more,
      uuid: await uuidOf(user),
      email: user.email,
      emailVerified: user.emailVerified,
      name: shortened(user.name),
      sid: session.id,
      ...(typeof user.role === "string" && user.role !== "" && { role: user.role }),
      // Of the admin and the anonymous plugin. Who acts as a user must not pass for that user.
      ...(session.impersonatedBy != null && { impersonatedBy: String(session.impersonatedBy) }),
      ...(user.isAnonymous === true && { isAnonymous: true }),
      ...(await organizationsOf?.(user, session)),
    };
  };
}

function shortened(name: string): string {
  if (typeof name !== "string" || name.length <= longestName) return name;
  return [...name.slice(0, 2 * longestName)].slice(0, longestName).join("");
}

function refuseTakenClaim(name: string): void {
  const owner = takenClaims.get(name);
  if (owner === undefined) return;
  throw APIError.from("INTERNAL_SERVER_ERROR", {
    code: "CLAIM_NOT_ALLOWED",
    message:
      `No token was made, because the option \`claims\` of drawbridge() gave the claim \`${name}\`, which is ${owner}. ` +
      "Give it another name.",
  });
}
