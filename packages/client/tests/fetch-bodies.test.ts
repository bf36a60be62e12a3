import { once } from "node:events";
import type { ServerResponse } from "node:http";

import { describe, expect, it, vi } from "vitest";

import { createFetch, type TokenFetchOptions } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Step, scriptedServer } from "./support/scripted-server.js";
import { makeToken, tokensInTurn } from "./support/tokens.js";

const good = { status: 200, body: {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An answer that the test goes on with by hand. */
function openStream() {
  const at: { response?: ServerResponse } = {};
  const step: Step = (_, response) => {
    at.response = response;
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("data: 1\n\n");
    return null;
  };
  return { step, at, closed: () => once(at.response as ServerResponse, "close") };
}

async function set(steps: Step[], options: Partial<TokenFetchOptions> = {}) {
  const api = await scriptedServer(...steps);
  const clock = new HandClock();
  const apiFetch = createFetch({ baseUrl: api.url, getToken: async () => makeToken(), clock, ...options });
  return { api, clock, apiFetch };
}

const decode = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

async function readOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(decode((await reader.read()).value)).toBe("data: 1\n\n");
  return reader;
}

describe("an answer that is a stream", () => {
  it("comes as it is sent, past the request's time", async () => {
    const { step, at } = openStream();
    const { clock, apiFetch } = await set([step]);
    const reader = await readOf(await apiFetch("/events"));
    expect(clock.alarms).toBe(0);
    clock.advance(3_600);
    at.response?.end("data: 2\n\n");
    expect(decode((await reader.read()).value)).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
  });

  it("but has the request's time until it begins", async () => {
    const { api, clock, apiFetch } = await set([null]);
    const failure = failureOf(apiFetch("/events"));
    await api.reached(1);
    clock.advance(10);
    expect(await failure).toMatchObject({ name: "TimeoutError", code: "timeout" });
  });

  const endings = {
    "clear()": (apiFetch: { clear(): void }, _: AbortController) => apiFetch.clear(),
    "the caller's signal": (_: unknown, controller: AbortController) => controller.abort(new Error("left the page")),
  };
  const errors = { "clear()": { code: "cleared" }, "the caller's signal": { message: "left the page" } };
  it.each(Object.keys(endings) as (keyof typeof endings)[])("ends by %s, for the server too", async (name) => {
    const { step, closed } = openStream();
    const { apiFetch } = await set([step]);
    const controller = new AbortController();
    const response = await apiFetch("/events", { signal: controller.signal });
    const gone = closed();
    const reader = await readOf(response);
    const failure = failureOf(reader.read());
    endings[name](apiFetch, controller);
    expect(await failure).toMatchObject(errors[name]);
    await gone;
  });

  it("ends when it is cancelled by who reads it", async () => {
    const { step, closed } = openStream();
    const { apiFetch } = await set([step]);
    const reader = await readOf(await apiFetch("/events"));
    const gone = closed();
    await reader.cancel();
    await gone;
  });

  it("of which the connection is lost is a NetworkError", async () => {
    const { step, at } = openStream();
    const { apiFetch } = await set([step]);
    const reader = await readOf(await apiFetch("/events"));
    const failure = failureOf(reader.read());
    at.response?.destroy();
    const error = await failure;
    expect(error).toMatchObject({ name: "NetworkError", code: "network" });
    expect(error.message).toContain("GET http");
    expect(error.message).toContain("/events: the connection was lost in the middle of the answer");
  });

  it("goes on when its token ends and another request renews it", async () => {
    const { step, at } = openStream();
    const source = tokensInTurn(makeToken({}, "first"), makeToken({}, "second"));
    const { clock, apiFetch } = await set([step, good], { getToken: source.getToken });
    const reader = await readOf(await apiFetch("/events"));
    clock.advance(1_000);
    await apiFetch("/notes");
    expect(source.calls()).toBe(2);
    at.response?.write("data: 2\n\n");
    expect(decode((await reader.read()).value)).toBe("data: 2\n\n");
  });
});

describe("an answer that nobody reads", () => {
  it("leaves nothing on a signal that lives on", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = Object.create(signal, {
      addEventListener: { value: () => (listeners += 1) },
      removeEventListener: { value: () => (listeners -= 1) },
      throwIfAborted: { value: () => {} },
    });
    const steps = [{ status: 204 }, { status: 200, body: "x".repeat(50_000) }, problem(404, "not_found"), good];
    const { apiFetch } = await set(steps);
    await apiFetch("/1", { signal: counted });
    await apiFetch("/2", { signal: counted });
    await failureOf(apiFetch("/3", { signal: counted }));
    await failureOf(apiFetch("elsewhere", { signal: counted }));
    await (await apiFetch("/4", { signal: counted })).text();
    await vi.waitUntil(() => listeners === 0);
  });
});

