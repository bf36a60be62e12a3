import type { Clock } from "./clock.js";

/** One request of the API, or one fetch of a token, for whoever watches: when it begins, and again when it has ended. */
export interface AttemptInfo {
  /** The same both times, and no other attempt's. */
  id: number;
  /** What is fetched; of a token only `getToken` knows how. */
  kind: "request" | "token";
  /** Of a request; empty for a token. */
  method: string;
  /** The same, without the query. */
  path: string;
  /** Because a call wants it, because a wait is over, or because the API refused the token before it. */
  why: "call" | "retry" | "renewal";
  /** What a request is sent with, or null. It is good until it expires: keep it in memory, and show it to its user alone. */
  token: string | null;
  /** Milliseconds on this machine's clock. */
  beganAt: number;
  /** Null when it begins. */
  end: AttemptEnd | null;
}

/** How an attempt ended. */
export interface AttemptEnd {
  milliseconds: number;
  /** Null where no answer came. */
  status: number | null;
  /** The error's, `network`, `timeout` or `aborted`; null for a success. */
  code: string | null;
  /** What is wrong, for people; null for a success. */
  detail: string | null;
  requestId: string | null;
}

/** Calls `onAttempt`, where there is one. */
export class Attempted {
  readonly #watcher: ((info: AttemptInfo) => void) | undefined;
  readonly #clock: Clock;
  #last = 0;

  constructor(watcher: ((info: AttemptInfo) => void) | undefined, clock: Clock) {
    this.#watcher = watcher;
    this.#clock = clock;
  }

  /** Does the work; `endOf` says how it ended where it did not fail. */
  async watch<T>(
    what: Omit<AttemptInfo, "id" | "beganAt" | "end">,
    work: () => Promise<T>,
    endOf: (value: T) => Omit<AttemptEnd, "milliseconds">,
  ): Promise<T> {
    if (this.#watcher === undefined) return work();
    this.#last += 1;
    const begun: AttemptInfo = { ...what, id: this.#last, beganAt: this.#clock.now(), end: null };
    const tellEnd = (end: Omit<AttemptEnd, "milliseconds">) =>
      tell(this.#watcher, { ...begun, end: { milliseconds: this.#clock.now() - begun.beganAt, ...end } });
    tell(this.#watcher, begun);
    try {
      const value = await work();
      tellEnd(endOf(value));
      return value;
    } catch (error) {
      tellEnd(failureOf(error));
      throw error;
    }
  }
}

/** Ours have a code; what else ends an attempt is the reason of a signal. */
function failureOf(error: unknown): Omit<AttemptEnd, "milliseconds"> {
  const { code, issuerCode, status, message } = (error ?? {}) as Record<string, unknown>;
  const named = [issuerCode, code].find((value) => typeof value === "string");
  return {
    status: typeof status === "number" ? status : null,
    code: named === undefined ? "aborted" : String(named),
    detail: typeof message === "string" ? message : null,
    requestId: null,
  };
}

export function tell<Info>(watcher: ((info: Info) => void) | undefined, info: Info): void {
  try {
    watcher?.(info);
  } catch (fault) {
    // Whoever watches must not make a write that was carried out look as if it failed.
    console.error(fault);
  }
}
