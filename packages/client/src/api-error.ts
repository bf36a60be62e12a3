import type { ContractCode } from "./model.js";

/** The codes that this client knows; docs/errors.md of Drawbridge says what each means and what to do. */
export type KnownErrorCode =
  | ContractCode
  /** A backend of one's own with Drawbridge's library wants a role that the user lacks. */
  | "role_missing"
  /** A backend of one's own wants a permission of an API key, or a signed-in user in place of a key. */
  | "permission_missing"
  /** A backend of one's own serves an organization that the user is not a member of, or without a role it wants. */
  | "membership_missing"
  /** An answer that neither the contract nor FastAPI gives: a proxy's page, another program on that port. */
  | "unexpected_answer";

/** A known code, or another string that the server sent. */
export type ErrorCode = KnownErrorCode | (string & {});

/** What is wrong with one value. */
export interface FieldError {
  /** RFC 6901 into the body (`/tag_ids/0`; empty for the body itself), or `?` and the name of a query parameter. */
  pointer: string;
  /** Follows the name of the value in a sentence: "is required". */
  message: string;
}

/** What an `ApiError` is made of. */
export interface ApiErrorInfo {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  code: ErrorCode;
  detail: string;
  errors: FieldError[];
  requestId: string | null;
  retryAfter: number | null;
  body?: unknown;
}

/** The API answered, and not with what was asked for. Programs switch on `code`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; also 2xx when the body of a success made no sense (`unexpected_answer`). */
  readonly status: number;
  readonly code: ErrorCode;
  /** What is wrong with this request, for people. */
  readonly detail: string;
  /** One entry for each value that is wrong (`validation_failed`), else empty. */
  readonly errors: readonly FieldError[];
  /** The answer's name in the server's log (`X-Request-Id`), where it could be read. */
  readonly requestId: string | null;
  /** Seconds to wait before asking again (`Retry-After`), where the server said so. */
  readonly retryAfter: number | null;
  /** The answer's JSON, with whatever members your own API gives an error; undefined where it is none. */
  readonly body: unknown;

  constructor(info: ApiErrorInfo) {
    const named = info.requestId === null ? "" : ` (request ${info.requestId})`;
    super(`${info.method} ${info.path}: ${info.status} ${info.code}: ${sentence(info.detail)} ${remedy(info)}${named}`);
    this.status = info.status;
    this.code = info.code;
    this.detail = info.detail;
    this.errors = info.errors;
    this.requestId = info.requestId;
    this.retryAfter = info.retryAfter;
    this.body = info.body;
  }
}

export const sentence = (text: string) => (text.endsWith(".") ? text : `${text}.`);

/** What to do about it, in a sentence for whoever reads the log. */
function remedy({ code, status }: ApiErrorInfo): string {
  switch (code) {
    case "validation_failed":
      return "Fix the values that `errors` names.";
    case "token_expired":
    case "token_not_yet_valid":
      return "The token is fresh: compare the clocks of Better Auth's machine and the API's.";
    case "key_unknown":
      return "Better Auth and the API do not belong together: compare BETTER_AUTH_URL on both sides.";
    case "token_revoked":
      return "The session has ended, or what the token says about the user has changed: the next call gets a new token.";
    case "user_mismatch":
      return "The API's user id and the token's claim uuid differ; call clear() when the user changes.";
    case "origin_not_allowed":
      return "The API must name this page's origin in DRAWBRIDGE_ALLOWED_ORIGINS.";
    case "unexpected_answer":
      return "Check that baseUrl leads to the API, and what a proxy in between answers; your own API's errors need a `code`.";
  }
  if (status === 401) return "`drawbridge doctor` finds what is wrong with the set-up of Better Auth and the API.";
  if (status === 429 || status === 503) return "Try again later.";
  if (status >= 500) return "The server's log says more.";
  return "docs/errors.md of Drawbridge says what to do about this code.";
}
