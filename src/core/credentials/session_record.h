#pragma once

// A session as Better Auth's own storage holds it. Every source gives one form of it, that of its secondary
// storage: the JSON text `{"session":{…},"user":{…}}`.

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/stored_session.h"

namespace drawbridge {

/// A session and what tokens say of its user.
struct SessionRecord {
  StoredSession session{};
  std::string session_id;
  std::string user_id;
  std::optional<std::string> uuid{};
  std::optional<std::string> email{};
  std::optional<bool> email_verified{};
  std::optional<std::string> name{};
  std::optional<std::string> role{};  ///< not empty
  std::optional<std::string> impersonated_by{};
  bool is_anonymous = false;
};

/// Longer texts are not read: a user's row may hold a picture.
inline constexpr std::size_t max_session_record_size = 1'048'576;

/// Reads one. Members may be named in camelCase or in snake_case; ids are texts or whole numbers; flags are
/// true, false, 1 or 0; times are ISO 8601 texts (without offset they are UTC), or seconds or milliseconds
/// since 1970 as whole numbers. The user's UUID is `uuid`, or where there is no such member the id, if it is
/// a UUID in its canonical form.
///
/// What decides whether the session counts must be there and readable: `token`, `expiresAt`, both ids, the
/// same user in both parts. Else it fails with the end of a sentence about the record, which quotes none of
/// its values.
std::expected<SessionRecord, std::string> read_session_record(std::string_view json);

}  // namespace drawbridge
