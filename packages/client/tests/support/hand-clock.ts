import type { Clock } from "../../src/index.js";
import { issuedAt } from "./tokens.js";

/** A clock that moves when a test says so, and by what is slept. It starts `offset` seconds from the issuer's. */
export class HandClock implements Clock {
  /** Milliseconds. */
  readonly slept: number[] = [];
  readonly #alarms = new Set<{ at: number; ring: () => void }>();
  #now: number;

  constructor(offset = 0) {
    this.#now = (issuedAt + offset) * 1_000;
  }

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.slept.push(milliseconds);
    this.#move(milliseconds);
  }

  alarm(milliseconds: number, ring: () => void): () => void {
    const alarm = { at: this.#now + milliseconds, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Alarms that would still ring. */
  get alarms(): number {
    return this.#alarms.size;
  }

  advance(seconds: number): void {
    this.#move(seconds * 1_000);
  }

  #move(milliseconds: number): void {
    this.#now += milliseconds;
    for (const alarm of this.#alarms) {
      if (alarm.at > this.#now) continue;
      this.#alarms.delete(alarm);
      alarm.ring();
    }
  }
}
