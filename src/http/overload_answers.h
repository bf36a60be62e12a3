#pragma once

// What a request is told that is refused because there is too much to do, or because something failed.

#include <exception>
#include <optional>

#include "http/byte_budget.h"
#include "http/response.h"

namespace drawbridge::http {

/// The resource's own answer when its work is not done, or the usual one.
Response busy_database(std::optional<Response> when_full);
/// One user has all the places in the queue that one user gets.
Response too_much_of_one_user();
/// Bodies and answers take as much memory as they may.
Response too_many_bytes(ByteBudget::Exceeded exceeded);
/// One address has as many requests under way as one gets.
Response too_many_of_one_address();
Response too_many_large_heads();
/// For work on the database.
Response out_of_memory();
Response undecided_identity();
Response undecided_work();
Response internal_error(const std::exception& fault);

}  // namespace drawbridge::http
