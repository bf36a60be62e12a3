#include "schema/sqlite/bridge_facts.h"

#include <functional>

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "core/errors/hints.h"
#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"
#include "schema/bridge_facts_reader.h"
#include "schema/sqlite/query.h"

namespace drawbridge::schema {
namespace {

constexpr std::chrono::milliseconds lock_wait{2'000};
constexpr std::size_t longest_path = 256;

bool has_log(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file.string() + "-wal", error);
  return !error && size > 0;
}

/// Leaves a log as it is, also when nobody else has the file open, and none where none was.
SQLite::Database open_to_read(const std::filesystem::path& file) {
  const bool keeps_log = has_log(file);
  SQLite::Database database = database::open_sqlite(file, database::SqliteUse::inspect, lock_wait);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps_log ? 1 : 0, nullptr);
  return database;
}

/// Whether somebody who is neither the owner nor of the group gets as far as this folder.
bool lets_others_in(std::filesystem::path folder) {
  while (true) {
    struct stat facts{};
    if (::stat(folder.c_str(), &facts) != 0 || (facts.st_mode & S_IXOTH) == 0) return false;
    if (!folder.has_relative_path()) return true;
    folder = folder.parent_path();
  }
}

std::vector<OpenFile> open_files(const std::filesystem::path& file) {
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  std::vector<OpenFile> found;
  if (error || !lets_others_in(path.parent_path())) return found;
  const auto add = [&](const std::filesystem::path& one, mode_t reading, mode_t writing) {
    struct stat facts{};
    if (::stat(one.c_str(), &facts) != 0) return;
    const bool is_written = (facts.st_mode & writing) != 0 && (facts.st_mode & S_ISVTX) == 0;
    if (is_written || (facts.st_mode & reading) != 0)
      found.push_back({.path = one.string(), .is_written = is_written});
  };
  // Who can read a folder alone reads names. Who can write it puts another file into the place of this one.
  add(path.parent_path(), 0, S_IWOTH);
  for (const char* const ending : {"", "-wal", "-shm", "-journal"})
    add(path.string() + ending, S_IROTH, S_IWOTH);
  return found;
}

/// What SQLite throws becomes a value.
template <class T>
std::expected<T, std::string> read(const std::filesystem::path& file,
                                   const std::function<T(SQLite::Database&)>& work) {
  std::error_code error;
  const std::string path = display_text(std::filesystem::absolute(file, error).string(), longest_path);
  if (!std::filesystem::exists(file, error)) return std::unexpected{fmt::format("there is no file {}", path)};
  try {
    SQLite::Database database = open_to_read(file);
    return work(database);
  } catch (const SQLite::Exception& exception) {
    return std::unexpected{fmt::format("{}: {}", path, database::describe(exception))};
  }
}

}  // namespace

std::expected<BridgeFacts, std::string> read_sqlite_facts(const std::filesystem::path& file,
                                                          const plan::Where& where) {
  auto files = open_files(file);  // before the database is opened, which makes files beside it
  return read<BridgeFacts>(file, [&](SQLite::Database& database) {
    BridgeFacts facts = read_bridge_facts(plan::Product::sqlite, query_of(database), where);
    facts.open_files = std::move(files);
    return facts;
  });
}

std::expected<bool, std::string> sqlite_user_exists(const std::filesystem::path& file,
                                                    const plan::Where& where, const NamedUser& user) {
  return read<bool>(file, [&](SQLite::Database& database) {
    return user_exists(plan::Product::sqlite, query_of(database), where, user);
  });
}

}  // namespace drawbridge::schema
