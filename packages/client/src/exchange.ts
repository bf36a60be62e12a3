import { type Answer, readAnswer } from "./answer.js";
import { type Deadline, within } from "./deadline.js";
import { NetworkError, TimeoutError } from "./errors.js";

/** A request of the API, but for the token. */
export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Behind the base URL, without the query. */
  path: string;
  query?: Record<string, unknown> | undefined;
  /** To be sent as JSON. */
  body?: unknown;
}

/**
 * Sends a request once and reads the answer. The token goes to `baseUrl` and nowhere else: a redirect is an error, no
 * cookie is sent with it, and nothing of it is cached.
 *
 * @throws NetworkError when no answer came, TimeoutError when not the whole of it came in time
 */
export function exchange(
  send: typeof fetch,
  baseUrl: string,
  request: ApiRequest,
  token: string,
  deadline: Deadline,
  signal: AbortSignal,
): Promise<Answer> {
  return within(
    deadline,
    signal,
    (ended) => sendOnce(send, baseUrl, request, token, ended),
    (milliseconds) => new TimeoutError(request.method, baseUrl, request.path, milliseconds),
  );
}

async function sendOnce(
  send: typeof fetch,
  baseUrl: string,
  { method, path, query, body }: ApiRequest,
  token: string,
  signal: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", Authorization: `Bearer ${token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = {
    method,
    headers,
    signal,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  try {
    const response = await send(baseUrl + path + queryString(query), init);
    return await readAnswer(method, path, response);
  } catch (error) {
    // An aborted request has ended with its reason already: `within` races the signal.
    throw new NetworkError(method, baseUrl, path, error);
  }
}

/** Members that are undefined are left out; an array is the same name several times. */
function queryString(query: Record<string, unknown> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) parameters.append(name, String(each));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
