import { randomUUID } from "node:crypto";
import type { User } from "better-auth";
import { APIError } from "better-auth/api";

/** More than there are sign-ups under way at any time: each holds its UUID for as long as hashing a password takes. */
const mostUnused = 10_000;

/**
 * The UUIDs that were made in this process and that no user has yet. Better Auth asks for one before it looks whether the
 * user can be made, so many are never used; the oldest of those are forgotten.
 */
export class NewUuids {
  readonly #unused = new Set<unknown>();

  make(): string {
    const uuid = randomUUID();
    this.#unused.add(uuid);
    if (this.#unused.size > mostUnused) this.#unused.delete(this.#unused.values().next().value);
    return uuid;
  }

  /** Whether it was made here, and for nobody yet. */
  has(uuid: unknown): boolean {
    return this.#unused.has(uuid);
  }

  /** It is a user's now. */
  use(uuid: unknown): void {
    this.#unused.delete(uuid);
  }
}

/** One for the process: what one instance of the plugin makes may reach the database through another's adapter. */
export const newUuids = new NewUuids();

/** The field of `user` that the API's rows and paths refer to. Better Auth makes it with the user, never later. */
export const uuidField = {
  type: "string",
  required: true,
  unique: true,
  input: false,
  defaultValue: () => newUuids.make(),
} as const;

/** RFC 9562 §4, in the one spelling that is compared as a text, and not the Nil UUID, which is nobody's. */
const canonicalUuid = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The user's id, where it is the UUID. Throws an APIError 500 `USER_ID_NOT_UUID` for any other id: the API would refuse
 * the token, or, for a UUID in upper case, look for the rows of another text.
 */
export function idAsUuid({ id }: User): string {
  if (canonicalUuid.test(id)) return id;
  throw APIError.from("INTERNAL_SERVER_ERROR", {
    code: "USER_ID_NOT_UUID",
    message:
      'No token was made, because drawbridge({ uuid: "user.id" }) uses the user\'s id as the UUID, but this id is not ' +
      'a lower-case UUID. Set advanced.database.generateId to "uuid"; if there are users with other ids, leave the ' +
      "option out and run `drawbridge migrate up`, which gives every user a UUID besides the id.",
  });
}

/** Reads a user's row from the database, or null when there is none. */
export type FindUser = (id: string) => Promise<User | null>;

/** Whether this row has its UUID. */
function hasUuid(user: Record<string, unknown> | undefined): user is { uuid: string } {
  return typeof user?.uuid === "string" && user.uuid !== "";
}

/**
 * The user's UUID. Throws an APIError 500 `USER_UUID_MISSING` for a user of before the column, because a token without
 * it is one that the API refuses for a reason that nobody would find.
 */
export async function userUuid(user: User & Record<string, unknown>, findUser: FindUser): Promise<string> {
  if (hasUuid(user)) return user.uuid;
  // The row in hand may be a copy from a session cache (a cookie, Redis) that was made before the column was.
  const stored = (await findUser(user.id)) as (User & Record<string, unknown>) | null;
  if (stored && hasUuid(stored)) return stored.uuid;
  throw APIError.from("INTERNAL_SERVER_ERROR", {
    code: "USER_UUID_MISSING",
    message:
      "No token was made, because this user's row has no uuid: the user is older than the column. Run `drawbridge " +
      "migrate up` on this database; it gives every user a UUID, or reports what your ORM's schema file lacks.",
  });
}
