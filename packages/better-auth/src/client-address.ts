import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { type AuthContext, BetterAuthError, type BetterAuthOptions } from "better-auth";

type IpAddressOptions = NonNullable<NonNullable<BetterAuthOptions["advanced"]>["ipAddress"]>;

/** Written over in each request, so that nothing that a client sends stands in them. */
const peerHeader = "x-drawbridge-peer";
const chainHeader = "x-drawbridge-chain";

/**
 * Better Auth's option `advanced.ipAddress`, so that its limits count by who really connects, and by what a trusted proxy
 * says of whom it connects for. An address that anybody can write into `X-Forwarded-For` limits nobody.
 *
 * @throws BetterAuthError for an entry that is no address and no CIDR range, and where the application says already from
 *   which headers addresses are read
 */
export function clientAddresses(ctx: AuthContext, trustedProxies: string[]): IpAddressOptions {
  const wrong = trustedProxies.filter((entry) => !isNetwork(entry));
  if (wrong.length > 0) {
    throw new BetterAuthError(
      `drawbridge({ trustedProxies }) lists ${JSON.stringify(wrong[0])}, which is neither an IP address nor a CIDR range. ` +
        'Write it like "10.0.0.7" or "10.0.0.0/24".',
    );
  }
  const own = ctx.options.advanced?.ipAddress;
  if (own?.ipAddressHeaders || own?.trustedProxies) {
    throw new BetterAuthError(
      "Both drawbridge({ trustedProxies }) and advanced.ipAddress of betterAuth() set where a client's address is " +
        "read. Keep only one of them.",
    );
  }
  noteAddresses();
  // Better Auth walks a chain from its end, past the trusted ones. Where none is trusted only the connection counts.
  return { ipAddressHeaders: [trustedProxies.length > 0 ? chainHeader : peerHeader], trustedProxies };
}

/** Said at a start in production where nothing says how a client's address is known. */
export function warnOfForgedAddresses({ options, logger }: AuthContext): void {
  const own = options.advanced?.ipAddress;
  if (own?.ipAddressHeaders || own?.trustedProxies || own?.disableIpTracking) return;
  if (process.env.NODE_ENV !== "production" || options.rateLimit?.enabled === false) return;
  logger.warn(
    "[drawbridge] Better Auth trusts X-Forwarded-For from any client, so an attacker who keeps changing it can guess " +
      "passwords without limit. Give drawbridge({ trustedProxies: [] }) the addresses of the proxies in front of this " +
      "server; leave the list empty if there are none.",
  );
}

/**
 * Writes down, in each request to this process, whence it comes, before any server sees it. Frameworks keep the connection
 * to themselves: a route of Next.js is given the headers alone.
 */
function noteAddresses(): void {
  subscribe("http.server.request.start", (message) => {
    const { headers, socket } = (message as { request: IncomingMessage }).request;
    Object.assign(headers, addressesOf(headers["x-forwarded-for"], socket.remoteAddress));
  });
}

/** The connection's other end, and the way that the request came as a further proxy would write it: that end last. */
export function addressesOf(forwardedFor: string | string[] | undefined, remoteAddress: string | undefined) {
  // A link-local address names the interface behind it, which is no part of the address.
  const peer = remoteAddress?.replace(/%.*$/, "") ?? "";
  const chain = [forwardedFor ?? [], peer].flat().filter(Boolean).join(", ");
  return { [peerHeader]: peer, [chainHeader]: chain };
}

function isNetwork(entry: string): boolean {
  const [, address = "", prefix = "0"] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(prefix) <= (version === 4 ? 32 : 128);
}
