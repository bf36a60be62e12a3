/** A SQLite handle, as far as {@link prepareSqlite} needs it: libsql's, better-sqlite3's and `node:sqlite`'s are. */
export interface PragmaTarget {
  exec(sql: string): unknown;
}

/**
 * Sets a SQLite connection up for a file that Better Auth and the backend have open at the same time.
 *
 * - `journal_mode = WAL`: who reads does not wait for who writes, in whichever process. It stays with the file.
 * - `busy_timeout = 5000`: a write that meets another one waits for up to 5,000 ms; without it, it fails at once
 *   with "database is locked".
 * - `foreign_keys = ON`: SQLite ignores foreign keys unless each connection asks for them. With them the tasks of a
 *   deleted user go too, and so do sessions and accounts.
 *
 * The last two belong to the connection, so call this for each handle that is opened. Throws what the handle's `exec`
 * throws, such as for a file that may not be written.
 *
 * @returns the handle that was given
 */
export function prepareSqlite<Database extends PragmaTarget>(database: Database): Database {
  // The timeout comes first, because changing the journal mode may itself have to wait for another process.
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA foreign_keys = ON");
  return database;
}
