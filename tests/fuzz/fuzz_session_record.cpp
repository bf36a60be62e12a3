// Properties of judging a session out of storage, for any bytes in place of its record: an Identity is of the
// session that was asked for and of its user, by the text as another JSON library reads it, and holds for a
// while; everything else has a reason of one line, the same each time.

#include <cstdint>

#include <boost/json.hpp>

#include "core/credentials/session_identity.h"
#include "core/credentials/session_record.h"
#include "tests/fuzz/known_tokens.h"

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

constexpr std::string_view token = "HFDeVu7FoEkX8oWy4n2lQFYQlTEI4m66";
constexpr Instant now{std::chrono::seconds{1'800'000'000}};

const Policy& policy() {
  static const Policy policy{"https://app.example.com", "https://app.example.com"};
  return policy;
}

const json::value* member_of(const json::object& part, const char* camel, const char* snake) {
  for (const char* name : {camel, snake})
    if (const auto* value = part.if_contains(name); value != nullptr && !value->is_null()) return value;
  return nullptr;
}

bool is_id(const json::value* value, const std::string& id) {
  if (value == nullptr) return false;
  return value->is_string() ? std::string_view{value->as_string()} == id : json::serialize(*value) == id;
}

bool is_set(const json::value* value) {
  return value != nullptr &&
         (value->is_bool() ? value->as_bool() : value->is_int64() && value->as_int64() == 1);
}

void check_identity(const Identity& who, std::string_view text) {
  json::parse_options options;
  options.max_depth = 2'000;
  boost::system::error_code fault;
  const json::value parsed = json::parse(text, fault, {}, options);
  require(!fault && parsed.is_object(), "a good record is a JSON object");
  const json::object& session = parsed.as_object().at("session").as_object();
  const json::object& user = parsed.as_object().at("user").as_object();
  require(session.at("token").as_string() == token, "an identity is of the session that was asked for");
  require(is_id(member_of(session, "userId", "user_id"), who.subject()),
          "an identity is of the session's user");
  require(is_id(member_of(user, "id", "id"), who.subject()), "an identity is of the record's user");
  require(
      !is_set(member_of(user, "banned", "banned")) || member_of(user, "banExpires", "ban_expires") != nullptr,
      "nobody who is banned for good has an identity");
  const bool is_played = member_of(session, "impersonatedBy", "impersonated_by") != nullptr;
  require(is_played == who.impersonated_by().has_value(), "who acts as a user does not pass for that user");
  require(who.credential() == CredentialKind::session && who.permissions().empty(), "a session is no key");
  require(who.issuer() == policy().issuers.front(), "an identity is of the policy's issuer");
  require(who.expires_at() > std::chrono::floor<std::chrono::seconds>(now) &&
              who.expires_at() <= now + stored_identity_life,
          "an identity holds for a while");
}

}  // namespace
}  // namespace drawbridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drawbridge;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto who = identity_of_session(text, fuzz::token, fuzz::policy(), fuzz::now);
  const auto again = identity_of_session(text, fuzz::token, fuzz::policy(), fuzz::now);
  fuzz::require(who.has_value() == again.has_value(), "a record is judged the same each time");
  if (!who) {
    fuzz::require(fuzz::is_one_line(who.error()) && who.error() == again.error(), "a failure has one reason");
    return 0;
  }
  fuzz::require(who->has_value() == again->has_value(), "a record is judged the same each time");
  if (*who) fuzz::check_identity(**who, text);
  const auto revoked = identity_of_session(text, fuzz::token, fuzz::policy(), fuzz::now, fuzz::now);
  const auto record = read_session_record(text);
  fuzz::require(record.has_value(), "what was judged was read");
  fuzz::require(!revoked || !*revoked || record->session.created_at >= fuzz::now, "an ended session is none");
  return 0;
}
