import type { AuthContext } from "better-auth";
import type { Revocation } from "./revocation-entries.js";

const firstRetry = 250;
const lastRetry = 10_000;
/** Beyond these the oldest are lost: a database that takes no row for so long is another's trouble. */
const mostKept = 100_000;

/** What an entry says before it has a row, and how it gets one. Of a user, whoever has a token now is refused. */
export interface Unwritten extends Pick<Revocation, "entry" | "before" | "until"> {
  write: () => Promise<Revocation | undefined>;
}

type Numbered = Unwritten & { number: number };

/** The entries that could not be written: kept in memory, and tried again after a quarter of a second to ten seconds. */
export class UnwrittenRevocations {
  readonly #entries = new Map<string, Numbered>();
  readonly #logger: AuthContext["logger"];
  readonly #onChange: (row?: Revocation) => void;
  #timer: NodeJS.Timeout | undefined;
  #retryIn = firstRetry;
  #added = 0;

  /** `onChange` is told of each change, with the row that was written. */
  constructor(logger: AuthContext["logger"], onChange: (row?: Revocation) => void) {
    [this.#logger, this.#onChange] = [logger, onChange];
  }

  add(unwritten: Unwritten, error: unknown): void {
    this.#logger.error(
      "[drawbridge] A revocation could not be written. It is served from memory, and the write is tried again.",
      error,
    );
    this.#entries.delete(unwritten.entry);
    this.#added += 1;
    this.#entries.set(unwritten.entry, { ...unwritten, number: this.#added });
    if (this.#entries.size > mostKept) this.#entries.delete(this.#entries.keys().next().value ?? "");
    this.#onChange();
    this.#tryLater();
  }

  /** It is written, if it was ever here. */
  done(entry: string, row: Revocation | undefined): void {
    if (this.#entries.delete(entry) || row) this.#onChange(row);
  }

  /** In the order of their numbers, which grow from 1. */
  current(now: number): Numbered[] {
    return [...this.#entries.values()].filter(({ until }) => until > now);
  }

  #tryLater(): void {
    this.#timer ??= setTimeout(() => void this.#tryAgain(), this.#retryIn).unref();
  }

  async #tryAgain(): Promise<void> {
    this.#retryIn = Math.min(this.#retryIn * 2, lastRetry);
    for (const { entry, until, write } of [...this.#entries.values()]) {
      try {
        this.done(entry, until > Date.now() ? await write() : undefined);
        this.#retryIn = firstRetry;
      } catch {
        break; // said already
      }
    }
    this.#timer = undefined;
    if (this.#entries.size > 0) this.#tryLater();
  }
}
