export { ApiError, type ErrorCode, type FieldError, type KnownErrorCode } from "./api-error.js";
export type { AttemptEnd, AttemptInfo } from "./attempts.js";
export { type BetterAuthClient, betterAuthToken } from "./better-auth-token.js";
export type { AnswerInfo, HeldToken, WaitInfo } from "./caller.js";
export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type SessionClientOptions,
} from "./client.js";
export type { Clock } from "./clock.js";
export {
  ClearedError,
  NetworkError,
  NotSignedInError,
  TimeoutError,
  TokenUnavailableError,
  UnusableTokenError,
  UserChangedError,
} from "./errors.js";
export { type ApiFetch, createFetch, type SessionFetch, type TokenOptions } from "./fetch.js";
export type { CommonOptions, FetchOptions, SessionFetchOptions, TokenFetchOptions } from "./fetch-options.js";
export type {
  Identity,
  NewTag,
  NewTask,
  Page,
  Priority,
  Tag,
  TagChange,
  TagQuery,
  Task,
  TaskChange,
  TaskQuery,
} from "./model.js";
export { type HeadersLike, type ServerTokenOptions, serverToken } from "./server-token.js";
export type { GetToken } from "./token-source.js";
