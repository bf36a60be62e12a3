import type { Pass } from "./credential.js";
import { type Deadline, within } from "./deadline.js";
import { NetworkError, TimeoutError } from "./errors.js";

/** A request of the API, but for what shows who asks. */
export interface ApiRequest {
  method: string;
  /** Behind the base URL, without the query: what errors and watchers name. */
  path: string;
  /** The whole URL, below the base URL. */
  url: string;
  headers: Headers;
  /** What else `fetch` is given, the body among it. */
  init?: RequestInit;
}

export interface Api {
  baseUrl: string;
  fetch: typeof fetch;
  /** Of each request; its clock is that of the waits, too. */
  deadline: Deadline;
}

/**
 * Sends a request once and takes the answer. Token and cookie go to `baseUrl` and nowhere else: a redirect is an error, no
 * cookie is sent beside a token nor a token beside a cookie, and nothing of it is cached.
 *
 * @param take  what it does is within the time of the request
 * @throws NetworkError when no answer came, TimeoutError when `take` was not done in time
 */
export function exchange<T>(
  { baseUrl, fetch: send, deadline }: Api,
  request: ApiRequest,
  pass: Pass,
  signal: AbortSignal,
  take: (response: Response) => Promise<T>,
): Promise<T> {
  const { method, path, url, init } = request;
  const sendOnce = async (ended: AbortSignal): Promise<T> => {
    const headers = new Headers(request.headers);
    for (const name of ["Authorization", "Cookie"]) headers.delete(name);
    for (const [name, value] of Object.entries(pass.headers)) headers.set(name, value);
    try {
      const fixed: RequestInit = { cache: "no-store", credentials: pass.credentials, redirect: "error" };
      return await take(await send(url, { ...init, method, headers, signal: ended, ...fixed }));
    } catch (error) {
      // An aborted request has ended with its reason already: `within` races the signal.
      throw new NetworkError(method, baseUrl, path, error);
    }
  };
  return within(deadline, signal, sendOnce, (milliseconds) => new TimeoutError(method, baseUrl, path, milliseconds));
}
