import { untilAborted } from "./abort.js";
import { errorOf, readAnswer } from "./answer.js";
import type { ApiError, ErrorCode } from "./api-error.js";
import { Attempted, type AttemptInfo, tell } from "./attempts.js";
import { parsePageUrl } from "./base-url.js";
import { systemClock } from "./clock.js";
import type { Credential, Pass } from "./credential.js";
import { checkTimeout } from "./deadline.js";
import { NotSignedInError } from "./errors.js";
import { type Api, type ApiRequest, exchange } from "./exchange.js";
import { checkCredential, type FetchOptions } from "./fetch-options.js";
import { type Attempts, nextStep } from "./retry.js";
import { SessionCookie } from "./session-cookie.js";
import { TokenSource } from "./token-source.js";
import { Underway, type Way } from "./underway.js";
import type { UnverifiedToken, UserClaim } from "./unverified-token.js";

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

/** A wait before a request is sent again, for whoever watches. */
export interface WaitInfo {
  method: string;
  /** Without the query. */
  path: string;
  /** Of the answer that asks for the wait. */
  status: number;
  code: ErrorCode;
  milliseconds: number;
}

/** The token that is held, decoded and not verified: only the API can say whether it is good. */
export interface HeldToken extends UnverifiedToken {
  /** When the next call will fetch another one, in milliseconds on this machine's clock. */
  renewsAt: number;
}

/** What a success gives to the caller, or why it is none after all. */
export type Result<T> = { error: null; value: T } | { error: ApiError };

export interface Call<T> {
  /** The request to send with a pass: where its path holds the user's id it is that token's, so the two never disagree. */
  request: (pass: Pass) => ApiRequest;
  /** Whether it can be sent again. A body that is a stream can be read once. */
  replayable: boolean;
  /** Takes an answer of 2xx. */
  take: (response: Response, request: ApiRequest) => Promise<Result<T>>;
}

/** Makes calls: each with a token or the session's cookie, and again where that is safe and of use. */
export class Caller {
  readonly #api: Omit<Api, "baseUrl">;
  readonly #baseUrl: string | null;
  readonly #credential: Credential;
  readonly #tokens: TokenSource | null;
  readonly #random: () => number;
  readonly #onAnswer: ((info: AnswerInfo) => void) | undefined;
  readonly #onWait: ((info: WaitInfo) => void) | undefined;
  readonly #attempted: Attempted;
  readonly #underway = new Underway();

  /**
   * @param userClaim  the claim that names the user, which every token must have
   * @throws TypeError, RangeError for options that cannot work
   */
  constructor(options: FetchOptions, userClaim: UserClaim) {
    const { clock = systemClock, random = Math.random, timeout = 10_000 } = options;
    const deadline = { clock, milliseconds: checkTimeout(timeout) };
    checkCredential(options);
    this.#attempted = new Attempted(options.onAttempt, clock);
    if (options.credentials === "session") {
      this.#tokens = null;
      this.#credential = new SessionCookie(options);
    } else {
      const { getToken, subject } = options;
      this.#tokens = new TokenSource({ getToken, deadline, random, subject, userClaim, attempted: this.#attempted });
      this.#credential = this.#tokens;
    }
    this.#random = random;
    this.#onAnswer = options.onAnswer;
    this.#onWait = options.onWait;
    this.#baseUrl = parsePageUrl(options.baseUrl);
    this.#api = {
      // Looked up at each call: frameworks put their own `fetch` in place later.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      deadline,
    };
  }

  /**
   * Without a slash at its end.
   *
   * @throws TypeError where it is a path, and there is no page
   */
  get baseUrl(): string {
    if (this.#baseUrl !== null) return this.#baseUrl;
    throw new TypeError(
      "Nothing was sent: baseUrl is a path, but there is no page whose origin it could be on. On a server, give a " +
        "full URL.",
    );
  }

  get heldToken(): HeldToken | null {
    if (!this.#tokens?.kept) return null;
    const { token, header, claims, renewsAt } = this.#tokens.kept;
    return { token, header, claims, renewsAt };
  }

  /** What is begun so is ended by the signal given, and by `clear`. */
  begin(callersSignal: AbortSignal | null | undefined): Way {
    return this.#underway.begin(callersSignal);
  }

  /** Makes a call; ended by the signal. */
  call<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    // Raced, so that an own `fetch` or `getToken` that does not heed the signal ends too.
    return untilAborted(signal, this.#attempt(call, signal));
  }

  /** @param refused  a token that the API did not take; it is not given again */
  async token(signal: AbortSignal, refused: string | undefined): Promise<string> {
    if (refused !== undefined) this.#tokens?.refuse(refused);
    const { token } = await untilAborted(signal, this.#credential.pass(signal));
    if (token === null) throw new TypeError("There is no token: requests are sent with the session's cookie.");
    return token;
  }

  /** Ends all that is on its way with `ClearedError` and forgets the token. */
  clear(): void {
    this.#credential.clear();
    this.#underway.clear();
  }

  async #attempt<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const attempts: Attempts = { waits: 0, renewed: !this.#credential.renewable };
    let refused: string | undefined;
    let why: AttemptInfo["why"] = "call";
    for (;;) {
      const pass = await this.#credential.pass(signal, refused);
      refused = undefined;
      const request = call.request(pass);
      const result = await this.#send(call, request, pass, why, signal);
      if (!result.error) return result.value;
      const step = nextStep(request.method, result.error, attempts, this.#random);
      const isRefused = step.do === "renew" || step.do === "end session";
      if (isRefused && pass.token !== null) this.#tokens?.refuse(pass.token);
      if (step.do === "end session") throw new NotSignedInError(result.error);
      if (step.do === "fail" || !call.replayable) throw this.#credential.failureOf(result.error);
      if (step.do === "wait") {
        attempts.waits += 1;
        why = "retry";
        const { method, path } = request;
        const { status, code } = result.error;
        tell(this.#onWait, { method, path, status, code, milliseconds: step.milliseconds });
        await this.#api.deadline.clock.sleep(step.milliseconds, signal);
      } else {
        attempts.renewed = true;
        why = "renewal";
        refused = pass.token ?? undefined;
      }
    }
  }

  async #send<T>(
    call: Call<T>,
    request: ApiRequest,
    pass: Pass,
    why: AttemptInfo["why"],
    signal: AbortSignal,
  ): Promise<Result<T>> {
    const { method, path } = request;
    const api = { ...this.#api, baseUrl: this.baseUrl };
    const sendOnce = () =>
      exchange(api, request, pass, signal, async (response) => {
        const result: Result<T> = response.ok
          ? await call.take(response, request)
          : { error: errorOf(await readAnswer(request, response)) };
        const requestId = response.headers.get("x-request-id");
        const { code = null, detail = null } = result.error ?? {};
        return { result, end: { status: response.status, code, detail, requestId } };
      });
    const attempt = { kind: "request", method, path, why, token: pass.token } as const;
    const { result, end } = await this.#attempted.watch(attempt, sendOnce, ({ end }) => end);
    signal.throwIfAborted();
    const { status, code, requestId } = end;
    tell(this.#onAnswer, { method, path, status, code, requestId });
    return result;
  }
}
