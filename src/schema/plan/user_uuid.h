#pragma once

// The column `uuid` of Better Auth's `user`. On PostgreSQL it is to be `uuid NOT NULL DEFAULT
// gen_random_uuid()`, on SQLite a text that a trigger fills in; unique on both.

#include <string>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

/// One line when a person must act before the column can be as it should; rows are named by their ids.
std::string user_uuid_obstacle(const Facts& facts);

/// What is reported where no second id is to be added.
inline constexpr const char* id_is_the_uuid =
    "user.id is the uuid; nothing to add. The plugin is drawbridge({ uuid: \"user.id\" })";

/// The line when there is no `user`.
std::string user_missing(const Options& options);

/// What completes it, in order; empty when it is complete.
std::vector<Change> user_uuid_changes(const Facts& facts, const Options& options);

}  // namespace drawbridge::schema::plan
