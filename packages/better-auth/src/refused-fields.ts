import type { BetterAuthOptions, HookEndpointContext } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";

/** Where people write their own row of `user`: sign-up in all its forms, and changes of one's own. */
function writesOwnUser(path: string): boolean {
  return /^\/sign-(up|in)\/|^\/update-user$|^\/phone-number\/verify$/.test(path);
}

/** Where the admin plugin writes a row of `user`, from the member `data`. Roles are its business, UUIDs are not. */
function writesOthersUser(path: string): boolean {
  return path === "/admin/create-user" || path === "/admin/update-user";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The field that this request may not set, or undefined. `ids` are those that nobody sets for others either. */
function refusedField({ path, body }: Pick<HookEndpointContext, "path" | "body">, ids: string[]): string | undefined {
  if (!path || !isObject(body)) return undefined;
  if (writesOwnUser(path)) return [...ids, "role"].find((field) => field in body);
  const { data } = body;
  if (writesOthersUser(path) && isObject(data)) return ids.find((field) => field in data);
  return undefined;
}

/** 400 `FIELD_NOT_ALLOWED`. */
export function fieldNotAllowed(field: string): APIError {
  return APIError.from("BAD_REQUEST", {
    code: "FIELD_NOT_ALLOWED",
    message:
      field !== "role"
        ? `\`${field}\` cannot be set: it is created with the user and never changes. Leave it out.`
        : `\`${field}\` cannot be set here: users cannot give it to themselves. Leave it out.`,
  });
}

/**
 * Refuses a request that brings its own UUID, a field of `ids`, or `role` with 400 `FIELD_NOT_ALLOWED`. Better Auth ignores such a field
 * in some places; who sends one is mistaken or attacking, and should hear of it either way.
 */
export const refuseFields = (ids: string[]) => ({
  matcher: (context: HookEndpointContext) => refusedField(context, ids) !== undefined,
  handler: createAuthMiddleware(async (context) => {
    const field = refusedField(context, ids);
    if (field !== undefined) throw fieldNotAllowed(field);
  }),
});

/**
 * Refuses every change of a UUID, whichever endpoint or plugin asks for it: the API's rows hang on it, and the row of
 * another user with this value would be theirs. What hooks of others put in later, {@link guardUuids} refuses.
 */
export const keepUnchanged = (field: "id" | "uuid") =>
  ({
    user: {
      update: {
        before: async (changes: Record<string, unknown>) => {
          if (changes[field] !== undefined) throw fieldNotAllowed(field);
        },
      },
    },
  }) satisfies BetterAuthOptions["databaseHooks"];
