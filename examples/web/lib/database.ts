import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { prepareSqlite } from "@drawbridge/better-auth";
import { Kysely, PostgresDialect, SqliteDialect } from "kysely";
import Database from "libsql";
import { Pool } from "pg";

import type { DatabaseLocation } from "@/lib/environment";

/** What Better Auth takes as its option `database`. The tables are its own affair, so nothing is known of their columns. */
export interface OpenDatabase {
  db: Kysely<unknown>;
  type: "sqlite" | "postgres";
}

/** Opens the database that Better Auth and the API share. PostgreSQL is not connected to before the first query. */
export function openDatabase(location: DatabaseLocation): OpenDatabase {
  return location.kind === "sqlite" ? openSqlite(location.file) : openPostgres(location.url);
}

function openSqlite(file: string): OpenDatabase {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new Database(file);
  prepareSqlite(database);
  return { db: new Kysely({ dialect: new SqliteDialect({ database }) }), type: "sqlite" };
}

function openPostgres(url: string): OpenDatabase {
  // Without a limit of time a request would wait for a database that is gone as long as TCP does: minutes.
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5_000 });
  // A connection that is cut while it rests would otherwise end the process; the next request opens another.
  pool.on("error", (error) => console.error(`A connection to the database was lost: ${error.message}`));
  return { db: new Kysely({ dialect: new PostgresDialect({ pool }) }), type: "postgres" };
}
