import type { Place } from "./revocation-cursor.js";
import { clockMargin, type Revocation } from "./revocation-entries.js";

/** For how long each answer repeats an entry, in milliseconds: transactions commit out of order. */
export const repeated = 10_000;
/** How many entries an answer has at most. */
export const rowsPerPage = 5_000;

/** Some rows of the feed, and whether there are more after them. */
export interface Page {
  rows: Revocation[];
  more: boolean;
}

/** The rows of the table that one process knows, in the order of the feed. Only what calls it knows the time. */
export class RevocationSet {
  readonly #rows = new Map<string, Revocation>();
  /** By position, and by entry where two processes wrote at one. Rows that are not in `#rows` any more are passed over. */
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
    this.#order.splice(this.#firstAfter(row), 0, row);
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
   * The rows after this place, as many as a page has. With the last of them, what was seen in the last ten seconds before it
   * is repeated, as far as there is room: settled places need it not.
   */
  after(place: Place, now: number): Page {
    const { position, back = position } = place;
    const rows: Revocation[] = [];
    for (let index = this.#firstAfter(place); index < this.#order.length; index += 1) {
      const row = this.#order[index];
      if (!row || !this.#isKept(row) || row.until <= now) continue;
      if (rows.length >= rowsPerPage) return { rows, more: true };
      rows.push(row);
    }
    const last = Math.min(position, back);
    const repeats = this.#recent.map(({ row }) => row);
    const others = repeats.filter((row) => row.position <= last && row.until > now && this.#isKept(row)).reverse();
    const fitting = others.slice(0, rowsPerPage - rows.length).reverse();
    return { rows: [...fitting, ...rows], more: false };
  }

  #isKept(row: Revocation): boolean {
    return this.#rows.get(row.entry) === row;
  }

  #firstAfter(place: Pick<Place, "position" | "entry">): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(this.#order[middle], place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isAfter(row: Revocation | undefined, { position, entry }: Pick<Place, "position" | "entry">): boolean {
  if (!row || row.position !== position) return !row || row.position > position;
  return entry !== undefined && row.entry > entry;
}
