import type { AuthContext } from "better-auth";
import { clockMargin, entryOfSession, entryOfUser, type Revocation, subjectOf } from "./revocation-entries.js";
import type { RevocationTable } from "./revocation-table.js";
import { within } from "./time-limit.js";
import { type Unwritten, UnwrittenRevocations } from "./unwritten-revocations.js";

/** How many rows of ended sessions a user may have. While they count, what ends further is one row of the user. */
const mostSessions = 16;
/** How long an answer waits for its entry to be written, and how long a write may take and still have its place, in ms. */
const patience = 5_000;
const cleanupEvery = 60_000;

/**
 * Writes down what ends before its tokens do. Nothing here throws: what cannot be written is logged, tried again until it
 * is, and given by {@link unwritten} meanwhile.
 */
export class RevocationLog {
  readonly #table: RevocationTable;
  readonly #lifetime: number;
  readonly #unwritten: UnwrittenRevocations;
  #turn: Promise<unknown> = Promise.resolve();
  #lastPosition = 0;
  #nextCleanup = 0;

  /** Told of each row that this process writes, and of each change of {@link unwritten}. */
  onChange: (row?: Revocation) => void = () => {};

  /** `lifetime`: how long tokens live that were made already, in milliseconds. */
  constructor(table: RevocationTable, logger: AuthContext["logger"], lifetime: number) {
    this.#table = table;
    this.#lifetime = lifetime;
    this.#unwritten = new UnwrittenRevocations(logger, (row) => this.onChange(row));
  }

  /** Whether a token of this session may still count: who cleans up what expired long ago revokes nothing. */
  mayHaveTokens({ expiresAt }: { expiresAt: Date | string }): boolean {
    return new Date(expiresAt).getTime() > Date.now() - this.#lifetime;
  }

  /** A session, or a key, has ended; `sid` is that claim of its tokens. Resolves when that is written, after five seconds at most. */
  endSession(sid: string, userId: string): Promise<void> {
    const [entry, subject] = [entryOfSession(sid), subjectOf(userId)];
    return this.#record(entry, async () => {
      if (await this.#table.find(entry)) return undefined;
      const rows = await this.#table.countOpen(subject, Date.now());
      if (rows >= mostSessions) return this.#writeUser(entryOfUser(userId));
      const row = { entry, subject, before: 0, until: this.#until(), position: await this.#nextPosition() };
      return (await this.#table.insert(row)) ? row : undefined;
    });
  }

  /** What tokens say of a user has changed, and the change is committed. Resolves as {@link endSession} does. */
  changeUser(userId: string): Promise<void> {
    const entry = entryOfUser(userId);
    return this.#record(entry, () => this.#writeUser(entry));
  }

  /** Entries that no other process can know of yet, numbered in their order from 1. */
  unwritten(now: number): (Pick<Revocation, "entry" | "before" | "until"> & { number: number })[] {
    return this.#unwritten.current(now);
  }

  /** The one row of a user. Its `before` only grows, whatever the clocks say: each writer goes by the row that it replaces. */
  async #writeUser(entry: string): Promise<Revocation> {
    for (;;) {
      const found = await this.#table.find(entry);
      const before = Math.max(Date.now(), (found?.before ?? 0) + 1);
      const until = Math.max(this.#until(), found?.until ?? 0);
      const row = { entry, subject: "", before, until, position: await this.#nextPosition() };
      if (
        found
          ? await this.#table.replace(found, { before, until, position: row.position })
          : await this.#table.insert(row)
      )
        return row;
    }
  }

  async #record(entry: string, rowOf: Unwritten["write"]): Promise<void> {
    const write = () => {
      const written = this.#inTurn(() => this.#writePlaced(rowOf)).then((row) => {
        this.#unwritten.done(entry, row);
        return row;
      });
      return within(patience, written);
    };
    const unwritten = { entry, before: Date.now(), until: this.#until(), write };
    await write().catch((error: unknown) => this.#unwritten.add(unwritten, error));
  }

  /** Others have read past the place of a write that took long: it gets a new one. */
  async #writePlaced(write: Unwritten["write"]): Promise<Revocation | undefined> {
    let started = performance.now();
    let row = await write();
    while (row && performance.now() - started > patience) {
      started = performance.now();
      const moved: Revocation = { ...row, position: await this.#nextPosition() };
      if (!(await this.#table.replace(row, { position: moved.position }))) break;
      row = moved;
    }
    await this.#cleanUp();
    return row;
  }

  async #nextPosition(): Promise<number> {
    const newest = await this.#table.newestPosition();
    this.#lastPosition = Math.max(Date.now(), newest + 1, this.#lastPosition + 1);
    return this.#lastPosition;
  }

  async #cleanUp(): Promise<void> {
    if (performance.now() < this.#nextCleanup) return;
    const more = await this.#table.deleteEnded(Date.now() - clockMargin).catch(() => false);
    this.#nextCleanup = more ? 0 : performance.now() + cleanupEvery;
  }

  /** One write of this process at a time, but for those that never end. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const started = this.#turn.then(() => ({ done: work() }));
    this.#turn = started.then(({ done }) => within(patience, done)).catch(() => {});
    return started.then(({ done }) => done);
  }

  #until = (): number => Date.now() + this.#lifetime;
}
