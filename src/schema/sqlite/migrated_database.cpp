#include "schema/sqlite/migrated_database.h"

#include <cerrno>

#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"
#include "schema/sqlite/query.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

// Better Auth may hold the lock.
constexpr std::chrono::milliseconds lock_wait{5'000};

/// An advisory lock on the directory of the file, which leaves nothing behind; given up with the descriptor.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  void take(const std::filesystem::path& file, const std::function<void()>& waiting) {
    const auto directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    descriptor_ = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = descriptor_ < 0 ? -1 : flock(descriptor_, LOCK_EX | LOCK_NB);
    if (result != 0 && errno == EWOULDBLOCK) {
      waiting();
      do {
        result = flock(descriptor_, LOCK_EX);
      } while (result != 0 && errno == EINTR);
    }
    if (result != 0) {
      fail_migration(Kind::unreadable, fmt::format("the directory {} cannot be locked", directory.string()));
    }
  }

 private:
  int descriptor_ = -1;
};

class SqliteMigration final : public MigratedDatabase {
 public:
  SqliteMigration(std::filesystem::path file, bool may_change) : file_{std::move(file)} {
    attempt([&] {
      std::error_code error;
      const bool nothing_there = !may_change && !std::filesystem::exists(file_, error);
      const database::SqliteUse use =
          may_change ? database::SqliteUse::migrate : database::SqliteUse::inspect;
      database_.emplace(nothing_there ? SQLite::Database{":memory:", SQLite::OPEN_READWRITE}
                                      : database::open_sqlite(file_, use, lock_wait));
      database::add_letter_case_folded(*database_);
      if (nothing_there) missing_ = std::filesystem::absolute(file_, error).string();
    });
  }

  std::string missing() const override { return missing_; }

  void lock(const MigrationReport& report) override {
    directory_.take(file_,
                    [&] { report.line("another drawbridge is migrating this database: waiting for it"); });
  }

  plan::Facts read(const ReadFacts& reader) override {
    return attempt([&] { return reader(plan::Product::sqlite, query_of(*database_)); });
  }

  void apply(const plan::Change& change) override {
    attempt([&] {
      SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
      for (const std::string& statement : change.statements) database_->exec(statement);
      transaction.commit();
    });
  }

  std::int64_t run(const std::string& statement) override {
    return attempt([&] { return database_->exec(statement); });
  }

  const char* begin() const override { return "BEGIN IMMEDIATE"; }

 private:
  /// Runs `work` and turns what SQLite throws into a MigrationFailure.
  template <class Work>
  auto attempt(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const SQLite::Exception& exception) {
      fail_migration(Kind::unreadable, fmt::format("{}: {}", file_.string(), database::describe(exception)));
    }
  }

  const std::filesystem::path file_;
  std::string missing_;
  DirectoryLock directory_;
  std::optional<SQLite::Database> database_;
};

}  // namespace

std::unique_ptr<MigratedDatabase> open_sqlite_migration(const std::filesystem::path& file, bool may_change) {
  return std::make_unique<SqliteMigration>(file, may_change);
}

}  // namespace drawbridge::schema
