#include "drawbridge/verifier.h"

#include <algorithm>
#include <stdexcept>

#include "core/errors/hints.h"
#include "core/jose/verification.h"
#include "core/text/ascii.h"

namespace drawbridge {
namespace {

constexpr std::chrono::seconds max_clock_skew = std::chrono::minutes{5};

void require(bool good, const std::string& fault) {
  if (!good) throw std::invalid_argument{fault};
}

/// Of the claim that the member is for.
void require_names(const std::vector<std::string>& names, const std::string& member,
                   const std::string& what) {
  const bool has_empty = std::ranges::find(names, std::string_view{}) != names.end();
  require(!names.empty() && !has_empty, "the policy's " + what);
  require(names.size() <= Policy::max_names, member + " has " + std::to_string(names.size()) +
                                                 " names, but at most " + std::to_string(Policy::max_names) +
                                                 " are allowed: have Better Auth use one value on every "
                                                 "host, drawbridge({ jwt: { issuer, audience } })");
}

}  // namespace

Verifier::Verifier(Policy policy) : policy_{std::move(policy)} {
  require_names(policy_.issuers, "Policy::issuers",
                "issuer is empty: name the issuer whose tokens are trusted");
  require_names(policy_.audiences, "Policy::audiences", "audience is empty: name this backend's audience");
  require(!policy_.algorithms.empty(),
          "the policy allows no algorithm: name at least one, EdDSA for Better Auth");
  require(policy_.clock_skew >= std::chrono::seconds{0} && policy_.clock_skew <= max_clock_skew,
          "the policy's clock skew is outside 0 to 300 seconds");
  require(policy_.max_token_size > 0, "the policy's token size limit is 0: no token could pass");
}

std::expected<Identity, AuthError> Verifier::verify(std::string_view token, const KeySet& keys,
                                                    TokenTime now) const {
  auto verdict = verify_token(token, policy_, keys, now);
  if (!verdict) return std::unexpected{std::move(verdict).error().error};
  return std::move(verdict)->identity;
}

std::expected<std::string_view, AuthError> bearer_token(std::span<const std::string_view> authorization) {
  if (authorization.size() > 1)
    return std::unexpected{AuthError{ErrorCode::token_malformed,
                                     "The request has several Authorization headers.",
                                     "Send exactly one: Authorization: Bearer <JWT>.",
                                     {}}};
  const std::string_view value = authorization.empty() ? std::string_view{} : authorization.front();
  const std::size_t space = value.find(' ');
  if (!ascii::equal_ignoring_case(value.substr(0, space), "bearer"))
    return std::unexpected{
        AuthError{ErrorCode::token_missing, "The request has no bearer token.", token_missing_hint(), {}}};
  std::string_view token = space == std::string_view::npos ? std::string_view{} : value.substr(space);
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));  // RFC 6750 §2.1: 1*SP
  if (token.empty())
    return std::unexpected{AuthError{
        ErrorCode::token_missing, "The Authorization header has no token.", token_missing_hint(), {}}};
  return token;
}

}  // namespace drawbridge
