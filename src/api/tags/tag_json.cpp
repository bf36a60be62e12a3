#include "api/tags/tag_json.h"

#include <algorithm>

#include "core/jose/strict_json.h"
#include "core/text/ascii.h"
#include "http/json_body.h"
#include "http/json_output.h"

namespace drawbridge::api {

void append_json(std::string& out, const Tag& tag) {
  JsonObject{out}.member("id", tag.id).member("name", tag.name).member("color", tag.color);
}

namespace {

using http::BodyFault;
using http::MemberErrors;

namespace dom = simdjson::dom;

constexpr std::size_t max_name = 50;

bool is_color(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), ascii::is_hex_digit);
}

/// The members of a body that makes or changes a tag.
std::expected<TagChange, BodyFault> read_members(std::string_view body, bool name_required) {
  const auto object = http::parse_body(body);
  if (!object) return std::unexpected{object.error()};
  TagChange change;
  MemberErrors errors;
  for (const auto [name, value] : *object) {
    if (errors.full()) break;
    if (name == "name") {
      change.name = errors.name("/name", value, max_name);
      name_required = false;
    } else if (name != "color") {
      errors.refuse_unknown(name);
    } else if (value.is_null()) {
      change.color.emplace(std::nullopt);
    } else if (const auto color = string_of(value); color && is_color(*color)) {
      change.color.emplace(*color);
    } else {
      errors.refuse("/color", "must be a colour like #1A2B3C, or null");
    }
  }
  if (name_required) errors.refuse("/name", "is required");
  if (!errors.empty()) return std::unexpected{std::move(errors).fault()};
  return change;
}

}  // namespace

std::expected<NewTag, BodyFault> parse_new_tag(std::string_view body) {
  auto members = read_members(body, true);
  if (!members) return std::unexpected{std::move(members).error()};
  return NewTag{.name = *std::move(members->name), .color = members->color.value_or(std::nullopt)};
}

std::expected<TagChange, BodyFault> parse_tag_change(std::string_view body) {
  return read_members(body, false);
}

std::string tag_json(const Tag& tag) {
  return http::row_json(tag);
}

std::string tag_page_json(const database::Page<Tag>& tags, const database::PageRequest& request) {
  return http::page_json(tags, request);
}

}  // namespace drawbridge::api
