#include "schema/plan/facts.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace drawbridge::schema::plan {

bool has_column(const Tables& tables, const std::string& table, const std::string& column) {
  const auto found = tables.find(table);
  return found != tables.end() && std::ranges::find(found->second, column) != found->second.end();
}

bool is_left_out(const Facts& facts, const std::string& table) {
  const auto users = facts.ids.find("user");
  const auto own = facts.ids.find(table);
  return users != facts.ids.end() && own != facts.ids.end() && is_made(users->second) &&
         !is_made(own->second);
}

bool can_be_referenced(const Facts& facts) {
  if (facts.user.id_is_uuid) return true;
  const auto& column = facts.user.uuid;
  return column && column->is_unique && (facts.product == Product::sqlite || column->type == "uuid");
}

bool is_complete(const Facts& facts) {
  if (facts.user.kind != User::Kind::table || !can_be_referenced(facts)) return false;
  if (facts.user.id_is_uuid) return true;
  const UuidColumn& column = *facts.user.uuid;
  if (facts.product == Product::postgresql) return column.is_required && column.is_made;
  const UserRows& rows = facts.user.rows;
  return is_filled(column) && rows.without == 0 && rows.invalid.empty() && rows.shared.empty();
}

std::string name_rows(std::vector<std::string> ids) {
  const bool more = ids.size() > rows_named;
  if (more) ids.resize(rows_named);
  for (std::string& id : ids) {
    id.resize(std::min(id.size(), longest_named));
    std::ranges::replace_if(id, [](char c) { return c < ' ' || c >= 0x7F; }, '?');
  }
  return fmt::format("{}{}", fmt::join(ids, ", "), more ? " and more" : "");
}

}  // namespace drawbridge::schema::plan
