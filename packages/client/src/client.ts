import { readAnswer, unexpectedAnswer } from "./answer.js";
import { ApiError } from "./api-error.js";
import { pathSegment } from "./base-url.js";
import { type Call, Caller, type HeldToken } from "./caller.js";
import { UserChangedError } from "./errors.js";
import type { SessionFetchOptions, TokenFetchOptions } from "./fetch-options.js";
import { parseJson } from "./json.js";
import { type JsonRequest, jsonRequest } from "./json-request.js";
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
import { type Read, readIdentity, readPage, readTag, readTask } from "./read.js";
import { SessionUser } from "./session-user.js";

/** The paths of the API, `/api/v1/…`, are put behind `baseUrl`; `timeout` lasts to the end of an answer. */
export type ClientOptions = TokenFetchOptions | SessionClientOptions;

export interface SessionClientOptions extends SessionFetchOptions {
  /**
   * Whom it is for: Better Auth's `user.id`. The API is asked once whose the session is; anybody else is a
   * `UserChangedError`, from the first call on. Without it the first answer says who the user is.
   */
  subject?: string;
}

export interface CallOptions {
  /** Ends this call, its waits too; other calls that wait for the same token are not disturbed. */
  signal?: AbortSignal | undefined;
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
  /** The token that is held now, or null, as it is with the session's cookie; nothing is fetched. For display only. */
  unverifiedToken(): HeldToken | null;
}

/**
 * Makes a client for one user at a time: one for a browser's page, one for each request on a server.
 *
 * @throws TypeError when `baseUrl` is neither an http(s) URL nor a path, or holds credentials, a query or a fragment, and
 *   for `getToken` beside `credentials`; RangeError when `timeout` is no number of milliseconds.
 */
export function createClient(options: ClientOptions): Client {
  const caller = new Caller(options, "uuid");
  // A token says whose paths to ask for; of a cookie only the API knows it.
  const ofSession =
    options.credentials === "session"
      ? new SessionUser((signal) => caller.call(callOf(caller.baseUrl, me, null), signal), options.subject)
      : null;
  const make = async <T>(request: TasksRequest<T>, { signal }: CallOptions = {}): Promise<T> => {
    const way = caller.begin(signal);
    try {
      const { baseUrl } = caller;
      const uuid = ofSession && typeof request.path !== "string" ? await ofSession.uuid(way.signal) : null;
      return await caller.call(callOf(baseUrl, request, uuid), way.signal);
    } catch (error) {
      // The path is of the user whom the API named before, so the session is another one's by now.
      const isAnother = ofSession && error instanceof ApiError && error.code === "user_mismatch";
      throw isAnother ? new UserChangedError(error) : error;
    } finally {
      way.end();
    }
  };

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
    me: async (options) => {
      const identity = await make(me, options);
      return ofSession ? ofSession.checked(identity) : identity;
    },
    clear: () => {
      ofSession?.clear();
      caller.clear();
    },
    unverifiedToken: () => caller.heldToken,
  };
}

/** A request, whose path may be of the user's id, and what its answer is to be. */
interface TasksRequest<T> extends JsonRequest {
  path: string | ((userId: string) => string);
  /** What the body of a success is, for people. */
  expected: string;
  read: Read<T>;
}

/** @param uuid  the user's id, where a pass does not say it */
function callOf<T>(
  baseUrl: string,
  { path, expected, read, ...request }: TasksRequest<T>,
  uuid: string | null,
): Call<T> {
  return {
    request: ({ userId }) =>
      jsonRequest(baseUrl, typeof path === "string" ? path : path(userId ?? uuid ?? ""), request),
    replayable: true,
    take: async (response, asked) => {
      const answer = await readAnswer(asked, response);
      const value = read(parseJson(answer.text));
      return value === null ? { error: unexpectedAnswer(answer, expected) } : { error: null, value };
    },
  };
}

/** A path among what the user of the token owns. */
const of =
  (...segments: (string | number)[]) =>
  (userId: string): string =>
    `/api/v1/${[userId, ...segments].map(pathSegment).join("/")}`;

type Body<T> = Pick<TasksRequest<T>, "expected" | "read">;

const task: Body<Task> = { expected: "a task", read: readTask };
const tag: Body<Tag> = { expected: "a tag", read: readTag };
const nothing: Body<void> = { expected: "nothing", read: () => undefined };
const me: TasksRequest<Identity> = {
  method: "GET",
  path: "/api/v1/me",
  expected: "an identity",
  read: readIdentity,
};
const taskPage = (query: TaskQuery = {}): Body<Page<Task>> => ({
  expected: "a page of tasks",
  read: readPage(readTask, query),
});
const tagPage = (query: TagQuery = {}): Body<Page<Tag>> => ({
  expected: "a page of tags",
  read: readPage(readTag, query),
});
