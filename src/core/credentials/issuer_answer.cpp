#include "core/credentials/issuer_answer.h"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "core/identity/identity_claims.h"
#include "core/jose/strict_json.h"
#include "core/text/filled.h"
#include "core/text/visible_text.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using Concerns = FailedExchange::Concerns;

/// Of the key alone, whoever sends it.
constexpr std::array<std::string_view, 4> codes_of_no_key{"INVALID_API_KEY", "KEY_DISABLED", "KEY_EXPIRED",
                                                          "INVALID_REFERENCE_ID_FROM_API_KEY"};
/// What @drawbridge/better-auth says with 500 of one user's row, or an app's own `claims` of one user.
constexpr std::array<std::string_view, 4> codes_of_one_user{"USER_UUID_MISSING", "USER_ID_NOT_UUID",
                                                            "CLAIM_NOT_ALLOWED", "TOKEN_TOO_LARGE"};
/// What @drawbridge/better-auth says with 403 in place of a token.
constexpr std::string_view code_of_a_banned_user = "BANNED_USER";
constexpr std::array<std::string_view, 2> codes_of_a_limit{"RATE_LIMITED", "USAGE_EXCEEDED"};
/// Where Better Auth does not say when a key may be used again.
constexpr std::chrono::seconds pause_of_a_limit = 60s;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string asked(const IssuerAnswer& answer) {
  return display_text(answer.url, 128);
}

/// For one credential alone: nobody else waits for it.
std::unexpected<ExchangeResult> misfit(const IssuerAnswer& answer, std::string_view what) {
  return std::unexpected<ExchangeResult>{FailedExchange{.text = filled("{} answered {}", asked(answer), what),
                                                        .retry_after = answer.retry_after,
                                                        .concerns = Concerns::credential}};
}

/// Better Auth's own code of a refusal.
std::string code_of(const IssuerAnswer& answer) {
  simdjson::dom::parser parser;
  const auto body = parse_strict_object(parser, answer.body);
  return std::string{(body ? string_member(*body, "code") : std::nullopt).value_or("")};
}

bool is_of_a_banned_user(const IssuerAnswer& answer) {
  return answer.status == 403 && code_of(answer) == code_of_a_banned_user;
}

std::string_view kind_of(std::string_view body) {
  return trimmed(body).starts_with('<') ? "with a web page" : "with something that Better Auth does not send";
}

bool is_one_of(std::string_view code, std::span<const std::string_view> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

std::unexpected<ExchangeResult> failure_of_status(const IssuerAnswer& answer) {
  auto concerns = Concerns::credential;
  if (answer.status == 429)
    concerns = Concerns::all;
  else if (answer.status >= 500 && !is_one_of(code_of(answer), codes_of_one_user))
    concerns = Concerns::perhaps_all;
  const char* what = "look at Better Auth's log";
  if (answer.status == 429)
    what =
        "Better Auth limits how often it may be asked; drawbridge() of @drawbridge/better-auth lifts that "
        "limit";
  else if (answer.status == 404)
    what = "check the path, which follows from Better Auth's base path";
  else if (answer.status >= 300 && answer.status < 400)
    what = "a redirect, which is not followed with a credential. Set the URL it leads to";
  return std::unexpected<ExchangeResult>{
      FailedExchange{.text = filled("{} answered {}: {}.", asked(answer), answer.status, what),
                     .retry_after = answer.retry_after,
                     .concerns = concerns}};
}

/// When a key that has reached its own limit may be used again, as `apiKey()` says it: `details.tryAgainIn`,
/// in milliseconds.
std::chrono::seconds pause_of(const IssuerAnswer& answer) {
  simdjson::dom::parser parser;
  const auto body = parse_strict_object(parser, answer.body);
  simdjson::dom::object details;
  std::int64_t milliseconds = 0;
  const auto element = body ? member(*body, "details") : std::nullopt;
  if (element && element->get(details) == simdjson::SUCCESS &&
      details.at_key("tryAgainIn").get(milliseconds) == simdjson::SUCCESS && milliseconds > 0)
    return std::chrono::ceil<std::chrono::seconds>(
        std::chrono::milliseconds{std::min<std::int64_t>(milliseconds, 86'400'000)});
  return answer.retry_after.value_or(pause_of_a_limit);
}

std::expected<std::string, ExchangeResult> token_of(const IssuerAnswer& answer) {
  simdjson::dom::parser parser;
  const auto body = parse_strict_object(parser, answer.body);
  if (!body) return misfit(answer, filled("{}. Check the URL of Better Auth.", kind_of(answer.body)));
  const auto token = string_member(*body, "token");
  if (!token || token->empty()) return misfit(answer, "without a token. Is the plugin jwt() enabled?");
  return std::string{*token};
}

}  // namespace

