#include "core/revocations/marks.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/jose/sha256.h"

namespace drawbridge {
namespace {

RevocationDigest digest_of(std::string_view kind, std::string_view id) {
  std::string text;
  text.reserve(kind.size() + id.size());
  text += kind;
  text += id;
  const auto whole = sha256(text);
  RevocationDigest digest{};
  std::copy_n(whole.begin(), digest.size(), digest.begin());
  return digest;
}

std::int64_t made_at(const FreshClaim& fresh, std::optional<double> issued) {
  if (fresh.is_there) return fresh.milliseconds.value_or(RevocationMarks::oldest);
  if (!issued) return RevocationMarks::oldest;
  return static_cast<std::int64_t>(std::ceil(*issued * 1'000)) - 1'000;
}

}  // namespace

RevocationDigest session_digest(std::string_view session_id) {
  return digest_of("sid:", session_id);
}

RevocationDigest user_digest(std::string_view subject) {
  return digest_of("sub:", subject);
}

RevocationMarks marks_of(std::string_view subject, std::optional<std::string_view> session_id,
                         const FreshClaim& fresh, std::optional<double> issued) {
  return {.session = session_id ? std::optional{session_digest(*session_id)} : std::nullopt,
          .user = user_digest(subject),
          .made_at = made_at(fresh, issued)};
}

}  // namespace drawbridge
