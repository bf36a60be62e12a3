#include "schema/plan/session_statement.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/plan/additions.h"

namespace drawbridge::schema::plan {
namespace {

enum class Kind { decides, required, shown };

/// By Better Auth's name.
struct Column {
  std::string_view name;
  Kind kind = Kind::decides;
};

/// In bytes. A longer text that is only shown is left out: users write it themselves, and one of megabytes
/// would keep the few readers from everybody else's sessions. What decides is never left out.
constexpr int longest_shown = 4'096;

constexpr std::array<Column, 6> session_columns{{{"id", Kind::required},
                                                 {"token", Kind::required},
                                                 {"userId", Kind::required},
                                                 {"expiresAt", Kind::required},
                                                 {"createdAt"},
                                                 {"impersonatedBy"}}};
constexpr std::array<Column, 9> user_columns{{{"id", Kind::required},
                                              {"uuid"},
                                              {"email", Kind::shown},
                                              {"emailVerified"},
                                              {"name", Kind::shown},
                                              {"role"},
                                              {"banned"},
                                              {"banExpires"},
                                              {"isAnonymous"}}};

/// The column as it is called here; nothing where there is none.
std::optional<std::string> actual_name(const Layout& layout, const std::string& table, const Column& column) {
  const auto& columns = layout.tables.at(table);
  auto found = std::ranges::find(columns, column.name);
  if (found == columns.end())
    found = std::ranges::find_if(columns,
                                 [&](const std::string& name) { return is_same_column(name, column.name); });
  if (found == columns.end()) return std::nullopt;
  const auto spellings = layout.naming.spellings.find(table);
  if (spellings == layout.naming.spellings.end()) return *found;
  const auto spelling = spellings->second.find(*found);
  return spelling == spellings->second.end() ? *found : spelling->second;
}

std::string no_table(const Layout& layout, const std::string& table) {
  const auto stranger = layout.naming.strangers.find(table);
  if (stranger != layout.naming.strangers.end()) return stranger->second;
  return fmt::format(
      "Better Auth's table {} is not in this database: set the URL of Better Auth's database; sessions that "
      "it keeps only in secondary storage are in no table",
      identifier(table));
}

/// PostgreSQL knows how long a text is without reading it; SQLite's own length() ends at a NUL.
std::string expression(Product product, Kind kind, const std::string& column) {
  if (kind != Kind::shown) return column;
  const auto* const bytes =
      product == Product::sqlite ? "length(CAST({0} AS BLOB))" : "octet_length({0}::text)";
  return fmt::format("CASE WHEN {} <= {} THEN {} END", fmt::format(fmt::runtime(bytes), column),
                     longest_shown, column);
}

struct Part {
  std::string object{};  ///< an expression for the columns as JSON
  std::string fault{};   ///< or why there is none
};

template <std::size_t count>
Part part_of(Product product, const Layout& layout, const std::string& table, std::string_view alias,
             const std::array<Column, count>& columns) {
  if (!layout.tables.contains(table)) return {.fault = no_table(layout, table)};
  std::vector<std::string> members;
  for (const Column& column : columns) {
    const auto name = actual_name(layout, table, column);
    if (!name && column.kind == Kind::required)
      return {.fault =
                  fmt::format("table {} has no column {}: bring Better Auth's tables up to date, with its "
                              "own migration or with drawbridge migrate up --with-better-auth",
                              named(identifier(table), layout.naming.names), column.name)};
    if (!name) continue;
    const std::string qualified = fmt::format("{}.{}", alias, identifier(*name));
    members.push_back(fmt::format("'{}', {}", column.name, expression(product, column.kind, qualified)));
  }
  return {.object = fmt::format("{}({})", product == Product::sqlite ? "json_object" : "json_build_object",
                                fmt::join(members, ", "))};
}

}  // namespace

std::expected<std::string, std::string> session_statement(Product product, const Layout& layout,
                                                          const std::string& parameter) {
  if (!layout.naming.obstacle.empty()) return std::unexpected{layout.naming.obstacle};
  const Part user = part_of(product, layout, "user", "u", user_columns);
  const Part session = part_of(product, layout, "session", "s", session_columns);
  for (const Part& part : {user, session})
    if (!part.fault.empty()) return std::unexpected{part.fault};
  const bool is_sqlite = product == Product::sqlite;
  // Moments are text with their offset in PostgreSQL's JSON, whatever the session's TimeZone.
  return fmt::format(
      "SELECT {}('session', {}, 'user', {}){} FROM {} AS s JOIN {} AS u ON u.{} = s.{} WHERE s.{} = {}",
      is_sqlite ? "json_object" : "json_build_object", session.object, user.object, is_sqlite ? "" : "::text",
      named(R"("session")", layout.naming.names), named(R"("user")", layout.naming.names),
      identifier(*actual_name(layout, "user", user_columns[0])),
      identifier(*actual_name(layout, "session", session_columns[2])),
      identifier(*actual_name(layout, "session", session_columns[1])), parameter);
}

}  // namespace drawbridge::schema::plan
