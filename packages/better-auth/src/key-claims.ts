import type { GenericEndpointContext } from "better-auth";
import { APIError } from "better-auth/api";

/** What a token says of the key that it was made from: `permissions` as `{resource: [action, …]}`, where the key has any. */
export interface KeyClaims {
  key: string;
  sid: string;
  permissions?: Record<string, unknown>;
}

/** What is used of a key of `@better-auth/api-key`. */
interface Key {
  id: string;
  referenceId: string;
  enabled?: boolean | null;
  permissions?: unknown;
}

/** Claim `sid` of a key's tokens: its id. A session may have the same number, and neither may end the other's tokens. */
export const sidOfKey = (keyId: string): string => (/^\d+$/.test(keyId) ? `key:${keyId}` : keyId);

type GetApiKey = (call: object) => Promise<Key>;

/**
 * The claims of a token that is made from a key of `@better-auth/api-key` (`enableSessionForAPIKeys`); undefined for one that
 * is made from a session. A key has the rights that it was given and not its user's, so a token of a key that cannot be
 * looked up, and that would pass for the user's own, is not made: 401 `INVALID_API_KEY`.
 */
export async function keyClaims(ctx: GenericEndpointContext): Promise<KeyClaims | undefined> {
  if (!ctx.context.hasPlugin("api-key") || (await isFromCookie(ctx))) return undefined;
  const { session, user } = ctx.context.session ?? {};
  const key = session && ((await storedKey(ctx, session.id)) ?? (await keptKey(ctx, session.id)));
  if (!key || key.referenceId !== user?.id || key.enabled === false) {
    throw APIError.from("UNAUTHORIZED", {
      code: "INVALID_API_KEY",
      message: "No token was made, because this request has neither a session cookie nor a known API key.",
    });
  }
  const permissions = permissionsOf(key);
  return { key: key.id, sid: sidOfKey(key.id), ...(permissions && { permissions }) };
}

/** Whether the session is that of the cookie, by which Better Auth finds all sessions (`bearer()` makes a cookie, too). */
async function isFromCookie(ctx: GenericEndpointContext): Promise<boolean> {
  const { secret, authCookies, session } = ctx.context;
  return (await ctx.getSignedCookie(authCookies.sessionToken.name, secret)) === session?.session.token;
}

const storedKey = ({ context }: GenericEndpointContext, id: string) =>
  context.adapter.findOne<Key>({ model: "apikey", where: [{ field: "id", value: id }] });

/** A key of a secondary storage that the database does not have, as the plugin itself reads it. */
async function keptKey(ctx: GenericEndpointContext, id: string): Promise<Key | null> {
  const plugin = ctx.context.getPlugin("api-key") as { endpoints?: { getApiKey?: GetApiKey } } | null;
  const call = { ...ctx, query: { id }, asResponse: false, returnHeaders: false, returnStatus: false };
  return (await plugin?.endpoints?.getApiKey?.(call).catch(() => null)) ?? null;
}

/** A text in the database, an object as the plugin reads it. What is neither gives no right. */
function permissionsOf({ permissions }: Key): Record<string, unknown> | undefined {
  const value = typeof permissions === "string" ? parsed(permissions) : permissions;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.keys(value).length > 0 ? (value as Record<string, unknown>) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
