import { type AuthContext, BetterAuthError } from "better-auth";

/** What a token says of organizations. */
export interface OrganizationClaims {
  /** The role of each by the organization's id, as Better Auth has it: several stand in one text, `admin,member`. */
  orgs: Record<string, string>;
  /** The user is a member of more organizations than `orgs` has room for. */
  orgs_truncated?: true;
  /** The session's, to be shown. Who chooses it is the user, so it decides nothing. */
  active_org?: string;
}

/** What is used of the table `member` of Better Auth's organization plugin. */
interface Member {
  organizationId: string;
  role?: unknown;
}

/** A token travels with every request, and backends remember those up to 2,048 bytes. They refuse more memberships. */
const room = { memberships: 16, bytes: 1024 };
/** Of a user's rows, which no token has room for. */
const readAtOnce = 100;

/** BetterAuthError where Better Auth has no organizations. */
export function refuseWithoutOrganizations(ctx: AuthContext): void {
  if (ctx.hasPlugin("organization")) return;
  throw new BetterAuthError(
    "drawbridge({ organizations: true }) puts the user's organizations into tokens, but Better Auth has none: add " +
      "organization() of `better-auth/plugins` to `plugins`, or leave the option `organizations` out.",
  );
}

/**
 * The claims of a user's memberships as the database has them now. Where they do not fit, the active organization comes
 * first, then the memberships by their age: so one that a token has is not lost because another is added. One that has no
 * room is left out, and shorter ones after it are not.
 */
export async function organizationClaims(
  adapter: AuthContext["adapter"],
  userId: string,
  session: Record<string, unknown>,
): Promise<OrganizationClaims> {
  const ofUser = { field: "userId", value: userId };
  const members = await adapter.findMany<Member>({
    model: "member",
    where: [ofUser],
    sortBy: { field: "createdAt", direction: "asc" },
    limit: readAtOnce,
  });
  const { activeOrganizationId } = session;
  const active = activeOrganizationId == null ? "" : String(activeOrganizationId);
  const isActive = ({ organizationId }: Member) => String(organizationId) === active;
  let first = members.find(isActive);
  if (active !== "" && !first && members.length === readAtOnce) {
    const where = [ofUser, { field: "organizationId", value: active }];
    first = (await adapter.findOne<Member>({ model: "member", where })) ?? undefined;
  }
  const { orgs, truncated } = fitting(first ? [first, ...members] : members);
  // A session keeps its active organization when somebody else removes the user from it.
  return { orgs, ...(truncated && { orgs_truncated: true }), ...(first && { active_org: active }) };
}

/** As many as there is room for, in their order. Of two rows of one organization the first counts. */
function fitting(members: Member[]): { orgs: Record<string, string>; truncated: boolean } {
  const roles = new Map<string, string>();
  for (const { organizationId, role } of members) {
    const id = String(organizationId);
    if (!roles.has(id)) roles.set(id, typeof role === "string" ? role : "");
  }
  // Not an object by itself: that would take the id `__proto__` for something else.
  const kept = new Map<string, string>();
  for (const [id, role] of roles) {
    if (kept.size === room.memberships) break;
    kept.set(id, role);
    if (bytesOf(Object.fromEntries(kept)) > room.bytes) kept.delete(id);
  }
  return { orgs: Object.fromEntries(kept), truncated: kept.size < roles.size };
}

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
