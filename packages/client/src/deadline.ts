import { untilAborted } from "./abort.js";
import { type Clock, systemClock } from "./clock.js";

/** How long one request may take, to the end of its answer. */
export interface Deadline {
  clock: Clock;
  milliseconds: number;
}

/** The longest that a timer of JavaScript can wait. */
const longestTimer = 2 ** 31 - 1;

/** @throws RangeError for what is no number of milliseconds from 1 to some 24 days */
export function checkTimeout(milliseconds: number): number {
  if (!(milliseconds >= 1 && milliseconds <= longestTimer)) {
    throw new RangeError(`timeout must be a number of milliseconds from 1 to ${longestTimer}, such as 10_000.`);
  }
  return milliseconds;
}

/**
 * Does work that ends with its time. The signal that the work is given is aborted when `signal` is, and when the time is
 * over; then nobody waits for it any longer, so work that heeds no signal ends too.
 *
 * @param late  makes the error that it rejects with when the time is over
 */
export async function within<T>(
  { clock, milliseconds }: Deadline,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  late: (milliseconds: number) => Error,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  signal.addEventListener("abort", stop);
  const ring = () => controller.abort(late(milliseconds));
  const silence = clock.alarm ? clock.alarm(milliseconds, ring) : systemClock.alarm(milliseconds, ring);
  try {
    return await untilAborted(controller.signal, work(controller.signal));
  } finally {
    silence();
    signal.removeEventListener("abort", stop);
  }
}

/** "10 s", "0.5 s" */
export const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`;