std::expected<ShownSession, ExchangeResult> read_session_answer(const IssuerAnswer& answer,
                                                                std::string_view token) {
  if (is_of_a_banned_user(answer)) return std::unexpected<ExchangeResult>{CredentialUnknown{}};
  if (answer.status != 200) return failure_of_status(answer);
  if (trimmed(answer.body) == "null") return std::unexpected<ExchangeResult>{CredentialUnknown{}};
  simdjson::dom::parser parser;
  const auto body = parse_strict_object(parser, answer.body);
  if (!body) return misfit(answer, filled("{}. Check the URL of Better Auth.", kind_of(answer.body)));
  const auto object_of = [&body](std::string_view name) -> std::optional<simdjson::dom::object> {
    simdjson::dom::object object;
    const auto element = member(*body, name);
    if (!element || element->get(object) != simdjson::SUCCESS) return std::nullopt;
    return object;
  };
  const auto session = object_of("session");
  const auto user = object_of("user");
  const auto id = session ? string_member(*session, "id") : std::nullopt;
  const auto session_user = session ? string_member(*session, "userId") : std::nullopt;
  const auto user_id = user ? string_member(*user, "id") : std::nullopt;
  if (!id || id->empty() || !user_id || user_id->empty())
    return misfit(answer, "with something other than a session and its user. Check the URL of Better Auth.");
  if (string_member(*session, "token") != token || session_user != user_id || answer.jwts.size() > 1)
    return misfit(answer,
                  "with a different session than the one asked for: a cache in front of Better Auth mixes up "
                  "answers. Exclude /get-session from it.");
  return ShownSession{.id = std::string{*id},
                      .user_id = std::string{*user_id},
                      .jwt = answer.jwts.empty() ? std::string{} : std::string{answer.jwts.front()}};
}

std::expected<std::string, ExchangeResult> read_session_token_answer(const IssuerAnswer& answer) {
  if (answer.status == 200) return token_of(answer);
  if (is_of_a_banned_user(answer)) return std::unexpected<ExchangeResult>{CredentialUnknown{}};
  if (answer.status == 401)
    return misfit(answer, "401 for a session that it had just returned. Is its database reachable?");
  return failure_of_status(answer);
}

std::expected<std::string, ExchangeResult> read_key_token_answer(const IssuerAnswer& answer) {
  if (answer.status == 200) return token_of(answer);
  const std::string code = code_of(answer);
  if (is_of_a_banned_user(answer) ||
      ((answer.status == 401 || answer.status == 403) && is_one_of(code, codes_of_no_key)))
    return std::unexpected<ExchangeResult>{CredentialUnknown{}};
  if (answer.status == 429 && is_one_of(code, codes_of_a_limit))
    return std::unexpected<ExchangeResult>{CredentialLimited{pause_of(answer)}};
  if (answer.status == 401)
    return misfit(answer,
                  "401 without saying what is wrong with the API key. Is the plugin apiKey() enabled, with "
                  "enableSessionForAPIKeys?");
  return failure_of_status(answer);
}

Identity identity_of_exchange(Identity of_token, CredentialKind kind) {
  return IdentityMaker::of_kind(std::move(of_token), kind);
}

bool is_of_session(const Identity& identity, const ShownSession& session) {
  return identity.subject() == session.user_id && identity.session_id().value_or(session.id) == session.id;
}

}  // namespace drawbridge
