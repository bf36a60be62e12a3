import type { AttemptInfo } from "@drawbridge/client";

/** A request that crosses the bridge, or tries to: one of the page's, or one of a button's. */
export interface Crossing extends Omit<AttemptInfo, "why"> {
  why: AttemptInfo["why"] | "trial";
  /** How many alike in a row it stands for, of which it is the latest. */
  times: number;
}

export type CrossingInfo = Omit<Crossing, "times">;

/** What crossed the bridge lately. */
export interface Crossings {
  /** The latest first: what can be looked at. */
  list: readonly Crossing[];
  /** The question that the page repeats all the while, as long as its answer is good. */
  watch: Crossing | null;
  /** The last of each kind that has ended, whether or not the list still has it: what the lane shows. */
  latest: { readonly [kind in Crossing["kind"]]: Crossing | null };
}

const most = 20;

/**
 * Remembers the last crossings. A question that the page repeats (`isRepeated`) stands in the list only where it failed, so
 * that it leaves room for others.
 */
export class BridgeRecord {
  readonly #isRepeated: (info: CrossingInfo) => boolean;
  readonly #listeners = new Set<() => void>();
  #crossings: Crossings = { list: [], watch: null, latest: { token: null, request: null } };

  constructor(isRepeated: (info: CrossingInfo) => boolean = () => false) {
    this.#isRepeated = isRepeated;
  }

  /** For the client's option `onAttempt`. */
  readonly add = (info: CrossingInfo): void => {
    const { latest } = this.#crossings;
    const hasEnded = info.end !== null && info.end.code !== "aborted";
    this.#crossings = {
      ...this.#listed(info),
      latest: hasEnded ? { ...latest, [info.kind]: { ...info, times: 1 } } : latest,
    };
    for (const listener of this.#listeners) listener();
  };

  #listed(info: CrossingInfo): Omit<Crossings, "latest"> {
    const { list, watch } = this.#crossings;
    const known = list.find(({ id }) => id === info.id);
    if (known !== undefined) return { list: list.map((one) => (one === known ? { ...info, times: 1 } : one)), watch };
    if (!this.#isRepeated(info)) return { list: [{ ...info, times: 1 }, ...list].slice(0, most), watch };
    if (info.end === null || info.end.code === "aborted") return { list, watch };
    if (info.end.code === null) return { list, watch: { ...info, times: (watch?.times ?? 0) + 1 } };
    const [last] = list;
    const again = last !== undefined && isAlike(last, info) ? last : null;
    const others = again === null ? list : list.slice(1);
    return { list: [{ ...info, times: (again?.times ?? 0) + 1 }, ...others].slice(0, most), watch };
  }

  readonly current = (): Crossings => this.#crossings;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

function isAlike(one: Crossing, other: CrossingInfo): boolean {
  return one.path === other.path && one.method === other.method && one.end?.code === other.end?.code;
}

/** When it ended, in milliseconds. */
export const endOf = ({ beganAt, end }: CrossingInfo): number => beganAt + (end?.milliseconds ?? 0);
