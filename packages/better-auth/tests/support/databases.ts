import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BetterAuthOptions } from "better-auth";
import { type Dialect, Kysely, PostgresDialect, SqliteDialect, sql } from "kysely";
import Database from "libsql";
import pg from "pg";
import { inject } from "vitest";
import { prepareSqlite } from "../../src/index.js";

type Row = Record<string, unknown>;

/** An empty database of one test, as Better Auth gets it and as the test looks into it. */
export interface TestDatabase {
  kind: "sqlite" | "postgres";
  /** Better Auth's option `database`; each call opens another connection, as another process would. */
  connect(settings?: { transaction: boolean }): NonNullable<BetterAuthOptions["database"]>;
  /** Runs one statement and returns its rows. */
  query(statement: string): Promise<Row[]>;
  close(): Promise<void>;
}

async function openSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "drawbridge-better-auth-"));
  const handles: Database.Database[] = [];
  const connect = () => {
    const database = prepareSqlite(new Database(join(folder, "test.db")));
    handles.push(database);
    return new SqliteDialect({ database });
  };
  return made("sqlite", connect, () => {
    for (const handle of handles) handle.close();
    rmSync(folder, { recursive: true });
  });
}

async function openPostgres(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  const server = new pg.Client({ connectionString: inject("postgresUrl") });
  await server.connect();
  await server.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject("postgresUrl"));
  url.pathname = name;
  const pools: pg.Pool[] = [];
  const connect = () => {
    const pool = new pg.Pool({ connectionString: url.href });
    pools.push(pool);
    return new PostgresDialect({ pool });
  };
  return made("postgres", connect, async () => {
    for (const pool of pools) await pool.end();
    await server.query(`DROP DATABASE ${name}`);
    await server.end();
  });
}

function made(kind: TestDatabase["kind"], connect: () => Dialect, close: () => void | Promise<void>): TestDatabase {
  const own = new Kysely<unknown>({ dialect: connect() });
  return {
    kind,
    connect: (settings) => ({ dialect: connect(), type: kind, ...settings }),
    query: async (statement) => (await sql.raw<Row>(statement).execute(own)).rows,
    close: async () => close(),
  };
}

/** For what one database does otherwise than the other. */
export const everyDatabase = [
  ["SQLite", openSqlite],
  ["PostgreSQL", openPostgres],
] as const;

/** Whether each test runs on both databases over both versions of Better Auth, as `./dev test --long` has it. */
export const long = process.env.DRAWBRIDGE_TEST_LONG === "1";

/** The databases that a test runs on, for `describe.each`; without `long` the other is asked by tests/everywhere.test.ts. */
export const databases = long ? everyDatabase : ([everyDatabase[0]] as const);
