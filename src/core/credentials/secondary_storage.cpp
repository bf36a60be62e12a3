#include "core/credentials/secondary_storage.h"

#include <chrono>
#include <cstdint>

#include "core/credentials/session_record.h"
#include "core/text/filled.h"
#include "core/text/whole_number.h"

namespace drawbridge {

std::string session_key(std::string_view prefix, std::string_view token) {
  return filled("{}{}", prefix, token);
}

std::optional<std::string> revocation_key(std::string_view prefix, std::string_view record) {
  const auto read = read_session_record(record);
  if (!read) return std::nullopt;
  return filled("{}revoked-sessions-before-{}", prefix, read->user_id);
}

std::optional<Instant> read_revocation(std::string_view text) {
  constexpr std::int64_t latest = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
  const auto time = whole_number<std::int64_t>(text, 0, latest);
  if (!time) return std::nullopt;
  return Instant{std::chrono::milliseconds{*time}};
}

}  // namespace drawbridge
