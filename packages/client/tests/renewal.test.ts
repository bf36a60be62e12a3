import { describe, expect, it } from "vitest";

import { createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { type Asked, problem, scriptedServer } from "./support/scripted-server.js";
import { issuedAt, makeToken, tokensInTurn } from "./support/tokens.js";

const noTags = { status: 200, body: { items: [], total: 0, page: 1, limit: 20, pages: 0 } };
const first = makeToken({}, "first");
const second = makeToken({ iat: issuedAt + 890, exp: issuedAt + 1_790 }, "second");

async function set(options: { offset?: number; tokens?: string[]; chance?: number } = {}) {
  const api = await scriptedServer(...Array.from({ length: 40 }, () => noTags));
  const clock = new HandClock(options.offset);
  const source = tokensInTurn(...(options.tokens ?? [first, second]));
  const { chance = 0 } = options;
  const client = createClient({ baseUrl: api.url, getToken: source.getToken, clock, random: () => chance });
  const sent = () => api.asked.map(({ headers }) => headers.authorization);
  return { api, clock, source, client, sent };
}

describe("a token is kept and renewed", () => {
  const cases = [
    { name: "at once, it is kept", after: 0, fetched: 1 },
    { name: "31 s before its end, it is kept", after: 869, fetched: 1 },
    { name: "30 s before its end, it is renewed", after: 870, fetched: 2 },
    { name: "long after its end, it is renewed", after: 86_400, fetched: 2 },
    { name: "when the clock was set back, it is renewed", after: -1, fetched: 2 },
  ];
  const clocks = [
    { clock: "a right clock", offset: 0 },
    { clock: "a clock 20 minutes slow", offset: -1_200 },
    { clock: "a clock 20 minutes fast", offset: 1_200 },
  ];
  for (const { clock: clockName, offset } of clocks) {
    it.each(cases)(`${clockName}: $name`, async ({ after, fetched }) => {
      const { client, clock, source, sent } = await set({ offset });
      await client.listTags();
      clock.advance(after);
      await client.listTags();
      expect(source.calls()).toBe(fetched);
      expect(sent()).toEqual([`Bearer ${first}`, `Bearer ${fetched === 1 ? first : second}`]);
    });
  }

  it.each([
    { chance: 0, before: 30 },
    { chance: 0.5, before: 45 },
    { chance: 0.9999, before: 59.997 },
  ])(
    "with the chance of $chance it is renewed $before s before its end, so that pages do not renew together",
    async (c) => {
      const { client, clock } = await set({ chance: c.chance });
      await client.listTags();
      expect(client.unverifiedToken()?.renewsAt).toBe(clock.now() + (900 - c.before) * 1_000);
    },
  );

  it("renews a token of 20 s half-way, not at each call", async () => {
    const short = makeToken({ exp: issuedAt + 20 });
    const { client, clock, source } = await set({ tokens: [short] });
    for (const [seconds, calls] of [
      [0, 1],
      [9, 1],
      [1, 2],
    ] as const) {
      clock.advance(seconds);
      await client.listTags();
      expect(source.calls()).toBe(calls);
    }
  });

  it.each([
    { name: "a right clock: kept", offset: 0, calls: 1 },
    { name: "a clock 20 minutes fast: works with a token for each call", offset: 1_200, calls: 2 },
  ])("without iat, $name", async ({ offset, calls }) => {
    const { client, source, sent } = await set({ offset, tokens: [makeToken({ iat: undefined })] });
    await client.listTags();
    await client.listTags();
    expect(source.calls()).toBe(calls);
    expect(sent()).toHaveLength(2);
  });

  it("counts a token's age from when it was asked for, not from when it came", async () => {
    const { api, clock } = await set();
    let calls = 0;
    const getToken = async () => {
      calls += 1;
      clock.advance(100);
      return first;
    };
    const client = createClient({ baseUrl: api.url, getToken, clock, random: () => 0, timeout: 200_000 });
    await client.listTags();
    expect(client.unverifiedToken()?.renewsAt).toBe((issuedAt + 870) * 1_000);
    clock.advance(770);
    await client.listTags();
    expect(calls).toBe(2);
  });
});

describe("one request for all who wait", () => {
  it("fetches one token for twenty calls, and one at the renewal", async () => {
    const { client, clock, source } = await set();
    await Promise.all(Array.from({ length: 20 }, () => client.listTags()));
    expect(source.calls()).toBe(1);
    clock.advance(880);
    await Promise.all(Array.from({ length: 20 }, () => client.listTags()));
    expect(source.calls()).toBe(2);
  });

  it("fetches one new token for ten calls that were refused with the same old one", async () => {
    const byToken = ({ headers }: Asked) =>
      headers.authorization === `Bearer ${first}` ? problem(401, "token_expired") : noTags;
    const api = await scriptedServer(...Array.from({ length: 20 }, () => byToken));
    const source = tokensInTurn(first, second);
    const client = createClient({ baseUrl: api.url, getToken: source.getToken, clock: new HandClock() });
    await Promise.all(Array.from({ length: 10 }, () => client.listTags()));
    expect(source.calls()).toBe(2);
    expect(api.asked).toHaveLength(20);
  });

  it("gives all who wait the same failure, and asks again at the next call", async () => {
    const { api } = await set();
    let calls = 0;
    const getToken = async () => {
      calls += 1;
      if (calls === 1) throw new Error("no token today");
      return first;
    };
    const client = createClient({ baseUrl: api.url, getToken, clock: new HandClock() });
    const failures = await Promise.all([failureOf(client.listTags()), failureOf(client.me())]);
    expect(failures.map(({ message }) => message)).toEqual(["no token today", "no token today"]);
    expect(api.asked).toHaveLength(0);
    await client.listTags();
    expect(calls).toBe(2);
  });

  it("takes a getToken that throws at once as one that rejects", async () => {
    const { api } = await set();
    const getToken = () => {
      throw new Error("thrown");
    };
    const client = createClient({ baseUrl: api.url, getToken, clock: new HandClock() });
    expect((await failureOf(client.listTags())).message).toBe("thrown");
    expect((await failureOf(client.listTags())).message).toBe("thrown");
  });
});

describe("unverifiedToken", () => {
  it("is null before the first call and after clear, else the token in parts with the time of its renewal", async () => {
    const { client, clock, source } = await set();
    expect(client.unverifiedToken()).toBeNull();
    await client.listTags();
    expect(client.unverifiedToken()).toEqual({
      token: first,
      header: { alg: "EdDSA", kid: "k" },
      claims: expect.objectContaining({ iat: issuedAt, exp: issuedAt + 900 }),
      renewsAt: clock.now() + 870_000,
    });
    client.clear();
    expect(client.unverifiedToken()).toBeNull();
    expect(source.calls()).toBe(1);
  });
});
