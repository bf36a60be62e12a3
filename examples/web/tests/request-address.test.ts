import { describe, expect, it } from "vitest";

import { isFromThisMachine, passedOn } from "@/lib/request-address";

describe("a request comes from this machine", () => {
  it.each([
    ["over IPv4", "127.0.0.1", true],
    ["over another of its addresses", "127.8.9.1", true],
    ["over IPv6", "::1", true],
    ["over IPv4 at a socket for both", "::ffff:127.0.0.1", true],
    ["by a proxy on it", "127.0.0.1, ::1", true],
    ["from a network", "192.0.2.7", false],
    ["from a network over IPv6", "2001:db8::1", false],
    ["from a network at a socket for both", "::ffff:192.0.2.7", false],
    ["from a network, by a proxy on it", "192.0.2.7, 127.0.0.1", false],
    ["from a network, which says otherwise", "127.0.0.1, 192.0.2.7", false],
    ["from an address that is none", "localhost", false],
    ["from an address and nothing", "127.0.0.1, ", false],
    ["from nobody knows where", "", false],
  ])("%s: %s: %s", (_, chain, expected) => {
    expect(isFromThisMachine(new Headers({ "x-drawbridge-chain": chain }))).toBe(expected);
  });

  it("not where nothing says so, nor as an upgrade, whose headers are all the client's", () => {
    expect(isFromThisMachine(new Headers({ "x-forwarded-for": "127.0.0.1", "x-drawbridge-peer": "::1" }))).toBe(false);
    expect(isFromThisMachine(new Headers({ "x-drawbridge-chain": "127.0.0.1", upgrade: "websocket" }))).toBe(false);
  });
});

describe("a request that is passed on has in X-Forwarded-For", () => {
  const sent = {
    "x-forwarded-for": "203.0.113.9",
    "x-drawbridge-peer": "192.0.2.7",
    "x-drawbridge-chain": "203.0.113.9, 192.0.2.7",
  };

  it.each<[string, Record<string, string>, string[], string | null]>([
    ["who connected, where no proxy is named", {}, [], "192.0.2.7"],
    ["the way, where one is", {}, ["192.0.2.7"], "203.0.113.9, 192.0.2.7"],
    ["nothing, where it is not known", { "x-drawbridge-peer": "", "x-drawbridge-chain": "" }, [], null],
    ["nothing of an upgrade", { upgrade: "websocket" }, [], null],
    ["nothing of an upgrade by a proxy", { upgrade: "websocket" }, ["192.0.2.7"], null],
  ])("%s", (_, more, trustedProxies, expected) => {
    const headers = new Headers({ ...sent, cookie: "a=b", ...more });
    const passed = passedOn(headers, trustedProxies);
    expect(passed.get("x-forwarded-for")).toBe(expected);
    expect([...passed.keys()].filter((name) => name.startsWith("x-drawbridge"))).toEqual([]);
    expect(passed.get("cookie")).toBe("a=b");
    expect(headers.get("x-forwarded-for")).toBe("203.0.113.9");
  });
});
