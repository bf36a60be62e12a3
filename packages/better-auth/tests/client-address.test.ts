import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { BetterAuthError, type BetterAuthOptions, betterAuth } from "better-auth";
import { toNodeHandler } from "better-auth/node";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { addressesOf } from "../src/client-address.js";
import { drawbridge } from "../src/index.js";
import { authOptions, startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { baseURL } from "./support/visitor.js";

type Headers = Record<string, string | string[]>;

let database: TestDatabase;
beforeEach(async () => {
  database = await databases[0][1]();
});
afterEach(() => database.close());

const limited = { rateLimit: { enabled: true } } satisfies BetterAuthOptions;

/** A server of Node.js that answers on this machine; what is asked comes from 127.0.0.1. */
async function listen(options: BetterAuthOptions): Promise<number> {
  const server = createServer(toNodeHandler(await startAuth(database, { ...limited, ...options })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Tries a wrong password from one of the addresses of this machine, and gives the status. */
function guess(port: number, localAddress: string, headers: Headers): Promise<number> {
  const body = JSON.stringify({ email: "nobody@example.com", password: "wrong password" });
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: "127.0.0.1",
        localAddress,
        method: "POST",
        path: "/api/auth/sign-in/email",
        headers: { "content-type": "application/json", origin: baseURL, ...headers },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

// Better Auth counts in a memory that all tests here share, so each comes from addresses of its own.
let guesser = Date.now() % 50_000;
const newAddress = () => `127.1.${++guesser >> 8}.${guesser & 255}`;

/** How many of ten guesses from one address are checked, the header of each made of its number. */
async function checked(port: number, headersOf: (index: number) => Headers): Promise<number> {
  const address = newAddress();
  let count = 0;
  for (let index = 0; index < 10; index++) {
    const status = await guess(port, address, headersOf(index));
    expect([401, 429]).toContain(status);
    if (status === 401) count += 1;
  }
  return count;
}

let network = Date.now() % 50_000;
const newNetwork = () => `10.${++network >> 8}.${network & 255}`;

/** What somebody without a proxy in front can send. */
const forgeries: [string, (index: number) => Headers][] = [
  ["X-Forwarded-For", (index) => ({ "x-forwarded-for": `203.0.113.${index}` })],
  ["X-Forwarded-For of IPv6", (index) => ({ "x-forwarded-for": `2001:db8:${index}::1` })],
  ["X-Forwarded-For twice", (index) => ({ "x-forwarded-for": ["203.0.113.1", `203.0.113.${index}`] })],
  ["a chain", (index) => ({ "x-forwarded-for": `203.0.113.${index}, 127.0.0.1` })],
  ["a header that is written here", (index) => ({ "x-drawbridge-peer": `203.0.113.${index}` })],
  ["the other one", (index) => ({ "x-drawbridge-chain": `203.0.113.${index}` })],
  ["Forwarded", (index) => ({ forwarded: `for=203.0.113.${index}` })],
  ["X-Real-IP", (index) => ({ "x-real-ip": `203.0.113.${index}` })],
];

describe("wrong passwords", () => {
  test("are checked without limit where X-Forwarded-For is believed: Better Auth's default", async () => {
    const port = await listen({ plugins: [drawbridge()] });
    const prefix = newNetwork();
    expect(await checked(port, (index) => ({ "x-forwarded-for": `${prefix}.${index}` }))).toBe(10);
  });

  test.each(forgeries)("are limited whatever %s says, where no proxy is trusted", async (_, headersOf) => {
    const port = await listen({ plugins: [drawbridge({ trustedProxies: [] })] });
    expect(await checked(port, headersOf)).toBe(3);
  });

  test("count by what a trusted proxy reports: one client is limited, another is not", async () => {
    const port = await listen({ plugins: [drawbridge({ trustedProxies: ["127.0.0.0/8"] })] });
    const prefix = newNetwork();
    const forged = (index: number) => ({ "x-forwarded-for": `203.0.113.${index}, ${prefix}.1` });
    expect(await checked(port, forged)).toBe(3);
    expect(await guess(port, newAddress(), { "x-forwarded-for": `${prefix}.2` })).toBe(401);
  });

  test("do not count by what another than a trusted proxy reports", async () => {
    const port = await listen({ plugins: [drawbridge({ trustedProxies: ["10.0.0.0/8"] })] });
    expect(await checked(port, (index) => ({ "x-forwarded-for": `203.0.113.${index}` }))).toBe(3);
  });
});

test.each([
  ["no X-Forwarded-For", undefined, "192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["one address", "203.0.113.9", "10.0.0.1", "10.0.0.1", "203.0.113.9, 10.0.0.1"],
  ["several", "1.1.1.1, 203.0.113.9", "10.0.0.1", "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.1"],
  ["an address with its interface", undefined, "fe80::1%eth0", "fe80::1", "fe80::1"],
  ["a socket that is a file", "203.0.113.9", undefined, "", "203.0.113.9"],
])("the addresses of %s", (_, forwardedFor, remoteAddress, peer, chain) => {
  expect(Object.values(addressesOf(forwardedFor, remoteAddress))).toEqual([peer, chain]);
});

describe("what cannot be meant is refused at the start", () => {
  const refusal = (options: BetterAuthOptions) =>
    betterAuth(authOptions(database, options)).$context.then(
      () => undefined,
      (error: unknown) => error,
    );

  test.each(["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.1/", "10.0.0.1/x"])("the proxy %j", async (entry) => {
    const error = await refusal({ plugins: [drawbridge({ trustedProxies: ["10.0.0.1", entry] })] });
    expect(error).toBeInstanceOf(BetterAuthError);
    expect(String(error)).toContain(JSON.stringify(entry));
  });

  test.each([{ ipAddressHeaders: ["cf-connecting-ip"] }, { trustedProxies: ["10.0.0.1"] }])(
    "%j of Better Auth's beside it",
    async (ipAddress) => {
      const error = await refusal({ advanced: { ipAddress }, plugins: [drawbridge({ trustedProxies: [] })] });
      expect(String(error)).toContain("Keep only one of them");
    },
  );
});

describe("in production it is said at the start", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each([
    ["where addresses are believed as they come", {}, undefined, 1],
    ["not where proxies are named", {}, [], 0],
    ["not where a platform's header is", { ipAddressHeaders: ["cf-connecting-ip"] }, undefined, 0],
    ["not where they do not count", { disableIpTracking: true }, undefined, 0],
  ])("%s", async (_, ipAddress, trustedProxies, count) => {
    vi.stubEnv("NODE_ENV", "production");
    const said: string[] = [];
    const log = (_level: string, message: string) => void said.push(message);
    const options = { ...(trustedProxies && { trustedProxies }) };
    await betterAuth(
      authOptions(database, { logger: { log }, advanced: { ipAddress }, plugins: [drawbridge(options)] }),
    ).$context;
    expect(said.filter((message) => message.includes("trustedProxies: []"))).toHaveLength(count);
  });
});
