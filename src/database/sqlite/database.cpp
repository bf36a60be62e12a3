#include "database/sqlite/database.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drawbridge::database {
namespace {

void make_directory(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  const fs::path directory = file.parent_path();
  std::error_code error;
  if (directory.empty() || fs::exists(directory, error)) return;
  fs::create_directories(directory, error);
  // Better Auth keeps session tokens and password hashes in the same file.
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  if (error) throw SQLite::Exception{"cannot create the directory", SQLITE_CANTOPEN};
}

/// With mode 0600, whatever the umask is; SQLite gives what it makes beside it the same. A file that is there
/// is not even opened: closing it would give up the locks that this process has on it.
void make_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return;
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor >= 0)
    ::close(descriptor);
  else if (errno == ENOSPC || errno == EDQUOT)
    throw SQLite::Exception{"no room for the file", SQLITE_FULL};
  else
    throw SQLite::Exception{"cannot create the file", SQLITE_CANTOPEN};
}

/// SQLite does not say why it could not open a file. Where it is for want of descriptors, no other file can
/// be opened.
bool no_file_can_be_opened() {
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno == EMFILE || errno == ENFILE;
  ::close(descriptor);
  return false;
}

int open_flags(SqliteUse use) {
  // A read connection is opened for writing too: only then can it rebuild the WAL index after a crash.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  return use == SqliteUse::migrate ? flags | SQLITE_OPEN_CREATE : flags;
}

/// SQLite's own waiting for a lock leaves this change out, and Better Auth may begin with the same file at
/// the same moment.
void use_wal(SQLite::Database& database, std::chrono::milliseconds lock_wait) {
  const auto deadline = std::chrono::steady_clock::now() + lock_wait;
  int result = database.tryExec("PRAGMA journal_mode = WAL");
  while ((result & 0xFF) == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    sqlite3_sleep(5);
    result = database.tryExec("PRAGMA journal_mode = WAL");
  }
  database.check(result);
}

}  // namespace

SQLite::Database open_sqlite(const std::filesystem::path& file, SqliteUse use,
                             std::chrono::milliseconds lock_wait) {
  if (use == SqliteUse::migrate) {
    make_directory(file);
    make_file(file);
  }
  const bool changes = use == SqliteUse::write || use == SqliteUse::migrate;
  SQLite::Database database{file.string(), open_flags(use), static_cast<int>(lock_wait.count())};
  database.exec("PRAGMA foreign_keys = ON");
  if (use != SqliteUse::inspect) {
    use_wal(database, lock_wait);
    database.exec("PRAGMA synchronous = FULL");
  } else {
    // Reads the first page, so that a file that is no database is found out here.
    database.execAndGet("PRAGMA schema_version");
  }
  if (!changes) database.exec("PRAGMA query_only = ON");
  return database;
}

bool file_was_replaced(SQLite::Database& database) {
  int moved = 0;
  const int result = sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return result == SQLITE_OK && moved != 0;
}

std::string describe(const SQLite::Exception& error) {
  switch (error.getErrorCode() & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "the database is busy: another connection holds its lock";
    case SQLITE_FULL:
      return "the disk that holds the database is full";
    case SQLITE_NOTADB:
      return "the database file is not a SQLite database";
    case SQLITE_CORRUPT:
      return "the database file is damaged";
    case SQLITE_CANTOPEN:
      if (no_file_can_be_opened())
        return "the database file cannot be opened: this process has reached its limit on open files (ulimit "
               "-n)";
      return "the database file cannot be opened: it or its directory is missing or not accessible";
    case SQLITE_READONLY:
      return "the database file is not writable";
    case SQLITE_ERROR:
      // These messages name tables and columns, never values.
      return std::string{"the database refused a statement: "}.append(error.what());
    default:
      return std::string{"the database failed: "}.append(sqlite3_errstr(error.getErrorCode()));
  }
}

bool is_foreign_key_violation(const SQLite::Exception& error) {
  return error.getExtendedErrorCode() == SQLITE_CONSTRAINT_FOREIGNKEY;
}

bool is_uniqueness_violation(const SQLite::Exception& error) {
  return error.getExtendedErrorCode() == SQLITE_CONSTRAINT_UNIQUE;
}

bool is_constraint_violation(const SQLite::Exception& error) {
  return (error.getErrorCode() & 0xFF) == SQLITE_CONSTRAINT && !is_foreign_key_violation(error);
}

bool same_name(const std::string& a, const char* b) {
  return sqlite3_stricmp(a.c_str(), b) == 0;
}

}  // namespace drawbridge::database
