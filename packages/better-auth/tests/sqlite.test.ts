import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareSqlite } from "../src/index.js";

describe("prepareSqlite", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drawbridge-sqlite-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("returns the handle that it was given, prepared", () => {
    const database = new Database(join(folder, "test.db"));
    // libsql has it on from the start; SQLite, and with it better-sqlite3 and node:sqlite, do not promise that.
    database.exec("PRAGMA foreign_keys = OFF");
    expect(prepareSqlite(database)).toBe(database);
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).raw().get();
    expect([pragma("journal_mode"), pragma("busy_timeout"), pragma("foreign_keys")]).toEqual([["wal"], [5000], [1]]);
    database.close();
  });

  test("lets one connection read while another writes, and refuses a row of nobody", () => {
    const [writer, reader] = [1, 2].map(() => prepareSqlite(new Database(join(folder, "test.db"))));
    writer?.exec("CREATE TABLE person (id TEXT PRIMARY KEY); CREATE TABLE pet (person_id TEXT REFERENCES person (id))");
    writer?.exec("BEGIN IMMEDIATE; INSERT INTO person VALUES ('a')");
    expect(reader?.prepare("SELECT count(*) AS people FROM person").get()).toMatchObject({ people: 0 });
    writer?.exec("COMMIT");
    expect(() => writer?.exec("INSERT INTO pet VALUES ('nobody')")).toThrow("FOREIGN KEY constraint failed");
    writer?.close();
    reader?.close();
  });
});
