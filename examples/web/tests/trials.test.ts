import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { POST } from "@/app/api/bridge/[trial]/route";

const baseUrl = "http://localhost:3000";
const now = Date.parse("2026-01-01T00:00:00Z");

interface Key {
  createdAt: Date;
  expiresAt: Date | null;
}

const state = vi.hoisted(() => ({ trials: true, isSignedIn: true, keys: [] as Key[] }));

vi.mock("@/lib/auth", () => ({
  getAuth: () => ({
    environment: { trials: state.trials, baseUrl },
    auth: {
      api: {
        getSession: async () => (state.isSignedIn ? { user: { id: "u1" } } : null),
        getToken: async () => ({ token: `h.${Buffer.from("{}").toString("base64url")}.s` }),
        signJWT: async () => ({ token: "t" }),
      },
      $context: Promise.resolve({
        internalAdapter: { createSession: async () => ({ id: "s2", token: "second" }) },
        adapter: {
          findMany: async ({ limit }: { limit: number }) =>
            state.keys.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime()).slice(0, limit),
          updateMany: async ({ update }: { update: Pick<Key, "expiresAt"> }) => {
            for (const key of state.keys) key.expiresAt ??= update.expiresAt;
          },
        },
      }),
    },
  }),
}));

function ask(trial: string, more: Record<string, string> = {}) {
  const headers = { origin: baseUrl, "x-drawbridge-chain": "127.0.0.1", ...more };
  const request = new Request(`${baseUrl}/api/bridge/${trial}`, { method: "POST", headers });
  return POST(request, { params: Promise.resolve({ trial }) } as Parameters<typeof POST>[1]);
}

/** Keys that are so many milliseconds old. */
const keysOf = (...ages: number[]) =>
  ages.map((age) => ({ createdAt: new Date(now - age), expiresAt: null })) satisfies Key[];

beforeEach(() => {
  vi.useFakeTimers({ now });
  Object.assign(state, { trials: true, isSignedIn: true, keys: keysOf(60_000) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(["expired", "second-session", "rotate"])("the trial %s", (trial) => {
  it.each<[string, Record<string, string>, Partial<typeof state>, number]>([
    ["from this machine", {}, {}, 200],
    ["from a network", { "x-drawbridge-chain": "192.0.2.7" }, {}, 404],
    ["from a network that says otherwise", { "x-drawbridge-chain": "127.0.0.1, 192.0.2.7" }, {}, 404],
    ["from a network, by a proxy on this machine", { "x-drawbridge-chain": "192.0.2.7, 127.0.0.1" }, {}, 404],
    ["from nobody knows where", { "x-drawbridge-chain": "" }, {}, 404],
    ["where BETTER_AUTH_URL is elsewhere", {}, { trials: false }, 404],
    ["from another page", { origin: "http://localhost:1" }, {}, 403],
    ["from nobody who is signed in", {}, { isSignedIn: false }, 401],
  ])("%s: %j", async (_, headers, more, status) => {
    Object.assign(state, more);
    expect((await ask(trial, headers)).status).toBe(status);
    if (status !== 200) expect(state.keys).toEqual(keysOf(60_000));
  });
});

describe("a rotation", () => {
  it.each<[string, number[], number | null]>([
    ["of no key", [], null],
    ["of the first key, however young", [1], null],
    ["when the newest key is ten seconds old", [60_000, 10_000], null],
    ["when it is a millisecond younger", [60_000, 9_999], 1],
    ["at once after another one", [60_000, 0], 10],
    ["of many keys", [9_000, 5_500, 30_000], 5],
  ])("%s: %j", async (_, ages, seconds) => {
    state.keys = keysOf(...ages);
    const answer = await ask("rotate");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual(
      seconds === null ? [200, null] : [429, String(seconds)],
    );
    expect(state.keys.every(({ expiresAt }) => expiresAt !== null)).toBe(seconds === null);
    if (seconds === null) return expect(await answer.json()).toEqual({});
    const detail = `The keys were just rotated. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
    expect(await answer.json()).toEqual({ code: "rotated_just_now", detail });
  });

  it("leaves the time alone at which an older key ended", async () => {
    const ended = new Date(now - 30_000);
    state.keys = [{ createdAt: new Date(now - 60_000), expiresAt: ended }, ...keysOf(20_000)];
    await ask("rotate");
    expect(state.keys.map(({ expiresAt }) => expiresAt)).toEqual([ended, new Date(now - 1)]);
  });
});
