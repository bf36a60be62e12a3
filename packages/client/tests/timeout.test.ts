import { once } from "node:events";

import { describe, expect, it, vi } from "vitest";

import { type Client, type Clock, createClient, NetworkError } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Step, scriptedServer } from "./support/scripted-server.js";
import { alice, makeToken } from "./support/tokens.js";

const noTasks = { status: 200, body: [] };
const timedOut = { name: "TimeoutError", code: "timeout" };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Answers with the beginning of a body, of which no more comes. */
const half: Step = (_, response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "100" });
  response.write("[");
  return null;
};

async function set(steps: Step[], options: { timeout?: number } = {}) {
  const api = await scriptedServer(...steps);
  const clock = new HandClock();
  const client = createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock, ...options });
  return { api, clock, client };
}

const read = (client: Client) => client.listTasks();
const write = (client: Client) => client.createTask({ title: "t" });

describe("a request has its time", () => {
  it.each([
    { name: "a read that is never answered", call: read, step: null },
    { name: "a write that is never answered", call: write, step: null },
    { name: "a body that never ends", call: read, step: half },
  ])("$name ends after 10 s, and is not sent again", async ({ call, step }) => {
    const { api, clock, client } = await set([step, noTasks]);
    const failure = failureOf(call(client));
    await api.reached(1);
    clock.advance(9.999);
    await turn();
    expect(clock.alarms).toBe(1);
    clock.advance(0.001);
    const error = await failure;
    expect(error).toMatchObject({ ...timedOut, baseUrl: api.url });
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.message).toContain(`${api.url}/api/v1/${alice}/tasks: no complete answer came within 10 s`);
    expect(api.asked).toHaveLength(1);
  });

  it("which is given up towards the server too", async () => {
    let closed: Promise<unknown> | undefined;
    const { api, clock, client } = await set([
      (_, response) => {
        closed = once(response, "close");
        return null;
      },
    ]);
    const failure = failureOf(read(client));
    await api.reached(1);
    clock.advance(10);
    await failure;
    await closed;
  });

  it("of as many milliseconds as it is told", async () => {
    const { api, clock, client } = await set([null], { timeout: 1_500 });
    const failure = failureOf(read(client));
    await api.reached(1);
    clock.advance(1.5);
    expect((await failure).message).toContain("within 1.5 s");
  });

  it("anew each time that it is sent", async () => {
    const limited = problem(429, "rate_limited", { "Retry-After": "9" });
    const { api, clock, client } = await set([limited, null]);
    const failure = failureOf(read(client));
    await api.reached(2);
    clock.advance(9);
    await turn();
    expect(clock.alarms).toBe(1);
    clock.advance(1);
    expect(await failure).toMatchObject(timedOut);
  });

  it("and leaves no alarm behind", async () => {
    const { clock, client } = await set([noTasks, problem(404, "not_found")]);
    await read(client);
    await failureOf(client.getTask("t"));
    expect(clock.alarms).toBe(0);
  });

  it("also where an own fetch heeds no signal", async () => {
    const clock = new HandClock();
    const signals: AbortSignal[] = [];
    const client = createClient({
      baseUrl: "http://a.test",
      getToken: async () => makeToken(),
      clock,
      fetch: (_, init) => {
        signals.push(init?.signal as AbortSignal);
        return new Promise(() => {});
      },
    });
    const failure = failureOf(read(client));
    await vi.waitUntil(() => signals.length === 1);
    clock.advance(10);
    expect(await failure).toMatchObject(timedOut);
    expect(signals[0]?.aborted).toBe(true);
  });

  it("by the machine's own timers, where the clock has no alarm", async () => {
    const api = await scriptedServer(null);
    const hand = new HandClock();
    const clock: Clock = { now: () => hand.now(), sleep: (milliseconds, signal) => hand.sleep(milliseconds, signal) };
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken(), clock, timeout: 20 });
    expect(await failureOf(read(client))).toMatchObject(timedOut);
  });

  it("which a signal of the caller's does not wait for", async () => {
    const { api, clock, client } = await set([null]);
    const controller = new AbortController();
    const failure = failureOf(client.listTasks({}, controller));
    await api.reached(1);
    controller.abort(new Error("left the page"));
    expect((await failure).message).toBe("left the page");
    expect(clock.alarms).toBe(0);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("which is not %d milliseconds", (timeout) => {
    expect(() => createClient({ baseUrl: "http://a.test", getToken: async () => "", timeout })).toThrow(RangeError);
  });
});

describe("a token's fetch has its time", () => {
  it("of its own, after which all who wait hear so, and the next call asks again", async () => {
    const api = await scriptedServer(noTasks);
    const clock = new HandClock();
    const signals: AbortSignal[] = [];
    const getToken = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise<string>(() => {}) : Promise.resolve(makeToken());
    };
    const client = createClient({ baseUrl: api.url, getToken, clock });
    const failures = [failureOf(read(client)), failureOf(client.me())];
    await vi.waitUntil(() => signals.length === 1);
    clock.advance(10);
    for (const failure of failures) {
      const error = await failure;
      expect(error).toMatchObject({ name: "TokenUnavailableError", code: "token_unavailable", status: null });
      expect(error.message).toContain("did not answer within 10 s");
    }
    expect(signals[0]?.aborted).toBe(true);
    expect(api.asked).toHaveLength(0);
    await read(client);
    expect(signals).toHaveLength(2);
    expect(clock.alarms).toBe(0);
  });

  it("and one that comes too late is not kept", async () => {
    const api = await scriptedServer(noTasks);
    const clock = new HandClock();
    const gives: ((token: string) => void)[] = [];
    const getToken = () => new Promise<string>((give) => gives.push(give));
    const client = createClient({ baseUrl: api.url, getToken, clock });
    const failure = failureOf(read(client));
    await vi.waitUntil(() => gives.length === 1);
    clock.advance(10);
    await failure;
    gives[0]?.(makeToken());
    await turn();
    expect(client.unverifiedToken()).toBeNull();
  });
});
