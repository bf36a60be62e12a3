import { clockMargin, type Revocation } from "./revocation-entries.js";

/** For how long each answer repeats an entry, in milliseconds: transactions commit out of order. */
export const repeated = 10_000;
/** How many entries an answer has at most. */
export const rowsPerPage = 5_000;

/** Some rows of the feed, the place from which to go on, and whether there are more from there. */
export interface Page {
  rows: Revocation[];
  position: number;
  more: boolean;
}

/** The rows of the table that one process knows, in the order of the feed. Only what calls it knows the time. */
export class RevocationSet {
  readonly #rows = new Map<string, Revocation>();
  /** By position. Rows that are not in `#rows` any more are passed over. */
  #order: Revocation[] = [];
  /** Those that are to be repeated, by when they were seen. */
  #recent: { row: Revocation; seenAt: number }[] = [];
  #floor = 0;
  /** The newest places that were read from the table since, and when. */
  #reads: { position: number; at: number }[] = [];

  /** Whether it was news. `seenAt`: when this process first saw the row. */
  add(row: Revocation, seenAt: number): boolean {
    const known = this.#rows.get(row.entry);
    if (known && known.position >= row.position) return false;
    this.#rows.set(row.entry, row);
    let index = this.#order.length;
    while (index > 0 && (this.#order[index - 1]?.position ?? 0) > row.position) index -= 1;
    this.#order.splice(index, 0, row);
    this.#recent.push({ row, seenAt });
    return true;
  }

  /**
   * The table was read as it is from {@link settled} to `newest`. This alone moves the floor: a row of this process's own
   * says nothing of what others wrote before it.
   */
  readTo(newest: number, startedAt: number, endedAt: number): void {
    if ((this.#reads.at(-1)?.position ?? this.#floor) < newest) this.#reads.push({ position: newest, at: endedAt });
    while ((this.#reads[0]?.at ?? startedAt) <= startedAt - repeated) {
      this.#floor = Math.max(this.#floor, this.#reads.shift()?.position ?? 0);
    }
    // So the first read need not be made again for ten seconds. No place is earlier than its writer's clock.
    this.#floor = Math.max(this.#floor, Math.min(newest, startedAt - clockMargin - repeated));
  }

  get(entry: string): Revocation | undefined {
    return this.#rows.get(entry);
  }

  /** Whether the last of the entries that were repeated is not any more. */
  settle(now: number): boolean {
    if ((this.#recent[0]?.seenAt ?? now) > now - repeated) return false;
    const count = this.#recent.length;
    this.#recent = this.#recent.filter(({ row, seenAt }) => seenAt > now - repeated && this.#isKept(row));
    return this.#recent.length < count;
  }

  forgetEnded(now: number): void {
    for (const [entry, { until }] of this.#rows) if (until <= now) this.#rows.delete(entry);
    this.#order = this.#order.filter((row) => this.#isKept(row));
  }

  /** The place up to which nothing can be missing: nobody commits later than ten seconds what has a place before it. */
  settled(): number {
    return this.#floor;
  }

  /**
   * `back`: where whoever reads this as a later page of some goes back to after the last. The places of pages are not settled.
   * What was seen in the last ten seconds before that is repeated, as far as there is room: settled places need it not.
   */
  after(position: number, now: number, back?: number): Page {
    const rows: Revocation[] = [];
    let index = this.#firstAfter(position);
    for (; index < this.#order.length; index += 1) {
      const row = this.#order[index];
      if (rows.length >= rowsPerPage && row?.position !== rows[0]?.position) break;
      if (row && this.#isKept(row) && row.until > now) rows.push(row);
    }
    const next = this.#order[index];
    if (next) return pageBefore(next, rows);
    const last = Math.min(position, back ?? position);
    const repeats = this.#recent.map(({ row }) => row);
    const others = repeats.filter((row) => row.position <= last && row.until > now && this.#isKept(row)).reverse();
    const fitting = others.slice(0, Math.max(rowsPerPage - rows.length, 0)).reverse();
    return { rows: [...fitting, ...rows], position: back ?? Math.max(position, this.settled()), more: false };
  }

  #isKept(row: Revocation): boolean {
    return this.#rows.get(row.entry) === row;
  }

  #firstAfter(position: number): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Two processes may write at one place, and a page does not end within one. */
function pageBefore(next: Revocation, rows: Revocation[]): Page {
  const whole = rows.filter(({ position }) => position < next.position);
  return { rows: whole, position: whole.at(-1)?.position ?? next.position - 1, more: true };
}
