import { ClearedError } from "./errors.js";

/** A request that is on its way, to the end of its answer. */
export interface Way {
  /** Aborted by the caller's signal, and by `clear`. */
  readonly signal: AbortSignal;
  /** To be called once it is over, so that nothing is left on a signal that lives on. */
  end(): void;
}

/** All requests that are on their way. */
export class Underway {
  readonly #controllers = new Set<AbortController>();

  /** @throws the reason of a signal that is aborted already */
  begin(callersSignal: AbortSignal | null | undefined): Way {
    callersSignal?.throwIfAborted();
    const controller = new AbortController();
    const stop = () => controller.abort(callersSignal?.reason);
    callersSignal?.addEventListener("abort", stop);
    this.#controllers.add(controller);
    return {
      signal: controller.signal,
      end: () => {
        this.#controllers.delete(controller);
        callersSignal?.removeEventListener("abort", stop);
      },
    };
  }

  /** Ends all of them with `ClearedError`. */
  clear(): void {
    for (const controller of this.#controllers) controller.abort(new ClearedError());
  }
}
