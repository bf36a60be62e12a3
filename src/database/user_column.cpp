#include "database/user_column.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace drawbridge::database {

std::string for_user_column(std::string_view sql, const UserColumn& column) {
  const std::array<std::pair<std::string_view, std::string>, 3> names{{
      {R"("user".uuid)", fmt::format("{}.{}", column.table, column.name)},
      {R"("user")", column.table},
      {"$1::uuid", fmt::format("$1::{}", column.type)},
  }};
  std::string text;
  while (!sql.empty()) {
    // In one pass: the table's own name may hold "user", too.
    std::size_t written = 1;
    std::string_view as = sql.substr(0, 1);
    for (const auto& [name, actual] : names) {
      if (!sql.starts_with(name)) continue;
      written = name.size();
      as = actual;
      break;
    }
    text += as;
    sql.remove_prefix(written);
  }
  return text;
}

}  // namespace drawbridge::database
