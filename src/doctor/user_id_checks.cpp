#include "doctor/user_id_checks.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "doctor/table_names.h"

namespace drawbridge::doctor {
namespace {

using schema::BridgeFacts;

constexpr std::size_t longest_line = 256;

/// Ids that Better Auth gives as texts fit into texts only, and those of the database come from its defaults
/// alone.
bool fits(const BridgeFacts& facts, const std::string& table) {
  const auto& users = facts.ids.at("user");
  const auto& own = facts.ids.at(table);
  if (is_made(users)) return is_made(own);
  return own.type == users.type || own.type.contains("text") || own.type.contains("char");
}

std::string text_of(const schema::plan::IdColumn& id) {
  return fmt::format("{}, made by {}", display_text(id.type), is_made(id) ? "the database" : "Better Auth");
}

std::string make_ids_alike(const BridgeFacts& facts) {
  if (is_of_another_generator(facts))
    return "give these ids the type and the default of user.id in the ORM's schema file, and run the ORM's "
           "migration";
  if (facts.product == "sqlite")
    return "drop the table while it is empty, then run drawbridge migrate up --with-better-auth";
  return "run drawbridge migrate up; where it finds rows in the table that it cannot keep, drop the table "
         "first and run drawbridge migrate up --with-better-auth";
}

}  // namespace

void judge_ids(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.ids";
  const auto users = facts.ids.find("user");
  if (users == facts.ids.end()) return report.leave(id, "user has no column id");
  std::vector<std::string> others;
  for (const auto& [table, own] : facts.ids)
    if (!fits(facts, table)) others.push_back(fmt::format("{}.id is {}", display_text(table), text_of(own)));
  if (others.empty()) return report.ok(id, fmt::format("ids are {}", text_of(users->second)));
  report.fault(
      id, fmt::format("user.id is {}, and {}", text_of(users->second), fmt::join(others, ", ")),
      "the table was made for another generateId than Better Auth has (advanced.database.generateId), so no "
      "row "
      "can be added: without one in jwks, /token and /jwks answer 500",
      make_ids_alike(facts));
}

void judge_id_as_uuid(Report& report, const BridgeFacts& facts) {
  const auto& rows = facts.ids_that_are_no_uuids;
  report.ok("tables.user_uuid",
            fmt::format("user.id is the uuid, of type {}", display_text(facts.ids.at("user").type)));
  if (rows.count > 0)
    report.fault(
        "tables.user_uuid_values",
        fmt::format("the id of {} {} is not a UUID in lower case ({})", rows.count,
                    rows.count == 1 ? "user" : "users", display_text(rows.ids, longest_line)),
        "generateId of Better Auth's configuration makes other ids, or an import brought them: the plugin "
        "signs no token for such a user (USER_ID_NOT_UUID)",
        "let advanced.database.generateId be \"uuid\" or () => crypto.randomUUID(); for the users who are "
        "there, docs/uuid-ids.md says how ids are changed over");
  else
    report.ok("tables.user_uuid_values", "every user's id is a UUID");
  for (const char* const id : {"tables.user_uuid_required", "tables.user_uuid_unique"})
    if (report.may_check(id)) report.ok(id, "user.id is the primary key");
  if (report.may_check("tables.user_uuid_default"))
    report.ok(
        "tables.user_uuid_default",
        fmt::format("ids are made by {}", is_made(facts.ids.at("user")) ? "the database" : "Better Auth"));
}

const char* column_of_users(const BridgeFacts& facts) {
  return facts.id_is_uuid ? "user.id" : "user.uuid";
}

void judge_own_users(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.foreign_keys";
  const schema::UserReference& own = facts.other_references.front();
  const std::string key = display_text(fmt::format("{}.{}", own.table, own.column));
  const std::string where = fmt::format("{}.{}", display_text(own.to_table), display_text(own.to));
  const bool is_joined = std::ranges::any_of(
      facts.user_references, [&](const schema::UserReference& one) { return one.table == own.to_table; });
  if (is_joined)
    return report.ok(id,
                     fmt::format("{} refers to {}, and {} to user", key, where, display_text(own.to_table)));
  report.warning(
      id, fmt::format("{} refers to {}, not to {}", key, where, column_of_users(facts)),
      fmt::format(
          "the backend has users of its own in {}, while tokens and paths name Better Auth's: it finds "
          "no row, unless it looks up its own user for each request",
          display_text(own.to_table)),
      fmt::format(
          "give {} a column that refers to {}, and look the user up by it; or let the tables refer to {}",
          display_text(own.to_table), column_of_users(facts), column_of_users(facts)));
}

void judge_foreign_keys_by_id(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.foreign_keys";
  const bool ours_are_there = facts.tables_version.value_or(0) > 0;
  const auto is_judged = [&](const schema::UserReference& key) {
    return !is_better_auths(key.table) && !(ours_are_there && is_ours(key.table));
  };
  std::vector<std::string> to_others;
  for (const schema::UserReference& key : facts.other_references)
    if (is_judged(key))
      to_others.push_back(fmt::format("{} to {}.{}",
                                      display_text(fmt::format("{}.{}", key.table, key.column)),
                                      display_text(key.to_table), display_text(key.to)));
  for (const schema::UserReference& key : facts.user_references)
    if (is_judged(key) && key.to != "id")
      to_others.push_back(fmt::format(
          "{} to user.{}", display_text(fmt::format("{}.{}", key.table, key.column)), display_text(key.to)));
  if (to_others.empty()) return report.ok(id, "tables of the backend that refer to a user do so by user.id");
  report.warning(
      id,
      fmt::format("{} {}, not to user.id",
                  to_others.size() == 1 ? "a foreign key leads from" : "foreign keys lead from",
                  fmt::join(to_others, ", ")),
      "DRAWBRIDGE_USER_CLAIM is sub, so tokens and paths name the user by user.id: an API that keeps these "
      "tables finds no row",
      "let these columns hold user.id and refer to it; or let the API use user.uuid, without "
      "DRAWBRIDGE_USER_CLAIM");
}

}  // namespace drawbridge::doctor
