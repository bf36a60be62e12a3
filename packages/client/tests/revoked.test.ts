import { describe, expect, it } from "vitest";

import { type Client, createClient, createFetch, NotSignedInError, TokenUnavailableError } from "../src/index.js";
import { failureOf } from "./support/failure.js";
import { HandClock } from "./support/hand-clock.js";
import { type Asked, problem, type Scripted, scriptedServer } from "./support/scripted-server.js";
import { makeToken } from "./support/tokens.js";

const good: Scripted = { status: 200, body: { id: 3, name: "Errands" } };
const revoked = problem(401, "token_revoked");
const expired = problem(401, "token_expired");

/** The n-th token that Better Auth gives, from 1. */
const tokenOf = (n: number) => makeToken({}, `of turn ${n}`);
const signedOut = (): Error => new NotSignedInError();
const away = (): Error => new TokenUnavailableError("/token gave no answer.", null);

/** An API whose answer goes by the token, and a Better Auth that gives so many before it says something else. */
async function set(answerTo: (turn: number) => Scripted, { tokens = 99, after = signedOut } = {}) {
  const judge = ({ headers }: Asked) => {
    const turn = [1, 2, 3, 4, 5].find((n) => headers.authorization === `Bearer ${tokenOf(n)}`);
    return answerTo(turn ?? 0);
  };
  const api = await scriptedServer(...Array.from({ length: 60 }, () => judge));
  let asked = 0;
  const getToken = async () => {
    asked += 1;
    if (asked > tokens) throw after();
    return tokenOf(asked);
  };
  const clock = new HandClock();
  const options = { baseUrl: api.url, getToken, clock, random: () => 0 };
  return { api, clock, client: createClient(options), apiFetch: createFetch(options), asked: () => asked };
}

const read = (client: Client) => client.getTag(3);
const write = (client: Client) => client.createTag({ name: "Errands" });
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** The API's answers to the tokens in turn; those that follow are refused as the last one. */
const answers =
  (...inTurn: Scripted[]) =>
  (turn: number) =>
    inTurn[Math.min(turn, inTurn.length) - 1] ?? good;

describe("a token that is revoked while the session stands", () => {
  it.each([
    { name: "a read", call: read },
    { name: "a write", call: write },
  ])("costs $name one new token, and no wait", async ({ call }) => {
    const { api, client, clock, asked } = await set(answers(revoked, good));
    await call(client);
    expect([api.asked.length, asked(), clock.slept]).toEqual([2, 2, []]);
    expect(new Set(api.asked.map(({ method, url, body }) => `${method} ${url} ${body}`)).size).toBe(1);
    expect(client.unverifiedToken()?.token).toBe(tokenOf(2));
    await call(client);
    expect([api.asked.length, asked()]).toEqual([3, 2]);
  });

  it("costs ten calls at once one new token", async () => {
    const { api, client, asked } = await set(answers(revoked, good));
    await Promise.all(times(10, () => read(client)));
    expect([api.asked.length, asked()]).toEqual([20, 2]);
  });

  it("costs none for the answer that comes after the others have a new one", async () => {
    const late: { answer?: () => void } = {};
    const held = await scriptedServer(
      (_, response) => {
        late.answer = () => response.writeHead(401).end(JSON.stringify(revoked.body));
        return null;
      },
      revoked,
      good,
      good,
    );
    let asked = 0;
    const getToken = async () => tokenOf(++asked);
    const client = createClient({ baseUrl: held.url, getToken, clock: new HandClock() });
    const slow = read(client);
    await held.reached(1);
    await read(client);
    late.answer?.();
    await slow;
    expect(asked).toBe(2);
    expect(held.asked.at(-1)?.headers.authorization).toBe(`Bearer ${tokenOf(2)}`);
  });

  it("is changed as often as the user changes", async () => {
    const inForce = { turn: 1 };
    const { client, asked } = await set((turn) => (turn < inForce.turn ? revoked : good));
    for (const turn of [1, 2, 3, 4]) {
      inForce.turn = turn;
      await read(client);
    }
    expect(asked()).toBe(4);
  });

  it("is an error of a body that can be sent once, and the next call gets another", async () => {
    const { api, apiFetch, asked } = await set(answers(revoked, good));
    const body = new Blob(["a note"]).stream();
    const error = await failureOf(apiFetch("/notes", { method: "POST", body }));
    expect(error).toMatchObject({ name: "ApiError", status: 401, code: "token_revoked" });
    expect([api.asked.length, apiFetch.unverifiedToken()]).toEqual([1, null]);
    await apiFetch("/notes");
    expect(asked()).toBe(2);
  });

  it("is no sign-out while Better Auth is away", async () => {
    const { api, client, asked } = await set(answers(revoked), { tokens: 1, after: away });
    expect(await failureOf(write(client))).toBeInstanceOf(TokenUnavailableError);
    expect([api.asked.length, asked()]).toEqual([1, 2]);
  });

  it.each([403, 500])("is one by 401 alone: %i is the API's error", async (status) => {
    const { api, client, asked } = await set(answers(problem(status, "token_revoked")));
    expect(await failureOf(write(client))).toMatchObject({ name: "ApiError", status });
    expect([api.asked.length, asked()]).toEqual([1, 1]);
  });
});

describe("a session that has ended", () => {
  it("is said by Better Auth, which gives no new token", async () => {
    const { api, client, asked } = await set(answers(revoked), { tokens: 1 });
    const failures = await Promise.all(times(10, () => failureOf(read(client))));
    expect(failures.map(({ name }) => name)).toEqual(times(10, () => "NotSignedInError"));
    expect([api.asked.length, asked()]).toEqual([10, 2]);
    expect(client.unverifiedToken()).toBeNull();
  });

  it.each([
    { name: "the new token, too", inTurn: [revoked, revoked] },
    { name: "the one in place of another that had expired", inTurn: [expired, revoked] },
  ])("is said by the API, which refuses $name", async ({ inTurn }) => {
    const { api, client, asked } = await set(answers(...inTurn));
    const error = await failureOf(write(client));
    expect(error).toBeInstanceOf(NotSignedInError);
    expect(error).toMatchObject({ code: "not_signed_in", cause: { name: "ApiError", code: "token_revoked" } });
    expect(error.message).toContain("token_revoked");
    expect([api.asked.length, asked()]).toEqual([2, 2]);
    expect(client.unverifiedToken()).toBeNull();
  });

  it("is said to ten calls at once after one new token", async () => {
    const { api, client, asked } = await set(answers(revoked));
    const failures = await Promise.all(times(10, () => failureOf(read(client))));
    expect(failures.map(({ name }) => name)).toEqual(times(10, () => "NotSignedInError"));
    expect([api.asked.length, asked()]).toEqual([20, 2]);
  });

  it("does not hinder the next one", async () => {
    const { client, asked } = await set(answers(revoked, revoked, good));
    await failureOf(read(client));
    await read(client);
    expect(asked()).toBe(3);
  });

  it("is said at once where requests go by its cookie", async () => {
    const api = await scriptedServer(revoked, good);
    const headers = () => new Headers({ Cookie: "better-auth.session_token=t.s" });
    const apiFetch = createFetch({ baseUrl: api.url, credentials: "session", headers });
    expect(await failureOf(apiFetch("/notes"))).toMatchObject({
      name: "NotSignedInError",
      cause: { code: "token_revoked" },
    });
    expect(api.asked).toHaveLength(1);
  });
});
