import { SharedWork } from "./abort.js";
import { UserChangedError } from "./errors.js";
import type { Identity } from "./model.js";

/** Whose session it is: asked of the API once, for all who wait, and kept until `clear`. */
export class SessionUser {
  readonly #ask: (signal: AbortSignal) => Promise<Identity>;
  readonly #subject: string | undefined;
  #uuid: string | null = null;
  #asking: SharedWork<string> | null = null;

  constructor(ask: (signal: AbortSignal) => Promise<Identity>, subject: string | undefined) {
    this.#ask = ask;
    this.#subject = subject;
  }

  /**
   * The user's id in the API's paths.
   *
   * @throws UserChangedError when the session is another user's than the one that this is for
   */
  async uuid(signal: AbortSignal): Promise<string> {
    if (this.#uuid !== null) return this.#uuid;
    if (!this.#asking || this.#asking.abandoned) this.#asking = this.#begin();
    return this.#asking.wait(signal);
  }

  /** The identity, where it is of the user that this is for. */
  checked(identity: Identity): Identity {
    const isAnother = this.#subject !== undefined && identity.subject !== this.#subject;
    if (isAnother || (this.#uuid !== null && identity.uuid !== this.#uuid)) throw new UserChangedError();
    return identity;
  }

  clear(): void {
    this.#uuid = null;
    this.#asking = null;
  }

  #begin(): SharedWork<string> {
    const asking: SharedWork<string> = new SharedWork(async (signal) => {
      // Nothing is kept of a question that was given up or begun before clear().
      const isCurrent = () => this.#asking === asking && !signal.aborted;
      try {
        const { uuid } = this.checked(await this.#ask(signal));
        if (isCurrent()) this.#uuid = uuid;
        return uuid;
      } finally {
        if (isCurrent()) this.#asking = null;
      }
    });
    return asking;
  }
}
