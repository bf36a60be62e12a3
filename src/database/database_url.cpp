#include "database/database_url.h"

#include <algorithm>

#include "database/postgres/url.h"

namespace drawbridge::database {
namespace {

constexpr std::string_view expected_form =
    "write sqlite:relative/path.db, sqlite:///absolute/path.db (three slashes) or "
    "postgresql://user:password@host:port/database";

std::unexpected<std::string> refused(std::string_view why) {
  return std::unexpected{std::string{"the database URL "}.append(why)};
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

std::expected<DatabaseUrl, std::string> DatabaseUrl::parse(std::string_view url) {
  if (url.empty()) return refused(std::string{"is empty: "}.append(expected_form));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    const std::string server{url};
    if (std::ranges::any_of(server, is_control)) return refused("contains a control character");
    if (const auto fault = fault_of_postgres_url(server)) return refused(*fault);
    return DatabaseUrl{.server = server};
  }
  if (url.starts_with("sqlite+") || url.starts_with("postgresql+") || url.starts_with("postgres+")) {
    return refused(
        std::string{"names a driver, as SQLAlchemy's URLs do: remove the + and what follows it, for example "
                    "+aiosqlite or +asyncpg - "}
            .append(expected_form));
  }
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme)) {
    return refused(std::string{"does not start with sqlite: or postgresql:// - "}.append(expected_form));
  }
  std::string_view path = url.substr(scheme.size());
  if (std::ranges::any_of(path, is_control)) return refused("contains a control character");
  if (path.find_first_of("?#%") != std::string_view::npos) {
    return refused("contains ?, # or %, which are not allowed in this path");
  }
  if (path == ":memory:")
    return refused("is a database in memory, which would be lost when the program exits");
  if (path.starts_with("///")) {
    path.remove_prefix(2);
  } else if (path.starts_with('/')) {
    return refused(std::string{"has the wrong number of slashes: "}.append(expected_form));
  }
  if (path.empty() || path.ends_with('/')) {
    return refused(std::string{"names no file: "}.append(expected_form));
  }
  return DatabaseUrl{.file = std::filesystem::path{path}};
}

}  // namespace drawbridge::database
