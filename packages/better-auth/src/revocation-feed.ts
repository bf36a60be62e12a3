import { createHash } from "node:crypto";
import type { AuthContext } from "better-auth";
import { Cursors, type Place } from "./revocation-cursor.js";
import { type Revocation, wireForm } from "./revocation-entries.js";
import type { RevocationLog } from "./revocation-log.js";
import { RevocationSet, rowsPerPage } from "./revocation-set.js";
import { generation, type RevocationTable, type TablePage } from "./revocation-table.js";
import { within } from "./time-limit.js";

/** How old what was read from the database may be, and for how long a database that fails is passed over, in ms. */
const freshFor = 50;
const failingFor = 10_000;
/** How long an answer waits for the database, in ms. */
const patience = 1_000;
const sweepEvery = 10_000;
const mostAnswers = 100;

/** An answer of the feed but for its time, which is put between the two. */
export interface Answer {
  etag: string;
  body: (now: number) => string;
}

/** What the endpoint answers: read from the database once for all who ask, and built once a change. */
export class RevocationFeed {
  readonly #table: RevocationTable;
  readonly #log: RevocationLog;
  readonly #logger: AuthContext["logger"];
  readonly #secret: string;
  readonly #set = new RevocationSet();
  readonly #answers = new Map<string, Answer>();
  #cursors: Cursors | undefined;
  #reading: Promise<void> | undefined;
  /** When the reading began that goes on, and when it last got rows. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #goodAt = Number.NEGATIVE_INFINITY;
  #saidAt = Number.NEGATIVE_INFINITY;
  #sweepAt = 0;

  /** `secret` signs the cursors. */
  constructor(table: RevocationTable, log: RevocationLog, { logger, secret }: AuthContext) {
    [this.#table, this.#log, this.#logger, this.#secret] = [table, log, logger, secret];
    log.onChange = (row) => {
      if (row) this.#set.add(row, Date.now());
      this.#answers.clear();
    };
  }

  /** Of what this process has read already. */
  known(entry: string): Revocation | undefined {
    return this.#set.get(entry);
  }

  /** @throws what the database throws, or that it does not answer, when it could not be read for ten seconds */
  async answer(cursor: string | undefined): Promise<Answer> {
    await this.#readIfOld();
    const cursors = this.#cursors;
    if (!cursors) throw new Error("The revocations were never read");
    const now = Date.now();
    if (this.#set.settle(now)) this.#answers.clear();
    if (now >= this.#sweepAt) this.#sweep(now);
    const place = (cursor === undefined ? undefined : cursors.read(cursor)) ?? { position: -1 };
    const name = cursors.write(place);
    const answer = this.#answers.get(name) ?? this.#build(cursors, place, now);
    if (this.#answers.size >= mostAnswers) this.#answers.clear();
    this.#answers.set(name, answer);
    return answer;
  }

  #build(cursors: Cursors, place: Place, now: number): Answer {
    const { position, back, given } = place;
    const page = given === undefined ? this.#set.after(place, now) : { rows: [], more: false };
    const unwritten = page.more ? [] : this.#log.unwritten(now).filter(({ number }) => number > (given ?? 0));
    const fitting = unwritten.slice(0, rowsPerPage - page.rows.length);
    const more = page.more || fitting.length < unwritten.length;
    const end = back ?? Math.max(position, this.#set.settled());
    let next: Place = { position: end };
    const last = page.rows.at(-1);
    if (page.more && last) next = { position: last.position, entry: last.entry, back: end };
    else if (more) next = { position: end, back: end, given: fitting.at(-1)?.number ?? 0 };
    const entries = [...page.rows, ...fitting].map(wireForm);
    const start = `{"cursor":"${cursors.write(next)}","now":`;
    const tail = `,"more":${more},"entries":[${entries.join(",")}]}`;
    const hash = createHash("sha256").update(start).update(tail).digest("base64url");
    return { etag: `W/"${hash.slice(0, 22)}"`, body: (time) => `${start}${time}${tail}` };
  }

  #sweep(now: number): void {
    this.#set.forgetEnded(now);
    this.#answers.clear();
    this.#sweepAt = now + sweepEvery;
  }

  async #readIfOld(): Promise<void> {
    const now = performance.now();
    const isDue = this.#reading ? now - this.#heardAt >= failingFor : now - this.#readAt >= freshFor;
    if (isDue) {
      this.#readAt = now;
      this.#heardAt = now;
      const reading = this.#read().finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
      this.#reading = reading;
    }
    try {
      if (this.#reading) await within(patience, this.#reading);
    } catch (error) {
      this.#say(error);
      if (performance.now() - this.#goodAt > failingFor) throw error;
      return;
    }
    if (performance.now() - this.#goodAt > failingFor) throw new Error("The revocations cannot be read");
  }

  /** Once in ten seconds: everybody who asks meets the same error. */
  #say(error: unknown): void {
    if (performance.now() - this.#saidAt < failingFor) return;
    this.#saidAt = performance.now();
    const meanwhile = "For ten seconds the feed serves what it has read, then it answers 503.";
    this.#logger.error(`[drawbridge] The revocations cannot be read. ${meanwhile}`, error);
  }

  async #read(): Promise<void> {
    const began = performance.now();
    const isFirst = this.#cursors === undefined;
    const cursors = this.#cursors ?? new Cursors(this.#secret, await this.#table.generation());
    const [startedAt, floor] = [Date.now(), this.#set.settled()];
    let newest = floor;
    for (let place: Place | undefined = { position: floor - 1 }; place; ) {
      const now = Date.now();
      const page: TablePage = await this.#table.after(place);
      this.#heardAt = performance.now();
      // What was there at the start is as old as it says: a restart is no reason to send it all again.
      const rows = page.rows.filter(({ entry }) => entry !== generation);
      const news = rows.map((row) => this.#set.add(row, isFirst ? Math.min(row.position, now) : now));
      if (news.includes(true)) this.#answers.clear();
      newest = Math.max(newest, rows.at(-1)?.position ?? 0);
      place = page.next;
    }
    this.#set.readTo(newest, startedAt, Date.now());
    if (this.#set.settled() !== floor) this.#answers.clear();
    this.#cursors = cursors;
    this.#goodAt = Math.max(this.#goodAt, began);
  }
}
