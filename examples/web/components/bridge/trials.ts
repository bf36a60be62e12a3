import type { BridgeRecord, Crossing } from "./record";
import { withOneBitFlipped } from "./token";

/** What the panel needs of the app that it is in. */
export interface BridgeSettings {
  record: BridgeRecord;
  /** Where the API is: a URL, or a path of this origin. */
  apiUrl: string;
  /** Something of a user that can be read without doing harm: `/api/v1/${uuid}/tasks?limit=1`. */
  pathOf: (uuid: string) => string;
  /** The user's id in such paths, or null where the page does not know it. */
  uuid: () => string | null;
  /** What requests go by. */
  credentials: "token" | "session";
  /** Better Auth: `/api/auth`. */
  authUrl: string;
  /** The token that the page holds now, or null, and when it is renewed, in milliseconds since 1970. */
  heldToken: () => { token: string; renewsAt: number } | null;
  /** Where the server helps with what a page cannot do by itself (app/api/bridge); null where it does not. */
  trialsUrl: string | null;
}

export const trials = ["none", "flipped", "expired", "path", "session", "rotate", "elsewhere"] as const;
export type Trial = (typeof trials)[number];

/** Those that there is something for. */
export function trialsOf({ credentials, trialsUrl }: BridgeSettings): readonly Trial[] {
  if (credentials === "session") return ["none", "path"];
  return trials.filter((trial) => trialsUrl !== null || !["expired", "rotate", "elsewhere"].includes(trial));
}

/** Nobody's. */
const stranger = "00000000-0000-4000-8000-000000000000";
/** Longer than the API takes to learn what Better Auth has ended. */
const longestWait = 5_000;

/** Makes the real call, and gives the crossing that came of it. Rejects where Better Auth did not do its part. */
export async function attempt(trial: Trial, settings: BridgeSettings): Promise<Crossing> {
  const uuid = settings.uuid() ?? stranger;
  switch (trial) {
    case "none":
      return cross(settings, uuid, null, "omit");
    case "path":
      return cross(settings, stranger, await freshToken(settings));
    case "flipped":
      return cross(settings, uuid, withOneBitFlipped((await freshToken(settings)) ?? ""));
    case "session": {
      const { session } = await json(`${settings.authUrl}/get-session`);
      return cross(settings, uuid, String((session as { token?: unknown } | undefined)?.token));
    }
    case "expired":
      return cross(settings, uuid, tokenIn(await json(`${settings.trialsUrl}/expired`, {})));
    case "rotate":
      await json(`${settings.trialsUrl}/rotate`, {});
      return cross(settings, uuid, await freshToken(settings));
    case "elsewhere":
      return signOutElsewhere(settings, uuid);
  }
}

/** A second session of this user's crosses, is ended, and tries again with the same token until it is refused. */
async function signOutElsewhere(settings: BridgeSettings, uuid: string): Promise<Crossing> {
  const second = await json(`${settings.trialsUrl}/second-session`, {});
  await cross(settings, uuid, tokenIn(second));
  await json(`${settings.authUrl}/revoke-session`, { token: second.session });
  const began = Date.now();
  for (;;) {
    const crossing = await cross(settings, uuid, tokenIn(second));
    if (crossing.end?.status !== 200 || Date.now() - began > longestWait) return crossing;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** One of Better Auth's own, that nobody has changed; null where requests go by the cookie. */
async function freshToken({ authUrl, credentials }: BridgeSettings): Promise<string | null> {
  return credentials === "session" ? null : tokenIn(await json(`${authUrl}/token`));
}

const tokenIn = ({ token }: Record<string, unknown>) => String(token);

/** What this origin answers; `body` makes it a POST. */
async function json(url: string, body?: object): Promise<Record<string, unknown>> {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(url, body === undefined ? {} : post);
  if (response.ok) return response.json();
  const { detail } = (await response.json().catch(() => null)) ?? {};
  throw new Error(typeof detail === "string" ? detail : `${url}: ${response.status}`);
}

let crossed = 0;

/** The call itself, recorded as those of the client are. It is not made by the client, which would repair it. */
async function cross(
  { record, apiUrl, pathOf, credentials }: BridgeSettings,
  uuid: string,
  token: string | null,
  cookie: RequestCredentials = credentials === "session" ? "include" : "omit",
): Promise<Crossing> {
  crossed -= 1; // the client's count upwards
  const asked = pathOf(uuid);
  const [path = asked] = asked.split("?");
  const begun = { id: crossed, kind: "request", why: "trial", method: "GET", path, token } as const;
  const beganAt = Date.now();
  record.add({ ...begun, beganAt, end: null });
  const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(10_000);
  const init: RequestInit = { headers, credentials: cookie, cache: "no-store", redirect: "error", signal };
  const end = await fetch(apiUrl + asked, init).then(endOfAnswer, () => noAnswer);
  const crossing = { ...begun, beganAt, end: { ...end, milliseconds: Date.now() - beganAt }, times: 1 };
  record.add(crossing);
  return crossing;
}

const noAnswer = { status: null, code: "network", detail: null, requestId: null };

async function endOfAnswer(response: Response) {
  const requestId = response.headers.get("x-request-id");
  const body: unknown = await response.json().catch(() => null);
  const { code = null, detail = null } = (response.ok ? {} : (body ?? {})) as { code?: string; detail?: string };
  return { status: response.status, code: response.ok ? null : (code ?? "unexpected_answer"), detail, requestId };
}
