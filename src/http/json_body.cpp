#include "http/json_body.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/jose/strict_json.h"
#include "http/unicode_text.h"

namespace drawbridge::http {
namespace {

namespace dom = simdjson::dom;

std::unexpected<BodyFault> malformed(std::string text) {
  return std::unexpected{BodyFault{.malformed = std::move(text)}};
}

/// RFC 6901 §3, cut to a length worth reading.
std::string pointer_to(std::string_view member_name) {
  std::string pointer{"/"};
  for (const char c : display_text(member_name)) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

/// A task has seven.
constexpr std::size_t max_members = 100;

/// Whether more members than `left` are in the objects of a value; takes those that it finds off `left`.
bool has_too_many_members(dom::element element, std::size_t& left) {
  dom::object object;
  if (element.get(object) == simdjson::SUCCESS) {
    if (object.size() > left) return true;
    left -= object.size();
    return std::ranges::any_of(object,
                               [&](const auto field) { return has_too_many_members(field.value, left); });
  }
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return false;
  return std::ranges::any_of(array, [&](const auto item) { return has_too_many_members(item, left); });
}

}  // namespace

Response problem(const BodyFault& fault) {
  if (!fault.malformed.empty()) return problem(ErrorCode::body_malformed, fault.malformed);
  return problem(fault.errors);
}

std::expected<dom::object, BodyFault> parse_body(std::string_view body) {
  // One for each thread: its buffers are worth keeping.
  thread_local dom::parser parser;
  dom::element root;
  const auto error = parser.parse(body.data(), body.size()).get(root);
  if (error == simdjson::UTF8_ERROR) return malformed("The body is not valid UTF-8.");
  if (error != simdjson::SUCCESS) return malformed("The body is not valid JSON.");
  if (auto left = max_members; has_too_many_members(root, left))
    return std::unexpected{BodyFault{.errors = {{"", "must have at most 100 members"}}}};
  if (const auto fault = strict_json_fault(root); !fault.empty()) return malformed("The body " + fault + '.');
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS)
    return std::unexpected{BodyFault{.errors = {{"", "must be a JSON object"}}}};
  return object;
}

void MemberErrors::refuse(std::string_view pointer, std::string_view message) {
  if (!full()) errors_.push_back({std::string{pointer}, std::string{message}});
}

void MemberErrors::refuse_unknown(std::string_view name) {
  refuse(pointer_to(name), "is not a member that can be set");
}

std::optional<std::string_view> MemberErrors::text(std::string_view pointer, dom::element value,
                                                   std::string_view wanted) {
  const auto text = string_of(value);
  if (!text)
    refuse(pointer, wanted);
  else if (text->contains('\0'))
    refuse(pointer, "must not contain the character NUL");
  else
    return text;
  return std::nullopt;
}

std::optional<std::string> MemberErrors::name(std::string_view pointer, dom::element value, std::size_t max) {
  const auto given = text(pointer, value, "must be a string");
  if (!given) return std::nullopt;
  if (!is_far_longer(*given, max)) {
    const auto name = trimmed(*given);
    if (!name.empty() && code_points(name) <= max) return std::string{name};
  }
  refuse(pointer, fmt::format("must have 1 to {} characters, not counting white space at either end", max));
  return std::nullopt;
}

}  // namespace drawbridge::http
