#pragma once

#include <string>

namespace drawbridge::test {

/// A PostgreSQL server of this process alone, started when it is first needed and gone with the process.
/// `url` is its maintenance database, as superuser. Throws std::runtime_error when it cannot be started.
class PostgresServer {
 public:
  static const PostgresServer& instance();

  const std::string& url() const { return url_; }
  /// The URL of another database on it.
  std::string url_of(const std::string& database) const;
  /// Makes an empty database, or a copy of another, and gives its URL.
  std::string make_database(const std::string& copy_of = "template0") const;
  void drop_database(const std::string& url) const;

 private:
  PostgresServer();
  std::string url_;
};

}  // namespace drawbridge::test
