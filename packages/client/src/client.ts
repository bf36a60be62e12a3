import { parseBaseUrl, pathSegment } from "./base-url.js";
import { type AnswerInfo, type Call, Caller } from "./caller.js";
import { type Clock, systemClock } from "./clock.js";
import { checkTimeout } from "./deadline.js";
import type {
  Identity,
  NewTag,
  NewTask,
  Page,
  Tag,
  TagChange,
  TagQuery,
  Task,
  TaskChange,
  TaskQuery,
} from "./model.js";
import { readIdentity, readPage, readTag, readTask } from "./read.js";
import { type GetToken, TokenSource } from "./token-source.js";
import type { UnverifiedToken } from "./unverified-token.js";

export interface ClientOptions {
  /** Where the API is, such as `https://api.example.com`; a path in it comes before `/api/v1`. */
  baseUrl: string;
  /** Where the JWT comes from: `betterAuthToken(authClient)`, `serverToken({…})`, or a function of one's own. */
  getToken: GetToken;
  /**
   * Whom the client is for: Better Auth's `user.id`, the claim `sub`. A token of anybody else is a `UserChangedError`, from
   * the first one on. Without it the first token says who the user is.
   */
  subject?: string;
  /**
   * Milliseconds that one request may take, from its sending to the end of its answer; a token's fetch has as many of its
   * own. Default: 10,000. A call that waits and tries again is of several requests; `signal` ends all of it.
   */
  timeout?: number;
  /** Told of each answer, those that are tried again among them. */
  onAnswer?: (info: AnswerInfo) => void;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** In place of the machine's clock, for tests. */
  clock?: Clock;
  /** In place of `Math.random`, which spreads waits and renewals of many clients over time; for tests. */
  random?: () => number;
}

export interface CallOptions {
  /** Ends this call, its waits too; other calls that wait for the same token are not disturbed. */
  signal?: AbortSignal | undefined;
}

/** The token that is held, decoded and not verified: only the API can say whether it is good. */
export interface HeldToken extends UnverifiedToken {
  /** When the next call will fetch another one, in milliseconds on this machine's clock. */
  renewsAt: number;
}

/**
 * The tasks API for the user who is signed in. A call rejects with `ApiError`, `NetworkError` (a `TimeoutError` among
 * them), `NotSignedInError`, `TokenUnavailableError`, `UnusableTokenError`, `UserChangedError`, `ClearedError`, or the reason of an aborted signal.
 */
export interface Client {
  listTasks(query?: TaskQuery, options?: CallOptions): Promise<Page<Task>>;
  getTask(id: string, options?: CallOptions): Promise<Task>;
  createTask(task: NewTask, options?: CallOptions): Promise<Task>;
  /** PATCH: what is absent stays, null clears. */
  updateTask(id: string, change: TaskChange, options?: CallOptions): Promise<Task>;
  /** PUT: what is absent takes its default. */
  replaceTask(id: string, task: NewTask, options?: CallOptions): Promise<Task>;
  /** Turns `completed` round. */
  toggleComplete(id: string, options?: CallOptions): Promise<Task>;
  deleteTask(id: string, options?: CallOptions): Promise<void>;
  listTags(query?: TagQuery, options?: CallOptions): Promise<Page<Tag>>;
  getTag(id: number, options?: CallOptions): Promise<Tag>;
  createTag(tag: NewTag, options?: CallOptions): Promise<Tag>;
  updateTag(id: number, change: TagChange, options?: CallOptions): Promise<Tag>;
  deleteTag(id: number, options?: CallOptions): Promise<void>;
  /** Whom the API takes the token to speak for. */
  me(options?: CallOptions): Promise<Identity>;
  /**
   * Forgets the token and the user. Calls that are on their way reject with `ClearedError`, and a token that is being
   * fetched is not kept. To be called after sign-out and whenever the user of the session changes.
   */
  clear(): void;
  /** The token that is held now, or null; nothing is fetched. For display only. */
  unverifiedToken(): HeldToken | null;
}

/**
 * Makes a client for one user at a time: one for a browser's page, one for each request on a server.
 *
 * @throws TypeError when `baseUrl` is not an http(s) URL or holds credentials, a query or a fragment; RangeError when
 *   `timeout` is no number of milliseconds.
 */
export function createClient({
  baseUrl,
  getToken,
  subject,
  timeout = 10_000,
  onAnswer,
  fetch: ownFetch,
  clock = systemClock,
  random = Math.random,
}: ClientOptions): Client {
  const deadline = { clock, milliseconds: checkTimeout(timeout) };
  const tokens = new TokenSource({ getToken, deadline, random, subject });
  const caller = new Caller({
    baseUrl: parseBaseUrl(baseUrl),
    tokens,
    deadline,
    random,
    // Looked up at each call: frameworks put their own `fetch` in place later.
    fetch: ownFetch ?? ((input, init) => globalThis.fetch(input, init)),
    onAnswer,
  });
  const make = <T>(call: Call<T>, options: CallOptions = {}) => caller.call(call, options.signal);

  return {
    listTasks: (query, options) => make({ method: "GET", path: of("tasks"), query, ...taskPage(query) }, options),
    getTask: (id, options) => make({ method: "GET", path: of("tasks", id), ...task }, options),
    createTask: (body, options) => make({ method: "POST", path: of("tasks"), body, ...task }, options),
    updateTask: (id, body, options) => make({ method: "PATCH", path: of("tasks", id), body, ...task }, options),
    replaceTask: (id, body, options) => make({ method: "PUT", path: of("tasks", id), body, ...task }, options),
    toggleComplete: (id, options) => make({ method: "PATCH", path: of("tasks", id, "complete"), ...task }, options),
    deleteTask: (id, options) => make({ method: "DELETE", path: of("tasks", id), ...nothing }, options),
    listTags: (query, options) => make({ method: "GET", path: of("tags"), query, ...tagPage(query) }, options),
    getTag: (id, options) => make({ method: "GET", path: of("tags", id), ...tag }, options),
    createTag: (body, options) => make({ method: "POST", path: of("tags"), body, ...tag }, options),
    updateTag: (id, body, options) => make({ method: "PATCH", path: of("tags", id), body, ...tag }, options),
    deleteTag: (id, options) => make({ method: "DELETE", path: of("tags", id), ...nothing }, options),
    me: (options) => make({ method: "GET", path: () => "/api/v1/me", ...identity }, options),
    clear: () => caller.clear(),
    unverifiedToken: () => {
      if (!tokens.kept) return null;
      const { token, header, claims, renewsAt } = tokens.kept;
      return { token, header, claims, renewsAt };
    },
  };
}

/** A path among what the user of the token owns. */
const of =
  (...segments: (string | number)[]) =>
  (userId: string): string =>
    `/api/v1/${[userId, ...segments].map(pathSegment).join("/")}`;

type Result<T> = Pick<Call<T>, "expected" | "read">;

const task: Result<Task> = { expected: "a task", read: readTask };
const tag: Result<Tag> = { expected: "a tag", read: readTag };
const nothing: Result<void> = { expected: "nothing", read: () => undefined };
const identity: Result<Identity> = { expected: "an identity", read: readIdentity };
const taskPage = (query: TaskQuery = {}): Result<Page<Task>> => ({
  expected: "a page of tasks",
  read: readPage(readTask, query),
});
const tagPage = (query: TagQuery = {}): Result<Page<Tag>> => ({
  expected: "a page of tags",
  read: readPage(readTag, query),
});
