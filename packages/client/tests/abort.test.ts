import { describe, expect, it } from "vitest";

import { createClient } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { problem, scriptedServer } from "./support/scripted-server.js";
import { makeToken } from "./support/tokens.js";

const noTasks = { status: 200, body: [] };
const reason = new Error("left the page");
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A `getToken` that waits for `give`, and keeps the signals that it was given. */
function slowToken() {
  const signals: AbortSignal[] = [];
  const gives: ((token: string) => void)[] = [];
  const getToken = ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise<string>((resolve) => gives.push(resolve));
  };
  return { signals, getToken, give: (index: number) => gives[index]?.(makeToken()) };
}

describe("an aborted signal", () => {
  it("that is aborted already sends and fetches nothing", async () => {
    const { getToken, signals } = slowToken();
    const client = createClient({ baseUrl: "http://127.0.0.1:1", getToken });
    expect(await failureOf(client.listTasks({}, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(signals).toHaveLength(0);
  });

  it("ends a request", async () => {
    const api = await scriptedServer(null);
    const controller = new AbortController();
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    const failure = failureOf(client.listTasks({}, controller));
    await api.reached(1);
    controller.abort(reason);
    expect(await failure).toBe(reason);
  });

  it("without a reason is an AbortError, as fetch has it", async () => {
    const api = await scriptedServer(null);
    const controller = new AbortController();
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    const failure = failureOf(client.listTasks({}, controller));
    await api.reached(1);
    controller.abort();
    expect(await failure).toMatchObject({ name: "AbortError" });
  });

  it("ends a wait at once", async () => {
    const api = await scriptedServer(problem(429, "rate_limited", { "Retry-After": "30" }));
    const controller = new AbortController();
    const client = createClient({
      baseUrl: api.url,
      getToken: async () => makeToken(),
      onAnswer: () => setImmediate(() => controller.abort(reason)),
    });
    expect(await failureOf(client.createTask({ title: "t" }, controller))).toBe(reason);
    expect(api.asked).toHaveLength(1);
  });

  it("leaves the token's fetch to the others who wait for it", async () => {
    const api = await scriptedServer(noTasks);
    const { getToken, signals, give } = slowToken();
    const client = createClient({ baseUrl: api.url, getToken });
    const controller = new AbortController();
    const leaving = failureOf(client.listTasks({}, controller));
    const staying = client.listTasks();
    await turn();
    controller.abort(reason);
    expect(await leaving).toBe(reason);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    give(0);
    await staying;
    expect(api.asked).toHaveLength(1);
  });

  it("of the last who waits ends the token's fetch, and the next call begins another", async () => {
    const api = await scriptedServer(noTasks);
    const { getToken, signals, give } = slowToken();
    const client = createClient({ baseUrl: api.url, getToken });
    const controller = new AbortController();
    const failures = [failureOf(client.listTasks({}, controller)), failureOf(client.me(controller))];
    await turn();
    controller.abort(reason);
    expect(await Promise.all(failures)).toEqual([reason, reason]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const next = client.listTasks();
    await turn();
    give(0);
    give(1);
    await next;
    expect(signals).toHaveLength(2);
  });

  it("leaves nothing behind: a signal that lives on has no listeners of ours", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = Object.create(signal, {
      addEventListener: { value: () => (listeners += 1) },
      removeEventListener: { value: () => (listeners -= 1) },
      throwIfAborted: { value: () => {} },
    });
    const api = await scriptedServer(noTasks, problem(404, "not_found"));
    const client = createClient({ baseUrl: api.url, getToken: async () => makeToken() });
    await client.listTasks({}, { signal: counted });
    await failureOf(client.getTask("t", { signal: counted }));
    expect(listeners).toBe(0);
  });
});
