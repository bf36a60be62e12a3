import { describe, expect, it, vi } from "vitest";

import { createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, scriptedServer } from "./support/scripted-server.js";
import { alice, bob, makeToken } from "./support/tokens.js";

const noTasks = { status: 200, body: [] };
const ofAlice = makeToken({ uuid: alice });
const ofBob = makeToken({ uuid: bob });
const cleared = { name: "ClearedError", code: "cleared" };

/** A `getToken` whose answers the test gives by hand. */
function tokensByHand() {
  const open: { give: (token: string) => void; refuse: (error: Error) => void; signal: AbortSignal }[] = [];
  const getToken = ({ signal }: { signal: AbortSignal }) =>
    new Promise<string>((give, refuse) => open.push({ give, refuse, signal }));
  return { open, getToken };
}

describe("subject", () => {
  const client = (url: string, sub: string, subject: string) =>
    createClient({ baseUrl: url, getToken: async () => makeToken({ uuid: alice, sub }), subject });

  it("has a first token of somebody else refused, before anything is sent, after clear() too", async () => {
    const api = await scriptedServer();
    const other = client(api.url, "user-of-bob", "user-of-alice");
    expect(await failureOf(other.listTasks())).toMatchObject({ name: "UserChangedError", code: "user_changed" });
    other.clear();
    expect(await failureOf(other.createTask({ title: "Not Bob's" }))).toMatchObject({ code: "user_changed" });
    expect(other.unverifiedToken()).toBeNull();
    expect(api.asked).toEqual([]);
  });

  it("has its own user's token sent", async () => {
    const api = await scriptedServer(noTasks);
    await client(api.url, "user-of-alice", "user-of-alice").listTasks();
    expect(api.asked).toHaveLength(1);
  });
});

describe("clear", () => {
  it("ends a request that is on its way, and the next user's has their own token and path", async () => {
    const api = await scriptedServer(null, noTasks);
    const tokens = [ofAlice, ofBob];
    const client = createClient({ baseUrl: api.url, getToken: async () => tokens.shift() ?? "" });
    const failure = failureOf(client.listTasks());
    await api.reached(1);
    client.clear();
    expect(await failure).toMatchObject(cleared);
    await client.listTasks();
    expect(api.asked[1]).toMatchObject({
      url: `/api/v1/${bob}/tasks`,
      headers: { authorization: `Bearer ${ofBob}` },
    });
  });

  it("neither keeps nor sends a token whose fetch began before", async () => {
    const api = await scriptedServer(noTasks);
    const { open, getToken } = tokensByHand();
    const client = createClient({ baseUrl: api.url, getToken });
    const before = failureOf(client.listTasks());
    await Promise.resolve();
    await Promise.resolve();
    client.clear();
    const after = client.listTasks();
    expect(await before).toMatchObject(cleared);
    expect(open[0]?.signal.aborted).toBe(true);
    open[1]?.give(ofBob);
    open[0]?.give(ofAlice);
    await after;
    expect(open).toHaveLength(2);
    expect(client.unverifiedToken()?.token).toBe(ofBob);
    expect(api.asked.map(({ url }) => url)).toEqual([`/api/v1/${bob}/tasks`]);
  });

  it("nor one that comes when nobody asks any more", async () => {
    const { open, getToken } = tokensByHand();
    const client = createClient({ baseUrl: "http://127.0.0.1:1", getToken });
    const before = failureOf(client.listTasks());
    await Promise.resolve();
    await Promise.resolve();
    client.clear();
    open[0]?.give(ofAlice);
    expect(await before).toMatchObject(cleared);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.unverifiedToken()).toBeNull();
  });

  it("ends a wait", async () => {
    const api = await scriptedServer(problem(429, "rate_limited", { "Retry-After": "30" }));
    const client = createClient({ baseUrl: api.url, getToken: async () => ofAlice });
    const failure = failureOf(client.listTasks());
    await api.reached(1);
    client.clear();
    expect(await failure).toMatchObject(cleared);
    expect(api.asked).toHaveLength(1);
  });

  it("ends a call whose own fetch and getToken heed no signal", async () => {
    const begun = { fetch: false, getToken: false };
    const neverAfter = (name: keyof typeof begun) => () => {
      begun[name] = true;
      return new Promise<never>(() => {});
    };
    const baseUrl = "http://a.test";
    const clients = {
      fetch: createClient({ baseUrl, getToken: async () => ofAlice, fetch: neverAfter("fetch") }),
      getToken: createClient({ baseUrl, getToken: neverAfter("getToken") }),
    };
    for (const name of ["fetch", "getToken"] as const) {
      const failure = failureOf(clients[name].listTasks());
      await vi.waitUntil(() => begun[name]);
      clients[name].clear();
      expect(await failure, name).toMatchObject(cleared);
    }
  });
});

describe("another user without clear", () => {
  const set = async (...tokens: string[]) => {
    const api = await scriptedServer(noTasks);
    const clock = new HandClock();
    const client = createClient({ baseUrl: api.url, getToken: async () => tokens.shift() ?? "", clock });
    await client.listTasks();
    return { api, clock, client };
  };
  const changed = { name: "UserChangedError", code: "user_changed" };

  it("is noticed at the renewal: nothing is sent for them until clear", async () => {
    const { api, clock, client } = await set(ofAlice, ofBob, ofBob, ofBob);
    clock.advance(880);
    expect(await failureOf(client.createTask({ title: "of Alice" }))).toMatchObject(changed);
    expect(await failureOf(client.listTasks())).toMatchObject(changed);
    expect(api.asked).toHaveLength(1);
    api.script(noTasks);
    client.clear();
    await client.listTasks();
    expect(api.asked[1]?.url).toBe(`/api/v1/${bob}/tasks`);
  });

  it("is noticed when a write is to be sent again", async () => {
    const { api, client } = await set(ofAlice, ofBob);
    api.script(problem(401, "token_expired"));
    expect(await failureOf(client.createTask({ title: "of Alice" }))).toMatchObject(changed);
    expect(api.asked.map(({ url }) => url)).toEqual([`/api/v1/${alice}/tasks`, `/api/v1/${alice}/tasks`]);
  });

  it("and the former user may come back", async () => {
    const { api, clock, client } = await set(ofAlice, ofBob, ofAlice);
    clock.advance(880);
    expect(await failureOf(client.listTasks())).toMatchObject(changed);
    api.script(noTasks);
    await client.listTasks();
    expect(api.asked[1]?.url).toBe(`/api/v1/${alice}/tasks`);
  });
});
