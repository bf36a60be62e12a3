#pragma once

#include <string>
#include <vector>

#include "http/problem.h"

namespace drawbridge::http {

/// Why a body cannot become what the resource takes.
struct BodyFault {
  std::string malformed{};           ///< not JSON as we want it, in one line (400); else empty
  std::vector<FieldError> errors{};  ///< JSON with values that are wrong (422); at most 20 are listed
};

Response problem(const BodyFault& fault);

}  // namespace drawbridge::http
