import { untilAborted } from "./abort.js";
import { type Answer, errorOf, unexpectedAnswer } from "./answer.js";
import type { ApiError, ErrorCode } from "./api-error.js";
import type { Deadline } from "./deadline.js";
import { ClearedError } from "./errors.js";
import { type ApiRequest, exchange } from "./exchange.js";
import { parseJson } from "./json.js";
import type { Read } from "./read.js";
import { type Attempts, nextStep } from "./retry.js";
import type { TokenSource } from "./token-source.js";

/** What the API answered, for whoever watches. */
export interface AnswerInfo {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  /** The error's code, or null for a success. */
  code: ErrorCode | null;
  requestId: string | null;
}

/** A request whose path may hold the user's id, and what its answer is to be. */
export interface Call<T> extends Omit<ApiRequest, "path"> {
  path: (userId: string) => string;
  /** What the body of a success is, for people. */
  expected: string;
  read: Read<T>;
}

export interface CallerOptions {
  baseUrl: string;
  tokens: TokenSource;
  /** Of each request; its clock is that of the waits, too. */
  deadline: Deadline;
  random: () => number;
  fetch: typeof fetch;
  onAnswer: ((info: AnswerInfo) => void) | undefined;
}

/** Makes calls: each with a token, and again where that is safe and of use. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #running = new Set<AbortController>();

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** Makes a call; ended by the signal given, and by `clear`. */
  async call<T>(call: Call<T>, callersSignal: AbortSignal | undefined): Promise<T> {
    callersSignal?.throwIfAborted();
    const controller = new AbortController();
    const stop = () => controller.abort(callersSignal?.reason);
    callersSignal?.addEventListener("abort", stop);
    this.#running.add(controller);
    try {
      // Raced, so that an own `fetch` or `getToken` that does not heed the signal ends too.
      return await untilAborted(controller.signal, this.#attempt(call, controller.signal));
    } finally {
      this.#running.delete(controller);
      callersSignal?.removeEventListener("abort", stop);
    }
  }

  /** Ends all calls that are on their way with `ClearedError` and forgets the token. */
  clear(): void {
    this.#options.tokens.clear();
    for (const controller of this.#running) controller.abort(new ClearedError());
  }

  async #attempt<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const { tokens, baseUrl, deadline, random, fetch } = this.#options;
    const attempts: Attempts = { waits: 0, renewed: false };
    let refused: string | undefined;
    for (;;) {
      const { token, userId } = await tokens.get(signal, refused);
      const { method, query, body } = call;
      // The path is of the same token that is sent, so the two never disagree.
      const request = { method, path: call.path(userId), query, body };
      const answer = await exchange(fetch, baseUrl, request, token, deadline, signal);
      signal.throwIfAborted();
      const result = resultOf(call, answer);
      this.#tell(answer, result);
      if (!result.error) return result.value;
      const step = nextStep(method, result.error, attempts, random);
      if (step.do === "fail") throw result.error;
      if (step.do === "wait") {
        attempts.waits += 1;
        await deadline.clock.sleep(step.milliseconds, signal);
      } else {
        attempts.renewed = true;
        refused = token;
      }
    }
  }

  #tell({ method, path, status, requestId }: Answer, { error }: { error: ApiError | null }): void {
    try {
      this.#options.onAnswer?.({ method, path, status, code: error?.code ?? null, requestId });
    } catch (fault) {
      // Whoever watches must not make a write that was carried out look as if it failed.
      console.error(fault);
    }
  }
}

function resultOf<T>(call: Call<T>, answer: Answer): { error: null; value: T } | { error: ApiError } {
  if (answer.status < 200 || answer.status > 299) return { error: errorOf(answer) };
  const value = call.read(parseJson(answer.text));
  return value === null ? { error: unexpectedAnswer(answer, call.expected) } : { error: null, value };
}
