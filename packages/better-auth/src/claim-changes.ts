import type { AuthContext, Session } from "better-auth";
import { isBanned } from "./banned-users.js";
import type { RevocationLog } from "./revocation-log.js";

type Adapter = AuthContext["adapter"];
type Inside = Omit<Adapter, "transaction">;
type Where = NonNullable<Parameters<Adapter["findMany"]>[0]["where"]>;
type Row = Record<string, unknown>;
type Changed = (userIds: string[]) => Promise<void>;

/** What tokens say of a user, and what decides whether there are any. */
const claimFields = ["email", "emailVerified", "name", "role", "isAnonymous", "uuid", "banned", "banExpires"];
/** More than anybody has members or changes users at once; Better Auth's own default is 100. */
const rowsPerRead = 100_000;

const watched = new WeakSet<object>();

/** Which tables say something of users, and under which names an adapter takes them. */
interface Watched {
  users: ReadonlySet<string>;
  members: ReadonlySet<string>;
  /** Whether a change of this field changes tokens. */
  matters: (field: string) => boolean;
}

/**
 * Records users of whom tokens say something else from now on: their row changed or is gone, or they are no longer a member of
 * an organization, or another kind of one.
 *
 * At the adapter, because a database hook does not know the row of before, and for members none fires. In place, because
 * Better Auth knows an adapter by the object that it is. What a transaction does is recorded once it is committed.
 *
 * `hasClaims`: the application adds claims of its own, which may come of any field.
 */
export function watchClaims(ctx: AuthContext, hasClaims: boolean, log: RevocationLog): void {
  const { options, adapter } = ctx;
  const member = ctx.tables.member?.modelName ?? "member";
  const tables: Watched = {
    users: namesOf("user", options.user?.modelName),
    members: namesOf("member", member),
    matters: (field) => (hasClaims ? field !== "updatedAt" : claimFields.includes(field)),
  };
  const record: Changed = async (userIds) => {
    for (const userId of new Set(userIds)) {
      await log.changeUser(userId);
      await endImpersonationsBy(userId, ctx, log);
    }
  };
  watch(adapter, tables, record);
  const { transaction } = adapter;
  adapter.transaction = async (work) => {
    const changed: string[] = [];
    try {
      return (await transaction.call(adapter, (inside) => {
        watch(inside, tables, async (userIds) => void changed.push(...userIds));
        return work(inside);
      })) as never;
    } finally {
      // After a failure, too: not every adapter can take back what was written.
      await record(changed);
    }
  };
}

/**
 * Ends the tokens in which a banned or deleted administrator acts as somebody else: their `sub` is the other's, and the
 * sessions stay, but give no token any more. Those of a secondary storage alone cannot be found.
 */
async function endImpersonationsBy(userId: string, ctx: AuthContext, log: RevocationLog): Promise<void> {
  if (!ctx.tables.session?.fields.impersonatedBy) return;
  try {
    const user = await ctx.internalAdapter.findUserById(userId);
    if (user && !isBanned(user)) return;
    const where: Where = [{ field: "impersonatedBy", value: userId }];
    const sessions = await ctx.adapter.findMany<Session>({ model: "session", where, limit: rowsPerRead });
    for (const session of sessions) await log.endSession(session.id, session.userId);
  } catch (error) {
    ctx.logger.error("[drawbridge] The sessions of a banned administrator could not be read.", error);
  }
}

function namesOf(model: string, own: string | undefined): ReadonlySet<string> {
  const names = [model, own ?? model];
  return new Set([...names, ...names.map((name) => `${name}s`)]);
}

function watch(adapter: Inside, { users, members, matters }: Watched, changed: Changed): void {
  // One transaction's adapter may be the one outside of it.
  if (watched.has(adapter)) return;
  watched.add(adapter);
  const { update, updateMany, incrementOne, delete: remove, deleteMany } = adapter;

  const rowsOf = (model: string, where: Where) => adapter.findMany<Row>({ model, where, limit: rowsPerRead });

  /** Does the work, and tells whom it changed. `fields` are what it writes; undefined: the rows go. */
  async function watching<Result>(
    { model, where }: { model: string; where: Where },
    fields: string[] | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const isUsers = users.has(model);
    if (!isUsers && !members.has(model)) return work();
    if (isUsers && fields && !fields.some(matters)) return work();
    const before = await rowsOf(model, where);
    const result = await work();
    if (!isUsers) {
      await changed(before.map(({ userId }) => String(userId)));
      return result;
    }
    const ids = before.map(({ id }) => String(id));
    const now = fields && ids.length > 0 ? await rowsOf(model, [{ field: "id", operator: "in", value: ids }]) : [];
    const claims = (row: Row | undefined) =>
      row && JSON.stringify(Object.entries(row).filter(([name]) => matters(name)));
    const after = new Map(now.map((row) => [String(row.id), claims(row)]));
    await changed(before.filter((row) => after.get(String(row.id)) !== claims(row)).map(({ id }) => String(id)));
    return result;
  }

  adapter.update = (call) => watching(call, Object.keys(call.update), () => update.call(adapter, call) as never);
  adapter.updateMany = (call) => watching(call, Object.keys(call.update), () => updateMany.call(adapter, call));
  adapter.incrementOne = (call) =>
    watching(call, Object.keys({ ...call.increment, ...call.set }), () => incrementOne.call(adapter, call) as never);
  adapter.delete = (call) => watching(call, undefined, () => remove.call(adapter, call));
  adapter.deleteMany = (call) => watching(call, undefined, () => deleteMany.call(adapter, call));
}
