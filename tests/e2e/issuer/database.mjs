// The databases and the storage that Better Auth may share with Drawbridge, opened as each of them wants it.

import { redisStorage } from "@better-auth/redis-storage";
import { prepareSqlite } from "@drawbridge/better-auth";
import { Redis } from "ioredis";
import { PostgresDialect, SqliteDialect } from "kysely";
import Database from "libsql";
import pg from "pg";

function openSqlite(file) {
  const database = prepareSqlite(new Database(file));
  return { options: { dialect: new SqliteDialect({ database }), type: "sqlite" }, close: async () => database.close() };
}

function openPostgres(url) {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "better-auth",
    max: 5,
    connectionTimeoutMillis: 5_000,
  });
  // A connection that is cut while it rests would otherwise end the process; the next request opens another.
  pool.on("error", (error) => console.error(`issuer: a connection to the database was lost: ${error.message}`));
  return { options: { dialect: new PostgresDialect({ pool }), type: "postgres" }, close: () => pool.end() };
}

/**
 * @param {string} url  as Drawbridge has it: `postgresql://…`, `sqlite:FILE`, `sqlite:///FILE`; or a file's path
 * @returns {{options: object, close: () => Promise<void>}}  the option `database` of Better Auth, and what ends it
 */
export function openDatabase(url) {
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url);
  return openSqlite(url.replace(/^sqlite:(\/\/)?/, ""));
}

/**
 * @param {string} [url]  `redis://…`; without one there is no storage beside the database
 * @returns {{storage?: object, closeStorage: () => Promise<void>}}  the option `secondaryStorage`, and what ends it
 */
export function openStorage(url) {
  if (!url) return { closeStorage: async () => {} };
  const client = new Redis(url);
  client.on("error", (error) => console.error(`issuer: Redis: ${error.message}`));
  return { storage: redisStorage({ client }), closeStorage: async () => client.disconnect() };
}
