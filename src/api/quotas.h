#pragma once

#include <cstdint>

namespace drawbridge::api {

/// How much one user may have; 0 is as much as they like.
struct Quotas {
  std::int64_t tasks = 10'000;
  std::int64_t tags = 500;
};

}  // namespace drawbridge::api
