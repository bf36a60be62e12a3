#pragma once

#include <memory>
#include <string>

#include "tests/database/store_backend.h"

namespace drawbridge::test {

/// The PostgreSQL backend of the contract suite, on a server of this process.
std::unique_ptr<StoreBackend> make_postgres_backend();

/// A database that lives as long as this.
class PostgresDatabase {
 public:
  /// With Better Auth's tables and ours, or empty.
  enum class Content { ready, nothing };
  explicit PostgresDatabase(Content content);
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  const std::string& url() const { return url_; }
  /// Runs SQL as superuser and gives the first value of its result as text, empty when there is none.
  std::string run(const std::string& sql) const;

 private:
  std::string url_;
};

/// The INSERT of a user as Better Auth makes it.
std::string insert_postgres_user_sql(const std::string& id, const std::string& uuid);

}  // namespace drawbridge::test
