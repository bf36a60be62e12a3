/** Time, to be replaced in tests. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. It may be wrong: only differences are relied upon. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with `signal.reason` as soon as that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Calls `ring` once, after so many milliseconds, unless the function that it gives back is called before. A clock
   * without it leaves this to the machine's.
   */
  alarm?(milliseconds: number, ring: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Required<Clock> = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal.addEventListener("abort", stop, { once: true });
    }),
  alarm: (milliseconds, ring) => {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};
