#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/auth_error.h"

#include "database/result.h"
#include "http/response.h"

namespace drawbridge::http {

/// One value that is wrong. `pointer` is a JSON Pointer into the body (RFC 6901), or `?name` for a
/// parameter of the query.
struct FieldError {
  std::string pointer;
  std::string message;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// The answer to a request that is refused, with all the headers that belong to the code.
Response problem(const AuthError& error);
Response problem(ErrorCode code, std::string_view detail);
/// `validation_failed` with its list of errors; there is at least one.
Response problem(const std::vector<FieldError>& errors);
Response problem(const database::StoreError& error);

}  // namespace drawbridge::http
