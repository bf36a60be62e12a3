#include "doctor/api_calls.h"

#include <array>
#include <cstdint>
#include <random>

#include <fmt/format.h>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/jose/strict_json.h"
#include "core/text/ascii.h"
#include "issuer/jwks_url.h"

namespace drawbridge::doctor {

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (ascii::is_alphanumeric(c) || std::string_view{"-._~"}.contains(c))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<Owner> owner_of(const Visit& visit, const SeenToken& token) {
  if (goes_by_subject(visit))
    return token.subject.empty() ? std::nullopt
                                 : std::optional<Owner>{{percent_encoded(token.subject), false}};
  return token.uuid ? std::optional<Owner>{{token.uuid->text(), true}} : std::nullopt;
}

TimedAnswer ApiCalls::get(std::string_view path, std::optional<std::string_view> token) {
  fetch::HttpCall call{.method = "GET", .url = *visit_.api_url + std::string{path}};
  if (token) call.headers.push_back({"Authorization", "Bearer " + std::string{*token}});
  const auto sent = visit_.now();
  answers_.push_back(answer_to(visit_, call));
  return {answers_.back(), sent, visit_.now()};
}

fetch::HttpAnswer answer_to(const Visit& visit, const fetch::HttpCall& call) {
  auto answer = visit.call(call);
  return answer ? *std::move(answer) : fetch::HttpAnswer{.status = 0, .headers = {}, .body = answer.error()};
}

std::string path_of_user(const Visit& visit, std::string_view user_id) {
  constexpr std::string_view place = "{user_id}";
  std::string path = visit.api_path;
  return path.replace(path.find(place), place.size(), user_id);
}

Uuid random_uuid() {
  std::random_device random;
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // RFC 9562 §5.4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Uuid::from_bytes(bytes);
}

fetch::HttpCall question_with_nobodys_key(const Visit& visit) {
  return {.url = visit.better_auth_url + "/token",
          .headers = {
              {"x-api-key",
               "drawbridge-doctor-asks-with-a-key-that-nobody-has-and-whose-length-is-like-that-of-others"}}};
}

std::string refusal_code(const fetch::HttpAnswer& answer) {
  simdjson::dom::parser parser;
  const auto document = parse_strict_object(parser, answer.body);
  if (!document) return {};
  for (const char* name : {"code", "detail", "message", "error"})
    if (const auto text = string_member(*document, name)) return display_text(*text);
  return {};
}

std::string answer_text(const fetch::HttpAnswer& answer) {
  if (answer.status == 0) return "no answer: " + answer.body;
  const std::string code = refusal_code(answer);
  return code.empty() ? fmt::format("{}", answer.status) : fmt::format("{} ({})", answer.status, code);
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

bool is_no_route(int status) {
  return status == 404 || status == 405 || (status >= 300 && status < 400);
}

bool may_carry_secrets(std::string_view url) {
  return fetch::check_jwks_url(url, {}).has_value();
}

std::string over_plain_http(std::string_view what, std::string_view url) {
  return fmt::format(
      "doctor does not send a {} over plain http to another machine: give an https address for {}", what,
      display_text(url, 128));
}

}  // namespace drawbridge::doctor
