import type { AuthContext, BetterAuthOptions } from "better-auth";
import { fieldNotAllowed } from "./refused-fields.js";
import type { NewUuids } from "./user-uuid.js";

type Adapter = AuthContext["adapter"];
type Row = Record<string, unknown>;

const guarded = new WeakSet<object>();

/**
 * Lets no user into the table, and no change of one, with a UUID that somebody chose: whoever has another user's is that
 * user to every backend. Refused with 400 `FIELD_NOT_ALLOWED`, whichever plugin, hook or call of the application's own
 * brings it.
 *
 * At the adapter, and not in a database hook, because the hooks of others run after a plugin's and can put in what they
 * like. In place, because Better Auth knows an adapter by the object that it is.
 */
export function guardUuids(adapter: Adapter, options: BetterAuthOptions, uuids: NewUuids): void {
  guard(adapter, { users: namesOfUsers(options), field: "uuid", uuids });
}

/** The same where the id is the UUID. Better Auth makes it, as a primary key: only its changes are to be refused. */
export function guardIds(adapter: Adapter, options: BetterAuthOptions): void {
  guard(adapter, { users: namesOfUsers(options), field: "id" });
}

/** What is guarded: a field of the model that has one of these names; `uuids` are what new rows get where it is ours. */
interface Guarded {
  users: ReadonlySet<string>;
  field: "id" | "uuid";
  uuids?: NewUuids;
}

/** What an adapter lets callers name the model. */
function namesOfUsers(options: BetterAuthOptions): ReadonlySet<string> {
  const names = ["user", options.user?.modelName ?? "user"];
  return new Set([...names, ...names.map((name) => `${name}s`)]);
}

function guard(adapter: Omit<Adapter, "transaction">, guardedField: Guarded): void {
  const { users, field, uuids } = guardedField;
  // One transaction's adapter may be the one outside of it.
  if (guarded.has(adapter)) return;
  guarded.add(adapter);
  const { create, update, updateMany, incrementOne } = adapter;

  adapter.create = async (call) => {
    if (!uuids || !users.has(call.model)) return create.call(adapter, call) as never;
    const uuid = uuidFor(call.data, uuids);
    const row = await create.call(adapter, { ...call, data: { ...call.data, uuid } });
    uuids.use(uuid);
    return row as never;
  };
  adapter.update = (call) => {
    if (users.has(call.model)) refuseChosen(call.update, field);
    return update.call(adapter, call) as never;
  };
  adapter.updateMany = (call) => {
    if (users.has(call.model)) refuseChosen(call.update, field);
    return updateMany.call(adapter, call);
  };
  adapter.incrementOne = (call) => {
    if (users.has(call.model)) refuseChosen({ ...call.increment, ...call.set }, field);
    return incrementOne.call(adapter, call) as never;
  };
  if ("transaction" in adapter) guardTransactions(adapter as Adapter, guardedField);
}

function guardTransactions(adapter: Adapter, guardedField: Guarded): void {
  const { transaction } = adapter;
  adapter.transaction = (work) =>
    transaction.call(adapter, (inside) => {
      guard(inside, guardedField);
      return work(inside);
    }) as never;
}

/** The UUID of a new row: the one made for it already, or another. */
function uuidFor({ uuid }: Row, uuids: NewUuids): string {
  // A function is the field's own default: Better Auth hands it on uncalled where a profile brings the field.
  if (!isChosen(uuid) || typeof uuid === "function") return uuids.make();
  if (typeof uuid !== "string" || !uuids.has(uuid)) throw fieldNotAllowed("uuid");
  return uuid;
}

function refuseChosen(changes: Row, field: "id" | "uuid"): void {
  if (isChosen(changes[field])) throw fieldNotAllowed(field);
}

/** To take a UUID away makes nobody somebody else: a user without one gets no token. */
const isChosen = (uuid: unknown): boolean => uuid !== undefined && uuid !== null && uuid !== "";
