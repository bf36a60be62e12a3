#include "core/credentials/session_record.h"

#include <cstdint>

#include <simdjson.h>

#include "drawbridge/uuid.h"

#include "core/jose/strict_json.h"
#include "core/text/date_time.h"
#include "core/text/filled.h"

namespace drawbridge {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// A whole number of seconds is below it until the year 5138, one of milliseconds above it since 1973.
constexpr std::int64_t least_milliseconds = 100'000'000'000;
constexpr std::int64_t after_last = 253'402'300'800'000;  // 10000-01-01T00:00:00Z

/// The text with the form of SQL made that of ISO 8601: `2026-11-29 05:00:00.5+00`, which SQLite's
/// CURRENT_TIMESTAMP and PostgreSQL write.
std::optional<Instant> time_of_text(std::string_view text) {
  constexpr std::size_t date_size = 10;
  constexpr std::size_t longest = 64;  // of parse_time(): a longer one is not cut, its end is the offset
  if (text.size() <= date_size || text.size() > longest || text[date_size] != ' ') return parse_time(text);
  std::string iso{text};
  iso[date_size] = 'T';
  const auto sign = iso.find_last_of("+-");
  if (sign != std::string::npos && sign > date_size && iso.size() - sign == 3) iso += ":00";
  return parse_time(iso);
}

std::optional<Instant> time_of(element value) {
  if (const auto text = string_of(value)) return time_of_text(*text);
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < 0 || number >= after_last) return std::nullopt;
  if (number < least_milliseconds) return Instant{std::chrono::seconds{number}};
  return Instant{std::chrono::milliseconds{number}};
}

std::optional<bool> flag_of(element value) {
  bool flag = false;
  if (value.get(flag) == simdjson::SUCCESS) return flag;
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || (number != 0 && number != 1)) return std::nullopt;
  return number == 1;
}

std::optional<std::string> id_of(element value) {
  if (const auto text = string_of(value)) return std::string{*text};
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS) return std::nullopt;
  return std::to_string(number);
}

std::optional<std::string> text_of(element value) {
  const auto text = string_of(value);
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

/// One part of a record, and the first fault of what was asked of it.
class Part {
 public:
  Part(object record, std::string_view name, std::string& fault) : name_{name}, fault_{fault} {
    const auto value = member(record, name);
    if (!value || value->get(members_) != simdjson::SUCCESS) fail("is missing");
  }

  /// Whether it is there at all, null or not.
  bool has(std::string_view camel, std::string_view snake) const {
    return member(members_, camel) || member(members_, snake);
  }

  /// The member as `read` reads it; nothing for null, and where it is missing. What is there and cannot be
  /// read is a fault.
  template <class T>
  std::optional<T> optional(std::string_view camel, std::string_view snake,
                            std::optional<T> (*read)(element)) {
    const auto value = present(camel, snake);
    if (!value) return std::nullopt;
    auto result = read(*value);
    if (!result) fail(filled(".{} cannot be read", camel));
    return result;
  }

  template <class T>
  T required(std::string_view camel, std::string_view snake, std::optional<T> (*read)(element)) {
    if (!present(camel, snake)) fail(filled(".{} is missing", camel));
    return optional(camel, snake, read).value_or(T{});
  }

  /// Of what decides nothing: nothing where it cannot be read, as of the claim of that name.
  template <class T>
  std::optional<T> shown(std::string_view camel, std::string_view snake,
                         std::optional<T> (*read)(element)) const {
    const auto value = present(camel, snake);
    return value ? read(*value) : std::nullopt;
  }

  void fail(std::string_view what) {
    if (fault_.empty()) fault_ = filled("{}{}{}", name_, what.starts_with('.') ? "" : " ", what);
  }

 private:
  std::optional<element> present(std::string_view camel, std::string_view snake) const {
    for (const std::string_view name : {camel, snake})
      if (const auto value = member(members_, name); value && !value->is_null()) return value;
    return std::nullopt;
  }

  std::string_view name_;
  std::string& fault_;
  object members_{};
};

std::optional<std::string> canonical_uuid(const std::string& id) {
  const auto uuid = Uuid::parse(id);
  if (!uuid || uuid->is_nil() || uuid->text() != id) return std::nullopt;
  return id;
}

}  // namespace

std::expected<SessionRecord, std::string> read_session_record(std::string_view json) {
  if (json.size() > max_session_record_size) return std::unexpected{"is too large"};
  simdjson::dom::parser parser;
  const auto record = parse_strict_object(parser, json);
  if (!record) return std::unexpected{record.error()};
  std::string fault;
  Part session{*record, "session", fault};
  Part user{*record, "user", fault};
  if (!fault.empty()) return std::unexpected{"is incomplete: " + fault};

  SessionRecord read{
      .session = {.token = session.required("token", "token", text_of),
                  .expires_at = session.required("expiresAt", "expires_at", time_of),
                  .created_at = session.optional("createdAt", "created_at", time_of).value_or(Instant{}),
                  .is_banned = user.optional("banned", "banned", flag_of).value_or(false),
                  .ban_expires = user.optional("banExpires", "ban_expires", time_of)},
      .session_id = session.required("id", "id", id_of),
      .user_id = user.required("id", "id", id_of),
      .uuid = user.optional("uuid", "uuid", text_of),
      .email = user.shown("email", "email", text_of),
      .email_verified = user.shown("emailVerified", "email_verified", flag_of),
      .name = user.shown("name", "name", text_of),
      .role = user.shown("role", "role", text_of),
      .impersonated_by = session.optional("impersonatedBy", "impersonated_by", id_of),
      .is_anonymous = user.optional("isAnonymous", "is_anonymous", flag_of).value_or(false)};
  if (read.role && read.role->empty()) read.role.reset();
  if (!user.has("uuid", "uuid")) read.uuid = canonical_uuid(read.user_id);
  if (session.required("userId", "user_id", id_of) != read.user_id)
    session.fail(".userId belongs to a different user");
  if (read.session_id.empty()) session.fail(".id is empty");
  if (read.user_id.empty()) user.fail(".id is empty");
  if (!fault.empty()) return std::unexpected{"cannot be used: " + fault};
  return read;
}

}  // namespace drawbridge
