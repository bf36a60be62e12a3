import { describe, expect, test } from "vitest";
import { Cursors, type Place } from "../src/revocation-cursor.js";
import type { Revocation } from "../src/revocation-entries.js";
import { RevocationSet } from "../src/revocation-set.js";

const until = 1_000_000;

function row(entry: string, position: number, more: Partial<Revocation> = {}): Revocation {
  return { entry, subject: "", before: 0, until, position, ...more };
}

/** A set in which these rows were read from the table at these times. */
function setOf(...rows: [Revocation, number][]): RevocationSet {
  const set = new RevocationSet();
  let newest = 0;
  for (const [one, seenAt] of rows.toSorted(([, left], [, right]) => left - right)) {
    set.add(one, seenAt);
    newest = Math.max(newest, one.position);
    set.readTo(newest, seenAt, seenAt);
  }
  set.readTo(newest, 50_000, 50_000);
  return set;
}

/** Reads of the table: the newest place that each found, when it began, and when it ended if that was later. */
function readAt(set: RevocationSet, ...reads: [number, number, number?][]): void {
  for (const [newest, start, end] of reads) set.readTo(newest, start, end ?? start);
}

const entriesOf = ({ rows }: { rows: Revocation[] }) => rows.map(({ entry }) => entry);

describe("the rows that a process knows", () => {
  test.each<[string, [Revocation, number][], number, number, string[], number]>([
    ["nothing yet", [], -1, 50_000, [], 0],
    [
      "the whole, in order",
      [
        [row("s:b", 200), 200],
        [row("s:a", 100), 201],
      ],
      -1,
      50_000,
      ["s:a", "s:b"],
      200,
    ],
    [
      "what comes after a cursor",
      [
        [row("s:a", 100), 100],
        [row("s:b", 200), 200],
      ],
      100,
      50_000,
      ["s:b"],
      200,
    ],
    [
      "the last of two forms of one",
      [
        [row("u:a", 100), 100],
        [row("u:a", 200, { before: 200 }), 200],
      ],
      -1,
      50_000,
      ["u:a"],
      200,
    ],
    [
      "the last, though it is seen first",
      [
        [row("u:a", 200), 100],
        [row("u:a", 100), 200],
      ],
      -1,
      50_000,
      ["u:a"],
      200,
    ],
    ["nothing that has ended", [[row("s:a", 100, { until: 50_000 }), 100]], -1, 50_000, [], 100],
    [
      "a cursor that waits for what is new",
      [
        [row("s:a", 100), 100],
        [row("s:b", 45_000), 45_000],
      ],
      -1,
      50_000,
      ["s:a", "s:b"],
      100,
    ],
    ["what was sent in the last ten seconds", [[row("s:a", 45_000), 45_000]], 45_000, 50_000, ["s:a"], 45_000],
    ["nothing older than that", [[row("s:a", 45_000), 40_000]], 45_000, 50_000, [], 45_000],
    [
      "what was committed late",
      [
        [row("s:b", 45_000), 30_000],
        [row("s:a", 20_000), 49_000],
      ],
      45_000,
      50_000,
      ["s:a"],
      45_000,
    ],
  ])("are given as: %s", (_, rows, after, now, entries, position) => {
    const set = setOf(...rows);
    set.settle(now);
    const page = set.after({ position: after }, now);
    expect([entriesOf(page), Math.max(after, set.settled()), page.more]).toEqual([entries, position, false]);
  });

  const minutes = 60_000;
  test.each<[string, (set: RevocationSet) => void, number]>([
    ["nothing was read", () => {}, 0],
    ["only this process's own was added", (set) => set.add(row("s:a", 100), 100), 0],
    ["a read is not ten seconds old", (set) => readAt(set, [100, 100], [200, 10_099]), 0],
    ["nobody read since", (set) => readAt(set, [100, 100]), 0],
    ["a read began ten seconds later", (set) => readAt(set, [100, 100], [200, 10_100]), 100],
    ["that read was long", (set) => readAt(set, [100, 100, 5_000], [200, 14_999], [300, 14_999]), 0],
    ["the first read finds what is new", (set) => readAt(set, [9 * minutes, 9 * minutes]), 9 * minutes - 70_000],
    ["the first read finds what is old", (set) => readAt(set, [100, 9 * minutes]), 100],
  ])("are read again from where nothing can be missing: %s", (_, read, floor) => {
    const set = new RevocationSet();
    read(set);
    set.settle(10 * minutes);
    expect(set.settled()).toBe(floor);
  });

  test.each<[string, (index: number) => number]>([
    ["places of their own", (index) => index],
    ["some at one place, where a page ends", (index) => (index >= 4_998 && index <= 5_003 ? 4_998 : index)],
    ["one place", () => 7],
  ])("come in pages of 5,000, in the same order wherever they were read: %s", (_, placeOf) => {
    const rows = Array.from({ length: 10_100 }, (_, index) =>
      row(`s:${String(index).padStart(5, "0")}`, placeOf(index)),
    );
    const [first, second] = [new RevocationSet(), new RevocationSet()];
    for (const one of rows) first.add(one, 0);
    for (const one of rows.toReversed()) second.add(one, 0);
    for (const set of [first, second]) set.settle(50_000);
    const pages = [first.after({ position: -1 }, 50_000)];
    while (pages.at(-1)?.more) {
      const last = pages.at(-1)?.rows.at(-1) as Revocation;
      pages.push((pages.length % 2 ? second : first).after({ ...last, back: 0 }, 50_000));
    }
    expect(pages.map(({ rows }) => rows.length)).toEqual([5_000, 5_000, 100]);
    expect(pages.flatMap(entriesOf)).toEqual(rows.map(({ entry }) => entry));
  });

  test("are repeated as far as a page has room, the last that were seen", () => {
    const set = new RevocationSet();
    for (let index = 0; index < 12_000; index += 1) set.add(row(`s:${index}`, index), 45_000);
    const { rows, more } = set.after({ position: 11_998 }, 50_000);
    expect([rows.length, rows[0]?.entry, rows.at(-1)?.entry, more]).toEqual([5_000, "s:7000", "s:11999", false]);
  });

  test("are forgotten when they have ended, and the place stays", () => {
    const set = setOf([row("s:a", 100, { until: 200 }), 100], [row("s:b", 90), 90]);
    set.forgetEnded(300);
    set.settle(50_000);
    expect([set.get("s:a"), set.get("s:b")?.entry, set.settled()]).toEqual([undefined, "s:b", 100]);
  });
});

