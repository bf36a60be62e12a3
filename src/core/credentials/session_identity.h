#pragma once

// From a session in storage to who its user is.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/identity.h"
#include "drawbridge/policy.h"

#include "core/credentials/session_record.h"
#include "core/text/time_text.h"

namespace drawbridge {

/// How long an Identity holds that was made of a session in storage: its `expires_at` is then, or the end of
/// the session where that comes first. Storage is asked for each request, so whoever keeps an Identity for
/// longer, a WebSocket for example, is to ask again.
inline constexpr std::chrono::seconds stored_identity_life{30};

/// Who the user of a session is that was found by `token`; nothing where no such session counts, by the rules
/// of state_of(). Fails with one line, which quotes nothing of the record, where that cannot be told: the
/// record cannot be read or is of another session, or its user is not one that a token could be of.
///
/// The record becomes the claims that @drawbridge/better-auth puts into a token, for the policy's first
/// issuer and audience, and those are judged as a token's are: so the Identity is the one that a token of
/// this session would give.
std::expected<std::optional<Identity>, std::string> identity_of_session(
    std::string_view record, std::string_view token, const Policy& policy, Instant now,
    std::optional<Instant> revoked_before = std::nullopt);

/// For whom and for how long a session's claims are made, in seconds since 1970.
struct ClaimsFrame {
  std::string_view issuer;
  std::string_view audience;
  std::int64_t issued_at;
  std::int64_t expires_at;
};

/// The payload that a token of this session would have, by packages/better-auth/src/payload.ts and what is
/// added where a token is signed.
std::string claims_of_session(const SessionRecord& record, const ClaimsFrame& frame);

/// Of these claims the first that the plugin itself gives no token, and storage therefore no Identity.
std::optional<std::string> claim_not_of_storage(const std::vector<std::string>& required_claims);

}  // namespace drawbridge
