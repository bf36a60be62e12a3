#pragma once

// What is known of Better Auth 1.7's tables: which there are, what the bridge needs of them.

#include <array>
#include <string>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

/// In the order in which they can be made.
inline constexpr std::array better_auth_tables{"user", "session", "account", "verification", "jwks"};

/// One line that says so when `user` is not Better Auth's; empty otherwise.
std::string foreign_user(const Tables& tables, const Naming& naming);

/// The same, and what to do.
std::string foreign_tables(const Facts& facts);

/// Why nothing that was added can be taken away: the tables that are found may be others than those it was
/// added to.
std::string undo_obstacle(const Facts& facts);

/// Why `name` cannot be taken away, where it was added to another table than the one that is found.
std::string elsewhere_obstacle(const Facts& facts, const std::string& name);

/// One line when `user` is a view, for example; empty otherwise.
std::string no_table(const User& user);

/// Whether the users' ids are to be UUIDs, by the options.
bool asks_for_uuids(const Options& options);

/// The facts with what a person has decided of what they leave open.
Facts decided(Facts facts, const Options& options);

/// Why a table of Better Auth's cannot be made: an app has another one of its name in its place.
std::string place_obstacle(const Facts& facts, const Options& options);

/// What must be added to Better Auth's tables, `user.uuid` left out, in order: the tables that are missing
/// when `with_better_auth`, and where Better Auth is, repairs.
std::vector<Change> better_auth_changes(const Facts& facts, const Options& options);

}  // namespace drawbridge::schema::plan
