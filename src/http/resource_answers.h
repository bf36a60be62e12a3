#pragma once

// What the resources of an owner answer alike.

#include <optional>
#include <string>

#include "http/problem.h"
#include "http/query.h"
#include "http/request.h"
#include "http/response.h"

namespace drawbridge::http {

inline Response json_answer(int status, std::string body) {
  return {.status = status, .content_type = json_type, .body = std::move(body)};
}

/// For an id in the path that names nothing.
inline Response no_such_row() {
  return problem(database::StoreError{database::StoreError::Kind::not_found, {}});
}

inline Response deletion_answer(const database::Result<void>& deleted) {
  return deleted ? Response{.status = 204} : problem(deleted.error());
}

/// The errors of a query where none belongs, as an answer.
inline std::optional<Response> query_refused(const Request& request) {
  if (request.query.empty()) return std::nullopt;
  return problem(errors_of_unwanted_query(request.query));
}

}  // namespace drawbridge::http
