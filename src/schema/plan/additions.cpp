#include "schema/plan/additions.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

constexpr std::string_view of_table = " of ";

std::string quoted(const std::string& text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string literal(const std::string& text) {
  return quoted(text, '\'');
}

std::string identifier(const std::string& name) {
  return quoted(name, '"');
}

std::string addition_row(const std::string& name, const std::string& place) {
  return place.empty() ? name : fmt::format("{}{}{}", name, of_table, place);
}

std::pair<std::string, std::string> read_addition_row(const std::string& row) {
  const auto at = row.find(of_table);
  if (at == std::string::npos) return {row, {}};
  return {row.substr(0, at), row.substr(at + of_table.size())};
}

std::string table_of_addition(const std::string& name) {
  return name.substr(0, name.find_first_of(". "));
}

std::string place_expression(Product product, const std::string& table) {
  std::string sql = literal(identifier(table));
  if (product == Product::sqlite) return sql;
  return fmt::format(
      "(SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = "
      "relnamespace\n  WHERE pg_class.oid = to_regclass({}))",
      sql);
}

void record(std::vector<std::string>& statements, Product product, const Options& options,
            const std::string& name, const std::string& detail) {
  if (!options.records_additions) return;
  statements.push_back(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (name text NOT NULL PRIMARY KEY, detail text)", additions_table));
  statements.push_back(
      fmt::format("INSERT INTO {} (name, detail) VALUES ({} || {}, {}) ON CONFLICT DO NOTHING",
                  additions_table, literal(fmt::format("{}{}", name, of_table)),
                  place_expression(product, table_of_addition(name)), detail));
}

void forget(Plan& plan, const Facts& facts, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::vector<std::string> statements;
  for (const std::string& name : names) {
    const std::string row = addition_row(name, facts.additions.at(name).place);
    statements.push_back(fmt::format("DELETE FROM {} WHERE name = {}", additions_table, literal(row)));
  }
  const bool is_last =
      facts.additions_elsewhere.empty() && std::ranges::all_of(facts.additions, [&](const auto& addition) {
        return std::ranges::find(names, addition.first) != names.end();
      });
  if (is_last) statements.push_back(fmt::format("DROP TABLE {}", additions_table));
  plan.changes.push_back({.name = additions_table, .statements = std::move(statements)});
}

}  // namespace drawbridge::schema::plan
