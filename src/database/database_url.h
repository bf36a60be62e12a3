#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace drawbridge::database {

/// Where the database is, as `DATABASE_URL` says.
struct DatabaseUrl {
  /// The SQLite file; a relative path counts from the working directory. Empty for PostgreSQL.
  std::filesystem::path file{};
  /// The URL of a PostgreSQL server as it was given; it may hold a password. Empty for SQLite.
  std::string server{};

  bool is_postgres() const { return !server.empty(); }
  /// `sqlite` or `postgresql`.
  const char* product() const { return is_postgres() ? "postgresql" : "sqlite"; }

  /// Reads `sqlite:RELATIVE/PATH`, `sqlite:///ABSOLUTE/PATH`, or what libpq takes that begins with
  /// `postgresql://` or `postgres://`. The path is taken as it stands: nothing is decoded, and what could be
  /// meant as a parameter or an escape (`?`, `#`, `%`) is refused. Fails with one line that never holds the
  /// URL.
  static std::expected<DatabaseUrl, std::string> parse(std::string_view url);
};

}  // namespace drawbridge::database
