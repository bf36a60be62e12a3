#include "tests/database/postgres/backend.h"

#include <stdexcept>

#include <pqxx/pqxx>

#include "database/postgres/session.h"
#include "schema/migrations.h"
#include "tests/support/postgres_server.h"

namespace drawbridge::test {
namespace {

/// Migrated once; each test has a copy.
const std::string& template_database() {
  static const std::string name = [] {
    const auto& server = PostgresServer::instance();
    const std::string url = server.make_database();
    const schema::MigrationReport silent{.line = [](std::string_view) {},
                                         .progress = [](std::string_view, std::int64_t, std::int64_t) {}};
    const auto made = schema::migrate_up({.server = url}, silent, {.with_better_auth = true});
    if (!made) throw std::runtime_error{made.error().text};
    return url.substr(url.rfind('/') + 1);
  }();
  return name;
}

class PostgresBackend final : public StoreBackend {
 public:
  std::unique_ptr<database::Session> session(database::Access access) override {
    return std::make_unique<database::PostgresSession>(database_.url(), access, watch_);
  }
  void add_user(std::string_view uuid) override {
    run(insert_postgres_user_sql("id of " + std::string{uuid}, std::string{uuid}));
  }
  void delete_user(std::string_view uuid) override {
    if (run(delete_of(uuid)).affected_rows() != 1) throw std::runtime_error{"no such user"};
  }
  void delete_user_leaving_rows(std::string_view uuid) override {
    run("SET session_replication_role = replica; " + delete_of(uuid));
    run("SET session_replication_role = origin");
  }
  std::int64_t add_tag(std::string_view user, std::string_view name, std::string_view color) override {
    return run("INSERT INTO tags (user_id, name, color) VALUES (" + quoted(user) + ", " + quoted(name) +
               ", " + quoted(color) + ") RETURNING id")[0][0]
        .as<std::int64_t>();
  }
  bool tag_task(std::string_view user, const Uuid& task, std::int64_t tag) override {
    try {
      run("INSERT INTO task_tags (user_id, task_id, tag_id) VALUES (" + quoted(user) + ", " +
          quoted(task.text()) + ", " + std::to_string(tag) + ")");
      return true;
    } catch (const pqxx::foreign_key_violation&) {
      return false;
    }
  }
  std::int64_t count_rows(const std::string& table) override {
    return run("SELECT count(*) FROM " + table)[0][0].as<std::int64_t>();
  }
  void while_locked(const std::function<void()>& body) override {
    pqxx::work transaction{connection_};
    transaction.exec("LOCK TABLE tasks, tags, task_tags IN EXCLUSIVE MODE");
    body();
  }

 private:
  pqxx::result run(const std::string& sql) { return pqxx::nontransaction{connection_}.exec(sql); }
  std::string quoted(std::string_view text) { return connection_.quote(std::string{text}); }
  std::string delete_of(std::string_view uuid) { return "DELETE FROM \"user\" WHERE uuid = " + quoted(uuid); }

  PostgresDatabase database_{PostgresDatabase::Content::ready};
  std::shared_ptr<database::StallWatch> watch_ = std::make_shared<database::StallWatch>();
  pqxx::connection connection_{database_.url()};
};

}  // namespace

PostgresDatabase::PostgresDatabase(Content content)
    : url_{content == Content::ready ? PostgresServer::instance().make_database(template_database())
                                     : PostgresServer::instance().make_database()} {}

PostgresDatabase::~PostgresDatabase() {
  PostgresServer::instance().drop_database(url_);
}

std::string PostgresDatabase::run(const std::string& sql) const {
  pqxx::connection connection{url_};
  const auto rows = pqxx::nontransaction{connection}.exec(sql);
  return rows.empty() || rows[0][0].is_null() ? std::string{} : rows[0][0].as<std::string>();
}

std::string insert_postgres_user_sql(const std::string& id, const std::string& uuid) {
  return "INSERT INTO \"user\" (id, name, email, \"emailVerified\", uuid) VALUES ('" + id + "', 'N', '" + id +
         "@example.com', false, '" + uuid + "');";
}

std::unique_ptr<StoreBackend> make_postgres_backend() {
  return std::make_unique<PostgresBackend>();
}

}  // namespace drawbridge::test
