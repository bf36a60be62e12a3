#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace drawbridge::store {

/// Where the database is, as `DATABASE_URL` says.
struct DatabaseUrl {
  /// The SQLite file; a relative path counts from the working directory.
  std::filesystem::path file;

  /// Reads `sqlite:RELATIVE/PATH` or `sqlite:///ABSOLUTE/PATH`. The path is taken as it stands: nothing is
  /// decoded, and what could be meant as a parameter or an escape (`?`, `#`, `%`) is refused. Fails with one
  /// line that never holds the URL, since one for a server may hold a password.
  static std::expected<DatabaseUrl, std::string> parse(std::string_view url);
};

}  // namespace drawbridge::store
