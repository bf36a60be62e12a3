import { ApiError, type ErrorCode, type FieldError } from "./api-error.js";
import { isObject, parseJson } from "./json.js";

/** What was asked. */
interface Asked {
  method: string;
  /** Without the query. */
  path: string;
}

/** An answer of the API, read to its end. */
export interface Answer extends Asked {
  status: number;
  requestId: string | null;
  /** Seconds. */
  retryAfter: number | null;
  text: string;
}

/** Reads an answer to its end; rejects as `fetch` does when the connection is lost before. */
export async function readAnswer({ method, path }: Asked, response: Response): Promise<Answer> {
  const retryAfter = response.headers.get("retry-after");
  return {
    method,
    path,
    status: response.status,
    requestId: response.headers.get("x-request-id"),
    // Drawbridge says seconds. A date, which HTTP also allows, would need a clock that is right.
    retryAfter: retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : null,
    text: await response.text(),
  };
}

/** The error that an answer other than 2xx stands for. */
export function errorOf(answer: Answer): ApiError {
  const body = parseJson(answer.text);
  const problem = problemOf(body, answer.status);
  return new ApiError({
    ...answer,
    body,
    ...(problem ?? {
      code: answer.status === 429 ? "rate_limited" : "unexpected_answer",
      detail: "The answer is not a problem document. Something other than the API may have sent it.",
      errors: [],
    }),
  });
}

/** The error for a success whose body makes no sense. */
export function unexpectedAnswer(answer: Answer, expected: string): ApiError {
  const detail = `The body of the answer is not ${expected}.`;
  return new ApiError({ ...answer, body: parseJson(answer.text), code: "unexpected_answer", detail, errors: [] });
}

interface Problem {
  code: ErrorCode;
  detail: string;
  errors: FieldError[];
}

/** Reads an RFC 9457 problem document, or what FastAPI answers by itself; null for anything else. */
function problemOf(body: unknown, status: number): Problem | null {
  if (!isObject(body)) return null;
  const { code, title, detail } = body;
  if (typeof code === "string" && code !== "") {
    const text = [detail, title].find((value) => typeof value === "string" && value !== "");
    return { code, detail: String(text ?? code), errors: fieldErrorsOf(body.errors) };
  }
  const fastapiCode = fastapiCodes[status] ?? "unexpected_answer";
  if (typeof detail === "string") return { code: fastapiCode, detail, errors: [] };
  if (Array.isArray(detail)) return { code: fastapiCode, ...fastapiErrorsOf(detail) };
  // An HTTPException whose detail is an object, a problem perhaps.
  return isObject(detail) ? problemOf(detail, status) : null;
}

function fieldErrorsOf(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map(({ pointer, message }) => ({
    pointer: typeof pointer === "string" ? pointer : "",
    message: typeof message === "string" ? message : "is not valid",
  }));
}

/** What an answer of FastAPI itself means, which has a status and no code. */
const fastapiCodes: Record<number, ErrorCode> = {
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  413: "body_too_large",
  415: "media_type_unsupported",
  422: "validation_failed",
  429: "rate_limited",
};

/** FastAPI says `{loc: ["body", "title"], msg: "Field required"}` for each value. */
function fastapiErrorsOf(detail: unknown[]): { detail: string; errors: FieldError[] } {
  const errors = detail.filter(isObject).map(({ loc, msg }) => ({
    pointer: Array.isArray(loc) ? pointerOf(loc.map(String)) : "",
    message: typeof msg === "string" ? msg : "is not valid",
  }));
  return { detail: errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), errors };
}

function pointerOf([place, ...names]: string[]): string {
  if (place === "query") return `?${names.join(".")}`;
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
