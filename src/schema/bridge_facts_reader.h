#pragma once

// Reads the facts by queries, whatever database runs them. Inside of this folder only.

#include "schema/bridge_facts.h"
#include "schema/plan/read_facts.h"

namespace drawbridge::schema {

/// What a Query throws when the database runs it but refuses.
struct QueryRefused {
  std::string text;
  bool is_not_allowed = false;  ///< to this user
};

/// Throws what the query does, but for QueryRefused where the facts can do without.
BridgeFacts read_bridge_facts(plan::Product product, const plan::Query& query, const plan::Where& where);
bool user_exists(plan::Product product, const plan::Query& query, const plan::Where& where,
                 const NamedUser& user);

}  // namespace drawbridge::schema
