import { BlockList, isIP } from "node:net";

/**
 * drawbridge() of Better Auth writes these into each request before Next.js sees it, over what a client sent: the other end of
 * the connection, and the way of the request with that end last. Only upgrades (WebSockets) reach Next.js without.
 */
const peerHeader = "x-drawbridge-peer";
const chainHeader = "x-drawbridge-chain";

const ownMachine = new BlockList();
ownMachine.addSubnet("127.0.0.0", 8);
ownMachine.addAddress("::1", "ipv6");

/** Whether nobody but this machine had to do with a request: its connection, and all that proxies say of its way. */
export function isFromThisMachine(headers: Headers): boolean {
  if (headers.has("upgrade")) return false;
  return (headers.get(chainHeader) ?? "").split(",").every((part) => {
    const address = part.trim();
    const version = isIP(address);
    return version !== 0 && ownMachine.check(address, version === 6 ? "ipv6" : "ipv4");
  });
}

/**
 * The headers of a request for whom it is passed on to. `X-Forwarded-For` is not what the client sent, which may be made up: it
 * is who connected, behind what a proxy reports that is named as one.
 */
export function passedOn(headers: Headers, trustedProxies: readonly string[]): Headers {
  const passed = new Headers(headers);
  const way = headers.has("upgrade") ? null : headers.get(trustedProxies.length > 0 ? chainHeader : peerHeader);
  for (const name of [peerHeader, chainHeader, "x-forwarded-for"]) passed.delete(name);
  if (way) passed.set("X-Forwarded-For", way);
  return passed;
}
