#pragma once

#include <pqxx/transaction_base>

#include "schema/plan/read_facts.h"

namespace drawbridge::schema {

/// Runs queries in that transaction, which must outlive it. Throws pqxx::failure.
plan::Query query_of(pqxx::transaction_base& transaction);

}  // namespace drawbridge::schema
