#include "schema/plan/names.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text/ascii.h"
#include "schema/plan/additions.h"

namespace drawbridge::schema::plan {
namespace {

using Found = std::vector<const FoundTable*>;

/// Names of a column: Better Auth's, and what else it is called. Letter case and underscores do not matter.
using Spellings = std::vector<std::string_view>;

/// By what columns a table of Better Auth's is known whatever it is called. One that has its own name may
/// lack what Better Auth's first versions did not have.
struct Mark {
  const char* table;
  std::vector<Spellings> columns;
  std::vector<Spellings> later_columns{};
};

const std::vector<Mark>& marks() {
  static const std::vector<Mark> all{
      {"user", {{"id"}, {"email", "emailAddress"}, {"emailVerified", "isEmailVerified"}}},
      {"session", {{"userId"}, {"expiresAt"}, {"ipAddress"}}, {{"token"}}},
      {"account", {{"accountId"}, {"providerId"}, {"userId"}}},
      {"verification", {{"identifier"}, {"value"}, {"expiresAt"}}},
      {"jwks", {{"publicKey"}, {"privateKey"}}},
  };
  return all;
}

/// Statements name the column `id` without quotes, which on PostgreSQL is that and no `"Id"`.
bool is_one_of(const FoundTable& table, std::string_view column, const Spellings& spellings) {
  if (spellings.front() == "id" && !table.schema.empty()) return column == "id";
  return std::ranges::any_of(spellings,
                             [&](std::string_view spelling) { return is_same_column(column, spelling); });
}

bool has_one_of(const FoundTable& table, const Spellings& spellings) {
  return std::ranges::any_of(table.columns,
                             [&](const std::string& column) { return is_one_of(table, column, spellings); });
}

bool has_all(const FoundTable& table, const std::vector<Spellings>& columns) {
  return table.is_table && std::ranges::all_of(columns, [&](const Spellings& spellings) {
           return has_one_of(table, spellings);
         });
}

bool looks_like(const FoundTable& table, const Mark& mark) {
  return has_all(table, mark.columns) && has_all(table, mark.later_columns);
}

/// As a shell takes it for one word.
std::string argument(const std::string& text) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return ascii::is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
  if (is_plain) return text;
  std::string quoted{"'"};
  for (const char c : text) quoted += c == '\'' ? R"('\'')" : std::string{c};
  return quoted + "'";
}

/// For people: with its schema where it is not found without.
std::string name_of(const FoundTable& table) {
  return table.is_visible ? identifier(table.name)
                          : fmt::format("{}.{}", identifier(table.schema), identifier(table.name));
}

std::string list_of(const Found& tables) {
  std::vector<std::string> names;
  names.reserve(tables.size());
  for (const FoundTable* const table : tables) names.push_back(name_of(*table));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// What is wrong, or the one that it is, or neither where there is none.
struct Choice {
  const FoundTable* table = nullptr;
  std::string obstacle{};
};

template <class Condition>
Found those_of(const std::vector<FoundTable>& found, Condition condition) {
  Found those;
  for (const FoundTable& table : found)
    if (condition(table)) those.push_back(&table);
  return those;
}

Choice elsewhere(const std::vector<FoundTable>& found) {
  const Mark& user = marks().front();
  const Found others =
      those_of(found, [&](const FoundTable& table) { return !table.is_visible && looks_like(table, user); });
  if (others.empty()) return {};
  const std::string& schema = others.front()->schema;
  return {.obstacle = fmt::format(
              "Better Auth's tables are in a schema that is not on the search path: {}. Name it with "
              "--schema {} (DRAWBRIDGE_SCHEMA), or add it to search_path; no second set is created",
              list_of(others), argument(schema))};
}

Choice choose_user(const std::vector<FoundTable>& found, const Where& where) {
  const Mark& user = marks().front();
  const auto is_here = [&](const FoundTable& table) {
    return where.schema.empty() ? table.is_visible : table.schema == where.schema;
  };
  const std::string name = where.user_table.empty() ? user.table : where.user_table;
  const Found called =
      those_of(found, [&](const FoundTable& table) { return is_here(table) && table.name == name; });
  if (!where.user_table.empty()) {
    if (!called.empty()) return {.table = called.front()};
    const Found off_the_path = those_of(found, [&](const FoundTable& table) {
      return table.name == name || fmt::format("{}.{}", table.schema, table.name) == name;
    });
    return {.obstacle = fmt::format(
                "there is no table {}, which --user-table (DRAWBRIDGE_USER_TABLE) names{}{}",
                identifier(name), where.schema.empty() ? "" : fmt::format(", in the schema {}", where.schema),
                off_the_path.empty()
                    ? ""
                    : fmt::format(". There is {}: use --user-table {} --schema {} (DRAWBRIDGE_SCHEMA)",
                                  list_of(off_the_path), argument(off_the_path.front()->name),
                                  argument(off_the_path.front()->schema)))};
  }
  if (!called.empty() && (looks_like(*called.front(), user) || !called.front()->is_table))
    return {.table = called.front()};
  const auto those_like = [&](const Mark& mark) {
    return those_of(found,
                    [&](const FoundTable& table) { return is_here(table) && looks_like(table, mark); });
  };
  static const Mark unmapped{"user", {{"id"}, {"email"}, {"emailVerified"}}};
  Found alike = those_like(unmapped);
  if (alike.empty()) alike = those_like(user);
  if (alike.size() > 1) {
    return {.obstacle = fmt::format("several tables look like Better Auth's \"user\": {}. Say which one with "
                                    "--user-table {} (DRAWBRIDGE_USER_TABLE)",
                                    list_of(alike), argument(alike.front()->name))};
  }
  if (!alike.empty()) return {.table = alike.front()};
  if (!called.empty()) return {.table = called.front()};
  return where.schema.empty() ? elsewhere(found) : Choice{};
}

/// What is in the schema of `user` comes before what else is visible; what has the columns before an older
/// one that has the name. Where several have them, and none the name, it is none.
const FoundTable* beside(const std::vector<FoundTable>& found, const std::string& schema, const Mark& mark) {
  for (const bool in_schema : {true, false}) {
    const auto is_here = [&](const FoundTable& table) {
      return in_schema ? table.schema == schema : table.is_visible && table.schema != schema;
    };
    const Found alike =
        those_of(found, [&](const FoundTable& table) { return is_here(table) && looks_like(table, mark); });
    const Found called = those_of(found, [&](const FoundTable& table) {
      return is_here(table) && table.name == mark.table && has_all(table, mark.columns);
    });
    if (!called.empty() && looks_like(*called.front(), mark)) return called.front();
    if (!alike.empty()) return alike.size() == 1 ? alike.front() : nullptr;
    if (!called.empty()) return called.front();
  }
  return nullptr;
}

/// SQLite has no schemas, and compares names with the case of ASCII letters ignored.
bool is_called(const FoundTable& table, std::string_view name) {
  return table.schema.empty() ? ascii::equal_ignoring_case(table.name, name) : table.name == name;
}

std::string why_a_stranger(const FoundTable& table, const Mark& mark) {
  if (!table.is_table)
    return fmt::format("{} is a view, or something else that is not a table", name_of(table));
  std::vector<std::string_view> missing;
  for (const Spellings& spellings : mark.columns)
    if (!has_one_of(table, spellings)) missing.push_back(spellings.front());
  if (missing.empty()) return fmt::format("several tables look like Better Auth's \"{}\"", mark.table);
  return fmt::format("table {} has no column {}: it is not Better Auth's", name_of(table),
                     fmt::join(missing, ", "));
}

/// The column as Better Auth spells it.
std::string spelling_of(const Mark& mark, const FoundTable& table, const std::string& column) {
  for (const Spellings& spellings : mark.columns) {
    if (is_one_of(table, column, spellings)) return std::string{spellings.front()};
  }
  return column;
}

void take(Layout& layout, const Mark& mark, const FoundTable& table) {
  if (table.name != mark.table) layout.naming.is_foreign = true;
  if (name_of(table) != identifier(mark.table)) layout.naming.names.emplace(mark.table, name_of(table));
  if (!table.is_table) return;
  auto& columns = layout.tables[mark.table];
  for (const std::string& column : table.columns) {
    const std::string spelling = spelling_of(mark, table, column);
    const bool is_other =
        spelling != column && std::ranges::find(table.columns, spelling) == table.columns.end();
    columns.push_back(is_other ? spelling : column);
    if (!is_other) continue;
    layout.naming.is_foreign = true;
    layout.naming.spellings[mark.table].emplace(spelling, column);
  }
}

/// Its sessions or accounts are there, so its users are too, in a table that is not known by its columns.
std::string unknown_user(const std::vector<FoundTable>& found, const Where& where) {
  const Found others = those_of(found, [&](const FoundTable& table) {
    return (where.schema.empty() || table.schema == where.schema) &&
           (looks_like(table, marks()[1]) || looks_like(table, marks()[2]));
  });
  if (others.empty()) return {};
  return fmt::format(
      "{} is Better Auth's, but no table has the columns id, email and emailVerified of its \"user\": name "
      "that table with --user-table (DRAWBRIDGE_USER_TABLE), and its schema with --schema "
      "(DRAWBRIDGE_SCHEMA) if it is not on the search path; no second set is created",
      name_of(*others.front()));
}

/// By its table of migrations; Prisma also by the name that it gives a model's table.
std::string orm_of(const std::vector<FoundTable>& found, const FoundTable* user) {
  const auto is_there = [&](std::string_view name) {
    return std::ranges::find(found, name, &FoundTable::name) != found.end();
  };
  if (is_there("_prisma_migrations")) return "Prisma";
  if (is_there("__drizzle_migrations")) return "Drizzle";
  return user != nullptr && user->name == "User" ? "Prisma" : "";
}

}  // namespace

bool is_same_column(std::string_view one, std::string_view other) {
  const auto bare = [](std::string_view name) {
    std::string text = ascii::lower(name);
    std::erase(text, '_');
    return text;
  };
  return bare(one) == bare(other);
}

std::string named(std::string text, const Names& names) {
  if (names.empty()) return text;
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view{text}.substr(at);
    const auto found = std::ranges::find_if(names, [&](const auto& name) {
      return rest.starts_with(identifier(name.first)) || rest.starts_with(literal(identifier(name.first)));
    });
    if (found == names.end()) {
      result += text[at++];
      continue;
    }
    const std::string written = identifier(found->first);
    const bool is_literal = rest.front() == '\'';
    result += is_literal ? literal(found->second) : found->second;
    at += is_literal ? literal(written).size() : written.size();
  }
  return result;
}

