import type { Clock } from "../../src/index.js";
import { issuedAt } from "./tokens.js";

/** A clock that moves when a test says so, and by what is slept. It starts `offset` seconds from the issuer's. */
export class HandClock implements Clock {
  /** Milliseconds. */
  readonly slept: number[] = [];
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
    this.#now += milliseconds;
  }

  advance(seconds: number): void {
    this.#now += seconds * 1_000;
  }
}
