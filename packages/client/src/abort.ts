/** The promise's outcome, or a rejection with `signal.reason` as soon as the signal is aborted. */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * One piece of work that several wait for. Whoever gives up leaves the others their result; when nobody waits any more
 * the work's signal is aborted. Who comes once it is done gets the same result.
 */
export class SharedWork<T> {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;
  #isDone = false;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    const { signal } = this.#controller;
    // A turn later, so that work that fails at once fails as any other.
    this.#result = Promise.resolve().then(() => {
      signal.throwIfAborted();
      return work(signal);
    });
    const done = () => {
      this.#isDone = true;
    };
    // Those who wait see a failure; when all have given up nobody is left to see it, and that is no fault.
    this.#result.then(done, done);
  }

  /** Whether it was given up before it was done. Such work is not to be waited for. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  async wait(signal: AbortSignal): Promise<T> {
    this.#waiting += 1;
    try {
      return await untilAborted(signal, this.#result);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isDone) this.#controller.abort();
    }
  }
}