describe("a cursor", () => {
  const cursors = new Cursors("a secret", "generation-1");

  const place = { position: 1_795_957_832_708, back: 1_795_957_822_708, given: 100_000 };
  const entry = `s:${"-".repeat(22)}`;

  test.each<[string, Place]>([
    ["a place", { position: 0 }],
    ["a late one", { position: place.position }],
    ["a page's", { ...place, given: undefined, entry }],
    ["a page's with all numbers", { ...place, entry }],
    ["that of entries without rows", place],
  ])("names %s", (_, place) => {
    const cursor = cursors.write(place);
    expect(cursors.read(cursor)).toEqual(place);
    expect(cursor).toMatch(/^[\w.-]{1,128}$/);
  });

  test.each([
    ["of another table", new Cursors("a secret", "generation-2").write({ position: 7 })],
    ["of another issuer", new Cursors("another secret", "generation-1").write({ position: 7 })],
    ["with another place", cursors.write({ position: 7 }).replace(".7.", ".0.")],
    ["with more numbers", cursors.write({ position: 7, back: 5, given: 3 }).replace(".7-5-3.", ".7-5-3-1.")],
    ["with a place in other words", cursors.write({ position: 7 }).replace(".7.", ".07.")],
    ["with another entry", cursors.write({ position: 7, entry: "s:a" }).replace("s_a", "s_b")],
    ["too long", `${cursors.write({ position: 7 })}x`],
    ["empty", ""],
  ])("%s is none", (_, cursor) => {
    expect(cursors.read(cursor)).toBeUndefined();
  });
});
