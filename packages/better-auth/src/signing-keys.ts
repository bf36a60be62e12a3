import { type GenericEndpointContext, getCurrentAdapter } from "better-auth";
import type { Jwk, JwtOptions } from "better-auth/plugins/jwt";

type CreateJwk = NonNullable<NonNullable<JwtOptions["adapter"]>["createJwk"]>;
type Adapter = GenericEndpointContext["context"]["adapter"];

/** How old a key may be and still count as the one that others are making at this moment, in milliseconds. */
const justMade = 60_000;

/**
 * Better Auth's option `adapter.createJwk`, for one key where many requests miss it at once: at the first use and at
 * each rotation. Better Auth itself makes one for each of those requests.
 *
 * In one process the requests share one insert. Another process is noticed by looking again before the insert; what
 * remains are the milliseconds between that look and the insert. A key too many is listed like any other and does no
 * harm: no token is refused because of it.
 */
export function shareNewKey(): CreateJwk {
  const underway = new Map<Jwk["alg"], Promise<Jwk>>();
  return async (key, ctx) => {
    const adapter = await getCurrentAdapter(ctx.context.adapter);
    // A key of a transaction can be rolled back, so nobody else may sign with it; and waiting for somebody else inside
    // a transaction is a deadlock where there is one connection.
    if (adapter !== ctx.context.adapter) return findOrInsert(key, adapter as Adapter);
    const current = underway.get(key.alg);
    if (current) return current;
    // A failure is for those who wait now; the next request tries again.
    const made = findOrInsert(key, ctx.context.adapter).finally(() => underway.delete(key.alg));
    underway.set(key.alg, made);
    return made;
  };
}

async function findOrInsert(key: Omit<Jwk, "id">, adapter: Adapter): Promise<Jwk> {
  const keys = await adapter.findMany<Jwk>({ model: "jwks" });
  // Only a new one will do: whoever makes a key by hand, beside one that is still good, wants another.
  const found = keys.find(
    (other) =>
      other.alg === key.alg &&
      other.createdAt.getTime() > key.createdAt.getTime() - justMade &&
      (!other.expiresAt || other.expiresAt > key.createdAt),
  );
  return found ?? (await adapter.create<Omit<Jwk, "id">, Jwk>({ model: "jwks", data: key }));
}
