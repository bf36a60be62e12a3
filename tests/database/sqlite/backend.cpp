#include "tests/database/sqlite/backend.h"

#include <stdexcept>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "database/sqlite/session.h"
#include "schema/migrations.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {

const char* const better_auth_user_table = R"sql(create table "user" ("id" text not null primary key,
  "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text,
  "createdAt" date not null, "updatedAt" date not null))sql";

const char* const better_auth_user_table_with_uuid =
    R"sql(create table "user" ("id" text not null primary key,
  "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text,
  "createdAt" date not null, "updatedAt" date not null, "uuid" text not null unique))sql";

SQLite::Database open_as_better_auth(const std::filesystem::path& file) {
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000};
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA foreign_keys = ON");
  return database;
}

std::string insert_user_sql(const std::string& id) {
  return "insert into \"user\" (id, name, email, emailVerified, createdAt, updatedAt) values ('" + id +
         "', 'N', '" + id + "@example.com', 0, '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z');";
}

std::string insert_user_sql(const std::string& id, const std::string& uuid) {
  return "insert into \"user\" (id, name, email, emailVerified, createdAt, updatedAt, uuid) values ('" + id +
         "', 'N', '" + id + "@example.com', 0, '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z', '" +
         uuid + "');";
}

std::string value_of(SQLite::Database& database, const std::string& sql) {
  return database.execAndGet(sql).getString();
}

namespace {

class SqliteBackend final : public StoreBackend {
 public:
  SqliteBackend() {
    database_.exec(better_auth_user_table_with_uuid);
    if (const auto made = schema::prepare_to_serve({.file = file_}); !made)
      throw std::runtime_error{made.error().text};
  }

  std::unique_ptr<database::Session> session(database::Access access) override {
    return std::make_unique<database::SqliteSession>(file_, access);
  }
  void add_user(std::string_view uuid) override {
    database_.exec(insert_user_sql("id of " + std::string{uuid}, std::string{uuid}));
  }
  void delete_user(std::string_view uuid) override {
    SQLite::Statement statement{database_, "delete from \"user\" where uuid = ?"};
    statement.bind(1, std::string{uuid});
    if (statement.exec() != 1) throw std::runtime_error{"no such user"};
  }
  void delete_user_leaving_rows(std::string_view uuid) override {
    database_.exec("PRAGMA foreign_keys = OFF");
    delete_user(uuid);
    database_.exec("PRAGMA foreign_keys = ON");
  }
  std::int64_t add_tag(std::string_view user, std::string_view name, std::string_view color) override {
    SQLite::Statement statement{database_, "insert into tags (user_id, name, color) values (?, ?, ?)"};
    statement.bind(1, std::string{user});
    statement.bind(2, std::string{name});
    statement.bind(3, std::string{color});
    statement.exec();
    return database_.getLastInsertRowid();
  }
  bool tag_task(std::string_view user, const Uuid& task, std::int64_t tag) override {
    SQLite::Statement statement{database_,
                                "insert into task_tags (user_id, task_id, tag_id) values (?, ?, ?)"};
    statement.bind(1, std::string{user});
    statement.bind(2, task.text());
    statement.bind(3, tag);
    return statement.tryExecuteStep() == 101;  // SQLITE_DONE
  }
  std::int64_t count_rows(const std::string& table) override {
    return database_.execAndGet("select count(*) from " + table).getInt64();
  }
  void while_locked(const std::function<void()>& body) override {
    const SQLite::Transaction lock{database_, SQLite::TransactionBehavior::IMMEDIATE};
    body();
  }

 private:
  ScratchDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "test.db";
  SQLite::Database database_ = open_as_better_auth(file_);
};

}  // namespace

std::unique_ptr<StoreBackend> make_sqlite_backend() {
  return std::make_unique<SqliteBackend>();
}

}  // namespace drawbridge::test