Layout layout_of(const std::vector<FoundTable>& found, const Where& where) {
  Layout layout;
  const Choice user = choose_user(found, where);
  layout.naming.obstacle = user.obstacle;
  layout.naming.user_is_given = !where.user_table.empty();
  layout.naming.orm = orm_of(found, user.table);
  const std::string schema = user.table != nullptr ? user.table->schema : where.schema;
  const bool is_current = schema.empty() || std::ranges::any_of(found, [&](const FoundTable& table) {
                            return table.schema == schema && table.is_current;
                          });
  Found taken;
  for (const Mark& mark : marks()) {
    const bool is_user = std::string_view{mark.table} == "user";
    const FoundTable* const table = is_user ? user.table : beside(found, schema, mark);
    if (table != nullptr) {
      taken.push_back(table);
      take(layout, mark, *table);
    } else if (!is_current) {  // there it would be made
      layout.naming.names.emplace(mark.table,
                                  fmt::format("{}.{}", identifier(schema), identifier(mark.table)));
    }
  }
  if (user.table == nullptr && user.obstacle.empty()) layout.naming.obstacle = unknown_user(found, where);
  for (const FoundTable& table : found) {
    if (std::ranges::find(taken, &table) != taken.end()) continue;
    const auto mark =
        std::ranges::find_if(marks(), [&](const Mark& one) { return is_called(table, one.table); });
    const bool is_listed = table.is_table && (table.is_visible || table.schema == where.schema);
    if (mark == marks().end()) {
      if (is_listed) layout.tables.emplace(table.name, table.columns);
    } else if (!layout.tables.contains(mark->table) &&
               (is_current ? table.is_current : table.schema == schema)) {
      layout.naming.strangers.emplace(mark->table, why_a_stranger(table, *mark));
    }
  }
  return layout;
}

}  // namespace drawbridge::schema::plan
