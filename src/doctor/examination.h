#pragma once

#include <vector>

#include "doctor/check.h"
#include "doctor/visit.h"

namespace drawbridge::doctor {

/// Every check of the catalogue, made in its order. Changes nothing on either side: what it sends to Better
/// Auth and to the API is read, is refused, or sets a field to the value that it has.
std::vector<Check> examine(const Visit& visit);

}  // namespace drawbridge::doctor
