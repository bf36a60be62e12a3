import { untilAborted } from "./abort.js";
import { urlBelow } from "./base-url.js";
import { Caller, type HeldToken } from "./caller.js";
import type { ApiRequest } from "./exchange.js";
import type { FetchOptions, SessionFetchOptions, TokenFetchOptions } from "./fetch-options.js";
import { openAnswer } from "./open-answer.js";

/**
 * A `fetch` for one API, whose requests go by the session's cookie. `input` is a path that begins with a slash, to be put
 * behind `baseUrl`, or a URL below it; anything else is a TypeError, and nothing is sent.
 *
 * It differs from `fetch` in this: an answer other than 2xx rejects with `ApiError`; the session's cookie goes along and no
 * `Authorization`; no redirect is followed, nothing is cached, whatever `init` says. It rejects with `ApiError`,
 * `NetworkError` (a `TimeoutError` among them), `NotSignedInError`, `ClearedError`, or the reason of an aborted signal.
 */
export interface SessionFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Requests on their way, and bodies of which more is to come, end with `ClearedError`; a token and its user are forgotten.
   * To be called after sign-out, and whenever the user or the active organization of the session changes.
   */
  clear(): void;
}

/**
 * The same for one user at a time, with a fresh token in each request: `Authorization` is the token's and no cookie goes
 * along, whatever `init` says. It rejects, as each call of the client does, with `TokenUnavailableError`,
 * `UnusableTokenError` and `UserChangedError` too.
 */
export interface ApiFetch extends SessionFetch {
  /**
   * A fresh token, for what is no request of `fetch`: the first message of a WebSocket. It is the one that the requests
   * have, so that asking costs nothing while it is fresh. Give it to that API alone, and never put it into a URL.
   */
  token(options?: TokenOptions): Promise<string>;
  /** The token that is held now, or null; nothing is fetched. For display only. */
  unverifiedToken(): HeldToken | null;
}

export interface TokenOptions {
  /** Ends the wait for the token. */
  signal?: AbortSignal | undefined;
  /** A token that the API did not take; it is not given again. */
  refused?: string | undefined;
}

/**
 * Makes a fetch for one user at a time: one for a browser's page, one for each request on a server.
 *
 * @throws TypeError when `baseUrl` is neither an http(s) URL nor a path, or holds credentials, a query or a fragment, and
 *   for `getToken` or `subject` beside `credentials`; RangeError when `timeout` is no number of milliseconds.
 */
export function createFetch(options: TokenFetchOptions): ApiFetch;
export function createFetch(options: SessionFetchOptions): SessionFetch;
export function createFetch(options: FetchOptions): SessionFetch;
export function createFetch(options: FetchOptions): SessionFetch {
  if (options.credentials === "session" && (options as { subject?: unknown }).subject !== undefined) {
    throw new TypeError(
      'subject is for tokens: with credentials: "session", the cookie identifies the user when it is sent.',
    );
  }
  const caller = new Caller(options, "sub");

  const apiFetch = async (input: string | URL | Request, initial: RequestInit = {}): Promise<Response> => {
    const { baseUrl } = caller;
    const init = definedOf(initial);
    const given = isRequest(input) ? { ...partsOf(input), ...init } : { ...init, url: input };
    const { url, signal, ...parts } = given;
    const request = requestOf(baseUrl, url, parts);
    const way = caller.begin(signal);
    try {
      if (isRequest(input) && !("body" in init)) {
        request.init = { ...request.init, ...(await untilAborted(way.signal, bodyOf(input))) };
      }
      const take = async (response: Response) => {
        const value = openAnswer(response, way, { ...request, baseUrl });
        return { error: null, value };
      };
      return await caller.call({ request: () => request, replayable: !isStream(init.body), take }, way.signal);
    } catch (error) {
      way.end();
      throw error;
    }
  };

  const clear = () => caller.clear();
  if (options.credentials === "session") return Object.assign(apiFetch, { clear });
  return Object.assign(apiFetch, {
    clear,
    token: async ({ signal, refused }: TokenOptions = {}) => {
      const way = caller.begin(signal);
      return caller.token(way.signal, refused).finally(() => way.end());
    },
    unverifiedToken: () => caller.heldToken,
  });
}

/** To `fetch` a member that is undefined is one that is absent. */
const definedOf = (init: RequestInit): RequestInit =>
  Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined));

/** By what it has: one of another realm, or of a framework, is none of this realm's. */
const isRequest = (input: string | URL | Request): input is Request => typeof input === "object" && "url" in input;

const isStream = (body: unknown): boolean =>
  typeof body === "object" && body !== null && ("getReader" in body || Symbol.asyncIterator in body);

const partsOf = ({ url, method, headers, signal }: Request) => ({ url, method, headers, signal });

/** A Request's body, read into memory: so it can be sent twice, and no browser says whether it is a stream. */
async function bodyOf(request: Request): Promise<{ body?: ArrayBuffer }> {
  const body = await request.arrayBuffer();
  return body.byteLength === 0 ? {} : { body };
}

function requestOf(
  baseUrl: string,
  input: string | URL,
  { method = "GET", headers, ...init }: RequestInit,
): ApiRequest {
  const url = urlBelow(baseUrl, input);
  const path = url.pathname.slice(new URL(baseUrl).pathname.replace(/\/$/, "").length);
  // What `fetch` wants said of a stream; without it no stream is sent.
  const duplex = isStream(init.body) ? { duplex: "half" } : {};
  return {
    method: method.toUpperCase(),
    path,
    url: url.href,
    headers: new Headers(headers),
    init: { ...init, ...duplex },
  };
}