describe("a body that is a stream", () => {
  const streamOf = (...chunks: string[]) =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
  async function* iterated() {
    yield new TextEncoder().encode("a");
    yield new TextEncoder().encode("b");
  }
  const bodies = { "a ReadableStream": () => streamOf("a", "b"), "an async iterable": iterated };

  it.each(Object.entries(bodies))("%s is sent", async (_, make) => {
    const { api, apiFetch } = await set([good]);
    await apiFetch("/files", { method: "POST", body: make() as BodyInit });
    expect(api.asked[0]?.body).toBe("ab");
  });

  it.each([problem(401, "token_expired"), problem(429, "rate_limited"), problem(503, "keys_unavailable")])(
    "is not sent again after $status, and the next call has what the answer asks for",
    async (answer) => {
      const source = tokensInTurn(makeToken({}, "first"), makeToken({}, "second"));
      const { api, clock, apiFetch } = await set([answer, good], { getToken: source.getToken });
      const failure = await failureOf(apiFetch("/files", { method: "POST", body: streamOf("a") }));
      expect(failure).toMatchObject({ name: "ApiError", status: answer.status });
      expect(api.asked).toHaveLength(1);
      expect(clock.slept).toEqual([]);
      await apiFetch("/files", { method: "POST", body: streamOf("a") });
      expect(source.calls()).toBe(answer.status === 401 ? 2 : 1);
    },
  );

  it.each([
    ["a text", "ab"],
    ["bytes", new TextEncoder().encode("ab")],
    ["a Blob", new Blob(["ab"])],
    ["parameters", new URLSearchParams("ab")],
  ])("while %s is", async (_, body) => {
    const { api, apiFetch } = await set([problem(401, "token_expired"), good]);
    await apiFetch("/files", { method: "POST", body });
    expect(api.asked.map((asked) => asked.body.replace("=", ""))).toEqual(["ab", "ab"]);
  });
});

describe("another user", () => {
  const set2 = async (options: Partial<TokenFetchOptions>, ...subjects: string[]) => {
    const tokens = subjects.map((sub) => makeToken({ sub }, sub));
    const { api, clock, apiFetch } = await set([good, good, good], {
      getToken: async () => tokens.shift() ?? "",
      ...options,
    });
    return { api, clock, apiFetch };
  };
  const changed = { name: "UserChangedError", code: "user_changed" };

  it("than the subject is refused, before anything is sent, and nothing of theirs is kept", async () => {
    const { api, apiFetch } = await set2({ subject: "alice" }, "bob", "bob", "alice");
    expect(await failureOf(apiFetch("/notes"))).toMatchObject(changed);
    expect(await failureOf(apiFetch.token())).toMatchObject(changed);
    expect(apiFetch.unverifiedToken()).toBeNull();
    expect(api.asked).toEqual([]);
    await apiFetch("/notes");
    expect(apiFetch.unverifiedToken()?.claims.sub).toBe("alice");
  });

  it("at a renewal is refused until clear(), and the former token is forgotten", async () => {
    const { api, clock, apiFetch } = await set2({}, "alice", "bob", "bob");
    await apiFetch("/notes");
    clock.advance(880);
    expect(await failureOf(apiFetch("/notes"))).toMatchObject(changed);
    expect(apiFetch.unverifiedToken()).toBeNull();
    expect(api.asked).toHaveLength(1);
    apiFetch.clear();
    await apiFetch("/notes");
    expect(apiFetch.unverifiedToken()?.claims.sub).toBe("bob");
  });

  it("or another organization has a token of its own after clear()", async () => {
    const organizations = ["one", "two"];
    const getToken = async () => makeToken({ active_org: organizations.shift() });
    const { api, apiFetch } = await set([null, good], { getToken });
    const failure = failureOf(apiFetch("/notes"));
    await api.reached(1);
    apiFetch.clear();
    expect(await failure).toMatchObject({ code: "cleared" });
    await turn();
    await apiFetch("/notes");
    expect(apiFetch.unverifiedToken()?.claims.active_org).toBe("two");
  });
});
