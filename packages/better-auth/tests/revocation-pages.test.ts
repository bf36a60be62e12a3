import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { everyDatabase, type TestDatabase } from "./support/databases.js";
import { ofSession, readFeed } from "./support/revocations.js";
import { Visitor } from "./support/visitor.js";

describe.each(everyDatabase)("the pages of the feed, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  const start = () => startAuth(database, { plugins: [drawbridge({ revocations: true })] });

  /** Signs somebody up and out; the entry of that session. */
  async function signUpAndOut(auth: Awaited<ReturnType<typeof startAuth>>): Promise<string> {
    const visitor = new Visitor(auth);
    await visitor.signUp();
    const { body } = await visitor.get("/get-session");
    expect((await visitor.post("/sign-out", {})).status).toBe(200);
    return ofSession((body as { session: { id: string } }).session.id);
  }

  /** Asks as a backend does, each page of another process, and remembers what it has seen. */
  class Backend {
    readonly seen = new Set<string>();
    #cursor: string | undefined;
    readonly #readers: Visitor[];

    constructor(readers: Visitor[]) {
      this.#readers = readers;
    }

    /** One question with all its pages. */
    async ask(): Promise<void> {
      for (let pages = 1; pages <= 10; pages += 1) {
        const { entries, cursor, more } = await readFeed(this.#readers[pages % 2] as Visitor, this.#cursor);
        expect(entries.length).toBeLessThanOrEqual(5_000);
        for (const { s } of entries) this.seen.add(s ?? "");
        this.#cursor = cursor;
        if (!more) return;
      }
      throw new Error("An answer has no end");
    }

    /** Asks until it has seen all of these; an answer waits for the database a second at most. */
    async sees(names: string[]): Promise<void> {
      await vi.waitFor(
        async () => {
          vi.advanceTimersByTime(100);
          await this.ask();
          expect(names.filter((name) => !this.seen.has(name)).length).toBe(0);
        },
        { timeout: 60_000 },
      );
    }
  }

  test.each<[string, (index: number, now: number) => number]>([
    ["at places of their own", (index, now) => now + index],
    ["at one place", (_, now) => now],
    ["before others that were read already", (index, now) => now - 9_000 + (index >> 1)],
  ])(
    "give 12,000 new rows to everybody: %s",
    async (_, placeOf) => {
      const [first, second] = [await start(), await start()];
      const readers = [new Visitor(first), new Visitor(second)];
      const early = await signUpAndOut(first);
      vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.now() + 80_000 });
      const backend = new Backend(readers);
      await backend.sees([early, await signUpAndOut(first)]);
      const now = Date.now();
      const names = Array.from({ length: 12_000 }, (_, index) => `${index}`);
      const rows = names.map(
        (name, index) => `('${name}', 's:${name}', '-', 0, ${now + 900_000}, ${placeOf(index, now)})`,
      );
      await database.query(
        `INSERT INTO "drawbridgeRevocation" (id, entry, subject, "before", "until", "position") VALUES ${rows.join(", ")}`,
      );
      await backend.sees(names);
      // What comes after them is found, and so are they by a backend that starts.
      const late = await signUpAndOut(second);
      await backend.sees([late]);
      await new Backend(readers).sees([early, late, ...names]);
    },
    120_000,
  );
});
