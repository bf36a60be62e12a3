#pragma once

// A Better Auth in memory, healthy but for what a test has it answer otherwise, and what doctor says of it.

#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "doctor/check.h"
#include "doctor/visit.h"
#include "tests/support/test_keys.h"

namespace drawbridge::doctor {

inline constexpr const char* better_auth = "http://localhost:3000/api/auth";
inline constexpr long long now_seconds = 1'800'000'000;
inline constexpr const char* now_as_date = "Fri, 15 Jan 2027 08:00:00 GMT";
inline constexpr const char* users_uuid = "0b4e2a52-5a1f-4a3c-9d0e-6f7d8c9b0a11";

struct FakeBetterAuth {
  using Answer = std::expected<fetch::HttpAnswer, std::string>;

  test::TestKey key = test::TestKey::generate(Algorithm::eddsa, "k1");
  /// By method and path, `GET /api/auth/jwks`, and ` by bearer` behind it for what has Authorization; several
  /// are given one after the other, the last for ever.
  std::map<std::string, std::vector<Answer>> answers{};
  std::vector<std::string> asked{};      ///< methods and paths, in their order
  std::vector<fetch::HttpCall> calls{};  ///< the same, whole

  FakeBetterAuth();

  /// A good payload with these members in place of its own; an empty text takes a member out.
  static std::string payload(const std::map<std::string, std::string>& changes = {});
  std::string token(const std::map<std::string, std::string>& changes = {}) const {
    return key.token(payload(changes));
  }

  /// The fake must outlive it.
  Visit visit();
};

FakeBetterAuth::Answer answer(int status, std::string body = {}, std::vector<fetch::HttpHeader> headers = {});

struct Found {
  std::set<std::string> faults{};
  std::set<std::string> warnings{};
  std::map<std::string, Check> checks{};

  std::string text_of(const std::string& id) const;  ///< all that a check says
};

/// The whole examination; throws when a check was forgotten.
Found found_by(const Visit& visit);

}  // namespace drawbridge::doctor
