#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "drawbridge/key_set.h"
#include "drawbridge/policy.h"
#include "drawbridge/verifier.h"

#include "tests/support/test_keys.h"

namespace drawbridge::bench {

/// The moment at which all tokens of the benchmarks are good.
constexpr TokenTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

/// Issuer and audience of them all.
inline constexpr const char* origin = "http://localhost:3000";

/// As Better Auth names its keys.
inline constexpr const char* kid = "NA3G7GLGufD7ov6fyYw2hOfKFn0FHjuX";

/// The claims that Better Auth signs for a user, in as many bytes for each. A larger `size` is made up by a
/// list of permissions, as applications put it there; throws std::invalid_argument for one that is too small.
std::string payload(std::size_t user = 0, std::size_t size = 0);

Policy policy_for(Algorithm algorithm);

/// A key, its set of one, and a token of it.
struct Scene {
  explicit Scene(Algorithm algorithm, std::size_t payload_size = 0);

  test::TestKey key;
  KeySet keys;
  Policy policy;
  std::string token;
};

}  // namespace drawbridge::bench
