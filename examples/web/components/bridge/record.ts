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
}

const most = 20;

/**
 * Remembers the last crossings. A question that the page repeats (`isRepeated`) stands in the list only where it failed, so
 * that it leaves room for others.
 */
export class BridgeRecord {
  readonly #isRepeated: (info: CrossingInfo) => boolean;
  readonly #listeners = new Set<() => void>();
  #crossings: Crossings = { list: [], watch: null };

  constructor(isRepeated: (info: CrossingInfo) => boolean = () => false) {
    this.#isRepeated = isRepeated;
  }

  /** For the client's option `onAttempt`. */
  readonly add = (info: CrossingInfo): void => {
    const { list, watch } = this.#crossings;
    const known = list.find(({ id }) => id === info.id);
    if (known !== undefined) {
      this.#set({ list: list.map((one) => (one === known ? { ...info, times: 1 } : one)), watch });
    } else if (!this.#isRepeated(info)) {
      this.#set({ list: [{ ...info, times: 1 }, ...list].slice(0, most), watch });
    } else if (info.end?.code === null) {
      this.#set({ list, watch: { ...info, times: (watch?.times ?? 0) + 1 } });
    } else if (info.end !== null && info.end.code !== "aborted") {
      const [last] = list;
      const again = last !== undefined && isAlike(last, info) ? last : null;
      const others = again === null ? list : list.slice(1);
      this.#set({ list: [{ ...info, times: (again?.times ?? 0) + 1 }, ...others].slice(0, most), watch });
    }
  };

  readonly current = (): Crossings => this.#crossings;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(crossings: Crossings): void {
    this.#crossings = crossings;
    for (const listener of this.#listeners) listener();
  }
}

function isAlike(one: Crossing, other: CrossingInfo): boolean {
  return one.path === other.path && one.method === other.method && one.end?.code === other.end?.code;
}

/** The latest of a kind that has ended, or null: what the lane shows. */
export function latestOf({ list, watch }: Crossings, kind: Crossing["kind"]): Crossing | null {
  const ended = list.filter((one) => one.kind === kind && one.end !== null && one.end.code !== "aborted");
  if (watch?.kind === kind) ended.push(watch);
  return ended.reduce<Crossing | null>((last, one) => (last === null || endOf(one) > endOf(last) ? one : last), null);
}

/** When it ended, in milliseconds. */
export const endOf = ({ beganAt, end }: CrossingInfo): number => beganAt + (end?.milliseconds ?? 0);
