import { describe, expect, it } from "vitest";

import { type AttemptInfo, createFetch } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { problem, type Step, scriptedServer } from "./support/scripted-server.js";
import { makeToken, tokensInTurn } from "./support/tokens.js";

const fine: Step = { status: 200, body: { items: [] } };
const cut: Step = (_asked, response) => {
  response.destroy();
  return null;
};
const first = makeToken({}, "first");
const second = makeToken({}, "second");

/** "kind why status code", of those that have ended. */
const endOf = ({ kind, why, end }: AttemptInfo) => `${kind} ${why} ${end?.status} ${end?.code}`;

async function watched(steps: Step[], getToken?: () => Promise<string>) {
  const api = await scriptedServer(...steps);
  const seen: AttemptInfo[] = [];
  const source = tokensInTurn(first, second);
  const clock = new HandClock();
  const ask = createFetch({
    baseUrl: api.url,
    getToken: getToken ?? source.getToken,
    clock,
    random: () => 0,
    onAttempt: (info) => seen.push(info),
  });
  return { ask, seen, clock, ended: () => seen.filter(({ end }) => end !== null).map(endOf) };
}

describe("onAttempt", () => {
  it.each([
    { name: "a token, then the answer", steps: [fine], ends: ["token call 200 null", "request call 200 null"] },
    {
      name: "a retry after a wait",
      steps: [problem(503, "keys_unavailable", { "Retry-After": "2" }), fine],
      ends: ["token call 200 null", "request call 503 keys_unavailable", "request retry 200 null"],
    },
    {
      name: "a renewal of the token",
      steps: [problem(401, "token_expired"), fine],
      ends: [
        "token call 200 null",
        "request call 401 token_expired",
        "token renewal 200 null",
        "request renewal 200 null",
      ],
    },
    {
      name: "a refusal",
      steps: [problem(403, "user_mismatch")],
      ends: ["token call 200 null", "request call 403 user_mismatch"],
    },
    { name: "no answer", steps: [cut], ends: ["token call 200 null", "request call null network"] },
  ])("is given $name", async ({ steps, ends }) => {
    const { ask, ended } = await watched(steps);
    await ask("/tasks").catch(() => {});
    expect(ended()).toEqual(ends);
  });

  it("is given a token that could not be fetched", async () => {
    const { ask, ended, seen } = await watched([], async () => "opaque");
    expect((await failureOf(ask("/tasks"))).code).toBe("token_unusable");
    expect(ended()).toEqual(["token call null token_unusable"]);
    expect(seen.at(-1)?.end?.detail).toContain("did not give a JWT");
  });

  it("is given each twice, with its time, the request and the token that went along", async () => {
    const { ask, seen, clock } = await watched([
      () => {
        clock.advance(0.25);
        return fine as { status: number };
      },
    ]);
    await ask("/tasks?page=2", { method: "delete" });
    const [, , begun, ended] = seen;
    expect(begun).toMatchObject({ kind: "request", method: "DELETE", path: "/tasks", token: first, end: null });
    expect(ended).toEqual({
      ...begun,
      end: { milliseconds: 250, status: 200, code: null, detail: null, requestId: "5f0c9a2b0000002a" },
    });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(2);
  });

  it("ends an attempt that is called off", async () => {
    const { ask, ended } = await watched([null]);
    const controller = new AbortController();
    const asked = ask("/tasks", { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await failureOf(asked);
    await Promise.resolve();
    expect(ended().at(-1)).toBe("request call null aborted");
  });
});
