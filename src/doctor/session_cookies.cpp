#include "doctor/session_cookies.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "core/text/ascii.h"

namespace drawbridge::doctor {
namespace {

SetCookie read_set_cookie(std::string_view text) {
  SetCookie cookie;
  bool is_first = true;
  for (const auto part : std::views::split(text, ';')) {
    const std::string_view pair = ascii::trimmed(std::string_view{part});
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view name = ascii::trimmed(pair.substr(0, equals));
    const std::string_view value = ascii::trimmed(pair.substr(std::min(equals + 1, pair.size())));
    if (is_first)
      cookie.name = name;
    else if (ascii::equal_ignoring_case(name, "domain"))
      cookie.domain = ascii::lower(value.starts_with('.') ? value.substr(1) : value);
    else if (ascii::equal_ignoring_case(name, "samesite"))
      cookie.same_site = ascii::lower(value);
    else if (ascii::equal_ignoring_case(name, "secure"))
      cookie.is_secure = true;
    is_first = false;
  }
  return cookie;
}

bool is_of_session(const SetCookie& cookie) {
  return cookie.name.ends_with("session_token");
}

}  // namespace

std::expected<std::vector<SetCookie>, std::string> cookies_of_better_auth(const Visit& visit) {
  const auto answer = visit.call({.method = "POST",
                                  .url = visit.better_auth_url + "/sign-out",
                                  .headers = {{"Origin", BetterAuth::at(visit.better_auth_url)->issuer},
                                              {"Content-Type", "application/json"}},
                                  .body = "{}"});
  if (!answer) return std::unexpected{"Better Auth did not answer POST /sign-out: " + answer.error()};
  std::vector<SetCookie> cookies;
  for (const auto& [name, value] : answer->headers)
    if (ascii::equal_ignoring_case(name, "set-cookie")) cookies.push_back(read_set_cookie(value));
  if (std::ranges::none_of(cookies, is_of_session))
    return std::unexpected{fmt::format("POST /sign-out sets no session cookie ({})", answer->status)};
  return cookies;
}

const SetCookie& session_cookie_in(const std::vector<SetCookie>& cookies) {
  return *std::ranges::find_if(cookies, is_of_session);
}

std::string cookie_header(std::string_view given, std::span<const std::string> names) {
  const std::string_view without_padding = given.substr(0, given.find_last_not_of('=') + 1);
  if (without_padding.contains('=')) return std::string{given};
  std::string header;
  for (const std::string& name : names)
    header += fmt::format("{}{}={}", header.empty() ? "" : "; ", name, given);
  return header;
}

std::optional<SessionCookie> given_session_cookie(const Visit& visit) {
  if (!visit.session_cookie) return std::nullopt;
  const std::string_view given = *visit.session_cookie;
  if (auto alone = read_session_cookie(given)) return *std::move(alone);
  for (const auto pair : std::views::split(given, ';')) {
    const std::string_view text = ascii::trimmed(std::string_view{pair});
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    if (auto cookie = read_session_cookie(ascii::trimmed(text.substr(equals + 1)))) return *std::move(cookie);
  }
  return std::nullopt;
}

}  // namespace drawbridge::doctor
