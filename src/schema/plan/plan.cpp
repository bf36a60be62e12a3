#include "schema/plan/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/plan/better_auth_sql.h"
#include "schema/plan/better_auth_tables.h"
#include "schema/plan/orm.h"
#include "schema/plan/our_tables.h"
#include "schema/plan/user_uuid.h"

namespace drawbridge::schema::plan {
namespace {

constexpr int oldest_server = 150000;
constexpr const char* user_uuid = "user.uuid";

/// What keeps every database on this server, or this one, from being used.
std::string server_obstacle(const Facts& facts) {
  const Server& server = facts.server;
  if (facts.product == Product::sqlite) return {};
  if (server.number < oldest_server) {
    return fmt::format("the server is PostgreSQL {}, but Drawbridge requires 15 or newer",
                       server.number / 10000);
  }
  if (server.encoding != "UTF8") {
    return fmt::format("the database has the encoding {}, but texts in every language require UTF8",
                       server.encoding);
  }
  if (!server.has_icu) {
    return "the server was built without ICU, but the search for texts requires its collation und-x-icu";
  }
  if (!server.has_schema) return "no schema on the search path exists: create one, or set search_path";
  return {};
}

void append(std::vector<Change>& changes, std::vector<Change> more) {
  std::ranges::move(more, std::back_inserter(changes));
}

bool is_alike(const IdColumn& one, const IdColumn& other) {
  return one.type == other.type && is_made(one) == is_made(other);
}

/// Options that do not go with what is there.
std::string option_obstacle(const Facts& facts, const Options& options) {
  const auto id = facts.ids.find("user");
  if (id == facts.ids.end()) return {};
  if (options.ids && !is_alike(id->second, id_for(facts.product, *options.ids))) {
    return fmt::format(
        "there is already a table \"user\", with ids of type {}{}, and new tables use the same: leave --ids "
        "out",
        id->second.type, is_made(id->second) ? " that the database generates" : "");
  }
  if (!asks_for_uuids(options)) return {};
  if (const std::string early = made_too_early(facts); !early.empty()) {
    return fmt::format("the tables of the tasks API refer to user.uuid, not to user.id: {}", early);
  }
  if (options.id_is_uuid && facts.user.uuid) {
    return "user.uuid exists, so tables and tokens may use it: leave --uuid out, or switch as "
           "docs/uuid-ids.md describes";
  }
  if (!facts.user.rows.ids_that_are_no_uuids.empty()) {
    return fmt::format(
        "user.id is not a lower-case UUID in the rows with id {}: leave {} out, and user.uuid is added",
        name_rows(facts.user.rows.ids_that_are_no_uuids), options.id_is_uuid ? "--uuid" : "--ids");
  }
  if (id->second.is_counted) {
    return "user.id is a number, not a UUID: leave --uuid out, and user.uuid is added";
  }
  return {};
}

void add_changes(Plan& plan, const Facts& facts, const Options& options) {
  append(plan.changes, better_auth_changes(facts, options));
  if (facts.user.kind == User::Kind::table) {
    append(plan.changes, user_uuid_changes(facts, options));
    if (facts.user.id_is_uuid) plan.remark = id_is_the_uuid;
  } else if (!options.with_better_auth) {
    plan.obstacle = user_missing(options);
    plan.waiting.emplace_back(user_uuid);
  }
}

}  // namespace

Plan plan_migration(const Facts& found, const Options& options) {
  const Facts facts = decided(found, options);
  Plan plan{.obstacle = server_obstacle(facts)};
  if (plan.obstacle.empty()) plan.obstacle = facts.naming.obstacle;
  if (plan.obstacle.empty()) plan.obstacle = option_obstacle(found, options);
  if (plan.obstacle.empty() && !options.only_user) plan.obstacle = others_tables(facts);
  if (plan.obstacle.empty()) plan.obstacle = user_uuid_obstacle(facts);
  // Any program's `user` may have a UUID as its id, and only Better Auth's plugin makes a `uuid`.
  const bool is_known = is_complete(facts) && !facts.user.id_is_uuid;
  if (plan.obstacle.empty() && !is_known) plan.obstacle = foreign_tables(facts);
  if (plan.obstacle.empty()) plan.obstacle = place_obstacle(facts, options);
  plan.is_refused = !plan.obstacle.empty();
  if (!plan.is_refused) {
    add_changes(plan, facts, options);
    if (std::string owned = orm_obstacle(facts); !owned.empty()) {
      plan.obstacle = std::move(owned);
      plan.is_refused = plan.is_for_orm = true;
    }
  } else if (!is_known) {
    plan.waiting.emplace_back(user_uuid);
  }
  if (options.only_user) return plan;
  // SQLite lets a foreign key refer to a table that is not there yet.
  const bool ours_wait = facts.product == Product::postgresql && !plan.obstacle.empty() && !plan.is_for_orm;
  for (Change& change : our_changes(facts)) {
    if (ours_wait) {
      plan.waiting.push_back(change.name);
    } else {
      plan.changes.push_back(std::move(change));
    }
  }
  return plan;
}

std::vector<Change> named(std::vector<Change> changes, const Facts& facts) {
  for (Change& change : changes) {
    for (auto* const statements : {&change.statements, &change.batches}) {
      for (std::string& statement : *statements) statement = named(std::move(statement), facts.naming.names);
    }
  }
  return changes;
}

std::string refused_change(const std::string& name, const std::string& done, const std::string& reason) {
  return fmt::format(
      "{} cannot be {}: {}. None of it was changed; fix that, for example by dropping what depends on it and "
      "creating that again afterwards, then run this again",
      name, done, reason);
}

}  // namespace drawbridge::schema::plan
