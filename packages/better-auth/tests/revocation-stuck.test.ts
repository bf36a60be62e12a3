import type { AuthContext } from "better-auth";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Revocation } from "../src/revocation-entries.js";
import { RevocationFeed } from "../src/revocation-feed.js";
import { RevocationLog } from "../src/revocation-log.js";
import type { RevocationTable } from "../src/revocation-table.js";
import { watchStorage } from "../src/storage-endings.js";

/** A table in memory, of which single calls can be held up. */
class SlowTable {
  rows: Revocation[] = [];
  reads = 0;
  hold: { after: boolean; insert: (row: Revocation) => boolean } = { after: false, insert: () => false };

  generation = async () => "generation";
  newestPosition = async () => this.rows.at(-1)?.position ?? 0;
  find = async (entry: string) => this.rows.find((row) => row.entry === entry);
  countOpen = async () => 0;
  deleteEnded = async () => false;

  async after({ position }: { position: number }): Promise<{ rows: Revocation[] }> {
    this.reads += 1;
    if (this.hold.after) await new Promise(() => {});
    return { rows: this.rows.filter((row) => row.position > position) };
  }

  async insert(row: Revocation): Promise<boolean> {
    if (this.hold.insert(row)) await new Promise(() => {});
    this.rows.push(row);
    return true;
  }
}

let table: SlowTable;
let errors: unknown[];
let log: RevocationLog;
let feed: RevocationFeed;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance", "setTimeout", "clearTimeout"], now: 1_800_000_000_000 });
  [table, errors] = [new SlowTable(), []];
  const logger = { error: (...said: unknown[]) => errors.push(said) } as unknown as AuthContext["logger"];
  log = new RevocationLog(table as unknown as RevocationTable, logger, 900_000);
  const context = { logger, secret: "a secret" } as AuthContext;
  feed = new RevocationFeed(table as unknown as RevocationTable, log, context);
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

/** What the feed answers within a second from now: how many entries, "error", or "nothing". */
async function asked(): Promise<unknown> {
  let said: unknown = "nothing";
  const answer = feed.answer(undefined).then(
    ({ body }) => (JSON.parse(body(0)) as { entries: unknown[] }).entries.length,
    () => "error",
  );
  void answer.then((result) => {
    said = result;
  });
  await pass(1_000);
  return said;
}

/** All entries that one round of pages has, the sizes of its pages, and the cursor that it ends with. */
async function readAll(cursor?: string): Promise<{ all: Set<string>; sizes: number[]; cursor: string }> {
  const [all, sizes] = [new Set<string>(), [] as number[]];
  for (let after = cursor; sizes.length < 20; ) {
    const page = JSON.parse((await feed.answer(after)).body(0)) as { cursor: string; more: boolean; entries: object[] };
    for (const entry of page.entries) all.add(JSON.stringify(entry));
    sizes.push(page.entries.length);
    after = page.cursor;
    if (!page.more) return { all, sizes, cursor: page.cursor };
  }
  throw new Error(`No end after pages of ${sizes}`);
}

const row = (index: number, position: number): Revocation => {
  return { entry: `s:${index}`, subject: "", before: 0, until: Date.now() + 900_000, position };
};

test.each<[string, (now: number) => Revocation[], number]>([
  ["new rows", (now) => Array.from({ length: 12_000 }, (_, index) => row(index, now + index)), 0],
  ["entries without rows", () => [], 12_000],
  ["both", (now) => Array.from({ length: 4_000 }, (_, index) => row(index, now + index)), 12_000],
])("an answer has 5,000 entries at most: %s", async (_, rows, unwritten) => {
  table.rows = [row(-1, Date.now() - 80_000)];
  const { cursor } = await readAll();
  await pass(100);
  if (unwritten > 0) table.find = () => Promise.reject(new Error("gone"));
  await Promise.all(Array.from({ length: unwritten }, (_, index) => log.endSession(`${index}`, "1")));
  const news = rows(Date.now());
  table.rows.push(...news);
  const first = await readAll(cursor);
  expect(Math.max(...first.sizes)).toBeLessThanOrEqual(5_000);
  expect(first.all.size).toBe(news.length + unwritten);
  // A place within the pages is not settled: who goes on from the last gets what others wrote before it meanwhile.
  await pass(8_000);
  table.rows.push(row(99_999, Date.now() - 8_050));
  await pass(30_000);
  expect((await readAll(first.cursor)).all).toContain(`{"s":"99999","until":${Date.now() + 870_000}}`);
});

test("a database that does not answer is passed over for ten seconds, and asked again after ten", async () => {
  await log.endSession("alice", "1");
  expect(await asked()).toBe(1);
  table.hold.after = true;
  const before = table.reads;
  expect([await asked(), await asked()]).toEqual([1, 1]);
  expect(table.reads - before).toBe(1);
  await pass(7_000);
  expect(await asked()).toBe("error");
  table.hold.after = false;
  await pass(1_000);
  expect([await asked(), table.reads - before]).toEqual([1, 2]);
});

test("a database that does not answer at the start is no feed, and is one as soon as it answers", async () => {
  table.hold.after = true;
  expect([await asked(), await asked()]).toEqual(["error", "error"]);
  table.hold.after = false;
  await pass(8_000);
  expect(await asked()).toBe(0);
});

test("a table that fails is said once in ten seconds, however many ask and whatever it does between", async () => {
  const fail = (does: boolean) => {
    table.after = does ? () => Promise.reject(new Error("gone")) : async () => ({ rows: [] });
  };
  for (const [does, milliseconds, said] of [
    [false, 0, 0],
    [true, 100, 1],
    [true, 9_000, 1],
    [true, 1_000, 2],
    [false, 100, 2],
    [true, 100, 2],
    [true, 10_000, 3],
  ] as const) {
    fail(does);
    await pass(milliseconds);
    await Promise.allSettled([feed.answer(undefined), feed.answer("x"), feed.answer("y")]);
    expect([milliseconds, errors.length]).toEqual([milliseconds, said]);
  }
});

test.each([
  ["lives", 1, 1],
  ["expired while its tokens live", -899_999, 1],
  ["expired as long ago as tokens live", -900_000, 0],
])("a session that is deleted from a storage, and %s", async (_, expiresIn, rows) => {
  const expiresAt = new Date(Date.now() + expiresIn).toISOString();
  const value = JSON.stringify({ session: { id: "alice", userId: "1", expiresAt } });
  const storage = { get: async () => value, set: async () => {}, delete: async () => {} };
  watchStorage(storage as unknown as Parameters<typeof watchStorage>[0], log);
  await (storage as { delete(name: string): Promise<void> }).delete("token");
  expect(table.rows).toHaveLength(rows);
});

test("a write that never ends holds up no later one", async () => {
  table.hold.insert = (row) => row.subject !== "" && table.rows.length === 0 && held++ < 2;
  let held = 0;
  const ended = Promise.all([log.endSession("alice", "1"), log.endSession("bob", "2")]);
  await pass(5_000);
  await ended;
  expect(log.unwritten(Date.now())).toHaveLength(2);
  await pass(60_000);
  expect([table.rows.length, log.unwritten(Date.now()).length]).toEqual([2, 0]);
});
